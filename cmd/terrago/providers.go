package main

import (
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/terra-go/terra"
)

type providersCommand struct {
	connection
	Detailed bool `help:"Say what each of the account's providers can deliver."`
}

// listedProvider is a provider without the details.
type listedProvider struct {
	Provider string `json:"provider"`
	SDK      bool   `json:"sdk"` // reached from the phone, through Terra's mobile SDKs
}

func (c providersCommand) lists() reflect.Type {
	if c.Detailed {
		return reflect.TypeFor[terra.Provider]()
	}
	return reflect.TypeFor[listedProvider]()
}

func (c providersCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	if c.Detailed {
		return c.detailed(ctx, out, client)
	}
	providers, err := client.Providers.List(ctx)
	if err != nil {
		return c.explain(err)
	}
	list := newList[listedProvider](out, "")
	for _, name := range providers.Providers {
		if err := list.add(listedProvider{Provider: name}, name); err != nil {
			return err
		}
	}
	for _, name := range providers.SDKProviders {
		if err := list.add(listedProvider{Provider: name, SDK: true}, name, "through the phone"); err != nil {
			return err
		}
	}
	return list.end("", nil, nil)
}

func (c providersCommand) detailed(ctx context.Context, out *output, client *terra.Client) error {
	providers, err := client.Providers.Detailed(ctx)
	if err != nil {
		return c.explain(err)
	}
	list := newList[terra.Provider](out, "")
	for _, p := range providers.Providers {
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
		if err := list.add(p, p.Provider, p.Name, strings.Join(types, " "), state); err != nil {
			return err
		}
	}
	return list.end("", nil, nil)
}
