package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/sandbox"
)

// maxControlAnswer bounds what is read of an answer. The list of a thousand
// deliveries is a megabyte.
const maxControlAnswer = 64 << 20

// control is the part of a running sandbox that is not Terra's.
type control struct{ root *url.URL }

// controlOf finds it beside the sandbox's API.
func controlOf(to connection) (control, error) {
	u, err := url.Parse(to.baseURL())
	if err != nil || u.Host == "" {
		return control{}, usagef("--base-url is not a URL")
	}
	return control{u.ResolveReference(&url.URL{Path: "/_sandbox/"})}, nil
}

// trigger has an event sent to every destination.
func (c control) trigger(ctx context.Context, req sandbox.EventRequest) (sandbox.Delivery, error) {
	var d sandbox.Delivery
	own := req.Body
	req.Body = nil
	body, err := json.Marshal(req)
	if err != nil {
		return d, err
	}
	if own != nil { // spliced in, as encoding/json would compact it
		body = append(body[:len(body)-1], `,"body":`...)
		body = append(append(body, own...), '}')
	}
	if err := c.call(ctx, http.MethodPost, c.root.JoinPath("events"), body, &d); err != nil {
		return d, err
	}
	if d.ID == "" {
		return d, fmt.Errorf("%s is no sandbox: it does not say what it sent", c.root.Host)
	}
	return d, nil
}

// deliveries are those of one event that the sandbox remembers, without bodies.
func (c control) deliveries(ctx context.Context, traceID string) ([]sandbox.Delivery, error) {
	u := c.root.JoinPath("deliveries")
	u.RawQuery = url.Values{"trace_id": {traceID}}.Encode()
	var list []sandbox.Delivery
	err := c.call(ctx, http.MethodGet, u, nil, &list)
	list = slices.DeleteFunc(list, func(d sandbox.Delivery) bool { return d.TraceID != traceID })
	return list, err
}

// resend delivers once more.
func (c control) resend(ctx context.Context, id string) (sandbox.Delivery, error) {
	var d sandbox.Delivery
	err := c.call(ctx, http.MethodPost, c.root.JoinPath("deliveries", url.PathEscape(id), "resend"), nil, &d)
	return d, err
}

// destinations are the present ones.
func (c control) destinations(ctx context.Context) ([]sandbox.DestinationStatus, error) {
	var list []sandbox.DestinationStatus
	err := c.call(ctx, http.MethodGet, c.root.JoinPath("destinations"), nil, &list)
	return list, err
}

func (c control) addDestination(ctx context.Context, d sandbox.Destination) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, c.root.JoinPath("destinations"), body, new([]sandbox.DestinationStatus))
}

func (c control) removeDestination(ctx context.Context, address string) error {
	u := c.root.JoinPath("destinations")
	u.RawQuery = url.Values{"url": {address}}.Encode()
	return c.call(ctx, http.MethodDelete, u, nil, new([]sandbox.DestinationStatus))
}

// outcome waits until all deliveries of an event have been settled or attempted more
// often than before, which is by the id of the delivery. When ctx ends first, it is
// what was known last, be it nothing.
func (c control) outcome(ctx context.Context, traceID string, before map[string]int) (list []sandbox.Delivery, err error) {
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		latest, err := c.deliveries(ctx, traceID)
		switch {
		case err != nil && ctx.Err() != nil:
			return list, nil
		case err != nil:
			return nil, err
		}
		list = latest
		waiting := false
		for _, d := range list {
			waiting = waiting || len(d.Attempts) <= before[d.ID] && d.State != sandbox.StateFailed && d.State != sandbox.StateDisabled
		}
		if !waiting {
			return list, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return list, nil
		}
	}
}

// call makes one request and reads the answer into v.
func (c control) call(ctx context.Context, method string, u *url.URL, body []byte, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the sandbox's address is not usable")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		switch ctx.Err() {
		case nil:
			return errors.New(noSandbox(u.Scheme + "://" + u.Host))
		case context.DeadlineExceeded:
			return fmt.Errorf("the sandbox at %s does not answer in time", u.Host)
		}
		return ctx.Err()
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxControlAnswer))
	if err != nil {
		return fmt.Errorf("the sandbox at %s broke off its answer", u.Host)
	}
	if resp.StatusCode >= 300 {
		var refusal struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(answer, &refusal) != nil || refusal.Error == "" {
			return fmt.Errorf("%s is no sandbox: it answers %s", u.Host, resp.Status)
		}
		return errors.New(safeio.String(hint(refusal.Error)))
	}
	if json.Unmarshal(answer, v) != nil {
		return fmt.Errorf("%s is no sandbox: its answer is not understood", u.Host)
	}
	return nil
}

// hint adds to what a sandbox refuses what to do about it.
func hint(refusal string) string {
	switch refusal {
	case withoutPackage(sandbox.ErrNoDestination):
		return refusal + "; start it with --destination URL, or send straight there with --to URL"
	case withoutPackage(sandbox.ErrUnknownUser):
		return refusal + "; terrago users --sandbox lists those there are"
	case withoutPackage(sandbox.ErrUnknownDelivery):
		return refusal + "; the sandbox keeps the latest thousand, until it is started anew without --state-file"
	case withoutPackage(sandbox.ErrNoRecord):
		return refusal + "; try another --date, or none for the latest"
	}
	return refusal
}

func withoutPackage(err error) string { return strings.TrimPrefix(err.Error(), "sandbox: ") }
