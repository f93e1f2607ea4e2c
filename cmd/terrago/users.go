package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/terra-go/terra"
)

type usersCommand struct {
	connection
	ReferenceID string `name:"reference-id" placeholder:"ID" help:"Only the connections of this person, by the id you gave them."`
}

func (c usersCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	users, err := c.users(ctx, client)
	if err != nil {
		return c.explain(err)
	}
	return out.result(users, func(w io.Writer) {
		if len(users) == 0 {
			fmt.Fprintln(w, "Nobody is connected.")
			return
		}
		fmt.Fprintln(w, "USER ID\tPROVIDER\tREFERENCE ID\tSTATE")
		for _, u := range users {
			state := "active"
			if !u.Active.Or(true) {
				state = "inactive"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.UserID, u.Provider, u.ReferenceID.Or(""), state)
		}
	})
}

// users is never nil, so that none is [] in JSON.
func (c usersCommand) users(ctx context.Context, client *terra.Client) ([]terra.User, error) {
	users := []terra.User{}
	if c.ReferenceID != "" {
		page, err := client.Users.ByReference(ctx, c.ReferenceID)
		if err != nil {
			return nil, err
		}
		return append(users, page.Data...), nil
	}
	for u, err := range client.Users.All(ctx) {
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, nil
}
