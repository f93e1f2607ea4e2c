// Command terrago works with the Terra API, and with a whole sandbox of it on
// this machine.
//
//	terrago dev        the sandbox, a receiver that lands its webhooks in SQLite, and a console in the browser
//	terrago sandbox    the sandbox alone
//	terrago serve      receive webhooks in production: store, acknowledge, turn into rows
//	terrago events     list, show and replay what was delivered
//	terrago reconcile  compare the connections in a store with those Terra knows
//	terrago backfill   fetch the days that a store does not have
//	terrago trigger    send signed events, or wrong ones on purpose
//	terrago listen     receive webhooks, show them, and pass them on to a program
//	terrago scenario   play what happens over hours or days, in a moment
//	terrago get        fetch somebody's records
//	terrago plot       draw a night, a day, a month or a run, as SVG or PNG
//	terrago providers  what can be connected
//	terrago users      who is connected
//	terrago auth       a URL on which a person connects one provider
//	terrago widget     a URL on which a person chooses what to connect
//	terrago verify     check the signature of a webhook
//	terrago completion what has bash, zsh or fish complete command lines
//	terrago version    what this is built from
//
// A store is a database of typed rows, --db, and an inbox in which deliveries wait
// until they are in it, --inbox. Without either, a command works on the one that
// terrago dev keeps in ./terra-dev.
//
// Credentials come from TERRA_DEV_ID, TERRA_API_KEY and TERRA_SIGNING_SECRET, or
// from files named by flags. With --sandbox a command talks to a sandbox on this
// machine and needs none. With --json the standard output is one JSON value and
// nothing more; what else there is to say is on the standard error.
//
// The exit status is 0 when done, 1 when that failed, 2 when the command line or
// the environment is wrong.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}
