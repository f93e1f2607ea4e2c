// Package scenario plays what happens between Terra and a receiver of its webhooks
// over hours or days, in a moment: somebody connects, a backfill arrives in
// chunks, a retry comes too late, the receiver is away for a day, somebody attacks.
//
// [Run] plays one of [All] on a [sandbox.Server], against the destination it has or
// one of the [Options], and returns a [Report] of what was sent, what came back,
// and whether that is what a sound receiver answers:
//
//	report, err := scenario.Run(ctx, server, "stale-retry", scenario.Options{})
//
// Time is the server's, which a scenario advances; nothing is slept through. The
// same seed and the same clock give the same people, records and steps; trace ids
// and references are new in every run, as they identify deliveries.
//
// What a receiver made of the deliveries is not to be seen from outside. A test of
// one runs a scenario and then looks at what it has stored:
//
//	first-connection    the account, and the records there were
//	chunked-backfill    every chunk, none twice
//	reauth-late-data    the late records too, under the person they belong to
//	stale-retry         the fresh records, not the earlier version
//	duplicate-storm     one record
//	enrichment-null     the scores of the first delivery
//	access-revoked      a connection that is no longer active, with its history
//	outage-24h          everything that was sent before, during and after
//	expired-ping        what the second link leads to
//	unknown-event       the known part, and no error
//	hostile-webhooks    nothing of what the attacker sent
package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/terra-go/terra/sandbox"
)

// Errors of [Run]; [errors.Is] finds them. A server without a destination, where
// the options name none either, is [sandbox.ErrNoDestination].
var (
	ErrUnknown = errors.New("scenario: there is none of that name")
	ErrRemote  = errors.New("scenario: the destination is not on this machine, and a scenario is a small attack; allow it explicitly if it is yours")
)

// Scenario is one that [Run] can play.
type Scenario struct {
	Name    string `json:"name"`
	Summary string `json:"summary"` // what happens, in a sentence

	play func(*play)
}

// All of them, the simplest first.
func All() []Scenario {
	return []Scenario{
		{"first-connection", "Somebody connects, and what their watch holds arrives.", firstConnection},
		{"chunked-backfill", "Three months are asked for at once and arrive in chunks that share one reference.", chunkedBackfill},
		{"reauth-late-data", "Somebody connects again and gets a new id; data under the old one arrive afterwards.", reauthLateData},
		{"stale-retry", "A retry brings an earlier version of a record after the fresh one has arrived.", staleRetry},
		{"duplicate-storm", "One event arrives fifty times, and some of these once more.", duplicateStorm},
		{"enrichment-null", "A night is delivered again, its scores now null.", enrichmentNull},
		{"access-revoked", "Somebody withdraws access at the provider, and connects again later.", accessRevoked},
		{"outage-24h", "The receiver is too slow, then away for a day: it is throttled, then disabled, and gets everything in the end.", outage},
		{"expired-ping", "A ping is held up until its link has expired; the data are asked for once more.", expiredPing},
		{"unknown-event", "An event of a type that nobody knows arrives, and a known one with an unknown member.", unknownEvent},
		{"hostile-webhooks", "Somebody forges, alters and replays webhooks, and sends 60 MB.", hostileWebhooks},
	}
}

// Options of [Run].
type Options struct {
	// URL is where everything goes; the server's first destination when empty.
	URL string

	// Secret is what the receiver there verifies with; the server's own signing
	// secret when empty.
	Secret string

	// AllowRemote permits a URL on another machine.
	AllowRemote bool
}

// Run plays a scenario to its end. What the receiver answers is never an error: it
// is in the report, whose Passed tells whether all was as expected.
//
// The server is best a fresh one, used by nothing else meanwhile. Run makes the
// receiver its only destination, of mode push, connects people of its own, and
// removes the rules it adds; the clock is left where it got to. The sandbox must be
// reachable under its public URL if the receiver is to follow pings.
//
// With an error, which may be that of ctx, the report ends where the scenario did.
func Run(ctx context.Context, server *sandbox.Server, name string, opts Options) (Report, error) {
	scenes := All()
	i := slices.IndexFunc(scenes, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Report{}, ErrUnknown
	}
	if opts.URL == "" {
		list := server.Destinations()
		if len(list) == 0 {
			return Report{}, sandbox.ErrNoDestination
		}
		opts.URL = list[0].URL
	}
	if opts.Secret == "" {
		opts.Secret = server.Credentials().SigningSecret
	}
	if !opts.AllowRemote && !onThisMachine(opts.URL) {
		return Report{}, ErrRemote
	}
	p, err := newPlay(ctx, server, scenes[i], opts)
	if err != nil {
		return Report{}, err
	}
	defer p.end()
	if p.deliverTo(sandbox.ModePush); p.err == nil {
		scenes[i].play(p)
	}
	if p.err != nil {
		return p.report(), fmt.Errorf("scenario: %s: %w", name, p.err)
	}
	return p.report(), nil
}

// onThisMachine reports whether the host of a URL is a loopback address or
// localhost. What cannot be read is left to the sandbox to refuse.
func onThisMachine(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return true
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return err == nil && addr.Unmap().IsLoopback()
}
