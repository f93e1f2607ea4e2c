package terra_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// Every call gets its answer from both addresses of the API, in the forms of
// each.
func TestBothAddresses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/v2", "/v2"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			platform := sandboxtest.New(t)
			receiver := httptest.NewServer(answer(200, ``))
			t.Cleanup(receiver.Close)
			if err := platform.SetDestinations([]sandbox.Destination{{URL: receiver.URL}}); err != nil {
				t.Fatal(err)
			}
			user, err := platform.Connect("OURA", "member-7")
			if err != nil {
				t.Fatal(err)
			}
			client, err := terra.New(terra.Credentials{DevID: sandbox.DefaultDevID, APIKey: sandbox.DefaultAPIKey}, terra.WithBaseURL(platform.URL+path))
			if err != nil {
				t.Fatal(err)
			}
			for call, err := range everyCall(t.Context(), client, user.UserID) {
				// Nobody has the user id for a reference.
				if err != nil && call != "Users.ByReference" {
					t.Errorf("%s: %v", call, err)
				}
			}
			if _, err := client.Users.Get(t.Context(), user.UserID); !errors.Is(err, terra.ErrNotFound) {
				t.Errorf("after Deauthenticate: %v", err)
			}
			stranger, err := terra.New(terra.Credentials{DevID: "stranger", APIKey: "key"}, terra.WithBaseURL(platform.URL+path))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stranger.Users.List(t.Context(), terra.ListUsersOptions{}); !errors.Is(err, terra.ErrUnauthorized) {
				t.Errorf("with the wrong key: %v", err)
			}
		})
	}
}
