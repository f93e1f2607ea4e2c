package console_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
)

// listen opens the stream and returns the versions as they come; the channel is closed
// at its end.
func listen(t *testing.T, url string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("status %d, %s", resp.StatusCode, got)
	}
	versions := make(chan string, 100)
	go func() {
		defer close(versions)
		defer resp.Body.Close()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if version, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				versions <- version
			}
		}
	}()
	return versions
}

func TestLive(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	first, second := listen(t, f.URL), listen(t, f.URL)
	version := <-first
	contains(t, f.get(t, "/", 200), `data-version="`+version+`"`)
	if other := <-second; other != version {
		t.Error("two pages hear of different versions")
	}
	f.connect(t, "ada")
	for heard := range first { // one at least, and at last that of the page
		if strings.Contains(f.get(t, "/", 200), `data-version="`+heard+`"`) {
			break
		}
	}
	if heard := <-second; heard == version {
		t.Error("a new person leaves the version as it was")
	}
}

// A stream outlives the limits of the server, and ends when the console is closed.
func TestLiveEndsWithTheConsole(t *testing.T) {
	t.Parallel()
	h := newConsole(t, console.Config{Store: newStores(t)})
	server := httptest.NewUnstartedServer(h)
	const limit = time.Second // within which a slow machine sends and reads a request
	server.Config.ReadTimeout = limit
	server.Config.WriteTimeout = limit
	server.Start()
	versions := listen(t, server.URL)
	<-versions
	past := time.NewTimer(3 * limit / 2)
	select {
	case <-past.C:
	case _, open := <-versions:
		if !open {
			t.Error("the stream ended with the server's limits")
		}
	}
	h.Close()
	for range versions { //nolint:revive // until it ends
	}
	server.Close() // waits for every request
	h.Close()      // again does nothing
}

func TestStaysReadableWithoutStreams(t *testing.T) {
	t.Parallel()
	h := newConsole(t, console.Config{Store: newStores(t)})
	h.Close()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}
