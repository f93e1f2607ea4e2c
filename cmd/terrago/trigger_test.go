package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestTriggerEnds: Ctrl-C ends an endless series with its summary.
func TestTriggerEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if n.Add(1) == 20 {
			cancel()
		}
	}))
	defer server.Close()
	var out, log bytes.Buffer
	status := run(ctx, []string{"trigger", "auth", "--to", server.URL, "--count", "0", "--json"}, stdio{strings.NewReader(""), &out, &log})
	var v struct {
		Events  []sentEvent
		Summary seriesSummary
	}
	if err := json.Unmarshal(out.Bytes(), &v); err != nil || status != exitDone {
		t.Fatalf("status %d, %v\n%s", status, err, &log)
	}
	if v.Summary.Accepted < 20 || v.Summary.Accepted != len(v.Events) || v.Summary.Latency == nil {
		t.Errorf("%d accepted of %d", v.Summary.Accepted, len(v.Events))
	}
	traces := map[string]bool{}
	for _, e := range v.Events {
		traces[e.TraceID] = true
	}
	if len(traces) != len(v.Events) {
		t.Error("some have the same trace id")
	}
}

// TestTriggerBadReceivers: one that never answers and one that never ends its answer
// hold nothing up.
func TestTriggerBadReceivers(t *testing.T) {
	t.Parallel()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer hanging.Close()
	if status, _, log := terrago(t, "trigger", "auth", "--to", hanging.URL, "--timeout", "20ms"); status != exitFailed || !strings.Contains(log, "no answer in time") {
		t.Errorf("it hangs: status %d\n%s", status, log)
	}
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	if status, _, log := terrago(t, "trigger", "auth", "--to", endless.URL); status != exitDone {
		t.Errorf("it answers without end: status %d\n%s", status, log)
	}
	elsewhere := httptest.NewServer(http.RedirectHandler(endless.URL, http.StatusTemporaryRedirect))
	defer elsewhere.Close()
	if status, _, log := terrago(t, "trigger", "auth", "--to", elsewhere.URL); status != exitFailed || !strings.Contains(log, "307") {
		t.Errorf("it redirects: status %d\n%s", status, log)
	}
}

type senderFunc func(ctx context.Context) ([]sentEvent, error)

func (f senderFunc) send(ctx context.Context) ([]sentEvent, error) { return f(ctx) }

// TestTriggerRate: events set out at their times, also while others are under way.
func TestTriggerRate(t *testing.T) {
	t.Parallel()
	for text, period := range map[string]time.Duration{"4": 250 * time.Millisecond, "2/s": time.Second / 2, "30/m": 2 * time.Second, "60/h": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			c := triggerCommand{Count: 11}
			if err := c.Rate.UnmarshalText([]byte(text)); err != nil {
				t.Fatal(err)
			}
			slow := senderFunc(func(context.Context) ([]sentEvent, error) {
				time.Sleep(3 * period)
				return []sentEvent{{Status: 200}}, nil
			})
			began := time.Now()
			n := 0
			for range c.series(t.Context(), slow) {
				n++
			}
			if took := time.Since(began).Round(time.Millisecond); n != 11 || took != 13*period {
				t.Errorf("%s: %d in %v, want 11 in %v", text, n, took, 13*period)
			}
		})
	}
	for _, text := range []string{"", "0", "-1/s", "1/d", "x/s", "1e9/s", "NaN/s", "+Inf", "1/s/s"} {
		if err := new(rate).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a rate", text)
		}
	}
}

// TestTriggerBreaksOff: what is wrong before the receiver ends the series.
func TestTriggerBreaksOff(t *testing.T) {
	t.Parallel()
	n := 0
	problem := errors.New("no such user")
	failing := senderFunc(func(context.Context) ([]sentEvent, error) {
		if n++; n > 3 {
			return nil, problem
		}
		return []sentEvent{{Event: "daily", Status: 200, Delivered: true}}, nil
	})
	var out bytes.Buffer
	o := &output{stdio: stdio{out: &out, err: io.Discard}, format: formatTable}
	err := triggerCommand{Count: 100}.send(t.Context(), o, failing)
	if !errors.Is(err, problem) || strings.Count(out.String(), "daily delivered") != 3 || !strings.Contains(out.String(), "3 sent") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// TestTriggerTwoReceivers: one event to several destinations has a summary, too.
func TestTriggerTwoReceivers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := senderFunc(func(context.Context) ([]sentEvent, error) {
			time.Sleep(2 * time.Second)
			return []sentEvent{{Status: 200, Delivered: true}, {Status: 200, Delivered: true}}, nil
		})
		var out bytes.Buffer
		o := &output{stdio: stdio{out: &out, err: io.Discard}, format: formatTable}
		if err := (triggerCommand{Count: 1}).send(t.Context(), o, slow); err != nil || !strings.Contains(out.String(), "2 sent in 2.0 s, 1.0 a second") {
			t.Errorf("%v\n%s", err, &out)
		}
	})
}

func TestTriggerSummary(t *testing.T) {
	t.Parallel()
	var s seriesSummary
	for i := range 200 {
		s.add(sentEvent{Status: 200, Delivered: true, Took: time.Duration(200-i) * time.Millisecond}, true)
	}
	s.add(sentEvent{Took: time.Hour}, false)
	s.add(sentEvent{Status: 500, Took: time.Second}, false)
	s.end(10 * time.Second)
	if s.Sent != 202 || s.Accepted != 200 || s.Refused != 1 || s.Unanswered != 1 || s.Unexpected != 2 || s.PerSecond != 20.2 {
		t.Errorf("%+v", s)
	}
	if want := (percentiles{101, 181, 199, 1000}); *s.Latency != want {
		t.Errorf("%+v, want %+v", *s.Latency, want)
	}
}
