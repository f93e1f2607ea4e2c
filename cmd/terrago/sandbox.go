package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/terra-go/terra/sandbox"
)

type sandboxCommand struct {
	platformFlags
	Destinations []string `name:"destination" sep:"none" placeholder:"URL" help:"Deliver webhooks there, signed with the sandbox's secret. May be repeated."`
}

func (c sandboxCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	p, err := c.start(ctx, nil, "", log)
	if err != nil {
		return err
	}
	defer p.close()
	var destinations []sandbox.Destination
	for _, url := range c.Destinations {
		destinations = append(destinations, sandbox.Destination{URL: url})
	}
	if err := p.sandbox.SetDestinations(destinations); err != nil {
		return usagef("%s", err)
	}
	v := struct {
		Console       string `json:"console"`
		BaseURL       string `json:"base_url"`
		LegacyBaseURL string `json:"legacy_base_url"`
		DevID         string `json:"dev_id"`
		APIKey        string `json:"api_key"`
		SigningSecret string `json:"signing_secret"`
	}{
		p.server.url() + "/", p.baseURL(), p.server.url() + "/v2",
		sandbox.DefaultDevID, sandbox.DefaultAPIKey, sandbox.DefaultSigningSecret,
	}
	err = out.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "console\t%s\n", v.Console)
		fmt.Fprintf(w, "base URL\t%s\n", v.BaseURL)
		fmt.Fprintf(w, "dev-id\t%s\n", v.DevID)
		fmt.Fprintf(w, "x-api-key\t%s\n", v.APIKey)
		fmt.Fprintf(w, "signing secret\t%s\n", v.SigningSecret)
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out.err, "Ctrl-C ends it.")
	return p.wait(ctx)
}
