// Package webhook receives what Terra pushes: it checks that a delivery is
// genuine, turns it into a typed event, and hands it to the function registered
// for that type.
//
// The short way is an [http.Handler]:
//
//	v, err := webhook.NewVerifier([]string{signingSecret})
//	…
//	m := webhook.NewMux()
//	webhook.On(m, func(ctx context.Context, e *webhook.Sleep) error {
//		return store(ctx, e.User.UserID, e.Data)
//	})
//	http.Handle("POST /terra", webhook.NewHandler(v, m))
//
// Where the request is handled elsewhere, [Verifier.Verify] or
// [Verifier.VerifySignature] and then [Parse] do the same step by step.
//
// # What to know about deliveries
//
// Each is made at least once and in no particular order. [Meta.TraceID] is the
// same for every attempt at one delivery, so it tells repetitions apart;
// [Meta.OrderingTime] tells which of two deliveries about the same record is the
// newer. A sender that does not see a 2xx answer within a few seconds tries
// again, for hours: store first, answer, and do slow work afterwards.
//
// Every event is a pointer to one of this package's structs. A type that the
// package does not know arrives as an [*UnknownEvent]; it is never an error.
// Events carry health data: they print and log as their type and trace id only.
package webhook
