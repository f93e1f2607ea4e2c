package health

import "github.com/terra-go/terra/opt"

type User struct {
	UserID            string            `json:"user_id,omitzero"`
	Provider          string            `json:"provider,omitzero"`
	CreatedAt         Timestamp         `json:"created_at,omitzero"`
	LastWebhookUpdate Timestamp         `json:"last_webhook_update,omitzero"`
	Scopes            opt.Value[string] `json:"scopes,omitzero"`
	ReferenceID       opt.Value[string] `json:"reference_id,omitzero"`
	Active            opt.Value[bool]   `json:"active,omitzero"`
}
