package terra

import "github.com/terra-go/terra/health"

// User is one connection between a person and a provider. A person with two
// providers is two Users, tied together by ReferenceID.
type User = health.User
