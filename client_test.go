package terra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
)

func TestNewRefusesCredentials(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]terra.Credentials{
		"none":               {},
		"no dev id":          {APIKey: "key"},
		"no key":             {DevID: "dev"},
		"line break in key":  {DevID: "dev", APIKey: "key\n"},
		"space in dev id":    {DevID: "dev id", APIKey: "key"},
		"beyond ASCII":       {DevID: "dev", APIKey: "schlüssel"},
		"secret alone":       {SigningSecret: "secret"},
		"header from dev id": {DevID: "dev\r\nx: y", APIKey: "key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := terra.New(c)
			wantArgument(t, err, "credentials")
			if client != nil {
				t.Error("got a client beside the error")
			}
		})
	}
	if _, err := terra.New(terra.Credentials{DevID: "dev", APIKey: "key"}); err != nil {
		t.Errorf("without a signing secret: %v", err)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		terra.BaseURL,
		terra.LegacyBaseURL,
		terra.BaseURL + "/",
		"https://proxy.example:8443/terra",
		"http://127.0.0.1:8787/api/v2",
		"http://127.8.9.10",
		"http://localhost:80/v2/",
		"http://LOCALHOST",
		"http://[::1]:8787/v2",
		"http://[::ffff:127.0.0.1]:1",
	} {
		if _, err := terra.New(credentials, terra.WithBaseURL(base)); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	for _, base := range []string{
		"",
		"/api/v2",
		"access.tryterra.co/api/v2",
		"http://access.tryterra.co/api/v2",
		"http://localhost.example",
		"http://127.0.0.1.example",
		"http://10.0.0.1",
		"http://0.0.0.0:8787",
		"http://[fe80::1]",
		"ftp://127.0.0.1",
		"ws://127.0.0.1",
		"https://",
		"https://user:password@proxy.example",
		"https://proxy.example/?key=value",
		"https://proxy.example/?",
		"https://proxy.example/#here",
		"https://proxy.example:port",
		"https://proxy example",
	} {
		_, err := terra.New(credentials, terra.WithBaseURL(base))
		wantArgument(t, err, "base URL")
		if base != "" && strings.Contains(err.Error(), base) {
			t.Errorf("the error for %s repeats it", base)
		}
	}
}

func TestOptionsRefuse(t *testing.T) {
	t.Parallel()
	for argument, opts := range map[string][]terra.Option{
		"HTTP client":    {terra.WithHTTPClient(nil)},
		"logger":         {terra.WithLogger(nil)},
		"response limit": {terra.WithMaxResponseBytes(0), terra.WithMaxResponseBytes(-1)},
		"retry policy": {
			terra.WithRetry(terra.RetryPolicy{Attempts: -1}),
			terra.WithRetry(terra.RetryPolicy{Timeout: -1}),
			terra.WithRetry(terra.RetryPolicy{MinDelay: -1}),
			terra.WithRetry(terra.RetryPolicy{MaxDelay: -1}),
			terra.WithRetry(terra.RetryPolicy{MinDelay: 2, MaxDelay: 1}),
			terra.WithRetry(terra.RetryPolicy{MinDelay: time.Minute}),
		},
	} {
		for _, opt := range opts {
			_, err := terra.New(credentials, opt)
			wantArgument(t, err, argument)
		}
	}
}

func TestCredentialsFromEnv(t *testing.T) {
	for name, value := range map[string]string{"TERRA_DEV_ID": "", "TERRA_API_KEY": "", "TERRA_SIGNING_SECRET": "s"} {
		t.Setenv(name, value)
	}
	_, err := terra.CredentialsFromEnv()
	wantArgument(t, err, "credentials")
	for _, name := range []string{"TERRA_DEV_ID", "TERRA_API_KEY"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
		t.Setenv(name, "value of "+name)
	}
	c, err := terra.CredentialsFromEnv()
	if want := (terra.Credentials{DevID: "value of TERRA_DEV_ID", APIKey: "value of TERRA_API_KEY", SigningSecret: "s"}); err != nil || c != want {
		t.Errorf("credentials differ from the environment (error %v)", err)
	}
}

// However credentials or a client that holds them are printed, none of them shows.
func TestCredentialsNeverShow(t *testing.T) {
	t.Parallel()
	c := terra.Credentials{DevID: "plantedmarker1", APIKey: "plantedmarker2", SigningSecret: "plantedmarker3"}
	client, err := terra.New(c)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Name        string
		Credentials terra.Credentials
		Pointer     *terra.Credentials
	}
	values := map[string]any{
		"value": c, "pointer": &c, "holder": holder{"h", c, &c}, "slice": []terra.Credentials{c}, "map": map[string]any{"c": c},
		"client": client, "client value": *client, "service": client.Users, "collection": client.Sleep,
	}
	var out bytes.Buffer
	text := slog.New(slog.NewTextHandler(&out, nil))
	lines := slog.New(slog.NewJSONHandler(&out, nil))
	for name, v := range values {
		out.Reset()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
		_ = json.NewEncoder(&out).Encode(v)
		text.Info("credentials", "v", v)
		lines.Info("credentials", "v", v)
		for form, hidden := range map[string]string{"plain": "plantedmarker", "hex": fmt.Sprintf("%x", "plantedmarker")} {
			if strings.Contains(strings.ToLower(out.String()), hidden) {
				t.Errorf("%s shows its credentials (%s)", name, form)
			}
		}
	}
	marshalled, _ := c.MarshalText()
	for _, s := range []string{c.String(), c.GoString(), string(marshalled), c.LogValue().String()} {
		if s != "[redacted]" {
			t.Error("credentials have another text than [redacted]")
		}
	}
}

func TestClientLeavesTheCallersHTTPClientAlone(t *testing.T) {
	t.Parallel()
	mine := &http.Client{}
	if _, err := terra.New(credentials, terra.WithHTTPClient(mine)); err != nil {
		t.Fatal(err)
	}
	if mine.CheckRedirect != nil || mine.Transport != nil {
		t.Error("the caller's http.Client was changed")
	}
}
