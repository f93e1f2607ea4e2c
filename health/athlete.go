package health

import "github.com/terra-go/terra/opt"

type Athlete struct {
	Age                 opt.Value[int64]  `json:"age,omitzero"`
	Country             opt.Value[string] `json:"country,omitzero"`
	Bio                 opt.Value[string] `json:"bio,omitzero"`
	State               opt.Value[string] `json:"state,omitzero"`
	LastName            opt.Value[string] `json:"last_name,omitzero"`
	Sex                 opt.Value[string] `json:"sex,omitzero"`
	City                opt.Value[string] `json:"city,omitzero"`
	Email               opt.Value[string] `json:"email,omitzero"`
	DateOfBirth         Timestamp         `json:"date_of_birth,omitzero"`
	FirstName           opt.Value[string] `json:"first_name,omitzero"`
	Gender              opt.Value[string] `json:"gender,omitzero"`
	AccountCreationDate Timestamp         `json:"account_creation_date,omitzero"`
	ProviderUserID      opt.Value[string] `json:"provider_user_id,omitzero"`
}
