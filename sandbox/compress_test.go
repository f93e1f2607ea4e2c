package sandbox_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

func TestCompressedData(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	garmin := connect(t, s, "GARMIN", "anna").UserID
	strava := connect(t, s, "STRAVA", "anna").UserID
	for _, base := range bases {
		for _, user := range []string{garmin, strava} { // with data and without
			path := base + "/daily?to_webhook=false&with_samples=true&start_date=2026-03-01&end_date=2026-03-03&user_id=" + user
			plain := call(t, s, "GET", path, "", "Accept-Encoding", "identity")
			if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" {
				t.Error("compressed without being asked to be")
			}
			small := call(t, s, "GET", path, "", "Accept-Encoding", "br, gzip;q=0.8")
			r, err := gzip.NewReader(strings.NewReader(small.text))
			if err != nil || small.Header.Get("Content-Encoding") != "gzip" {
				t.Fatalf("%s: not compressed", base)
			}
			text, err := io.ReadAll(r)
			if err != nil || string(text) != plain.text {
				t.Errorf("%s: another text when compressed", base)
			}
			if user == garmin && len(small.text) > len(plain.text)/5 {
				t.Errorf("%s: %d bytes of %d, want at most a fifth", base, len(small.text), len(plain.text))
			}
		}
	}
	for _, accept := range []string{"gzip;q=0", "gzip; q=0.0", "br", "gzip;q=x", "x-gzip"} {
		a := call(t, s, "GET", "/api/v2/daily?to_webhook=false&start_date=2026-03-01&user_id="+garmin, "", "Accept-Encoding", accept)
		if a.Header.Get("Content-Encoding") != "" {
			t.Errorf("compressed for %q", accept)
		}
	}
	if a := call(t, s, "HEAD", "/api/v2/daily?to_webhook=false&start_date=2026-03-01&user_id="+garmin, "", "Accept-Encoding", "gzip"); a.StatusCode != 200 || a.text != "" {
		t.Errorf("HEAD: status %d", a.StatusCode)
	}
}
