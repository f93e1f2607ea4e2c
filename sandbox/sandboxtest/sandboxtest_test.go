package sandboxtest_test

import (
	"net/http"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

func TestExample(t *testing.T) {
	t.Parallel()
	testNights(t)
}

func TestNew(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("serves while the test runs", func(t *testing.T) {
		own := terra.Credentials{DevID: "d", APIKey: "k", SigningSecret: "s"}
		s := sandboxtest.New(t, sandbox.WithCredentials(own))
		url = s.URL
		if s.BaseURL != s.URL+"/api/v2" {
			t.Error("the base URL is not below the URL")
		}
		if _, err := s.Client.Users.ByReference(t.Context(), "anna"); err != nil {
			t.Errorf("the client has no access: %v", err)
		}
		session, err := s.Client.Auth.GenerateWidgetSession(t.Context(), terra.WidgetRequest{})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Get(session.URL)
		if err != nil {
			t.Fatal("the link leads nowhere")
		}
		resp.Body.Close()
	})
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
		t.Error("still served after the test")
	}
}
