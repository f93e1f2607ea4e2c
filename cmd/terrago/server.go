package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// server answers on one address until it is closed.
type server struct {
	http *http.Server
	done chan struct{} // closed once it takes no more connections
	err  error         // why that is; to be read after done
}

// bind takes addr, so that its port is known before anything answers on it.
func bind(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, usagef("%s is taken, perhaps by another terrago; choose another port, or 0 for any that is free", addr)
	case err != nil:
		return nil, usagef("cannot listen on %s: %s", addr, err)
	}
	return l, nil
}

// serve answers on l, which it closes in the end.
func serve(l net.Listener, h http.Handler, log *slog.Logger) *server {
	return serveWith(l, h, log, func(*http.Server) {})
}

// serveWith is serve with other limits.
func serveWith(l net.Listener, h http.Handler, log *slog.Logger, limit func(*http.Server)) *server {
	s := &server{
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
		done: make(chan struct{}),
	}
	limit(s.http)
	go func() {
		defer close(s.done)
		s.err = s.http.Serve(l)
	}()
	return s
}

// stopped is closed once s has stopped. Without a server that is never.
func (s *server) stopped() <-chan struct{} {
	if s == nil {
		return nil
	}
	return s.done
}

// wait returns nil when ctx ends, which is how these commands are meant to end.
func (s *server) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.stopped():
		return fmt.Errorf("the server stopped: %w", s.err)
	}
}

// close lets requests under way finish for a moment, then cuts them off.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.shutdown(ctx)
}

// shutdown lets requests under way finish until ctx ends, then cuts them off. It
// reports whether all finished.
func (s *server) shutdown(ctx context.Context) bool {
	finished := s.http.Shutdown(ctx) == nil
	if !finished {
		s.http.Close()
	}
	<-s.done
	return finished
}

// urlOf is where this machine reaches l, without a path.
func urlOf(l net.Listener) string {
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// isLoopback reports whether only this machine can reach addr.
func isLoopback(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// isEverywhere reports whether addr stands for all addresses of this machine.
func isEverywhere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && (host == "" || ip != nil && ip.IsUnspecified())
}
