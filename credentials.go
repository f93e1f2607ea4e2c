package terra

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// Credentials identify one Terra environment. Testing, staging and production
// each have their own three, shown in the Terra dashboard.
//
// However a Credentials is printed, logged or marshalled, none of it shows.
type Credentials struct {
	DevID  string
	APIKey string

	// SigningSecret signs webhook deliveries. It is not the APIKey and is never
	// sent; a Client works without it.
	SigningSecret string
}

const redacted = "[redacted]"

// CredentialsFromEnv reads TERRA_DEV_ID, TERRA_API_KEY and TERRA_SIGNING_SECRET.
// The first two must be set; an [ArgumentError] names those that are not.
func CredentialsFromEnv() (Credentials, error) {
	c := Credentials{
		DevID:         os.Getenv("TERRA_DEV_ID"),
		APIKey:        os.Getenv("TERRA_API_KEY"),
		SigningSecret: os.Getenv("TERRA_SIGNING_SECRET"),
	}
	var missing []string
	if c.DevID == "" {
		missing = append(missing, "TERRA_DEV_ID")
	}
	if c.APIKey == "" {
		missing = append(missing, "TERRA_API_KEY")
	}
	if len(missing) > 0 {
		return Credentials{}, &ArgumentError{"credentials", strings.Join(missing, " and ") + " not set"}
	}
	return c, nil
}

// String is "[redacted]".
func (Credentials) String() string { return redacted }

// GoString is "[redacted]".
func (Credentials) GoString() string { return redacted }

// Format writes "[redacted]" whatever the verb.
func (Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is "[redacted]".
func (Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is "[redacted]"; Credentials cannot be stored by marshalling them.
func (Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON is the string "[redacted]".
func (Credentials) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

func (c Credentials) validate() error {
	switch {
	case c.DevID == "":
		return &ArgumentError{"credentials", "DevID is empty"}
	case c.APIKey == "":
		return &ArgumentError{"credentials", "APIKey is empty"}
	case !isHeaderValue(c.DevID):
		return &ArgumentError{"credentials", "DevID holds a character that no header may carry"}
	case !isHeaderValue(c.APIKey):
		return &ArgumentError{"credentials", "APIKey holds a character that no header may carry"}
	}
	return nil
}

// isHeaderValue is true for printable ASCII without spaces, which no key has but
// a key read from a file with its line break does.
func isHeaderValue(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
