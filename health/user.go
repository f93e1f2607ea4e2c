package health

import (
	"strings"

	"github.com/terra-go/terra/opt"
)

// User is one connection between a person and a provider. A person with two
// providers is two Users, tied together by ReferenceID.
type User struct {
	// Terra's identifier of the connection, an opaque string. It changes when the
	// person connects the same account anew.
	UserID string `json:"user_id,omitzero"`
	// Provider code in capitals, such as GARMIN.
	Provider string `json:"provider,omitzero"`
	// Your own identifier of the person, as given when they were connected.
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	// Whether Terra still collects data over this connection.
	Active opt.Value[bool] `json:"active,omitzero"`
	// What the person allowed, in the provider's own words, separated by commas;
	// see [User.ScopeList].
	Scopes opt.Value[string] `json:"scopes,omitzero"`
	// When the person connected.
	CreatedAt Timestamp `json:"created_at,omitzero"`
	// When Terra last sent a webhook for this connection.
	LastWebhookUpdate Timestamp `json:"last_webhook_update,omitzero"`
}

// ScopeList splits Scopes at its commas. Blank scopes are dropped; without any
// scope the list is nil.
func (u User) ScopeList() []string {
	var list []string
	for scope := range strings.SplitSeq(u.Scopes.Or(""), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			list = append(list, scope)
		}
	}
	return list
}
