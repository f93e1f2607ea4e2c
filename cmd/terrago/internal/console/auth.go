package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	leastToken    = 20             // characters
	leastDistinct = 8              // of them different
	sessionLength = 12 * time.Hour // after which the token is asked for again
	sessionCookie = "terrago_console"
)

// ErrWeakToken says that a token can be guessed.
var ErrWeakToken = errors.New("a console token has 20 characters or more, which nobody can guess; make one with: openssl rand -hex 24")

// Token opens the console. It prints as nothing, and is never kept in the clear.
type Token struct{ sum *[sha256.Size]byte }

// NewToken refuses what could be guessed.
func NewToken(text string) (Token, error) {
	distinct := slices.Sorted(slices.Values([]rune(text)))
	if len([]rune(text)) < leastToken || len(slices.Compact(distinct)) < leastDistinct {
		return Token{}, ErrWeakToken
	}
	sum := sha256.Sum256([]byte(text))
	return Token{&sum}, nil
}

// String keeps the token out of logs.
func (t Token) String() string { return "console.Token" }

func (t Token) set() bool { return t.sum != nil }

// is takes the same time whatever text is.
func (t Token) is(text string) bool {
	sum := sha256.Sum256([]byte(text))
	return hmac.Equal(sum[:], t.sum[:])
}

// session is the cookie of somebody who has shown the token, good until expiry: it
// outlives the process and tells nothing of the token.
func (t Token) session(expiry time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(expiry.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, t.seal(b)...))
}

func (t Token) holds(session string, now time.Time) bool {
	b, err := base64.RawURLEncoding.DecodeString(session)
	if err != nil || len(b) != 8+sha256.Size {
		return false
	}
	return hmac.Equal(b[8:], t.seal(b[:8])) && now.Unix() < int64(binary.BigEndian.Uint64(b))
}

func (t Token) seal(expiry []byte) []byte {
	mac := hmac.New(sha256.New, t.sum[:])
	mac.Write([]byte("console session"))
	mac.Write(expiry)
	return mac.Sum(nil)
}

// admits reports whether a request may have what it asks for.
func (h *Console) admits(r *http.Request) bool {
	if !h.Token.set() || r.Method == http.MethodPost && r.URL.Path == "/login" {
		return true
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/console/"); ok && slices.Contains(staticNames, name) {
		return true
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return h.Token.is(strings.TrimSpace(token))
	}
	c, err := r.Cookie(sessionCookie)
	return err == nil && h.Token.holds(c.Value, time.Now())
}

// askForToken is in the place of whatever was asked for.
func (h *Console) askForToken(w http.ResponseWriter, r *http.Request, problem string) {
	next := "/"
	switch {
	case r.URL.Path == "/login":
		next = r.PostFormValue("next") // none, where somebody has asked for the address of the form
	case r.Method == http.MethodGet && r.URL.Path != "/live":
		next = r.URL.RequestURI()
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="terrago console"`)
	h.render(w, r, http.StatusUnauthorized, "login.html", struct {
		page
		Problem, Next string
	}{page{Title: "Sign in", Host: r.Host}, problem, ownPath(next)})
}

func (h *Console) login(w http.ResponseWriter, r *http.Request) {
	if !h.Token.is(strings.TrimSpace(r.PostFormValue("token"))) {
		h.askForToken(w, r, "That is not the token.")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: h.Token.session(time.Now().Add(sessionLength)), Path: "/",
		MaxAge: int(sessionLength.Seconds()), HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: overTLS(r),
	})
	http.Redirect(w, r, ownPath(r.PostFormValue("next")), http.StatusSeeOther)
}

func (h *Console) logout(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: overTLS(r)})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// overTLS reports whether the browser got here by TLS, which a proxy may have ended.
func overTLS(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// ownPath is target if it is a page of this console, else the first one.
func ownPath(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t") {
		return "/"
	}
	return target
}
