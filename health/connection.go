package health

import "github.com/terra-go/terra/opt"

type Connection struct {
	ID               opt.Value[int64]  `json:"id,omitzero"`
	ReferenceID      opt.Value[string] `json:"reference_id,omitzero"`
	CreatedAt        Timestamp         `json:"created_at,omitzero"`
	Provider         opt.Value[string] `json:"provider,omitzero"`
	LastPolledAt     Timestamp         `json:"last_polled_at,omitzero"`
	LastUpdatedAt    Timestamp         `json:"last_updated_at,omitzero"`
	MostRecentDataAt Timestamp         `json:"most_recent_data_at,omitzero"`
	Scopes           []string          `json:"scopes,omitzero"`
}
