package sandbox

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/terra-go/terra/health"
)

const (
	maxDays         = 1825      // of one request
	maxPayloadBytes = 256 << 20 // of one delivery
)

// window is what a data request asks for: days from start up to, not including,
// end.
type window struct{ start, end health.Date }

func (w window) days() int { return w.end.DaysSince(w.start) }

// fetch serves the data of one kind.
func fetch(k kind) func(*Server, *call) error {
	return func(s *Server, c *call) error {
		conn, err := s.subject(c)
		if err != nil {
			return err
		}
		toWebhook, err := c.params.flag("to_webhook", true)
		if err != nil {
			return err
		}
		samples, err := c.params.flag("with_samples", false)
		if err != nil {
			return err
		}
		if _, err := c.params.flag("retry_if_rate_limited", false); err != nil {
			return err
		}
		days, err := c.window()
		if err != nil {
			return err
		}
		if days.days() > maxDays {
			c.refuseRange()
			return nil
		}
		if !toWebhook {
			c.w.Header().Set("terra-reference", newUUID())
			return c.replyRecords(k, conn, s.records(c.r.Context(), conn, k, days, samples))
		}
		listening, err := s.listening(c)
		if err != nil {
			return err
		}
		data, err := marshalAll(s.records(context.Background(), conn, k, days, samples))
		if err != nil {
			return err
		}
		return s.sendToWebhook(c, k, conn.user, listening, dataEvent(k, conn.user, data))
	}
}

func (s *Server) fetchAthlete(c *call) error {
	conn, err := s.subject(c)
	if err != nil {
		return err
	}
	toWebhook, err := c.params.flag("to_webhook", true)
	if err != nil {
		return err
	}
	if toWebhook {
		listening, err := s.listening(c)
		if err != nil {
			return err
		}
		return s.sendToWebhook(c, athlete, conn.user, listening, athleteEvent(conn.user, s.profile(conn)))
	}
	c.w.Header().Set("terra-reference", newUUID())
	if c.dialect == legacy && !gives(conn.person.Provider(), athlete) {
		return c.replyNoData(conn.user, "not_available", "Data type requested not available from provider")
	}
	return c.reply(struct {
		Status  string         `json:"status,omitzero"`
		Type    kind           `json:"type"`
		User    health.User    `json:"user"`
		Athlete health.Athlete `json:"athlete"`
	}{c.dialect.success(), athlete, conn.user, s.profile(conn)})
}

// profile is who the person is now; empty when the provider does not tell.
func (s *Server) profile(conn connection) health.Athlete {
	profile, _ := conn.person.Athlete(health.DateOf(s.now().UTC()))
	return profile
}

// subject is the connection that a data request is about.
func (s *Server) subject(c *call) (connection, error) {
	userID, err := c.params.required("user_id")
	if err != nil {
		return connection{}, err
	}
	conn, ok := s.connection(userID)
	if !ok {
		return connection{}, errUserNotFound
	}
	return conn, nil
}

// records are those of the window that have ended by now: nobody's watch tells the
// future, and a record once seen never changes. They are made as they are read,
// until ctx ends.
func (s *Server) records(ctx context.Context, conn connection, k kind, days window, samples bool) iter.Seq[any] {
	now := s.now()
	today := health.DateOf(now.UTC()).AddDays(1) // as it may be east of here
	return func(yield func(any) bool) {
		for day := days.start; day.Before(days.end) && !day.After(today) && ctx.Err() == nil; day = day.AddDays(1) {
			for end, record := range conn.day(k, day, samples) {
				if !end.In(time.UTC).After(now) && !yield(record) {
					return
				}
			}
		}
	}
}

// marshalAll makes the data of one delivery.
func marshalAll(records iter.Seq[any]) ([]json.RawMessage, error) {
	data := []json.RawMessage{}
	size := 0
	for record := range records {
		b, err := json.Marshal(record)
		if err != nil {
			return nil, err
		}
		if size += len(b); size > maxPayloadBytes {
			return nil, &apiError{status: http.StatusRequestEntityTooLarge, detail: "the payload would be too large; ask for fewer days"}
		}
		data = append(data, b)
	}
	return data, nil
}

// ack answers a request whose data go to the destinations.
type ack struct {
	Status    string      `json:"status"`
	Type      kind        `json:"type"`
	Message   string      `json:"message,omitzero"`
	Reference string      `json:"reference"`
	TraceID   string      `json:"trace_id,omitzero"`
	User      health.User `json:"user"`
}

// listening tells whether there is a destination. The current base refuses what
// could be delivered nowhere; the legacy one acknowledges it all the same.
func (s *Server) listening(c *call) (bool, error) {
	push, ping := s.dispatch.modes()
	if !push && !ping && c.dialect == current {
		return false, badRequest("no destinations available for this connection")
	}
	return push || ping, nil
}

// sendToWebhook acknowledges, then delivers, if anybody was listening.
func (s *Server) sendToWebhook(c *call, k kind, user health.User, listening bool, ev event) error {
	release := s.dispatch.hold()
	defer release()
	reference := newUUID()
	c.w.Header().Set("terra-reference", reference)
	reply := ack{Status: "success", Type: k, Reference: reference, User: user}
	if c.dialect == legacy {
		reply.Type = "webhook"
		reply.Message = "Data will be sent to webhook"
	} else {
		reply.TraceID = reference
	}
	if err := c.reply(reply); err != nil {
		return err
	}
	if !listening {
		return nil
	}
	http.NewResponseController(c.w).Flush() // where it cannot, the ack may come second, as it may with Terra
	s.emit(emission{userID: user.UserID, reference: reference, linkBase: c.host}, ev)
	return nil
}

// replyRecords writes record by record, so that years with samples are never in
// memory at once.
func (c *call) replyRecords(k kind, conn connection, records iter.Seq[any]) error {
	user, err := json.Marshal(conn.user)
	if err != nil {
		return err
	}
	head := `{"type":"` + string(k) + `","user":` + string(user) + `,"data":[`
	if c.dialect == legacy {
		head = `{"status":"success",` + head[1:]
	}
	begun := false
	for record := range records {
		b, err := json.Marshal(record)
		if err != nil {
			panic(http.ErrAbortHandler) // part of the body is out: cut it off, so that nobody takes it for whole
		}
		separator := ","
		if !begun {
			begun = true
			separator = head
			c.w.Header().Set("Content-Type", "application/json")
			c.w.Header().Set("X-Content-Type-Options", "nosniff")
		}
		c.w.Write([]byte(separator))
		if _, err := c.w.Write(b); err != nil {
			return nil // the client is gone
		}
	}
	switch {
	case c.r.Context().Err() != nil && begun:
		panic(http.ErrAbortHandler)
	case begun:
		c.w.Write([]byte("]}\n"))
		return nil
	case c.dialect != legacy:
		return c.reply(json.RawMessage(head + "]}"))
	case gives(conn.person.Provider(), k):
		return c.replyNoData(conn.user, "error", "No data available for specified time range")
	}
	return c.replyNoData(conn.user, "not_available", "Data type requested not available from provider")
}

func (c *call) replyNoData(user health.User, status, message string) error {
	return c.reply(struct {
		Status  string      `json:"status"`
		Message string      `json:"message"`
		Type    string      `json:"type"`
		User    health.User `json:"user"`
	}{status, message, "no_data", user})
}

// refuseRange is what Terra answers to a request for more days than its first rule
// allows; the body is no problem document on either base.
func (c *call) refuseRange() {
	c.w.Header().Set("X-Terra-RateLimit-Rule", "r1")
	writeJSON(c.w, http.StatusTooManyRequests, "application/json", struct {
		Detail string `json:"detail"`
	}{"rate limit exceeded"})
}

// success is the status that bodies of the legacy base carry and others lack.
func (d dialect) success() string {
	if d == legacy {
		return "success"
	}
	return ""
}

// window reads the two dates. Without an end it is one day.
func (c *call) window() (window, error) {
	raw, err := c.params.required("start_date")
	if err != nil {
		return window{}, err
	}
	start, _, ok := parseDay(raw)
	if !ok {
		return window{}, badRequest("invalid start_date")
	}
	w := window{start, start.AddDays(1)}
	if raw := c.params["end_date"]; raw != "" {
		end, within, ok := parseDay(raw)
		if !ok {
			return window{}, badRequest("invalid end_date")
		}
		if within {
			end = end.AddDays(1)
		}
		w.end = end
	}
	if w.end.Before(w.start) {
		return window{}, badRequest("end_date is before start_date")
	}
	return w, nil
}

// parseDay reads YYYY-MM-DD or Unix seconds, which it takes as UTC; within is true
// when these are not midnight.
func parseDay(raw string) (day health.Date, within, ok bool) {
	if day, err := health.ParseDate(raw); err == nil {
		return day, false, day.Year > 0
	}
	if len(raw) != 9 && len(raw) != 10 {
		return health.Date{}, false, false
	}
	seconds, err := strconv.ParseUint(raw, 10, 63)
	if err != nil {
		return health.Date{}, false, false
	}
	return health.DateOf(time.Unix(int64(seconds), 0).UTC()), seconds%86400 != 0, true
}
