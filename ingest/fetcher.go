package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/terra-go/terra/webhook"
)

// fetchTimeout is for all of a download, the body included.
const fetchTimeout = time.Minute

// maxRedirects is more than a store of files has use for.
const maxRedirects = 3

// terraBucket is a bucket of Terra's on Amazon S3, addressed by its own name.
var terraBucket = regexp.MustCompile(`^terra[a-z0-9-]*\.s3(\.dualstack)?([.-][a-z0-9-]+)?\.amazonaws\.com$`)

// Fetcher downloads what a ping points to, and nothing that an address made up by
// somebody else could be after. It is safe for concurrent use.
type Fetcher struct {
	hosts    []string
	loopback bool
	maxBytes int64
	client   *http.Client
}

// FetcherOption changes a default of [NewFetcher].
type FetcherOption func(*Fetcher)

// NewFetcher returns a fetcher that takes https addresses of Terra's own buckets on
// Amazon S3 and no others. Whatever the name, it connects to public addresses only,
// so that no name can be made to lead into the network it runs in, and without a
// proxy. Redirects are held to the same rules. A download ends after a minute, and at
// [webhook.DefaultMaxBytes] once decompressed.
func NewFetcher(opts ...FetcherOption) *Fetcher {
	f := &Fetcher{maxBytes: webhook.DefaultMaxBytes}
	for _, opt := range opts {
		opt(f)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: f.checkDial}
	f.client = &http.Client{
		CheckRedirect: f.checkRedirect,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  20 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return f
}

// AllowHost takes addresses of other hosts too: "files.example.com" at the port of
// https, "files.example.com:8443" at that port, "*.example.com" for all names that
// end so. A host at a private address is refused all the same.
func AllowHost(hosts ...string) FetcherOption {
	return func(f *Fetcher) {
		for _, host := range hosts {
			f.hosts = append(f.hosts, strings.ToLower(host))
		}
	}
}

// AllowLoopback takes addresses of this very machine too, by the name localhost or
// by number, at any port and without TLS. It is for the sandbox.
func AllowLoopback() FetcherOption { return func(f *Fetcher) { f.loopback = true } }

// WithFetchBytes refuses what is larger than n bytes, once decompressed. A value
// that is not positive panics.
func WithFetchBytes(n int64) FetcherOption {
	mustBePositive("WithFetchBytes", n)
	return func(f *Fetcher) { f.maxBytes = n }
}

// FetchError says why a download failed, and nothing of its address, which is a
// credential.
type FetchError struct {
	Reason     string
	StatusCode int  // of the answer, if there was one
	Final      bool // trying again does not help
}

func (e *FetchError) Error() string { return "ingest: fetching the payload: " + e.Reason }

// Permanent returns Final.
func (e *FetchError) Permanent() bool { return e.Final }

// Fetch returns what is at address. Its error is a [*FetchError] or that of ctx.
func (f *Fetcher) Fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &FetchError{Reason: "the address is none", Final: true}
	}
	if err := f.check(u); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	body, err := f.get(limited, u)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return body, err
}

func (f *Fetcher) get(ctx context.Context, u *url.URL) ([]byte, error) {
	req := (&http.Request{Method: http.MethodGet, URL: u, Header: make(http.Header)}).WithContext(ctx)
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, fetchError(err)
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
	case code == http.StatusBadRequest, code == http.StatusForbidden, code == http.StatusGone:
		return nil, &FetchError{Reason: fmt.Sprintf("the address has expired (status %d)", code), StatusCode: code, Final: true}
	default:
		retriable := code >= 500 || code == http.StatusRequestTimeout || code == http.StatusTooManyRequests
		return nil, &FetchError{Reason: fmt.Sprintf("status %d", code), StatusCode: code, Final: !retriable}
	}
	if !resp.Uncompressed && resp.Header.Get("Content-Encoding") != "" {
		return nil, &FetchError{Reason: "it is compressed in an unknown way", StatusCode: resp.StatusCode, Final: true}
	}
	tooLarge := &FetchError{Reason: fmt.Sprintf("it is larger than %d bytes", f.maxBytes), StatusCode: resp.StatusCode, Final: true}
	if resp.ContentLength > f.maxBytes {
		return nil, tooLarge
	}
	var body bytes.Buffer
	if resp.ContentLength > 0 {
		body.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, f.maxBytes+1)); err != nil {
		return nil, fetchError(err)
	}
	if int64(body.Len()) > f.maxBytes {
		return nil, tooLarge
	}
	return body.Bytes(), nil
}

// check holds an address to the rules that can be told from it alone.
func (f *Fetcher) check(u *url.URL) error {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if f.loopback && isLoopback(host) && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	switch {
	case u.Scheme != "https":
		return &FetchError{Reason: "the address is not https", Final: true}
	case u.User != nil || u.Opaque != "":
		return &FetchError{Reason: "the address is malformed", Final: true}
	case !f.allowed(host, port):
		return &FetchError{Reason: "the address is of a host that is not allowed", Final: true}
	}
	return nil
}

func (f *Fetcher) allowed(host, port string) bool {
	if slices.Contains(f.hosts, net.JoinHostPort(host, port)) {
		return true
	}
	if port != "" && port != "443" {
		return false
	}
	return terraBucket.MatchString(host) || slices.ContainsFunc(f.hosts, func(allowed string) bool {
		suffix, wildcard := strings.CutPrefix(allowed, "*")
		return host == allowed || wildcard && strings.HasPrefix(suffix, ".") && strings.HasSuffix(host, suffix)
	})
}

// checkRedirect keeps a redirect from leading elsewhere, and from telling where it
// came from.
func (f *Fetcher) checkRedirect(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer")
	if len(via) > maxRedirects || r.URL.Scheme != via[0].URL.Scheme || f.check(r.URL) != nil {
		return &FetchError{Reason: "it redirects to an address that is not allowed", Final: true}
	}
	return nil
}

// checkDial has the last word, as it sees what a name has been resolved to.
func (f *Fetcher) checkDial(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && (isPublic(at.Addr()) || f.loopback && at.Addr().Unmap().IsLoopback()) {
		return nil
	}
	return &FetchError{Reason: "the host is at an address that is not public", Final: true}
}

// reserved are the ranges that lead into private networks, or nowhere, beside those
// that netip has a name for.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by a provider's customers
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),          // IPv4 inside IPv6, in an old form
	netip.MustParsePrefix("64:ff9b::/96"),   // and translated
	netip.MustParsePrefix("64:ff9b:1::/48"), // and translated locally
	netip.MustParsePrefix("2001::/32"),      // tunnels
	netip.MustParsePrefix("2001:db8::/32"),  // documentation
	netip.MustParsePrefix("2002::/16"),      // tunnels
	netip.MustParsePrefix("fec0::/10"),      // private, in an old form
}

func isPublic(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsGlobalUnicast() && !addr.IsPrivate() &&
		!slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(addr) })
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// fetchError describes an error of net/http, whose own words quote the address.
func fetchError(err error) *FetchError {
	if own, ok := errors.AsType[*FetchError](err); ok {
		return own
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &FetchError{Reason: "it took too long"}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return &FetchError{Reason: "the host's name was not found"}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &FetchError{Reason: "it broke off"}
	}
	return &FetchError{Reason: "the connection failed"}
}
