package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
)

type faultsView struct {
	page
	Platform *platformView
	Rules    []ruleView
	Kinds    []faultKind
	Events   []string
	Paths    []string
	Steps    []string // of the clock
	Problem  string
}

// ruleView is a rule in force.
type ruleView struct {
	ID, Kind, On, User, What string
	Hits, Times              int
	Percent                  int // 0 for always
}

// faultKind is a switch: a fault with parameters that show something.
type faultKind struct {
	Kind   sandbox.FaultKind
	Title  string
	What   string // happens, in a sentence
	On     string // what it strikes unless something else is chosen
	Times  int
	Fields []faultField
}

// faultField is a parameter of a fault.
type faultField struct {
	Name, Label, Value, Kind string // Kind is the type of the input
}

var faultKinds = []faultKind{
	{
		sandbox.FaultStatus, "Error answer", "Your receiver takes the delivery, but the answer on the way back is an error: it comes again.", "deliver", 3,
		[]faultField{{"status", "Status", "503", "number"}},
	},
	{sandbox.FaultDrop, "Lost connection", "The connection breaks before anything arrives, and it is tried again.", "deliver", 3, nil},
	{
		sandbox.FaultCorruptSignature, "Corrupt signature", "The signature is wrong: a sound receiver refuses, and gets a right one with the retry.", "deliver", 1, nil,
	},
	{
		sandbox.FaultFutureSignature, "Signature of the future", "The signature bears a time ahead of any clock.", "deliver", 1,
		[]faultField{{"delay", "Ahead by", "1h", "text"}},
	},
	{
		sandbox.FaultOldSignature, "Old signature", "The signature bears a time long past, as when somebody sends a recorded delivery again.", "deliver", 1,
		[]faultField{{"delay", "Old by", "1h", "text"}},
	},
	{sandbox.FaultNoSignature, "No signature", "Both of its headers are missing.", "deliver", 1, nil},
	{
		sandbox.FaultDuplicate, "Duplicates", "One event arrives several times, under one trace id.", "deliver", 1,
		[]faultField{{"copies", "Copies", "3", "number"}},
	},
	{
		sandbox.FaultReorder, "Changed order", "A delivery changes places with the next one about the same person.", "deliver", 1,
		[]faultField{{"delay", "Waits for the next one", "1m", "text"}},
	},
	{
		sandbox.FaultDelay, "Delay", "Deliveries are late by the sandbox's clock, requests by the real one.", "deliver", 1,
		[]faultField{{"delay", "By", "15m", "text"}},
	},
	{
		sandbox.FaultStaleRetry, "Stale retry", "After fresh records, an earlier version of them arrives.", "deliver", 1,
		[]faultField{{"delay", "Later by", "30s", "text"}},
	},
	{sandbox.FaultNullEnrichment, "Scores gone", "Scores that were there before arrive as null.", "deliver", 1, nil},
	{
		sandbox.FaultUnknownEvent, "Unknown event", "An event comes under a type that nobody has published.", "deliver", 1,
		[]faultField{{"event_type", "Type", "sandbox_unknown", "text"}},
	},
	{
		sandbox.FaultOversizedBody, "Oversized body", "A body is larger than a receiver takes.", "deliver", 1,
		[]faultField{{"size", "Bytes", "68157440", "number"}},
	},
	{
		sandbox.FaultRateLimit, "Rate limit", "Requests for data are answered as though the limit were reached.", "request", 3,
		[]faultField{{"limit", "Limit, r1 or r2", "r2", "text"}, {"retry_after", "Over after", "1s", "text"}},
	},
}

func (h *Console) faults(w http.ResponseWriter, r *http.Request) {
	h.showFaults(w, r, http.StatusOK, "")
}

func (h *Console) showFaults(w http.ResponseWriter, r *http.Request, status int, problem string) {
	v := faultsView{
		page: h.page(r, "/faults", "Faults"), Platform: h.Platform.view(), Kinds: faultKinds, Events: sandbox.EventTypes(),
		Paths: []string{"/activity", "/body", "/daily", "/sleep", "/nutrition", "/menstruation", "/athlete"}, Steps: []string{"15m", "1h", "8h"}, Problem: problem,
	}
	for _, a := range h.Platform.Sandbox.Rules() {
		rule := a.Rule()
		v.Rules = append(v.Rules, ruleView{
			ID: a.ID(), Kind: string(rule.Fault.Kind), On: rule.On, User: rule.UserID, What: parameters(rule.Fault),
			Hits: a.Hits(), Times: rule.Times, Percent: int(rule.Probability * 100),
		})
	}
	h.render(w, r, status, "faults.html", v)
}

// parameters are those of a fault, for people.
func parameters(f sandbox.Fault) string {
	var parts []string
	add := func(name string, value any, given bool) {
		if given {
			parts = append(parts, fmt.Sprint(name, " ", value))
		}
	}
	add("status", f.Status, f.Status != 0)
	add("limit", f.Limit, f.Limit != "")
	add("retry after", f.RetryAfter, f.RetryAfter != 0)
	add("delay", f.Delay, f.Delay != 0)
	add("copies", f.Copies, f.Copies != 0)
	add("bytes", f.Size, f.Size != 0)
	add("type", f.EventType, f.EventType != "")
	return strings.Join(parts, ", ")
}

func (h *Console) addFault(w http.ResponseWriter, r *http.Request) {
	rule, err := ruleOf(r)
	if err == nil {
		_, err = h.Platform.Sandbox.AddRule(rule)
	}
	if err != nil {
		problem := err.Error()
		if e, ok := errors.AsType[*sandbox.RuleError](err); ok {
			problem = "Not switched on: " + strings.TrimPrefix(e.Field, "fault.") + " " + e.Reason + "."
		}
		h.showFaults(w, r, http.StatusBadRequest, problem)
		return
	}
	done(w, r, "/faults", "fault")
}

// ruleOf reads the form. Fields of other kinds of fault are not in it.
func ruleOf(r *http.Request) (rule sandbox.Rule, err error) {
	number := func(field string) int {
		text := strings.TrimSpace(r.PostFormValue(field))
		if text == "" || err != nil {
			return 0
		}
		n, problem := strconv.Atoi(text)
		if problem != nil {
			err = &sandbox.RuleError{Field: field, Reason: "must be a whole number"}
		}
		return n
	}
	duration := func(field string) time.Duration {
		text := strings.TrimSpace(r.PostFormValue(field))
		if text == "" || err != nil {
			return 0
		}
		d, problem := time.ParseDuration(text)
		if problem != nil {
			err = &sandbox.RuleError{Field: field, Reason: "must be a duration such as 90s, 15m or 8h"}
		}
		return d
	}
	rule = sandbox.Rule{
		On: strings.TrimSpace(r.PostFormValue("on")), UserID: strings.TrimSpace(r.PostFormValue("user")),
		Times: number("times"), Probability: float64(number("percent")) / 100,
		Fault: sandbox.Fault{
			Kind: sandbox.FaultKind(r.PostFormValue("kind")), Status: number("status"), RetryAfter: duration("retry_after"), Delay: duration("delay"),
			Limit: strings.TrimSpace(r.PostFormValue("limit")), Copies: number("copies"), Size: number("size"),
			EventType: strings.TrimSpace(r.PostFormValue("event_type")),
		},
	}
	if rule.Fault.Limit == terra.RuleWindow {
		rule.Fault.RetryAfter = 0 // which waiting does not help
	}
	return rule, err
}

func (h *Console) clearFaults(w http.ResponseWriter, r *http.Request) {
	h.Platform.Sandbox.ClearRules()
	done(w, r, "/faults", "removed")
}

func (h *Console) removeFault(w http.ResponseWriter, r *http.Request) {
	for _, rule := range h.Platform.Sandbox.Rules() {
		if rule.ID() == r.PathValue("id") {
			rule.Remove()
		}
	}
	done(w, r, "/faults", "removed")
}

// advance moves the sandbox's clock, and with it whatever is due.
func (h *Console) advance(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(strings.TrimSpace(r.PostFormValue("by")))
	if err != nil {
		h.showFaults(w, r, http.StatusBadRequest, "The clock was not advanced: by how much is a duration such as 90s, 15m or 8h.")
		return
	}
	if err := h.Platform.Sandbox.Advance(r.Context(), d); err != nil {
		h.showFaults(w, r, http.StatusBadRequest, "The clock was not advanced: it moves forward only, and no more than a century in all.")
		return
	}
	done(w, r, "/faults", "advanced")
}
