package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

type reconcileCommand struct {
	readFlags
	connection
}

func (c reconcileCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	db, err := c.makeDB(ctx, log)
	if err != nil {
		return err
	}
	defer db.Close()
	r, err := db.Reconcile(ctx, client)
	if err != nil {
		return explainEither(err, c.connection, db.Location)
	}
	return out.result(r, func(w io.Writer) {
		fmt.Fprintf(w, "Of the connections in the store and at Terra, %d are new, %d have changed, %d are gone, and %d are as they were.\n",
			r.Added, r.Changed, r.Gone, r.Unchanged)
	})
}
