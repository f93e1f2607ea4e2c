package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/webhook"
)

// TestPoison sends what is signed well and cannot be applied, in between what can.
// The one ends in the dead letters with a reason, and does not hold up the other.
func TestPoison(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	poison := map[string]string{
		"empty":                 "",
		"no JSON":               "hello",
		"broken off":            `{"type":"daily","user":{"user_id":"person-1"},"data":[{`,
		"two values":            `{"type":"daily","user":{"user_id":"person-1"},"data":[]}{}`,
		"no UTF-8":              "{\"type\":\"daily\",\"user\":{\"user_id\":\"\xff\xfe\"},\"data\":[{]}",
		"zeros":                 strings.Repeat("\x00", 1000),
		"a list":                `[]`,
		"null":                  `null`,
		"a number":              `1e400`,
		"data of another kind":  `{"type":"daily","user":{"user_id":"person-1"},"data":"x"}`,
		"a record that is none": `{"type":"daily","user":{"user_id":"person-1","provider":"GARMIN"},"data":[7]}`,
		"no day":                `{"type":"daily","user":{"user_id":"person-1","provider":"GARMIN"},"data":[{"distance_data":{"steps":1}}]}`,
		"nobody":                `{"type":"daily","data":[{"metadata":{"start_time":"2026-01-01T00:00:00Z","end_time":"2026-01-02T00:00:00Z"}}]}`,
		"an endless id":         `{"type":"daily","user":{"user_id":"` + strings.Repeat("x", 1<<20) + `","provider":"GARMIN"},"data":[{"metadata":{"start_time":"2026-01-01T00:00:00Z"}}]}`,
		"deep":                  strings.Repeat("[", 1<<20),
		"deep inside":           `{"type":"daily","user":{"user_id":"person-1"},"data":` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`,
		"a bad address":         `{"type":"s3_payload","url":"http://169.254.169.254/latest/meta-data","expires_in":300}`,
		"60 MB":                 `{"type":"daily","user":{"user_id":"person-1"},"data":["` + strings.Repeat("x", 60<<20),
	}
	onEveryStore(t, func(t *testing.T, db string, args []string) {
		s := startServed(t, args...)
		load := startLoad(t, 2)
		load.direct(s.Webhook)
		for name, body := range poison {
			eventually(t, name+" is taken", func() bool { // at once, unless the machine is busy
				return deliver(t, s.Webhook, name, body) == http.StatusOK
			})
			load.await(t, 2)
		}
		n := load.stop(t)
		dead := len(poison)
		check := func(when string) {
			t.Helper()
			s.settled(t, dead)
			events, counts := listEvents(t, append(args, "--limit", "0")...)
			if counts != (eventCounts{Applied: n, Dead: dead}) {
				t.Errorf("%s, the counts are %+v, want %d applied and %d dead", when, counts, n, dead)
			}
			for _, e := range events {
				if _, poisoned := poison[e.ID]; poisoned != (e.Reason != "") || len(e.Reason) > 500 || strings.Contains(e.Reason, "person-") {
					t.Errorf("%s, a reason is %d bytes long, or says too much", when, len(e.Reason))
				}
			}
		}
		check("delivered")
		if status, _, log := terrago(t, append([]string{"events", "replay", "--dead"}, args...)...); status != exitDone {
			t.Errorf("replayed: status %d\n%s", status, log)
		}
		check("replayed")
		s.stop(t)
		checkLanded(t, db, n)
	})
}

// TestSiege has senders that are slow, or send too much, and one that does neither.
// That one is served.
func TestSiege(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	const each = 50
	dir := t.TempDir()
	args := []string{"--db", "sqlite:" + filepath.Join(dir, "t.db")}
	s := startServed(t, append(args, "--read-timeout", "3s", "--max-body", "4MiB", "--max-concurrent", "500")...)
	address := strings.TrimSuffix(strings.TrimPrefix(s.Webhook, "http://"), webhookPath)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	head := "POST " + webhookPath + " HTTP/1.1\r\nHost: x\r\n"
	text := loadBody(0)
	good := fmt.Sprintf("%s: %s\r\n", webhook.HeaderSignature, signed(ctx, s.Webhook, "x", nil, text).Header.Get(webhook.HeaderSignature))
	attacks := map[string]struct {
		begin, drip string
		answers     []string // statuses of the answer, if there is one
	}{
		"slow headers":          {head, "X-A: b\r\n", nil},
		"slow line":             {"PO", "S", []string{"400", "408"}},
		"slow body":             {head + good + "Content-Length: 100000\r\n\r\n", "x", []string{"408"}},
		"many headers":          {head + strings.Repeat("X-A: b\r\n", 100_000), "X-A: b\r\n", []string{"431"}},
		"a long header":         {head + "X-A: " + strings.Repeat("b", 1<<20), "b", []string{"431"}},
		"a large body":          {head + good + "Content-Length: 1000000000\r\n\r\n", "x", []string{"413"}},
		"a large body in parts": {head + good + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 70), "x", []string{"413", "408"}},
		"no HTTP":               {"\x16\x03\x01\x02\x00\r\n\r\n", "x", []string{"400"}},
	}
	ended := make(chan string) // what an attack that is over has missed
	for name, a := range attacks {
		for range each {
			go func() {
				first, err := attack(ctx, address, a.begin, a.drip)
				problem := ""
				if err != nil {
					problem = fmt.Sprintf("%s: never ends: %v", name, err)
				}
				// An answer may be lost when the server ends a connection on which more arrives.
				if first != "" && !slices.ContainsFunc(a.answers, func(status string) bool { return strings.HasPrefix(first, "HTTP/1.1 "+status) }) {
					problem = fmt.Sprintf("%s: the answer is %.20q", name, first)
				}
				ended <- problem
			}()
		}
	}
	load := startLoad(t, 2)
	load.direct(s.Webhook)
	served, problems := 0, make(map[string]int)
	for range each * len(attacks) {
		if p := <-ended; p != "" {
			problems[p]++
		}
		load.mu.Lock()
		served = load.acked
		load.mu.Unlock()
	}
	for p, n := range problems {
		t.Errorf("%d times %s", n, p)
	}
	if served < 50 {
		t.Errorf("%d deliveries were acknowledged in the siege", served)
	}
	n := load.stop(t)
	s.settled(t, 0)
	if got := s.metric(t, `terrago_deliveries_total{answer="refused"}`); got < each {
		t.Errorf("%v are counted as refused", got)
	}
	if got := s.metric(t, `terrago_deliveries_total{answer="stored"}`); got != float64(n) {
		t.Errorf("%v are counted as stored, want %d", got, n)
	}
	eventually(t, "nobody holds on", func() bool { return s.metric(t, "go_goroutines") < each })
	s.stop(t)
	checkLanded(t, args[1], n)
}

// attack sends begin and then drip after drip, until the connection ends. It returns
// the first line that is answered, if any.
func attack(ctx context.Context, address, begin, drip string) (string, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for text := begin; ; text = drip {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			<-tick.C
		}
	}()
	r := bufio.NewReader(conn)
	first, _ := r.ReadString('\n')
	io.Copy(io.Discard, r)
	return first, ctx.Err()
}
