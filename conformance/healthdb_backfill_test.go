package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// patient is a service on a clock of its own, reached without a network, and a store.
type patient struct {
	*sandbox.Server
	*rowStore
	client *terra.Client

	mu    sync.Mutex
	asked []string                                               // "user path status", in order
	block func(w http.ResponseWriter, r *http.Request) (ok bool) // answers instead of the service when true
}

// onVirtualClock runs a test whose waits take no time.
func onVirtualClock(t *testing.T, test func(t *testing.T, s *patient)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.New()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		s := &patient{Server: server, rowStore: newRows(t, newSQLite(t))}
		s.client, err = terra.New(server.Credentials(), terra.WithHTTPClient(&http.Client{Transport: s}))
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

// RoundTrip has the service answer.
func (s *patient) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if broken := recover(); broken == http.ErrAbortHandler {
			resp, err = nil, errBroken
		} else if broken != nil {
			panic(broken)
		}
	}()
	r = r.Clone(r.Context())
	r.Body = http.NoBody
	w := httptest.NewRecorder()
	s.mu.Lock()
	block := s.block
	s.mu.Unlock()
	if block == nil || !block(w, r) {
		s.ServeHTTP(w, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]
	s.asked = append(s.asked, fmt.Sprint(r.URL.Query().Get("user_id"), path, " ", w.Code))
	if w.Code == http.StatusTeapot {
		return nil, errBroken
	}
	return w.Result(), nil
}

var errBroken = errors.New("the connection breaks")

func (s *patient) refusals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, line := range s.asked {
		if strings.HasSuffix(line, " 429") {
			n++
		}
	}
	return n
}

func (s *patient) connect(t *testing.T, reference string) health.User {
	t.Helper()
	user, err := s.Connect("GARMIN", reference, sandbox.WithPersona("ordinary"))
	if err != nil {
		t.Fatal(err)
	}
	if err := healthdb.Store[health.Daily](t.Context(), s.db, user, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	return user
}

// days are so many, up to some days before today.
func (s *patient) days(n int) terra.Range {
	end := health.DateOf(time.Now().UTC()).AddDays(-3)
	return terra.Between(end.AddDays(-n), end)
}

// TestBackfillKeepsToTheLimit asks for more days than an hour has: it waits, and is
// not refused a single time.
func TestBackfillKeepsToTheLimit(t *testing.T) {
	onVirtualClock(t, func(t *testing.T, s *patient) {
		s.connect(t, "anna")
		began := time.Now()
		var waits []healthdb.BackfillProgress
		got, err := s.db.Backfill(t.Context(), s.client, healthdb.BackfillRequest{
			Range: s.days(8000), Types: []webhook.EventType{webhook.TypeNutrition, webhook.TypeMenstruation},
			Progress: func(p healthdb.BackfillProgress) {
				if p.Waiting > 0 {
					waits = append(waits, p)
				}
			},
		})
		if err != nil || got.Done != 16000 || got.Total != 16000 {
			t.Errorf("%+v, error %v", got, err)
		}
		if n := s.refusals(); n != 0 {
			t.Errorf("refused %d times", n)
		}
		if took := time.Since(began); took < 2*time.Hour || took > 2*time.Hour+time.Minute {
			t.Errorf("it took %s for 16000 days of 6000 an hour", took)
		}
		if len(waits) == 0 {
			t.Fatal("no word of the waits")
		}
		// Answers that overtake each other may leave the days of requests under way unspent.
		const under = 8 * 28
		if w := waits[0]; w.WaitingFor != healthdb.WaitLimit || w.Waiting < 59*time.Minute || w.Waiting > time.Hour || w.Done <= 6000-under || w.Done > 6000 {
			t.Errorf("the first wait is told as %+v", w)
		}
	})
}

// TestBackfillGoesOnWithOthers: while one person has to wait, the others are asked
// about, and the one is asked about once to find that out.
func TestBackfillGoesOnWithOthers(t *testing.T) {
	onVirtualClock(t, func(t *testing.T, s *patient) {
		busy := s.connect(t, "anna")
		for i := range 5 {
			s.connect(t, fmt.Sprint("other", i))
		}
		for range 4 { // somebody else asks for all that may be asked for
			if _, err := s.client.Nutrition.Fetch(t.Context(), busy.UserID, s.days(1500)); err != nil {
				t.Fatal(err)
			}
		}
		s.asked = nil
		began := time.Now()
		got, err := s.db.Backfill(t.Context(), s.client, healthdb.BackfillRequest{
			Range: s.days(280), Types: []webhook.EventType{webhook.TypeNutrition, webhook.TypeMenstruation},
			Progress: func(p healthdb.BackfillProgress) {
				if p.Waiting > 0 && p.Done != 5*2*280 {
					t.Errorf("waits with %d days done", p.Done)
				}
			},
		})
		if err != nil || got.Done != got.Total || got.Requests != 6*2*10+1 {
			t.Errorf("%+v, error %v", got, err)
		}
		if n := s.refusals(); n != 1 {
			t.Errorf("refused %d times, want to be told once", n)
		}
		if took := time.Since(began); took < 59*time.Minute || took > 61*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// TestBackfillThroughFaults: a service that fails now and then, cuts answers off and
// takes its time gets everything asked that there is, and none of it is given up.
func TestBackfillThroughFaults(t *testing.T) {
	onVirtualClock(t, func(t *testing.T, s *patient) {
		// Five failures are the end of a window, so nobody meets with more than four of a
		// type; and before the first answer three are the end of everything.
		rules := []sandbox.Rule{
			{On: "/sleep", Times: 2, Probability: 0.15, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, RetryAfter: 7 * time.Second}},
			{On: "/sleep", Times: 2, Probability: 0.15, Fault: sandbox.Fault{Kind: sandbox.FaultDrop}},
			{On: "/nutrition", Times: 2, Probability: 0.15, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}},
			{On: "/nutrition", Times: 2, Probability: 0.15, Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit, RetryAfter: time.Minute}},
			{On: "request", Probability: 0.2, Fault: sandbox.Fault{Kind: sandbox.FaultDelay, Delay: 20 * time.Second}},
		}
		for i := range 3 {
			user := s.connect(t, fmt.Sprint("person", i))
			for _, r := range rules {
				r.UserID = user.UserID
				if _, err := s.AddRule(r); err != nil {
					t.Fatal(err)
				}
			}
		}
		req := healthdb.BackfillRequest{
			Range: s.days(280), Types: []webhook.EventType{webhook.TypeNutrition, webhook.TypeSleep},
			Failed: func(f healthdb.BackfillFailure) { t.Errorf("%d days failed: %v", f.Range.Days(), f.Err) },
		}
		got, err := s.db.Backfill(t.Context(), s.client, req)
		if err != nil || got.Done != 3*2*280 || got.Requests <= 3*2*10 {
			t.Errorf("%+v, error %v", got, err)
		}
		s.ClearRules()
		if rest, err := s.db.Backfill(t.Context(), s.client, req); err != nil || rest.Requests != 0 {
			t.Errorf("then %+v, error %v", rest, err)
		}
		if n := s.count(t, "sleeps"); n < 3*280*8/10 || n != got.Records {
			t.Errorf("%d nights in the store, %d were stored", n, got.Records)
		}
	})
}

// TestBackfillNewestFirst: the last weeks of everybody come before what is older.
func TestBackfillNewestFirst(t *testing.T) {
	onVirtualClock(t, func(t *testing.T, s *patient) {
		for i := range 3 {
			s.connect(t, fmt.Sprint("person", i))
		}
		var starts []string
		s.block = func(_ http.ResponseWriter, r *http.Request) bool {
			starts = append(starts, r.URL.Query().Get("start_date"))
			return false
		}
		if _, err := s.db.Backfill(t.Context(), s.client, healthdb.BackfillRequest{Range: s.days(100), Concurrency: 1}); err != nil {
			t.Fatal(err)
		}
		if len(starts) != 3*6*4 || !slices.IsSortedFunc(starts, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("asked for the days from %v", starts)
		}
	})
}

// TestBackfillOutcomes has one type of one person answered in every way there is.
func TestBackfillOutcomes(t *testing.T) {
	t.Parallel()
	const (
		processing = `{"type":"processing","retry_after_seconds":40}`
		queued     = `{"status":"success","type":"nutrition","reference":"r","message":"Large request submitted"}`
		notOffered = `{"status":"not_available","type":"no_data","message":"Data type requested not available from provider"}`
		oddError   = `{"status":"error","message":"something"}`
		limited    = `{"type":"rate_limit","message":"Rate limit exceeded"}`
	)
	// answer is what the service says to a request for some days, the n-th for these; 0 lets it say what it would.
	type answer func(n, days int) (status int, body string)
	times := func(count, status int, body string) answer {
		return func(n, _ int) (int, string) {
			if n > count {
				return 0, ""
			}
			return status, body
		}
	}
	for name, tt := range map[string]struct {
		answer   answer
		done     int // of 56 days
		requests int
		want     error
		ends     bool // of everything
		took     time.Duration
	}{
		"data":                {times(0, 0, ""), 56, 2, nil, false, 0},
		"processing":          {times(2, 200, processing), 56, 6, nil, false, 80 * time.Second},
		"processing for ever": {times(99, 200, processing), 0, 20, terra.ErrProcessing, false, 9 * 40 * time.Second},
		"not offered":         {times(1, 200, notOffered), 56, 1, nil, false, 0},
		"an odd error":        {times(99, 200, oddError), 0, 2, terra.ErrNoData, false, 0},
		"provider's limit":    {times(1, 200, limited), 56, 4, nil, false, 2 * time.Minute},
		"refused for ever":    {times(99, 429, ""), 0, 7, terra.ErrRateLimited, false, 31 * time.Minute},
		"503 once":            {times(1, 503, ""), 56, 4, nil, false, time.Second},
		"503 for ever":        {times(99, 503, ""), 0, 5, errStatus(503), true, 3 * time.Second},
		"broken connections":  {times(2, http.StatusTeapot, ""), 56, 2, nil, false, 3 * time.Second},
		"cut short":           {times(1, 200, `{"data":[{"metadata":`), 56, 4, nil, false, time.Second},
		"400":                 {times(99, 400, ""), 0, 2, terra.ErrBadRequest, false, 0},
		"404":                 {times(99, 404, ""), 0, 1, terra.ErrNotFound, false, 0},
		"401 for the person":  {times(99, 401, ""), 0, 1, terra.ErrUnauthorized, false, 0},
		"queued when long": {func(_, days int) (int, string) {
			if days > 7 {
				return 200, queued
			}
			return 0, ""
		}, 56, 0, nil, false, 0},
		"always queued": {times(99, 200, queued), 0, 0, terra.ErrQueued, false, 0},
		"too slow when long": {func(_, days int) (int, string) {
			if days > 14 {
				return 504, ""
			}
			return 0, ""
		}, 56, 0, nil, false, time.Second},
		"too large when long": {func(_, days int) (int, string) {
			if days == 28 {
				return 413, ""
			}
			return 0, ""
		}, 56, 0, nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onVirtualClock(t, func(t *testing.T, s *patient) {
				s.connect(t, "anna")
				count := map[string]int{}
				var mu sync.Mutex
				s.block = func(w http.ResponseWriter, r *http.Request) bool {
					q := r.URL.Query()
					first, err := health.ParseDate(q.Get("start_date"))
					if err != nil {
						return false // not for data
					}
					end, _ := health.ParseDate(q.Get("end_date"))
					mu.Lock()
					count[r.URL.RawQuery]++
					n := count[r.URL.RawQuery]
					mu.Unlock()
					status, body := tt.answer(n, end.DaysSince(first))
					if status == 0 {
						return false
					}
					w.WriteHeader(status)
					w.Write([]byte(body))
					return true
				}
				failed := 0
				req := healthdb.BackfillRequest{
					Range: s.days(56), Types: []webhook.EventType{webhook.TypeNutrition}, Concurrency: 1,
					Failed: func(f healthdb.BackfillFailure) {
						failed += f.Range.Days()
						if !is(f.Err, tt.want) {
							t.Errorf("days failed with %v, want %v", f.Err, tt.want)
						}
					},
				}
				began := time.Now()
				got, err := s.db.Backfill(t.Context(), s.client, req)
				took := time.Since(began)
				if took < tt.took || took > tt.took+tt.took/4+2*time.Second {
					t.Errorf("it took %s, want %s", took, tt.took)
				}
				if got.Done != tt.done || tt.requests > 0 && got.Requests != tt.requests || got.Failed != failed {
					t.Errorf("%+v with %d days failed, want %d days done in %d requests", got, failed, tt.done, tt.requests)
				}
				_, some := errors.AsType[*healthdb.BackfillError](err)
				switch {
				case !is(err, tt.want):
					t.Errorf("error %v, want %v", err, tt.want)
				case err != nil && some == tt.ends:
					t.Errorf("error %v is of some days: %v", err, some)
				case !tt.ends && failed != 56-tt.done:
					t.Errorf("%d days failed, want %d", failed, 56-tt.done)
				}

				// What has failed is still to be asked for, and nothing else is.
				s.block = nil
				rest, err := s.db.Backfill(t.Context(), s.client, req)
				if err != nil || rest.Done != 56 || (rest.Requests == 0) != (tt.done == 56) {
					t.Errorf("then %+v, error %v", rest, err)
				}
			})
		})
	}
}

// errStatus is any error of the API with a status.
type errStatus int

func (e errStatus) Error() string { return fmt.Sprint("status ", int(e)) }

// is whether an error is the one wanted, or none.
func is(err, want error) bool {
	if status, ok := want.(errStatus); ok {
		e, ok := errors.AsType[*terra.Error](err)
		return ok && e.StatusCode == int(status)
	}
	return errors.Is(err, want)
}
