// Package sandboxtest starts a sandbox for the length of a test.
package sandboxtest

import (
	"net/http/httptest"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
)

// Server is a running sandbox and the way to it.
type Server struct {
	*sandbox.Server

	URL     string        // http://127.0.0.1 and a port, without a slash at the end
	BaseURL string        // of the current wire forms: URL + "/api/v2"
	Client  *terra.Client // with the sandbox's credentials, at BaseURL
}

// New serves a sandbox on a free port of this machine and closes it when the test
// ends. An option that is refused fails the test.
func New(tb testing.TB, opts ...sandbox.Option) *Server {
	tb.Helper()
	listener := httptest.NewUnstartedServer(nil)
	tb.Cleanup(listener.Close)
	url := "http://" + listener.Listener.Addr().String()
	emulator, err := sandbox.New(append([]sandbox.Option{sandbox.WithPublicURL(url)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(emulator.Close)
	listener.Config.Handler = emulator
	listener.Start()
	s := &Server{Server: emulator, URL: url, BaseURL: url + "/api/v2"}
	s.Client, err = terra.New(emulator.Credentials(), terra.WithBaseURL(s.BaseURL))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
