package terra_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
)

// record answers with body and keeps the query and the body of the request.
func record(query, sent *string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*query, *sent = r.URL.RawQuery, string(b)
		answer(200, body)(w, r)
	}
}

func TestGenerateAuthURL(t *testing.T) {
	t.Parallel()
	var query, sent string
	const body = `{"status":"success","user_id":"u1","auth_url":"https://provider.example/oauth?state=x","expires_in":900}`
	client := serve(t, record(&query, &sent, body))
	for want, req := range map[string]terra.AuthRequest{
		``: {Provider: "FITBIT"},
		`{"reference_id":"r1","language":"de","auth_success_redirect_url":"https://a.example/?b=c","auth_failure_redirect_url":"https://d.example"}`: {
			Provider: "FITBIT", ReferenceID: "r1", Language: "de", SuccessURL: "https://a.example/?b=c", FailureURL: "https://d.example",
		},
	} {
		got, err := client.Auth.GenerateAuthURL(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if query != "resource=FITBIT" || sent != want {
			t.Errorf("sent ?%s %s, want %s", query, sent, want)
		}
		if got.URL != "https://provider.example/oauth?state=x" || got.UserID != "u1" || got.Status != "success" ||
			got.ExpiresIn != 15*time.Minute || string(got.Raw()) != body {
			t.Error("fields differ from the body")
		}
	}
	_, err := client.Auth.GenerateAuthURL(t.Context(), terra.AuthRequest{ReferenceID: "r1"})
	wantArgument(t, err, "provider")
}

func TestGenerateWidgetSession(t *testing.T) {
	t.Parallel()
	var query, sent string
	const body = `{"session_id":"s1","url":"https://widget.example/session/w1","status":"success","expires_in":900}`
	client := serve(t, record(&query, &sent, body))
	for want, req := range map[string]terra.WidgetRequest{
		`{}`: {},
		`{"providers":"GARMIN,OURA","reference_id":"r1","language":"en","auth_success_redirect_url":"https://a.example","auth_failure_redirect_url":"https://d.example"}`: {
			Providers: []string{"GARMIN", "OURA"}, ReferenceID: "r1", Language: "en", SuccessURL: "https://a.example", FailureURL: "https://d.example",
		},
		`{"language":"fr"}`: {Providers: []string{}, Language: "fr"},
	} {
		got, err := client.Auth.GenerateWidgetSession(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if query != "" || sent != want {
			t.Errorf("sent ?%s %s, want %s", query, sent, want)
		}
		if got.URL != "https://widget.example/session/w1" || got.SessionID != "s1" || got.Status != "success" ||
			got.ExpiresIn != 15*time.Minute || string(got.Raw()) != body {
			t.Error("fields differ from the body")
		}
	}
	for _, p := range [][]string{{""}, {"GARMIN", ""}, {"GARMIN,OURA"}} {
		_, err := client.Auth.GenerateWidgetSession(t.Context(), terra.WidgetRequest{Providers: p})
		wantArgument(t, err, "providers")
	}
}

func TestGenerateToken(t *testing.T) {
	t.Parallel()
	const body = `{"status":"success","token":"t1","expires_in":180}`
	got, err := serve(t, answer(200, body)).Auth.GenerateToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Token != "t1" || got.Status != "success" || got.ExpiresIn != 3*time.Minute || string(got.Raw()) != body {
		t.Error("fields differ from the body")
	}
}

func TestDeauthenticate(t *testing.T) {
	t.Parallel()
	success, gone := answer(200, `{"status":"success"}`), answer(404, `{"detail":"user not found"}`)
	for name, tc := range map[string]struct {
		handlers []http.HandlerFunc
		is       error
	}{
		"success":                      {[]http.HandlerFunc{success}, nil},
		"without a body":               {[]http.HandlerFunc{answer(204, ``)}, nil},
		"unknown user":                 {[]http.HandlerFunc{gone}, terra.ErrNotFound},
		"done, but the answer is lost": {[]http.HandlerFunc{abort, gone}, nil},
		"refused in the body":          {[]http.HandlerFunc{answer(200, `{"status":"error"}`)}, terra.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				err := inProcess(t, (&script{handlers: tc.handlers}).ServeHTTP).Auth.Deauthenticate(t.Context(), "u1")
				if !errors.Is(err, tc.is) {
					t.Errorf("got %v, want %v", err, tc.is)
				}
			})
		})
	}
}
