package receiver_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/webhook"
)

const secret = "secret"

func newReceiver(t *testing.T) *receiver.Receiver {
	t.Helper()
	r, err := receiver.New(secret, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// deliver returns the status of the answer.
func deliver(r *receiver.Receiver, trace, key, body string) int {
	req := httptest.NewRequest("POST", "/", strings.NewReader(body))
	req.Header.Set(webhook.HeaderSignature, webhook.Sign(key, time.Now(), []byte(body)))
	req.Header.Set(webhook.HeaderTraceID, trace)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Code
}

func TestReceiverRemembersVerdicts(t *testing.T) {
	t.Parallel()
	const user = `"user":{"user_id":"u","provider":"FITBIT"}`
	for name, tc := range map[string]struct {
		key, body string
		status    int
		want      receiver.Receipt
	}{
		"connected": {
			secret, `{"type":"auth","status":"success",` + user + `}`, 200,
			receiver.Receipt{Event: webhook.TypeAuth, UserID: "u", About: "connected FITBIT", Verified: true},
		},
		"one record": {
			secret, `{"type":"daily",` + user + `,"data":[{"distance_data":{"steps":12345}}]}`, 200,
			receiver.Receipt{Event: webhook.TypeDaily, UserID: "u", About: "steps 12,345", Verified: true},
		},
		"several records": {
			secret, `{"type":"daily",` + user + `,"data":[{},{"distance_data":{"steps":7}}]}`, 200,
			receiver.Receipt{Event: webhook.TypeDaily, UserID: "u", About: "2 records, the last: steps 7", Verified: true},
		},
		"no records": {
			secret, `{"type":"sleep",` + user + `,"data":[]}`, 200,
			receiver.Receipt{Event: webhook.TypeSleep, UserID: "u", About: "no records", Verified: true},
		},
		"a type nobody knows": {
			secret, `{"type":"brand_new"}`, 200,
			receiver.Receipt{Event: "brand_new", Verified: true},
		},
		"another secret": {
			"another", `{"type":"auth"}`, http.StatusUnauthorized,
			receiver.Receipt{Status: http.StatusUnauthorized},
		},
		"no event": {
			secret, `[]`, 200,
			receiver.Receipt{About: "no event", Verified: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			if status := deliver(r, "trace", tc.key, tc.body); status != tc.status {
				t.Fatalf("status %d, want %d", status, tc.status)
			}
			got, ok := r.Latest("trace")
			if !ok {
				t.Fatal("nothing is remembered")
			}
			if got.At.IsZero() {
				t.Error("the time is missing")
			}
			got.At, got.TraceID = time.Time{}, ""
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestLatestIsTheLastAttempt(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	if _, ok := r.Latest("trace"); ok {
		t.Error("something is remembered before anything came")
	}
	deliver(r, "trace", "another", `{"type":"auth"}`)
	deliver(r, "trace", secret, `{"type":"auth"}`)
	deliver(r, "other", "another", `{"type":"auth"}`)
	if got, ok := r.Latest("trace"); !ok || !got.Verified {
		t.Errorf("got %+v, %v; want the second attempt", got, ok)
	}
}

func TestFromYieldsAsTheyCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t)
		deliver(r, "0", secret, `{"type":"auth"}`)
		deliver(r, "1", secret, `{"type":"auth"}`)
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan string, 10)
		go func() {
			defer close(got)
			for receipt := range r.From(ctx, 1) {
				got <- receipt.TraceID
			}
		}()
		synctest.Wait()
		deliver(r, "2", secret, `{"type":"auth"}`)
		synctest.Wait()
		cancel()
		var all []string
		for trace := range got {
			all = append(all, trace)
		}
		if want := "[1 2]"; fmt.Sprint(all) != want {
			t.Errorf("got %v, want %v", all, want)
		}
	})
}

func TestReceiverForgets(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	const many = 600
	for i := range many {
		deliver(r, fmt.Sprint(i), secret, `{"type":"auth"}`)
	}
	if r.Total() != many {
		t.Errorf("Total() = %d, want %d", r.Total(), many)
	}
	if _, ok := r.Latest("0"); ok {
		t.Error("the first of 600 is still remembered")
	}
	for receipt := range r.From(t.Context(), 0) {
		if receipt.TraceID != "100" {
			t.Errorf("the first of those remembered is %s, want 100", receipt.TraceID)
		}
		break
	}
}
