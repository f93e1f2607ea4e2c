package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
)

// platform is a sandbox on an address, its console at the root of it.
type platform struct {
	sandbox *sandbox.Server
	client  *terra.Client
	server  *server
}

// platformFlags are those of every command that runs a sandbox.
type platformFlags struct {
	Addr string `default:"${sandbox_addr}" placeholder:"HOST:PORT" help:"Where to listen; port 0 is any free one. Default: ${default}."`
	Seed uint64 `default:"1" help:"Which population: the same seed is the same people with the same days. Default: ${default}."`
}

// start runs the sandbox. hook is the receiver beside it and hookURL its
// address; nil and empty when there is none.
func (f platformFlags) start(ctx context.Context, hook *receiver.Receiver, hookURL string, log *slog.Logger) (*platform, error) {
	// The console needs the sandbox and the address, and is part of both.
	root := http.NewServeMux()
	sb, err := sandbox.New(sandbox.WithSeed(f.Seed), sandbox.WithLogger(log), sandbox.WithRoot(root))
	if err != nil {
		return nil, err
	}
	server, err := listen(ctx, f.Addr, console.Guard(sb, hostOf(f.Addr)), log)
	if err != nil {
		sb.Close()
		return nil, err
	}
	p := &platform{sandbox: sb, server: server}
	if err := p.addConsole(root, hook, hookURL, log); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *platform) addConsole(root *http.ServeMux, hook *receiver.Receiver, hookURL string, log *slog.Logger) error {
	credentials := sandboxCredentials()
	var err error
	p.client, err = terra.New(credentials, terra.WithBaseURL(p.baseURL()), terra.WithLogger(log))
	if err != nil {
		return err
	}
	page, err := console.New(console.Config{
		Sandbox:     p.sandbox,
		Client:      p.client,
		Receiver:    hook,
		BaseURL:     p.baseURL(),
		ReceiverURL: hookURL,
		Credentials: credentials,
		Examples:    p.examples(),
		Logger:      log,
	})
	if err != nil {
		return err
	}
	root.Handle("/", page)
	return nil
}

func (p *platform) baseURL() string { return p.server.url() + "/api/v2" }

// examples are command lines that work against this sandbox.
func (p *platform) examples() []string {
	at := " --sandbox"
	if p.server.addr != sandboxAddr {
		at += " --base-url " + p.baseURL()
	}
	return []string{
		"curl -H 'dev-id: " + sandbox.DefaultDevID + "' -H 'x-api-key: " + sandbox.DefaultAPIKey + "' " + p.baseURL() + "/subscriptions",
		"terrago users" + at,
		"terrago trigger sleep" + at,
	}
}

// close ends the server first, so that nothing new begins.
func (p *platform) close() {
	p.server.close()
	p.sandbox.Close()
}

// hostOf is the host name in addr, if it has one.
func hostOf(addr string) string {
	host, _, _ := net.SplitHostPort(addr)
	return strings.ToLower(host)
}

// loopback reports whether only this machine can reach addr.
func loopback(addr string) bool {
	host := hostOf(addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// wait returns nil when ctx ends, which is how these commands are meant to end.
func (p *platform) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.server.done:
		p.server.done <- err // for close
		return fmt.Errorf("the server stopped: %w", err)
	}
}
