package sandbox

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox/synth"
)

// Errors of the Go control surface; [errors.Is] finds them.
var (
	ErrUnknownProvider = errors.New("sandbox: unknown provider")
	ErrUnknownPersona  = errors.New("sandbox: unknown persona")
	ErrUnknownUser     = errors.New("sandbox: unknown user")
)

// world is what has happened so far. [Server.mu] guards it.
type world struct {
	connections map[string]*connection   // by user id
	references  map[string][]*connection // by reference id, which is not empty
	order       []*connection            // as connected
	issued      map[identity]int         // user ids handed out so far
	sessions    map[string]*session
	payloads    []payload // what pings point to, oldest first
}

// identity is what Terra takes for the same account: connecting it again replaces
// the connection. An empty reference is nobody in particular.
type identity struct{ provider, reference string }

// connection is one person seen through one provider.
type connection struct {
	user   health.User
	origin origin
	person *synth.Person
}

// origin is what a person follows from, beside the seed and the provider.
type origin struct {
	human   string
	persona *synth.Persona // nil: by chance
	start   health.Date    // the first day with records; zero: there is none
}

// person makes the same one for the same origin.
func (s *Server) person(p synth.Provider, o origin) (*synth.Person, error) {
	var opts []synth.Option
	if o.persona != nil {
		opts = append(opts, synth.WithPersona(*o.persona))
	}
	if !o.start.IsZero() {
		opts = append(opts, synth.WithStart(o.start))
	}
	return synth.New(s.seed, o.human, p, opts...)
}

// ConnectOption settles something about a person whom [Server.Connect] connects.
type ConnectOption func(*origin)

// WithPersona chooses the person's way of life, which is drawn by chance
// otherwise: one of [synth.Personas], or "ordinary". A newcomer has no records of
// the time before they connect. Somebody who connects again stays who they are
// unless a persona is chosen.
func WithPersona(p synth.Persona) ConnectOption {
	if p == "ordinary" {
		p = synth.Ordinary
	}
	return func(o *origin) { o.persona = &p }
}

func newWorld() world {
	return world{
		connections: map[string]*connection{},
		references:  map[string][]*connection{},
		issued:      map[identity]int{},
		sessions:    map[string]*session{},
	}
}

// Connect does what a person does who chooses provider and agrees: the connection
// exists, and destinations are told by an auth event. The same reference id and
// provider once more is a reauthentication: the connection gets a new user id, the
// old one is gone, and a user_reauth event says so. The reference id may be empty;
// such connections are never the same person.
func (s *Server) Connect(provider, referenceID string, opts ...ConnectOption) (health.User, error) {
	p, ok := synth.Lookup(provider)
	if !ok {
		return health.User{}, ErrUnknownProvider
	}
	return s.connect(p, referenceID, "", "", opts...)
}

// Users are the present connections in the order they were made.
func (s *Server) Users() []health.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := make([]health.User, len(s.world.order))
	for i, c := range s.world.order {
		users[i] = c.user
	}
	return users
}

// connect makes the connection under userID, or under the identity's next id when
// that is empty. sessionID is the widget session it came from, if any.
func (s *Server) connect(p synth.Provider, referenceID, userID, sessionID string, opts ...ConnectOption) (health.User, error) {
	id := identity{p.Name, referenceID}
	now := s.now().UTC()
	var o origin
	for _, opt := range opts {
		opt(&o)
	}
	switch {
	case o.persona == nil:
	case !slices.Contains(synth.Personas(), *o.persona):
		return health.User{}, ErrUnknownPersona
	case *o.persona == synth.Newcomer:
		o.start = health.DateOf(now.Add(14 * time.Hour)) // as it may be east of here
	}
	s.mu.Lock()
	if userID == "" {
		userID = s.world.issue(s.seed, id)
	}
	o.human = cmp.Or(referenceID, userID)
	person, err := s.person(p, o)
	if err != nil {
		s.mu.Unlock()
		return health.User{}, err
	}
	c := &connection{person: person, origin: o, user: health.User{
		UserID:            userID,
		Provider:          p.Name,
		CreatedAt:         health.TimestampOf(now),
		LastWebhookUpdate: health.NullTimestamp(),
		Scopes:            opt.Some(scopes(p)),
		ReferenceID:       optional(referenceID),
		Active:            opt.Some(true),
	}}
	old := s.world.find(id)
	if old != nil {
		if o.persona == nil {
			c.person, c.origin = old.person, old.origin // who may have been renamed since
		}
		s.world.remove(old)
	}
	s.world.add(c)
	user := c.user
	s.mu.Unlock()
	s.keeper.changed()

	s.log.Info("connected", "provider", p.Name, "user_id", userID, "reauth", old != nil)
	s.emit(emission{userID: userID}, authEvent(user, sessionID))
	if old != nil {
		s.emit(emission{userID: userID}, reauthEvent(user, old.user))
	}
	return user, nil
}

// disconnect removes the connection and says so to the destinations.
func (s *Server) disconnect(userID string) error {
	user, err := s.forget(userID)
	if err != nil {
		return err
	}
	s.log.Info("disconnected", "provider", user.Provider, "user_id", userID)
	s.emit(emission{userID: userID}, deauthEvent(user))
	return nil
}

// forget removes the connection and returns what it was.
func (s *Server) forget(userID string) (health.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.world.connections[userID]
	if !ok {
		return health.User{}, ErrUnknownUser
	}
	s.world.remove(c)
	s.keeper.changed()
	return c.user, nil
}

// replace puts the connection under a new user, as a reauthentication does.
func (s *Server) replace(userID string, fresh health.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.world.connections[userID]; ok {
		s.world.remove(c)
		s.world.add(&connection{user: fresh, origin: c.origin, person: c.person})
		s.keeper.changed()
	}
}

// connection returns a copy, safe to read without the lock.
func (s *Server) connection(userID string) (connection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.world.connections[userID]
	if !ok {
		return connection{}, false
	}
	return *c, true
}

// touch remembers that data of the user have reached a destination.
func (s *Server) touch(userID string, at time.Time) {
	s.update(userID, func(u *health.User) { u.LastWebhookUpdate = health.TimestampOf(at.UTC()) })
}

// update changes a connection in place and returns its user.
func (s *Server) update(userID string, change func(*health.User)) (health.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.world.connections[userID]
	if !ok {
		return health.User{}, ErrUnknownUser
	}
	s.keeper.changed()
	was := c.user.ReferenceID
	change(&c.user)
	if c.user.ReferenceID != was {
		s.world.unlist(c, was.Or(""))
		s.world.list(c)
	}
	return c.user, nil
}

// issue derives the identity's next user id from the seed alone, so that a
// database filled from one run of the sandbox fits the next.
func (w *world) issue(seed uint64, id identity) string {
	n := w.issued[id]
	w.issued[id]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%d", seed, id.provider, id.reference, n))
	return formatUUID([16]byte(sum[:16]))
}

// find returns the connection of an identity, nil when there is none.
func (w *world) find(id identity) *connection {
	for _, c := range w.references[id.reference] {
		if c.user.Provider == id.provider {
			return c
		}
	}
	return nil
}

func (w *world) add(c *connection) {
	w.connections[c.user.UserID] = c
	w.order = append(w.order, c)
	w.list(c)
}

func (w *world) remove(c *connection) {
	delete(w.connections, c.user.UserID)
	w.order = dropped(w.order, c)
	w.unlist(c, c.user.ReferenceID.Or(""))
}

// list makes c known by its reference id.
func (w *world) list(c *connection) {
	if reference := c.user.ReferenceID.Or(""); reference != "" {
		w.references[reference] = append(w.references[reference], c)
	}
}

func (w *world) unlist(c *connection, reference string) {
	if rest := dropped(w.references[reference], c); len(rest) > 0 {
		w.references[reference] = rest
	} else {
		delete(w.references, reference)
	}
}

func dropped(list []*connection, c *connection) []*connection {
	return slices.DeleteFunc(list, func(o *connection) bool { return o == c })
}

// byReference lists the connections of one reference id.
func (w *world) byReference(referenceID string) []health.User {
	users := []health.User{}
	for _, c := range w.references[referenceID] {
		users = append(users, c.user)
	}
	return users
}

// session is one way through the pages, begun by a widget session or an
// authentication URL.
type session struct {
	id          string
	providers   []synth.Provider // never empty
	userID      string           // promised by an authentication URL; empty for a widget session
	language    string
	referenceID string
	successURL  string
	failureURL  string
	expires     time.Time
	used        bool
}

const (
	sessionLife = 900 * time.Second
	maxSessions = 10_000
)

// expired sessions still know where to send a latecomer.
func (v session) expired(now time.Time) bool { return !now.Before(v.expires) }

func (s *Server) addSession(v session) session {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.id = newUUID()
	v.expires = s.now().Add(sessionLife)
	if len(s.world.sessions) >= maxSessions {
		s.world.dropSessions(s.now())
	}
	s.world.sessions[v.id] = &v
	s.keeper.changed()
	return v
}

func (s *Server) session(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.world.sessions[id]
	if !ok {
		return session{}, false
	}
	return *v, true
}

// useSession marks it used; false when it is gone, late, or was used before.
func (s *Server) useSession(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.world.sessions[id]
	if !ok || v.used || v.expired(s.now()) {
		return false
	}
	v.used = true
	s.keeper.changed()
	return true
}

// dropSessions makes room: the used and expired ones go, and if there are none of
// those, all do.
func (w *world) dropSessions(now time.Time) {
	for id, v := range w.sessions {
		if v.used || v.expired(now) {
			delete(w.sessions, id)
		}
	}
	if len(w.sessions) >= maxSessions {
		clear(w.sessions)
	}
}

// newUUID is a random one: unlike user ids, nothing that identifies an event may
// repeat in the next run, or receivers would take it for a duplicate.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	return formatUUID(b)
}

// formatUUID writes b as a version 4 UUID.
func formatUUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newNumber is a random decimal id of 18 digits.
func newNumber() string {
	var b [8]byte
	rand.Read(b[:])
	return fmt.Sprint(100_000_000_000_000_000 + binary.LittleEndian.Uint64(b[:])%900_000_000_000_000_000)
}

// optional is null for an empty string.
func optional(s string) opt.Value[string] {
	if s == "" {
		return opt.Null[string]()
	}
	return opt.Some(s)
}
