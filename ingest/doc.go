// Package ingest receives webhooks without losing any of them: a [Receiver]
// verifies a delivery, puts it into an [Inbox], and only then answers 2xx; a
// [Worker] takes deliveries from the inbox and hands each to a function until that
// succeeds or the delivery is found to be beyond help.
//
//	inbox := ingest.NewMemory()                    // or sqlinbox.OpenSQLite, sqlinbox.OpenPostgres, natsinbox.Open
//	receiver := ingest.NewReceiver(verifier, inbox) // an http.Handler
//	worker := ingest.NewWorker(inbox, apply)        // apply: func(context.Context, ingest.Received) error
//	err := worker.Run(ctx)
//
// A function may be given a delivery more than once: after a crash, or when its
// lease ran out. It has to be idempotent, as healthdb's Apply is.
//
// Receivers and workers hold no state of their own. Any number of either, in one
// process or in many, can share one inbox.
package ingest
