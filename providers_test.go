package terra_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/terra-go/terra"
)

func TestListProviders(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"status":"success","providers":["FITBIT","GARMIN"],"sdk_providers":["APPLE"]}`,
		`{"status":"success","providers":["FITBIT","GARMIN"],"sdk_resource":["APPLE"]}`,
	} {
		got, err := serve(t, answer(200, body)).Providers.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != "success" || !slices.Equal(got.Providers, []string{"FITBIT", "GARMIN"}) ||
			!slices.Equal(got.SDKProviders, []string{"APPLE"}) || string(got.Raw()) != body {
			t.Errorf("fields differ from %s", body)
		}
	}
}

func TestDetailedProviders(t *testing.T) {
	t.Parallel()
	const body = `{"status":"success","providers":[{"provider":"MAPMYFITNESS","name":"MapMyFitness","icon":"https://icons.example/m.webp",` +
		`"setup":"API_KEYS_MANAGED","enabled":true,"types":{"activity":true,"body":false}}]}`
	got, err := serve(t, answer(200, body)).Providers.Detailed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []terra.Provider{{
		Provider: "MAPMYFITNESS", Name: "MapMyFitness", Icon: "https://icons.example/m.webp", Setup: "API_KEYS_MANAGED",
		Enabled: true, Types: map[string]bool{"activity": true, "body": false},
	}}
	if got.Status != "success" || !reflect.DeepEqual(got.Providers, want) || string(got.Raw()) != body {
		t.Error("fields differ from the body")
	}
}
