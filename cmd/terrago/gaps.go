package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

const (
	maxGapRows  = 20 // for people
	maxGapSpans = 3  // of a row
)

// failures are what a backfill has given up.
type failures map[lane][]healthdb.BackfillFailure

// lane is a type of a connection.
type lane struct {
	connection int64
	typ        webhook.EventType
}

func (f failures) add(x healthdb.BackfillFailure) {
	l := lane{x.Connection, x.Type}
	f[l] = append(f[l], x)
}

// gap is days for which somebody has no record of a type after a backfill, from Start
// up to but not including End.
type gap struct {
	UserID string            `json:"user_id"`
	Type   webhook.EventType `json:"type"`
	Start  health.Date       `json:"start"`
	End    health.Date       `json:"end"`
	Why    string            `json:"why"`
	Error  string            `json:"error,omitempty"` // of what has failed
}

// Why there may be no record.
const (
	gapNone    = "none"    // Terra has none
	gapFailed  = "failed"  // given up
	gapUnasked = "unasked" // not asked for yet
)

func (g gap) days() int { return g.End.DaysSince(g.Start) }

func (g gap) String() string {
	last := g.End.AddDays(-1)
	if g.Start == last {
		return g.Start.String()
	}
	return g.Start.String() + " to " + last.String()
}

// tellGaps lists the gaps and says what came of it all.
func tellGaps(ctx context.Context, out *output, db *store.DB, req healthdb.BackfillRequest, failed failures, v backfilled) error {
	list := newList[gap](out, "gaps", "USER ID", "TYPE", "NONE", "FAILED", "NOT ASKED", "WITHOUT A RECORD", "")
	brief := out.format == formatTable && len(out.selected) == 0 // a row for all of somebody's gaps of a type
	err := eachGap(ctx, db, req, failed, func(gaps []gap) error {
		switch {
		case brief && list.rows == maxGapRows:
			return errEnough
		case brief:
			return list.add(gaps[0], cellsOf(gaps)...)
		}
		for _, g := range gaps {
			if err := list.add(g); err != nil {
				return err
			}
		}
		return nil
	})
	more := errors.Is(err, errEnough)
	if err != nil && !more {
		return err
	}
	return list.end("backfill", v, func(w io.Writer) {
		if more {
			fmt.Fprintf(w, "There are more gaps than these; --json lists them all.\n")
		}
		v.tell(w)
	})
}

var errEnough = errors.New("enough")

// eachGap finds the gaps of one connection and type after the other, oldest first.
func eachGap(ctx context.Context, db *store.DB, req healthdb.BackfillRequest, failed failures, each func([]gap) error) error {
	for _, id := range req.Connections {
		c, err := db.Connection(ctx, id)
		if errors.Is(err, healthdb.ErrNoConnection) {
			continue // joined with another meanwhile
		}
		if err != nil {
			return err
		}
		for _, t := range req.Types {
			absences, err := db.Absences(ctx, id, t, req.Range)
			if err != nil {
				return err
			}
			if len(absences) == 0 {
				continue
			}
			if err := each(newGaps(c.UserID, t, absences, failed[lane{id, t}])); err != nil {
				return err
			}
		}
	}
	return nil
}

func newGaps(userID string, t webhook.EventType, absences []healthdb.Absence, failed []healthdb.BackfillFailure) []gap {
	var gaps []gap
	for _, a := range absences {
		for day := a.Range.Start; day.Before(a.Range.End); day = day.AddDays(1) {
			g := gap{UserID: userID, Type: t, Start: day, End: day.AddDays(1), Why: gapNone}
			if !a.Asked {
				g.Why = gapUnasked
				for _, f := range failed {
					if !day.Before(f.Range.Start) && day.Before(f.Range.End) {
						g.Why, g.Error = gapFailed, f.Err.Error()
						break
					}
				}
			}
			if n := len(gaps); n > 0 && gaps[n-1].End == day && gaps[n-1].Why == g.Why && gaps[n-1].Error == g.Error {
				gaps[n-1].End = g.End
				continue
			}
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// cellsOf says it all in one row: how many days, the newest of them, and an error.
func cellsOf(gaps []gap) []string {
	days, why := map[string]int{}, ""
	var when []string
	for i, g := range slices.Backward(gaps) {
		days[g.Why] += g.days()
		why = cmp.Or(why, g.Error)
		if len(gaps)-i <= maxGapSpans {
			when = append(when, g.String())
		}
	}
	if more := len(gaps) - len(when); more > 0 {
		when = append(when, fmt.Sprintf("and %d more", more))
	}
	return []string{
		gaps[0].UserID, string(gaps[0].Type), strconv.Itoa(days[gapNone]), strconv.Itoa(days[gapFailed]), strconv.Itoa(days[gapUnasked]),
		strings.Join(when, ", "), why,
	}
}
