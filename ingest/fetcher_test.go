package ingest_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
)

func TestFetcherAddresses(t *testing.T) {
	t.Parallel()
	plain := ingest.NewFetcher()
	more := ingest.NewFetcher(ingest.AllowHost("Files.example.com", "other.example.com:8443", "*.store.example.com"))
	local := ingest.NewFetcher(ingest.AllowLoopback())
	tests := []struct {
		fetcher *ingest.Fetcher
		address string
		allowed bool
	}{
		{plain, "https://terra-payload-bucket.s3.eu-west-2.amazonaws.com/a?X-Amz-Signature=b", true},
		{plain, "https://terra-payload-bucket.s3.amazonaws.com/a", true},
		{plain, "https://terra-payload-bucket.s3.dualstack.eu-west-2.amazonaws.com:443/a", true},
		{plain, "https://TERRA-PAYLOAD-BUCKET.S3.eu-west-2.amazonaws.com/a", true},
		{plain, "http://terra-payload-bucket.s3.eu-west-2.amazonaws.com/a", false},
		{plain, "https://terra-payload-bucket.s3.eu-west-2.amazonaws.com:8443/a", false},
		{plain, "https://user:password@terra-payload-bucket.s3.eu-west-2.amazonaws.com/a", false},
		{plain, "https://other-bucket.s3.eu-west-2.amazonaws.com/a", false},
		{plain, "https://s3.eu-west-2.amazonaws.com/terra-payload-bucket/a", false},
		{plain, "https://terra-x.s3.eu-west-2.amazonaws.com.example.com/a", false},
		{plain, "https://terra-x.s3.eu-west-2.amazonaws.com./a", false},
		{plain, "https://terra-x.example.com/.s3.amazonaws.com", false},
		{plain, "https://terra.lambda-url.eu-west-2.amazonaws.com/a", false},
		{plain, "https://terra-x@example.com/.s3.amazonaws.com", false},
		{plain, "https://files.example.com/a", false},
		{plain, "https://169.254.169.254/latest/meta-data", false},
		{plain, "https://127.0.0.1/a", false},
		{plain, "https://localhost/a", false},
		{plain, "file:///etc/passwd", false},
		{plain, "https:opaque", false},
		{plain, "", false},
		{more, "https://files.example.com/a", true},
		{more, "https://files.example.com:8443/a", false},
		{more, "https://other.example.com:8443/a", true},
		{more, "https://other.example.com/a", false},
		{more, "https://eu.store.example.com/a", true},
		{more, "https://store.example.com/a", false},
		{more, "https://evilstore.example.com/a", false},
		{local, "http://127.0.0.1:8787/payloads/a", true},
		{local, "http://localhost:8787/payloads/a", true},
		{local, "http://[::1]:8787/payloads/a", true},
		{local, "ftp://127.0.0.1/a", false},
		{local, "http://10.0.0.1/a", false},
		{local, "http://127.0.0.1.example.com/a", false},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		err = tt.fetcher.Check(u)
		if (err == nil) != tt.allowed {
			t.Errorf("%s: %v", tt.address, err)
		}
		if refused, ok := errors.AsType[*ingest.FetchError](err); !tt.allowed && (!ok || !refused.Permanent()) {
			t.Errorf("%s: not refused for good", tt.address)
		}
	}
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"52.95.150.1": true, "2a05:d07a:a0::1": true, "::ffff:52.95.150.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.100.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "2001:0:1::": false, "fe80::1%eth0": false, "fec0::1": false,
	} {
		if got := ingest.IsPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: public %t, want %t", address, got, want)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer") != "" {
			t.Error("a redirect tells where it came from")
		}
		io.WriteString(w, "payload")
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "payload")
		z.Close()
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.CopyN(z, zeros{}, 64*limit)
		z.Close()
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { io.CopyN(w, zeros{}, limit+1) })
	mux.HandleFunc("/exact", func(w http.ResponseWriter, r *http.Request) { io.CopyN(w, zeros{}, limit) })
	mux.HandleFunc("/brotli", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Encoding", "br") })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "payload")
	})
	mux.HandleFunc("/drop", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.Handle("/here", http.RedirectHandler("/good", http.StatusTemporaryRedirect))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusTemporaryRedirect))
	mux.Handle("/elsewhere", http.RedirectHandler("https://"+secretValue+".example.com/", http.StatusTemporaryRedirect))
	mux.Handle("/plain", http.RedirectHandler("http://127.0.0.1:1/", http.StatusTemporaryRedirect))
	for path, status := range map[string]int{"/400": 400, "/403": 403, "/404": 404, "/410": 410, "/429": 429, "/500": 500, "/503": 503} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
	}
	srv := httptest.NewUnstartedServer(mux)
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	t.Cleanup(srv.Close)
	f := ingest.NewFetcher(ingest.AllowLoopback(), ingest.WithFetchBytes(limit))
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	f.Trust(roots)

	tests := []struct {
		path      string
		size      int // when it succeeds
		reason    string
		permanent bool
	}{
		{"/good", 7, "", false},
		{"/gzip", 7, "", false},
		{"/here", 7, "", false},
		{"/exact", limit, "", false},
		{"/bomb", 0, "it is larger than 1048576 bytes", true},
		{"/large", 0, "it is larger than 1048576 bytes", true},
		{"/brotli", 0, "it is compressed in an unknown way", true},
		{"/cut", 0, "it broke off", false},
		{"/drop", 0, "the connection failed", false},
		{"/round", 0, "it redirects to an address that is not allowed", true},
		{"/elsewhere", 0, "it redirects to an address that is not allowed", true},
		{"/plain", 0, "it redirects to an address that is not allowed", true},
		{"/400", 0, "the address has expired (status 400)", true},
		{"/403", 0, "the address has expired (status 403)", true},
		{"/410", 0, "the address has expired (status 410)", true},
		{"/404", 0, "status 404", true},
		{"/429", 0, "status 429", false},
		{"/500", 0, "status 500", false},
		{"/503", 0, "status 503", false},
	}
	for _, tt := range tests {
		t.Run(strings.TrimPrefix(tt.path, "/"), func(t *testing.T) {
			t.Parallel()
			body, err := f.Fetch(context.Background(), srv.URL+tt.path+"?signature="+secretValue)
			if tt.reason == "" {
				if err != nil || len(body) != tt.size {
					t.Errorf("%d bytes, error %v, want %d", len(body), err, tt.size)
				}
				return
			}
			failed, ok := errors.AsType[*ingest.FetchError](err)
			if !ok {
				t.Fatalf("error %T, want a FetchError", err)
			}
			if failed.Reason != tt.reason || failed.Permanent() != tt.permanent {
				t.Errorf("reason %q, permanent %t; want %q, %t", failed.Reason, failed.Permanent(), tt.reason, tt.permanent)
			}
			if strings.Contains(err.Error(), secretValue) || strings.Contains(err.Error(), srv.Listener.Addr().String()) {
				t.Error("the error quotes the address")
			}
		})
	}
}

// TestFetchLooksAtWhatANameResolvesTo has an allowed name lead to this machine.
func TestFetchLooksAtWhatANameResolvesTo(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("connected") }))
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost:" + port, "127.0.0.1:" + port} {
		_, err = ingest.NewFetcher(ingest.AllowHost(host)).Fetch(t.Context(), "https://"+host+"/")
		refused, ok := errors.AsType[*ingest.FetchError](err)
		if !ok || !refused.Permanent() || refused.Reason != "the host is at an address that is not public" {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := ingest.NewFetcher(ingest.AllowLoopback()).Fetch(ctx, srv.URL); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
