package console

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// sending is what the sandbox sent under one trace id: to several destinations, or
// several times.
type sending struct {
	State      sendingState // of the one that got least far
	Badge      badge
	Answer     string // to the last attempt
	About      string // what the receiver beside the console read in it
	Verified   bool   // by that receiver
	Refused    bool
	Deliveries []sandbox.Delivery // oldest first
}

// sendingState is a [sandbox.State] by a name that no state of the store has.
type sendingState string

var sendingStates = []state{
	{"sending", "on its way"}, {"retrying", "to be sent again"}, {"delivered", "acknowledged"}, {"failed", "given up"}, {"disabled", "not sent"},
}

var sendingBadges = map[sendingState]badge{
	"sending": {"on its way", "wait"}, "retrying": {"to be sent again", "wait"}, "delivered": {"acknowledged", "good"},
	"failed": {"given up", "bad"}, "disabled": {"not sent", "bad"},
}

func isSending(name string) bool {
	return slices.ContainsFunc(sendingStates, func(s state) bool { return s.Name == name })
}

func sendingStateOf(s sandbox.State) sendingState {
	if s == sandbox.StatePending {
		return "sending" // the inbox has pending ones, too
	}
	return sendingState(s)
}

// progress orders states by how far a delivery has come.
var progress = map[sandbox.State]int{
	sandbox.StateFailed: 1, sandbox.StateDisabled: 2, sandbox.StateRetrying: 3, sandbox.StatePending: 4, sandbox.StateDelivered: 5,
}

// sendings are by trace id, which is the store's id of a delivery.
func (h *Console) sendings() map[string]*sending {
	all := map[string]*sending{}
	if h.Platform == nil {
		return all
	}
	for _, d := range h.Platform.Sandbox.Deliveries() {
		s := all[d.TraceID]
		if s == nil {
			s = new(sending)
			all[d.TraceID] = s
		}
		s.Deliveries = append(s.Deliveries, d)
	}
	for id, s := range all {
		h.judge(id, s)
	}
	return all
}

// sending is nil if the sandbox sent nothing under that id, be it a trace id or the id
// of one of its deliveries.
func (h *Console) sending(id string) *sending {
	if h.Platform == nil {
		return nil
	}
	list := h.Platform.Sandbox.Deliveries()
	if i := slices.IndexFunc(list, func(d sandbox.Delivery) bool { return d.ID == id }); i >= 0 {
		id = list[i].TraceID
	}
	s := &sending{Deliveries: slices.DeleteFunc(list, func(d sandbox.Delivery) bool { return d.TraceID != id })}
	if len(s.Deliveries) == 0 {
		return nil
	}
	h.judge(id, s)
	return s
}

// judge says what became of s: by the receiver's own word when there is one, else by
// its answers.
func (h *Console) judge(id string, s *sending) {
	slices.SortStableFunc(s.Deliveries, func(a, b sandbox.Delivery) int { return a.CreatedAt.Compare(b.CreatedAt) })
	least := slices.MinFunc(s.Deliveries, func(a, b sandbox.Delivery) int { return cmp.Compare(progress[a.State], progress[b.State]) })
	s.State, s.Answer = sendingStateOf(least.State), "not sent yet"
	for _, d := range s.Deliveries {
		if n := len(d.Attempts); n > 0 {
			s.Answer = answer(d.Attempts[n-1])
		}
	}
	s.Badge = sendingBadges[s.State]
	if receipt, ok := h.receipt(id, s); ok {
		s.About, s.Verified, s.Refused = receipt.About, receipt.Verified, !receipt.Verified
	}
}

// receipt is what the receiver beside the console made of s, if it went there.
func (h *Console) receipt(id string, s *sending) (receiver.Receipt, bool) {
	p := h.Platform
	if p.Receiver == nil || !slices.ContainsFunc(s.Deliveries, func(d sandbox.Delivery) bool { return d.URL == p.ReceiverURL }) {
		return receiver.Receipt{}, false
	}
	return p.Receiver.Latest(id)
}

// Verdict is whether the signature was found to be sound; empty where nobody has said.
func (s *sending) Verdict() badge {
	switch {
	case s == nil:
	case s.Verified:
		return badge{"verified", "good"}
	case s.Refused:
		return badge{"refused", "bad"}
	}
	return badge{}
}

// row is s in a list while the store has not heard of it.
func (s *sending) row() row {
	first := s.Deliveries[0]
	return row{
		Event: events.Event{
			ID: first.TraceID, Type: webhook.EventType(first.EventType), UserID: first.UserID, Reference: first.Reference,
			OrderingTime: first.CreatedAt, Size: int64(len(first.Body)),
		},
		Badge: s.Badge, Sent: s, at: first.CreatedAt.UTC().Truncate(time.Millisecond),
	}
}

// answer is the receiver's, or why there is none.
func answer(a sandbox.Attempt) string {
	if a.Status == 0 {
		return a.Error
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)))
}

// detail is what an answer alone does not tell.
func detail(a sandbox.Attempt) string {
	if a.Status == 0 {
		return ""
	}
	return a.Error
}
