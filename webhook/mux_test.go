package webhook_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/terra-go/terra/webhook"
)

func parse(t testing.TB, body string) webhook.Event {
	t.Helper()
	ev, err := webhook.Parse(nil, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestMuxMatchesByType(t *testing.T) {
	t.Parallel()
	var got []string
	note := func(name string) { got = append(got, name) }
	var m webhook.Mux // the zero Mux
	m.OnAny(func(_ context.Context, ev webhook.Event) error { note("any"); return nil })
	webhook.On(&m, func(context.Context, *webhook.Sleep) error { note("sleep"); return nil })
	webhook.On(&m, func(context.Context, *webhook.Daily) error { note("daily"); return nil })
	webhook.On(&m, func(context.Context, *webhook.S3Payload) error { note("s3"); return nil })
	webhook.On(&m, func(context.Context, *webhook.AuthFailed) error { note("failed"); return nil })
	m.OnUnknown(func(context.Context, *webhook.UnknownEvent) error { note("unknown"); return nil })
	webhook.On(&m, func(context.Context, *webhook.Sleep) error { note("sleep again"); return nil })

	for body, want := range map[string][]string{
		`{"type":"sleep"}`:                 {"any", "sleep", "sleep again"},
		`{"type":"daily"}`:                 {"any", "daily"},
		`{"type":"body"}`:                  {"any"},
		`{"type":"s3_upload"}`:             {"any", "s3"},
		`{"type":"auth","status":"error"}`: {"any", "failed"},
		`{"type":"auth"}`:                  {"any"},
		`{"type":"route"}`:                 {"any", "unknown"},
		`{}`:                               {"any", "unknown"},
	} {
		got = nil
		if err := m.Dispatch(t.Context(), parse(t, body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: ran %q, want %q", body, got, want)
		}
	}
}

func TestMuxHandsOverTheEvent(t *testing.T) {
	t.Parallel()
	type key struct{}
	m := webhook.NewMux()
	ev := parse(t, `{"type":"deauth"}`)
	ran := false
	webhook.On(m, func(ctx context.Context, got *webhook.Deauth) error {
		ran = got == ev && ctx.Value(key{}) == "value"
		return nil
	})
	if err := m.Dispatch(context.WithValue(t.Context(), key{}, "value"), ev); err != nil || !ran {
		t.Errorf("the event or the context is another: %v", err)
	}
}

func TestMuxJoinsErrors(t *testing.T) {
	t.Parallel()
	first, second := errors.New("first"), errors.New("second")
	ran := false
	m := webhook.NewMux()
	webhook.On(m, func(context.Context, *webhook.Sleep) error { return first })
	m.OnAny(func(context.Context, webhook.Event) error { return second })
	webhook.On(m, func(context.Context, *webhook.Sleep) error { ran = true; return nil })
	err := m.Dispatch(t.Context(), parse(t, `{"type":"sleep"}`))
	if !errors.Is(err, first) || !errors.Is(err, second) {
		t.Errorf("an error is missing: %v", err)
	}
	if !ran {
		t.Error("an error kept the next function from running")
	}
}

func TestMuxStopsWithTheContext(t *testing.T) {
	t.Parallel()
	gone := errors.New("the sender is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	m := webhook.NewMux()
	m.OnAny(func(context.Context, webhook.Event) error { cancel(gone); return nil })
	m.OnAny(func(context.Context, webhook.Event) error { t.Error("ran after the end"); return nil })
	if err := m.Dispatch(ctx, parse(t, `{}`)); !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause", err)
	}
}

func TestMuxRefusesNil(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a nil function was registered")
		}
	}()
	webhook.On[*webhook.Sleep](webhook.NewMux(), nil)
}

// TestMuxConcurrently is for the race detector.
func TestMuxConcurrently(t *testing.T) {
	t.Parallel()
	m := webhook.NewMux()
	ev := parse(t, `{"type":"sleep","data":[{}]}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			webhook.On(m, func(_ context.Context, e *webhook.Sleep) error {
				if len(e.Data) != 1 {
					return errors.New("not one record")
				}
				return nil
			})
			for range 50 {
				if err := m.Dispatch(t.Context(), ev); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
