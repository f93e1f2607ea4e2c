package sandbox

import (
	"slices"
	"strings"

	"github.com/terra-go/terra/sandbox/synth"
)

// kind is a type of data, as paths, payloads and scopes name it.
type kind string

const (
	activity          kind = "activity"
	athlete           kind = "athlete"
	body              kind = "body"
	daily             kind = "daily"
	menstruation      kind = "menstruation"
	nutrition         kind = "nutrition"
	sleep             kind = "sleep"
	hormone           kind = "hormone"
	healthObservation kind = "health_observation"
)

// listedKinds are those that the detailed list of integrations tells about.
func listedKinds() []kind {
	return []kind{activity, body, daily, sleep, nutrition, menstruation}
}

// gives reports whether p serves records of kind k.
func gives(p synth.Provider, k kind) bool {
	switch k {
	case activity:
		return p.Types.Activity
	case athlete:
		return p.Types.Athlete
	case body:
		return p.Types.Body
	case daily:
		return p.Types.Daily
	case menstruation:
		return p.Types.Menstruation
	case nutrition:
		return p.Types.Nutrition
	case sleep:
		return p.Types.Sleep
	case hormone:
		return p.Types.Hormone
	case healthObservation:
		return p.Types.Observation
	}
	return false
}

// allows reports whether the connection has records of kind k to give: the provider
// has, and the person agrees.
func (c connection) allows(k kind) bool {
	return gives(c.person.Provider(), k) && slices.Contains(splitScopes(c.user.Scopes.Or("")), string(k))
}

// splitScopes takes the list apart; there are none in an empty one.
func splitScopes(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// scopes are what a person grants by connecting to p, separated by commas.
func scopes(p synth.Provider) string {
	var granted []string
	for _, k := range []kind{activity, athlete, body, daily, menstruation, nutrition, sleep, hormone, healthObservation} {
		if gives(p, k) {
			granted = append(granted, string(k))
		}
	}
	return strings.Join(granted, ",")
}

// parseProviders reads a list separated by commas; an empty one is every provider
// that a browser can reach. false when one of them is unknown.
func parseProviders(list string) ([]synth.Provider, bool) {
	var found []synth.Provider
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		p, ok := synth.Lookup(name)
		if !ok {
			return nil, false
		}
		if !slices.ContainsFunc(found, func(f synth.Provider) bool { return f.Name == p.Name }) {
			found = append(found, p)
		}
	}
	if found == nil {
		found = slices.DeleteFunc(synth.Providers(), func(p synth.Provider) bool { return p.SDK })
	}
	return found, true
}

// integrationList names the second list twice: clients of the two bases know it
// under different names.
type integrationList struct {
	Status       string   `json:"status"`
	Providers    []string `json:"providers"`
	SDKProviders []string `json:"sdk_providers"`
	SDKResource  []string `json:"sdk_resource,omitzero"`
}

func (s *Server) listIntegrations(c *call) error {
	list := integrationList{Status: "success"}
	for _, p := range synth.Providers() {
		if p.SDK {
			list.SDKProviders = append(list.SDKProviders, p.Name)
		} else {
			list.Providers = append(list.Providers, p.Name)
		}
	}
	if c.dialect == legacy {
		list.SDKResource = list.SDKProviders
	}
	return c.reply(list)
}

type integration struct {
	Provider string        `json:"provider"`
	Name     string        `json:"name"`
	Icon     string        `json:"icon"`
	Setup    string        `json:"setup"`
	Enabled  bool          `json:"enabled"`
	Types    map[kind]bool `json:"types"`
}

// listDetailed answers alike with and without a dev-id: in the sandbox every
// provider is enabled.
func (s *Server) listDetailed(c *call) error {
	sdk, err := c.params.flag("sdk", false)
	if err != nil {
		return err
	}
	list := []integration{}
	for _, p := range synth.Providers() {
		if p.SDK && !sdk {
			continue
		}
		types := map[kind]bool{}
		for _, k := range listedKinds() {
			types[k] = gives(p, k)
		}
		list = append(list, integration{
			Provider: p.Name,
			Name:     p.Title,
			Icon:     c.host + "/widget/icons/" + p.Name + ".svg",
			Setup:    "API_KEYS_MANAGED",
			Enabled:  true,
			Types:    types,
		})
	}
	return c.reply(struct {
		Status    string        `json:"status"`
		Providers []integration `json:"providers"`
	}{"success", list})
}
