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
	PublicURL    string   `name:"public-url" placeholder:"URL" help:"How others reach it, such as http://sandbox:8787 in a network of containers."`
}

func (c sandboxCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	p, err := c.start(ctx, platformParts{publicURL: c.PublicURL}, log)
	if err != nil {
		return err
	}
	defer p.close()
	var destinations []sandbox.Destination
	for _, url := range c.Destinations {
		destinations = append(destinations, sandbox.Destination{URL: url})
	}
	if len(destinations) > 0 { // else those of the state stay
		if err := p.sandbox.SetDestinations(destinations); err != nil {
			return usagef("%s", err)
		}
	}
	credentials := p.sandbox.Credentials()
	v := struct {
		Console       string `json:"console"`
		BaseURL       string `json:"base_url"`
		LegacyBaseURL string `json:"legacy_base_url"`
		DevID         string `json:"dev_id"`
		APIKey        string `json:"api_key"`
		SigningSecret string `json:"signing_secret"`
	}{
		p.url + "/", p.baseURL(), p.url + "/v2",
		credentials.DevID, credentials.APIKey, credentials.SigningSecret,
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
	return p.server.wait(ctx)
}
