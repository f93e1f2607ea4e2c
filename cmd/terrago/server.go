package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// server answers on one address until it is closed.
type server struct {
	addr string // as bound, never port 0
	http *http.Server
	done chan error // what Serve returned
}

// listen binds addr and serves h there.
func listen(ctx context.Context, addr string, h http.Handler, log *slog.Logger) (*server, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, usagef("%s is taken, perhaps by another sandbox; pick a free port with --addr 127.0.0.1:0", addr)
	case err != nil:
		return nil, usagef("cannot listen on %s: %s", addr, err)
	}
	s := &server{
		addr: l.Addr().String(),
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
		done: make(chan error, 1),
	}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// url is the address to open, without a path.
func (s *server) url() string { return "http://" + s.addr }

// close lets requests under way finish for a moment, then cuts them off.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	<-s.done
}
