package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"reflect"

	"github.com/terra-go/terra"
)

type usersCommand struct {
	connection
	ReferenceID string `name:"reference-id" placeholder:"ID" help:"Only the connections of this person, by the id you gave them."`
}

func (usersCommand) lists() reflect.Type { return reflect.TypeFor[terra.User]() }

func (c usersCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	list := newList[terra.User](out, "", "USER ID", "PROVIDER", "REFERENCE ID", "STATE")
	for u, err := range c.users(ctx, client) {
		if err != nil {
			return c.explain(err)
		}
		state := "active"
		if !u.Active.Or(true) {
			state = "inactive"
		}
		if err := list.add(u, u.UserID, u.Provider, u.ReferenceID.Or(""), state); err != nil {
			return err
		}
	}
	return list.end("", nil, func(w io.Writer) {
		if list.rows == 0 {
			fmt.Fprintln(w, "Nobody is connected.")
		}
	})
}

func (c usersCommand) users(ctx context.Context, client *terra.Client) iter.Seq2[terra.User, error] {
	if c.ReferenceID == "" {
		return client.Users.All(ctx)
	}
	return func(yield func(terra.User, error) bool) {
		page, err := client.Users.ByReference(ctx, c.ReferenceID)
		if err != nil {
			yield(terra.User{}, err)
			return
		}
		for _, u := range page.Data {
			if !yield(u, nil) {
				return
			}
		}
	}
}
