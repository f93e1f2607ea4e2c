package webhook

import (
	"context"
	"errors"
	"sync"
)

// Mux hands each event to the functions registered for its type. The zero Mux is
// ready to use. Functions may be registered while events are being dispatched.
type Mux struct {
	mu       sync.RWMutex
	handlers []func(context.Context, Event) error
}

// NewMux returns a Mux without functions. It dispatches every event to nobody,
// which is no error.
func NewMux() *Mux { return new(Mux) }

// On registers fn for the events of type E: a pointer to one of this package's
// structs, such as [*Sleep]. An interface type stands for every event that
// implements it.
//
// All functions that take an event run, one after the other, in the order of their
// registration, also when one before them failed. A nil fn panics.
func On[E Event](m *Mux, fn func(context.Context, E) error) {
	if fn == nil {
		panic("webhook: nil function for an event")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handlers = append(m.handlers, func(ctx context.Context, ev Event) error {
		if e, ok := ev.(E); ok {
			return fn(ctx, e)
		}
		return nil
	})
}

// OnAny registers fn for all events, unknown ones included.
func (m *Mux) OnAny(fn func(context.Context, Event) error) { On(m, fn) }

// OnUnknown registers fn for the events of types that have no struct. Note them
// and return nil: an error has them delivered again.
func (m *Mux) OnUnknown(fn func(context.Context, *UnknownEvent) error) { On(m, fn) }

// Dispatch runs the functions registered for ev and returns their errors joined.
// When ctx ends, functions that have not begun are left out and the cause is among
// the errors.
func (m *Mux) Dispatch(ctx context.Context, ev Event) error {
	m.mu.RLock()
	handlers := m.handlers
	m.mu.RUnlock()
	var errs []error
	for _, handle := range handlers {
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
		if err := handle(ctx, ev); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
