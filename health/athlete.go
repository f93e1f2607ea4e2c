package health

import "github.com/terra-go/terra/opt"

// Athlete is the profile a person keeps with a source: who they are, as far as
// they let it be known. A connection has one; the latest delivery replaces it.
type Athlete struct {
	// The source's own identifier of the account.
	ProviderUserID opt.Value[string] `json:"provider_user_id,omitzero"`
	// Date the person signed up with the source.
	AccountCreationDate Timestamp `json:"account_creation_date,omitzero"`

	// Given name.
	FirstName opt.Value[string] `json:"first_name,omitzero"`
	// Family name.
	LastName opt.Value[string] `json:"last_name,omitzero"`
	// Address the account is registered with.
	Email opt.Value[string] `json:"email,omitzero"`
	// What the person says of themselves on the profile.
	Bio opt.Value[string] `json:"bio,omitzero"`

	// Birthday, a date alone; read it with [Timestamp.Date].
	DateOfBirth Timestamp `json:"date_of_birth,omitzero"`
	// Years since birth at the time of delivery.
	Age opt.Value[int64] `json:"age,omitzero"`
	// Physical sex in the source's words, such as "male".
	Sex opt.Value[string] `json:"sex,omitzero"`
	// Gender in the source's words, such as "male".
	Gender opt.Value[string] `json:"gender,omitzero"`

	// Town of residence.
	City opt.Value[string] `json:"city,omitzero"`
	// State or province of residence.
	State opt.Value[string] `json:"state,omitzero"`
	// Country of residence, by name or by code.
	Country opt.Value[string] `json:"country,omitzero"`
}
