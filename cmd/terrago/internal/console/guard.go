package console

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// Guard refuses requests under a host name other than this machine's own or
// those in names, and state-changing ones from pages of another origin. A web
// page elsewhere can point its own name at 127.0.0.1 and then read what answers
// there; it cannot do that with an address or with localhost. names are those under
// which a proxy is reached, which may pass on another Host than the browser's.
func Guard(h http.Handler, names ...string) http.Handler {
	protection := http.NewCrossOriginProtection()
	for i, name := range names {
		names[i] = strings.ToLower(name)
		_ = protection.AddTrustedOrigin("https://" + names[i]) // what is no origin is none that a browser sends
	}
	next := protection.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
		local := host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
		if !local && !slices.Contains(names, host) {
			http.Error(w, "This server answers only under localhost or an address.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
