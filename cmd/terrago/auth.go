package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/terra-go/terra"
)

// pageFlags are what both ways to connect a person have in common.
type pageFlags struct {
	ReferenceID string `name:"reference-id" placeholder:"ID" help:"Your own id of the person; every event about them will carry it."`
	SuccessURL  string `name:"success-url" placeholder:"URL" help:"Where the browser goes once the person is connected."`
	FailureURL  string `name:"failure-url" placeholder:"URL" help:"Where the browser goes if they are not."`
	Language    string `placeholder:"CODE" help:"Language of the pages, such as en."`
}

type authCommand struct {
	connection
	pageFlags
	Provider string `arg:"" help:"What to connect; see terrago providers."`
}

func (c authCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	page, err := client.Auth.GenerateAuthURL(ctx, terra.AuthRequest{
		Provider:    c.Provider,
		ReferenceID: c.ReferenceID,
		Language:    c.Language,
		SuccessURL:  c.SuccessURL,
		FailureURL:  c.FailureURL,
	})
	if err != nil {
		return c.explain(err)
	}
	v := struct {
		URL    string `json:"auth_url"`
		UserID string `json:"user_id"`
	}{page.URL, page.UserID}
	return out.result(v, func(w io.Writer) { fmt.Fprintln(w, page.URL) })
}

type widgetCommand struct {
	connection
	pageFlags
	Providers []string `arg:"" optional:"" name:"provider" help:"What to choose from; everything when none is named."`
}

func (c widgetCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	session, err := client.Auth.GenerateWidgetSession(ctx, terra.WidgetRequest{
		Providers:   c.Providers,
		ReferenceID: c.ReferenceID,
		Language:    c.Language,
		SuccessURL:  c.SuccessURL,
		FailureURL:  c.FailureURL,
	})
	if err != nil {
		return c.explain(err)
	}
	v := struct {
		URL       string `json:"url"`
		SessionID string `json:"session_id"`
		ExpiresIn int    `json:"expires_in"` // seconds
	}{session.URL, session.SessionID, int(session.ExpiresIn.Seconds())}
	return out.result(v, func(w io.Writer) { fmt.Fprintln(w, session.URL) })
}
