package console

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
)

// functions are what templates call.
var functions = template.FuncMap{
	"ago":          ago,
	"initials":     initials,
	"hue":          hue,
	"short":        shortID,
	"size":         size,
	"thousands":    thousands,
	"when":         when,
	"stamp":        func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"exact":        func(t time.Time) string { return t.Local().Format("2 Jan 2006 15:04:05.000") },
	"dayName":      func(d health.Date) string { return d.In(time.UTC).Format("Monday, 2 January 2006") },
	"personPath":   personPath,
	"deliveryPath": deliveryPath,
	"list":         func(s string) string { return strings.ReplaceAll(s, ",", ", ") },
	"next":         func(i int) int { return i + 1 },
	"sent":         func(s sandbox.State) badge { return sendingBadges[sendingStateOf(s)] },
}

// notices are what a page says about what was just done, by the word for it in the
// address. Nothing else of an address is repeated.
var notices = map[string]string{
	"connected": "Connected. What the person does appears here as it is delivered.",
	"declined":  "Nobody was connected: the person did not agree.",
	"sent":      "Sent. It appears below as it arrives.",
	"asked":     "Asked for. The days appear here as they are delivered.",
	"resent":    "Sent again.",
	"applied":   "Applied again.",
	"pending":   "Back in the inbox; a worker takes it from there.",
	"revived":   "All are back in the inbox; a worker takes them from there.",
	"fault":     "In force from now on.",
	"removed":   "Removed.",
	"advanced":  "The clock of the sandbox is ahead by that much.",
}

func notice(r *http.Request) string { return notices[r.FormValue("done")] }

// done leads back to a page after a form, with a notice on it.
func done(w http.ResponseWriter, r *http.Request, path, word string) {
	http.Redirect(w, r, path+"?done="+word, http.StatusSeeOther)
}

func personPath(userID string) string { return "/people/" + url.PathEscape(userID) }

func deliveryPath(id string) string { return "/deliveries/" + url.PathEscape(id) }

// when is a moment as people say it.
func when(t time.Time) string {
	t = t.Local()
	now := time.Now()
	switch {
	case t.IsZero():
		return ""
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04:05")
	}
	return t.Format("2 Jan 2006 15:04")
}

// ago is a duration in its largest unit.
func ago(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d >= u.unit {
			return fmt.Sprintf("%d %s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func shortID(id string) string {
	const enough = 8
	if r := []rune(id); len(r) > enough+4 {
		return string(r[:enough]) + "…"
	}
	return id
}

// initials are the first letters of the first and the last word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' })
	if len(words) == 0 {
		return "?"
	}
	first, last := []rune(words[0]), []rune(words[len(words)-1])
	if len(words) == 1 {
		return strings.ToUpper(string(first[:1]))
	}
	return strings.ToUpper(string(first[0]) + string(last[0]))
}

// hue is 0 to 7, for the color of a face.
func hue(id string) int {
	sum := fnv.New32a()
	sum.Write([]byte(id))
	return int(sum.Sum32() % 8)
}

// badge is how a state looks: Class is "good", "bad", "wait" or, for neither, empty.
type badge struct{ Text, Class string }

func statusBadge(s healthdb.Status) badge {
	switch s {
	case healthdb.StatusActive:
		return badge{string(s), "good"}
	case healthdb.StatusDegraded:
		return badge{string(s), "wait"}
	case healthdb.StatusRevoked, healthdb.StatusDeauthenticated, healthdb.StatusGone:
		return badge{string(s), "bad"}
	}
	return badge{string(s), ""}
}
