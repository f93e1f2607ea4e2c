package health

import "github.com/terra-go/terra/opt"

// Connection is a [User] as the v3 interface tells it, which Terra has published
// for hormones alone.
type Connection struct {
	// Terra's number for the connection; not a User's UserID.
	ID opt.Value[int64] `json:"id,omitzero"`
	// Provider code in capitals, such as MIRA.
	Provider opt.Value[string] `json:"provider,omitzero"`
	// Your own identifier of the person, as given when they were connected.
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	// What the person allowed, in the provider's own words; empty for a provider
	// that knows no scopes.
	Scopes []string `json:"scopes,omitzero"`
	// When the person first connected.
	CreatedAt Timestamp `json:"created_at,omitzero"`
	// When Terra last asked the provider for data; null where the provider only
	// ever pushes.
	LastPolledAt Timestamp `json:"last_polled_at,omitzero"`
	// When data last came from the provider.
	LastUpdatedAt Timestamp `json:"last_updated_at,omitzero"`
	// Time of the newest stored sample, which stays behind LastUpdatedAt when the
	// provider had nothing new.
	MostRecentDataAt Timestamp `json:"most_recent_data_at,omitzero"`
}
