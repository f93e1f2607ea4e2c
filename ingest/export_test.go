package ingest

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
	"net/url"
)

// IsPublic is what decides about the addresses that names are resolved to.
func IsPublic(addr netip.Addr) bool { return isPublic(addr) }

// Check is what decides about the address of a ping.
func (f *Fetcher) Check(u *url.URL) error { return f.check(u) }

// Trust accepts the certificate of a test's server.
func (f *Fetcher) Trust(roots *x509.CertPool) {
	f.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
}
