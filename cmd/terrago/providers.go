package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/terra-go/terra"
)

type providersCommand struct {
	connection
	Detailed bool `help:"Say what each of the account's providers can deliver."`
}

func (c providersCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	if c.Detailed {
		return c.detailed(ctx, out, client)
	}
	list, err := client.Providers.List(ctx)
	if err != nil {
		return c.explain(err)
	}
	v := struct {
		Providers    []string `json:"providers"`
		SDKProviders []string `json:"sdk_providers"`
	}{list.Providers, list.SDKProviders}
	return out.result(v, func(w io.Writer) {
		for _, name := range list.Providers {
			fmt.Fprintln(w, name)
		}
		for _, name := range list.SDKProviders {
			fmt.Fprintf(w, "%s\tthrough the phone\n", name)
		}
	})
}

func (c providersCommand) detailed(ctx context.Context, out *output, client *terra.Client) error {
	list, err := client.Providers.Detailed(ctx)
	if err != nil {
		return c.explain(err)
	}
	return out.result(list.Providers, func(w io.Writer) {
		for _, p := range list.Providers {
			var types []string
			for _, name := range slices.Sorted(maps.Keys(p.Types)) {
				if p.Types[name] {
					types = append(types, name)
				}
			}
			state := ""
			if !p.Enabled {
				state = "not enabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Provider, p.Name, strings.Join(types, " "), state)
		}
	})
}
