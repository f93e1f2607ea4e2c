package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
)

// platformFlags are those of every command that runs a sandbox.
type platformFlags struct {
	Addr string `default:"${sandbox_addr}" placeholder:"HOST:PORT" help:"Where to listen; port 0 is any free one. Default: ${default}."`
	Seed uint64 `default:"1" help:"Which population: the same seed is the same people with the same days. Default: ${default}."`

	State   string `name:"state-file" aliases:"state" placeholder:"FILE" help:"Keep people, destinations, deliveries under way and the clock there, and go on from it next time. For one process at a time."`
	Retries string `enum:",${retry_profiles}" default:"" placeholder:"PROFILE" help:"When refused webhooks are tried again: ${retry_profiles}. Default: the first, or what the state says."`
}

// platform is a sandbox on an address, its console at the root of it.
type platform struct {
	sandbox *sandbox.Server
	client  *terra.Client
	console *console.Console
	server  *server
	url     string // without a path
}

// platformParts are what a platform may have beside its flags.
type platformParts struct {
	store       *events.Stores // where the deliveries land; nil for nowhere
	receiver    *receiver.Receiver
	receiverURL string
	publicURL   string // as others reach the platform; its own address when empty
}

// start runs the sandbox until close.
func (f platformFlags) start(ctx context.Context, parts platformParts, log *slog.Logger) (*platform, error) {
	if !isLoopback(f.Addr) && !isEverywhere(f.Addr) {
		return nil, usagef("--addr is this machine alone, as in 127.0.0.1:0, or all of its addresses, as in 0.0.0.0:8787")
	}
	l, err := bind(ctx, f.Addr)
	if err != nil {
		return nil, err
	}
	p, err := f.platform(l, parts, log)
	if err != nil {
		l.Close()
		return nil, err
	}
	return p, nil
}

func (f platformFlags) platform(l net.Listener, parts platformParts, log *slog.Logger) (*platform, error) {
	p := &platform{url: urlOf(l)}
	root := http.NewServeMux() // part of the sandbox, and in need of it
	opts := []sandbox.Option{sandbox.WithSeed(f.Seed), sandbox.WithLogger(log), sandbox.WithRoot(root)}
	if f.State != "" {
		opts = append(opts, sandbox.WithState(f.State))
	}
	if f.Retries != "" {
		opts = append(opts, sandbox.WithRetryProfile(f.Retries))
	}
	var names []string
	switch {
	case parts.publicURL != "":
		opts = append(opts, sandbox.WithPublicURL(parts.publicURL))
		if u, err := url.Parse(parts.publicURL); err == nil {
			names = append(names, u.Hostname())
		}
	case isLoopback(f.Addr):
		opts = append(opts, sandbox.WithPublicURL(p.url))
	}
	var err error
	if p.sandbox, err = sandbox.New(opts...); err != nil {
		return nil, usagef("%s", err)
	}
	p.client, err = terra.New(p.sandbox.Credentials(), terra.WithBaseURL(p.baseURL()), terra.WithLogger(log))
	if err != nil {
		p.sandbox.Close()
		return nil, err
	}
	p.console, err = console.New(console.Config{
		Store: parts.store,
		Platform: &console.Platform{
			Sandbox:     p.sandbox,
			Client:      p.client,
			Receiver:    parts.receiver,
			BaseURL:     p.baseURL(),
			ReceiverURL: parts.receiverURL,
			Examples:    p.examples(),
		},
		Logger: log,
	})
	if err != nil {
		p.sandbox.Close()
		return nil, err
	}
	root.Handle("/", p.console)
	p.server = serve(l, console.Guard(p.sandbox, names...), log)
	return p, nil
}

func (p *platform) baseURL() string { return p.url + "/api/v2" }

// examples are command lines that work against this sandbox.
func (p *platform) examples() []string {
	at := " --sandbox"
	if p.url != "http://"+sandboxAddr {
		at += " --base-url " + p.baseURL()
	}
	c := p.sandbox.Credentials()
	return []string{
		"curl -H 'dev-id: " + c.DevID + "' -H 'x-api-key: " + c.APIKey + "' " + p.baseURL() + "/subscriptions",
		"terrago users" + at,
		"terrago trigger sleep" + at,
	}
}

// close ends the server first, so that nothing new begins, but for the streams to open
// pages, which it would wait for.
func (p *platform) close() {
	p.console.Close()
	p.server.close()
	p.sandbox.Close()
}
