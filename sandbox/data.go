package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/terra-go/terra/health"
)

const (
	maxPayloadBytes = 256 << 20 // of one delivery
	maxKeptBytes    = 1 << 20   // longer ones are made for every attempt
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
		if !s.grant(c, conn.user.UserID, days.days()) {
			return nil
		}
		q := query{conn: conn, kind: k, days: days, samples: samples, now: s.now()}
		if !conn.allows(k) {
			q.days.end = q.days.start // nothing to be had
		}
		if !toWebhook {
			c.w.Header().Set("terra-reference", newUUID())
			return c.replyRecords(q)
		}
		listening, err := s.listening(c)
		if err != nil {
			return err
		}
		if days.large() {
			return s.sendToWebhook(c, k, conn.user, listening, true, func(em emission) {
				s.dispatch.background(func(ctx context.Context) { s.sendLarge(ctx, q, em) })
			})
		}
		data, err := q.marshal(c.r.Context())
		if err != nil || c.r.Context().Err() != nil {
			return err
		}
		whole := &part{query: q, chunk: chunk{day: days.start, count: len(data)}}
		if data.size() <= maxKeptBytes {
			whole = nil
		} else {
			data = nil
		}
		return s.sendToWebhook(c, k, conn.user, listening, false, func(em emission) {
			em.part = whole
			s.emit(em, dataEvent(k, conn.user, data))
		})
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
	if !s.grant(c, conn.user.UserID, 1) {
		return nil
	}
	if toWebhook {
		listening, err := s.listening(c)
		if err != nil {
			return err
		}
		return s.sendToWebhook(c, athlete, conn.user, listening, false, func(em emission) {
			s.emit(em, athleteEvent(conn.user, s.profile(conn)))
		})
	}
	c.w.Header().Set("terra-reference", newUUID())
	if c.dialect == legacy && !conn.allows(athlete) {
		return c.replyNoData(conn.user, "not_available", "Data type requested not available from provider")
	}
	return c.reply(struct {
		Status  string         `json:"status,omitzero"`
		Type    kind           `json:"type"`
		User    health.User    `json:"user"`
		Athlete health.Athlete `json:"athlete"`
	}{c.dialect.success(), athlete, conn.user, s.profile(conn)})
}

// profile is who the person is now; empty when the provider does not tell, or may
// not.
func (s *Server) profile(conn connection) health.Athlete {
	if !conn.allows(athlete) {
		return health.Athlete{}
	}
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

// marshal makes the records of one payload.
func (q query) marshal(ctx context.Context) (records, error) {
	list := records{}
	left := maxPayloadBytes
	for _, record := range q.records(ctx) {
		b, err := record.MarshalJSON()
		if err != nil {
			return nil, err
		}
		if left -= len(b); left < 0 {
			return nil, &apiError{status: http.StatusRequestEntityTooLarge, detail: "the payload would be too large; ask for fewer days"}
		}
		list = append(list, b)
	}
	return list, nil
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
func (s *Server) sendToWebhook(c *call, k kind, user health.User, listening, large bool, deliver func(emission)) error {
	release := s.dispatch.hold()
	defer release()
	reference := newUUID()
	c.w.Header().Set("terra-reference", reference)
	reply := ack{Status: "success", Type: k, Reference: reference, User: user}
	switch {
	case c.dialect != legacy:
		reply.TraceID = reference
		if large {
			reply.Message = "Large request accepted: its data will reach your destinations in several payloads"
		}
	case large:
		reply.Status, reply.Type = "processing", "large_request_processing"
		reply.Message = "Large request is processing"
	default:
		reply.Type = "webhook"
		reply.Message = "Data will be sent to webhook"
	}
	if err := c.reply(reply); err != nil {
		return err
	}
	if !listening {
		return nil
	}
	http.NewResponseController(c.w).Flush() // where it cannot, the ack may come second, as it may with Terra
	deliver(emission{userID: user.UserID, reference: reference, linkBase: c.host})
	return nil
}

// replyRecords writes record by record, so that years with samples are never in
// memory at once.
func (c *call) replyRecords(q query) error {
	finish := c.compress()
	user, err := json.Marshal(q.conn.user)
	if err != nil {
		return err
	}
	head := `{"type":"` + string(q.kind) + `","user":` + string(user) + `,"data":[`
	if c.dialect == legacy {
		head = `{"status":"success",` + head[1:]
	}
	begun := false
	for _, record := range q.records(c.r.Context()) {
		b, err := record.MarshalJSON()
		if err == nil && c.editRecord != nil {
			b, err = editObject(b, c.editRecord)
		}
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
	case c.dialect != legacy:
		err = c.reply(json.RawMessage(head + "]}"))
	case q.conn.allows(q.kind):
		err = c.replyNoData(q.conn.user, "error", "No data available for specified time range")
	default:
		err = c.replyNoData(q.conn.user, "not_available", "Data type requested not available from provider")
	}
	if err == nil {
		finish()
	}
	return err
}

func (c *call) replyNoData(user health.User, status, message string) error {
	return c.reply(struct {
		Status  string      `json:"status"`
		Message string      `json:"message"`
		Type    string      `json:"type"`
		User    health.User `json:"user"`
	}{status, message, "no_data", user})
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
