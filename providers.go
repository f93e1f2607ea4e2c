package terra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// ProviderService lists what people can connect to.
type ProviderService struct {
	t *transport
}

// ProviderList is the names of providers, in the spelling that other calls take.
type ProviderList struct {
	answer
	Status       string
	Providers    []string // reached over the web
	SDKProviders []string // reached from the phone, through Terra's mobile SDKs
}

// ProviderDetails describes providers one by one.
type ProviderDetails struct {
	answer
	Status    string
	Providers []Provider
}

// Provider is one source of data.
type Provider struct {
	Provider string          `json:"provider"` // as other calls spell it
	Name     string          `json:"name"`     // as people know it
	Icon     string          `json:"icon"`     // URL of an image
	Setup    string          `json:"setup"`    // whose API keys are used, in Terra's words
	Enabled  bool            `json:"enabled"`  // for the account
	Types    map[string]bool `json:"types"`    // "activity", "sleep" …: whether the provider has it
}

// List returns the providers there are.
func (s *ProviderService) List(ctx context.Context) (*ProviderList, error) {
	r, err := s.t.do(ctx, call{method: http.MethodGet, endpoint: "/integrations"})
	if err != nil {
		return nil, err
	}
	var body struct {
		Status       string   `json:"status"`
		Providers    []string `json:"providers"`
		SDKProviders []string `json:"sdk_providers"`
		SDKResource  []string `json:"sdk_resource"` // the legacy name of the same
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.Providers == nil {
		return nil, r.fail(fmt.Errorf("%w: no providers", ErrMalformed))
	}
	if body.SDKProviders == nil {
		body.SDKProviders = body.SDKResource
	}
	return &ProviderList{answer{r}, body.Status, body.Providers, body.SDKProviders}, nil
}

// Detailed returns the account's providers, those of the mobile SDKs included,
// each with what it can deliver. The API key is not sent: Terra needs the dev id
// alone here, and is known to return an empty list when the key comes along.
func (s *ProviderService) Detailed(ctx context.Context) (*ProviderDetails, error) {
	r, err := s.t.do(ctx, call{
		method:   http.MethodGet,
		endpoint: "/integrations/detailed",
		query:    url.Values{"sdk": {"true"}},
		keyless:  true,
	})
	if err != nil {
		return nil, err
	}
	var body struct {
		Status    string     `json:"status"`
		Providers []Provider `json:"providers"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.Providers == nil {
		return nil, r.fail(fmt.Errorf("%w: no providers", ErrMalformed))
	}
	return &ProviderDetails{answer{r}, body.Status, body.Providers}, nil
}
