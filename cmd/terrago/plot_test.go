package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox"
)

// TestPlotRun draws a run of one of several people.
func TestPlotRun(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	plot := func(args ...string) (status int, stdout, stderr string) {
		var out, log bytes.Buffer
		args = append([]string{"plot", "run", "--sandbox", "--base-url", server.URL + "/api/v2"}, args...)
		status = run(t.Context(), args, stdio{strings.NewReader(""), &out, &log})
		return status, out.String(), log.String()
	}

	if status, _, log := plot(); status != exitUsage || !strings.Contains(log, "nobody is connected yet") {
		t.Errorf("without anybody: status %d, %s", status, log)
	}
	const people = 12 // among whom somebody runs
	for i := range people {
		if _, err := s.Connect([]string{"GARMIN", "FITBIT"}[i%2], fmt.Sprint("person ", i/2)); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, log := plot(); status != exitUsage || !strings.Contains(log, "12 connections are there; say whose with --user") {
		t.Errorf("without a word whose: status %d, %s", status, log)
	}
	if status, _, log := plot("--reference-id", "person 1"); status != exitUsage || !strings.Contains(log, "2 connections have that reference id (FITBIT, GARMIN); say which with --user") {
		t.Errorf("of one who is connected twice: status %d, %s", status, log)
	}

	file := filepath.Join(t.TempDir(), "run.png")
	for _, u := range s.Users() {
		status, stdout, _ := plot("--user", u.UserID, "--out", file, "--json")
		if status != exitDone {
			continue
		}
		var v drawn
		if err := json.Unmarshal([]byte(stdout), &v); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(v.Title, "Running, ") || !strings.Contains(v.Description, "minutes per kilometre") || v.Points < 1000 {
			t.Errorf("not a run: %d points, %s", v.Points, v.Description)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != 2*v.Width || img.Bounds().Dy() != 2*v.Height {
			t.Errorf("the file is no PNG of %d by %d: %v", v.Width, v.Height, err)
		}
		if status, stdout, _ := plot("--user", u.UserID, "--format", "png"); status != exitDone || stdout != string(b) {
			t.Errorf("the standard output is not the file: status %d, %d bytes of %d", status, len(stdout), len(b))
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Error("others can look at the picture")
		}
		return
	}
	t.Errorf("none of %d people ran in four weeks", people)
}
