package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
)

// consoleServer is the console on an address of its own, so that it is never where
// the webhook is public.
type consoleServer struct {
	*server // nil without a console
	page    *console.Console
	url     string // without a path
}

// consoleToken is what opens the console.
func (c serveCommand) consoleToken() (console.Token, error) {
	for _, name := range c.ConsoleHosts {
		if u, err := url.Parse("https://" + name); err != nil || name == "" || u.Host != name || u.Port() != "" {
			return console.Token{}, usagef("--console-host is a name such as health.example.com")
		}
	}
	text, err := secret("TERRAGO_CONSOLE_TOKEN", c.ConsoleTokenFile)
	if err != nil {
		return console.Token{}, err
	}
	if text == "" {
		return console.Token{}, usagef("--console needs a token: set TERRAGO_CONSOLE_TOKEN or name a --console-token-file; make one with: openssl rand -hex 24")
	}
	token, err := console.NewToken(strings.TrimSpace(text))
	if err != nil {
		return token, usagef("%s", err)
	}
	return token, nil
}

func (s *service) startConsole(ctx context.Context) (c consoleServer, err error) {
	l, err := bind(ctx, s.ConsoleAddr)
	if err != nil {
		return c, err
	}
	page, err := console.New(console.Config{
		Store:  &events.Stores{DB: s.db, Inbox: s.inbox},
		Token:  s.token,
		Logger: s.log,
	})
	if err != nil {
		l.Close()
		return c, err
	}
	if !isLoopback(l.Addr().String()) {
		s.log.WarnContext(ctx, "the console speaks plain HTTP on an address that other machines reach; put a proxy that speaks TLS in front")
	}
	return consoleServer{serve(l, console.Guard(page, s.ConsoleHosts...), s.log), page, urlOf(l)}, nil
}

// close ends the streams to open pages first, which the server would wait for. A second
// time does nothing.
func (c consoleServer) close() {
	if c.server == nil {
		return
	}
	c.page.Close()
	c.server.close()
}
