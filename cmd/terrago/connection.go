package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/sandbox"
)

const (
	sandboxAddr = sandbox.DefaultAddr
	sandboxURL  = "http://" + sandboxAddr + "/api/v2"
)

// connection is where a command sends its requests, and as whom.
type connection struct {
	Sandbox    bool   `help:"Talk to a sandbox on this machine, with the sandbox's own credentials." group:"Connection"`
	BaseURL    string `name:"base-url" placeholder:"URL" env:"TERRA_BASE_URL" help:"Address of the API, if not Terra's or, with --sandbox, ${sandbox_addr}." group:"Connection"`
	DevIDFile  string `name:"dev-id-file" placeholder:"FILE" help:"Read the dev id from a file instead of TERRA_DEV_ID." group:"Connection"`
	APIKeyFile string `name:"api-key-file" placeholder:"FILE" help:"Read the API key from a file instead of TERRA_API_KEY." group:"Connection"`
}

func (c connection) client(log *slog.Logger, opts ...terra.Option) (*terra.Client, error) {
	credentials, err := c.credentials()
	if err != nil {
		return nil, err
	}
	client, err := terra.New(credentials, append(opts, terra.WithBaseURL(c.baseURL()), terra.WithLogger(log))...)
	if err != nil {
		return nil, usagef("%s", err)
	}
	return client, nil
}

func (c connection) baseURL() string {
	if c.Sandbox {
		return cmp.Or(c.BaseURL, sandboxURL)
	}
	return cmp.Or(c.BaseURL, terra.BaseURL)
}

func (c connection) credentials() (terra.Credentials, error) {
	if c.Sandbox {
		return sandboxCredentials(), nil
	}
	devID, err := secret("TERRA_DEV_ID", c.DevIDFile)
	if err != nil {
		return terra.Credentials{}, err
	}
	apiKey, err := secret("TERRA_API_KEY", c.APIKeyFile)
	if err != nil {
		return terra.Credentials{}, err
	}
	if devID == "" || apiKey == "" {
		return terra.Credentials{}, usagef("no credentials: set TERRA_DEV_ID and TERRA_API_KEY, " +
			"or add --sandbox to talk to a sandbox on this machine")
	}
	return terra.Credentials{DevID: devID, APIKey: apiKey}, nil
}

// explain adds to a failed request what its sender can do about it. It may hold what
// the API says, so it is for the sender alone.
func (c connection) explain(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*terra.ArgumentError](err); ok {
		return usagef("%s", e)
	}
	hint := c.hint(err)
	if e, ok := errors.AsType[*terra.Error](err); ok && hint == "" {
		hint = safeio.String(cmp.Or(e.Detail, e.Message))
	}
	return withHint(err, hint)
}

// hint is what can be done about a failed request, or nothing.
func (c connection) hint(err error) string {
	switch {
	case errors.Is(err, terra.ErrConnection) && c.Sandbox:
		return noSandbox(c.baseURL())
	case errors.Is(err, terra.ErrConnection):
		return "nothing answers at " + c.baseURL()
	case errors.Is(err, terra.ErrUnauthorized) && c.Sandbox:
		return c.baseURL() + " does not know a sandbox's credentials; is it one?"
	case errors.Is(err, terra.ErrUnauthorized):
		return "check TERRA_DEV_ID and TERRA_API_KEY, and that both are of the same environment"
	case errors.Is(err, terra.ErrQueued):
		return "ask for fewer days, or add --to-webhook"
	}
	return ""
}

// withHint adds a hint to an error that does not say the same already.
func withHint(err error, hint string) error {
	if hint == "" || strings.Contains(err.Error(), hint) {
		return err
	}
	return fmt.Errorf("%w (%s)", err, hint)
}

// noSandbox says how to come by a sandbox where baseURL points.
func noSandbox(baseURL string) string {
	start := "terrago sandbox"
	if u, err := url.Parse(baseURL); err == nil && u.Host != sandboxAddr {
		start += " --addr " + u.Host
	}
	return "no sandbox answers at " + baseURL + "; start one with: " + start
}

func sandboxCredentials() terra.Credentials {
	return terra.Credentials{
		DevID:         sandbox.DefaultDevID,
		APIKey:        sandbox.DefaultAPIKey,
		SigningSecret: sandbox.DefaultSigningSecret,
	}
}

// signingSecrets are those in files, one on each line, or else those in the
// environment, separated by commas: more than one while a secret is being replaced,
// the newest first. There may be none.
func signingSecrets(files ...string) ([]string, error) {
	files = slices.DeleteFunc(files, func(file string) bool { return file == "" })
	secrets := strings.Split(os.Getenv("TERRA_SIGNING_SECRET"), ",")
	if len(files) > 0 {
		secrets = nil
	}
	for _, file := range files {
		text, err := secret("", file)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })...)
	}
	for i, s := range secrets {
		secrets[i] = strings.TrimSpace(s)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" }), nil
}

// signingSecret is the one to sign with: the newest, or the sandbox's own without any.
func signingSecret(file string) (string, error) {
	secrets, err := signingSecrets(file)
	return append(secrets, sandbox.DefaultSigningSecret)[0], err
}

// secret reads file, or the environment when there is none. It may be empty.
func secret(variable, file string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	const limit = 4 << 10
	f, err := os.Open(file)
	if err != nil {
		return "", usagef("%s", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	b = bytes.TrimSpace(b)
	switch {
	case err != nil:
		return "", usagef("%s", err)
	case len(b) == 0:
		return "", usagef("%s is empty", file)
	case len(b) > limit:
		return "", usagef("%s is too long to hold a key", file)
	}
	return string(b), nil
}
