package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
)

// How much of everything a page shows.
const (
	shownDays       = 14
	shownPeople     = 24
	shownDeliveries = 40
	shownBody       = 64 << 10 // bytes
)

// page is what every page has.
type page struct {
	Title   string
	Host    string
	Version string // of the state shown; see Console.state
	Notice  string
}

type homeView struct {
	page
	Problem        string
	People         []personView
	MorePeople     int
	Person         *detailView
	Deliveries     []deliveryView
	DeliveryCount  int
	MoreDeliveries int

	BaseURL, ReceiverURL         string
	DevID, APIKey, SigningSecret string
	Examples                     []string
}

// personView is a connection in the list of people.
type personView struct {
	ID, Name, Initials, Provider string
	Hue                          int // 0 to 7, for the colour of the face
	Active, Current              bool
}

// detailView is the chosen person and the latest of their records.
type detailView struct {
	Name  string
	About []string
	IDs   []summary.Fact
	Cards []card // those with something to show first
}

// card is the latest record of a type.
type card struct {
	Kind, Type, When string
	Headline         *summary.Fact
	Facts            []summary.Fact
	Chart            chart
	Count            string // how many there are
	Empty            string // why there is none
	Problem          string // why it could not be fetched
}

type deliveryView struct {
	page
	ID, Event, URL     string
	UserID, Who, About string
	At                 time.Time
	Answer             string // to the last attempt
	Verdict            verdict
	Attempts           []attemptView
	NextRetry          string
	Headers            []headerView
	Size, Body         string // on its own page only
	Cut                bool
}

type attemptView struct {
	At           time.Time
	Answer, Took string
}

type headerView struct{ Name, Value string }

// verdict is what became of a delivery; Class is "good", "bad" or, while it is
// open, empty.
type verdict struct{ Text, Class string }

// page is made before anything else of a view is read, so that a change meanwhile
// makes the page out of date.
func (h *Console) page(r *http.Request, title string) page {
	return page{Title: title, Host: r.Host, Version: h.state()}
}

func (h *Console) homeView(r *http.Request) homeView {
	ctx := r.Context()
	credentials := h.Sandbox.Credentials() // made up, and no secret
	v := homeView{
		page:          h.page(r, "Console"),
		BaseURL:       h.BaseURL,
		ReceiverURL:   h.ReceiverURL,
		DevID:         credentials.DevID,
		APIKey:        credentials.APIKey,
		SigningSecret: credentials.SigningSecret,
		Examples:      h.Examples,
	}
	users, err := h.users(ctx)
	if err != nil {
		v.Problem = "The people could not be listed: " + err.Error()
	}
	chosen := h.choose(users, r.FormValue("user_id"))
	names := h.names(ctx, users[:min(len(users), shownPeople)])
	for i, u := range users {
		current := i == chosen
		if len(v.People) == shownPeople && !current {
			v.MorePeople++
			continue
		}
		name := cmp.Or(names[u.UserID], nameOf(u))
		v.People = append(v.People, personView{
			ID: u.UserID, Name: name, Initials: initials(name), Provider: u.Provider,
			Hue: hue(u.UserID), Active: u.Active.Or(true), Current: current,
		})
		if current {
			v.Person = h.detail(ctx, u, name)
		}
	}
	v.Notice = notice(r, v.Person)

	deliveries := h.Sandbox.Deliveries()
	v.DeliveryCount = len(deliveries)
	slices.SortStableFunc(deliveries, func(a, b sandbox.Delivery) int { return b.CreatedAt.Compare(a.CreatedAt) })
	for _, d := range deliveries[:min(len(deliveries), shownDeliveries)] {
		dv := h.deliveryRow(d)
		dv.Who = cmp.Or(names[d.UserID], shortID(d.UserID))
		v.Deliveries = append(v.Deliveries, dv)
	}
	v.MoreDeliveries = len(deliveries) - len(v.Deliveries)
	return v
}

// notice is what the widget's pages report when they lead back here.
func notice(r *http.Request, person *detailView) string {
	switch {
	case r.FormValue("failed") != "":
		return "Nobody was connected: the person did not agree."
	case r.FormValue("user_id") != "" && r.FormValue("reference_id") != "" && person != nil:
		return person.Name + " is connected."
	}
	return ""
}

func (h *Console) users(ctx context.Context) ([]terra.User, error) {
	var users []terra.User
	for u, err := range h.Client.Users.All(ctx) {
		if err != nil {
			return users, err
		}
		users = append(users, u)
	}
	return users, nil
}

// choose is the index of the person to show: the one asked for, else the first;
// -1 when there is none.
func (h *Console) choose(users []terra.User, userID string) int {
	i := slices.IndexFunc(users, func(u terra.User) bool { return u.UserID == userID })
	return max(i, min(0, len(users)-1))
}

// names asks for the profiles of users all at once. Not every provider has one.
func (h *Console) names(ctx context.Context, users []terra.User) map[string]string {
	found := make([]string, len(users))
	var wait sync.WaitGroup
	for i, u := range users {
		wait.Go(func() {
			if a, err := h.Client.Athlete.Get(ctx, u.UserID); err == nil {
				found[i] = summary.Of(*a).Title
			}
		})
	}
	wait.Wait()
	names := map[string]string{}
	for i, u := range users {
		names[u.UserID] = cmp.Or(found[i], nameOf(u))
	}
	return names
}

func (h *Console) detail(ctx context.Context, u terra.User, name string) *detailView {
	d := &detailView{Name: name, About: []string{u.Provider}, IDs: []summary.Fact{{Name: "user id", Value: u.UserID}}}
	if reference, ok := u.ReferenceID.Get(); ok {
		d.IDs = append(d.IDs, summary.Fact{Name: "reference id", Value: reference})
	}
	if at, ok := u.CreatedAt.Time(); ok {
		d.IDs = append(d.IDs, summary.Fact{Name: "connected", Value: at.Local().Format("2 Jan 15:04")})
	}
	if a, err := h.Client.Athlete.Get(ctx, u.UserID); err == nil {
		for _, f := range summary.Of(*a).Facts {
			d.About = append(d.About, f.Value)
		}
	}
	makers := []func() card{
		func() card { return latest(ctx, "sleep", "Sleep", h.Client.Sleep, u.UserID, sleepChart) },
		func() card { return latest(ctx, "daily", "Day", h.Client.Daily, u.UserID, stepsChart) },
		func() card { return latest(ctx, "activity", "Activity", h.Client.Activity, u.UserID, activityChart) },
		func() card { return latest(ctx, "body", "Body", h.Client.Body, u.UserID, weightChart) },
		func() card { return latest(ctx, "nutrition", "Nutrition", h.Client.Nutrition, u.UserID, energyChart) },
		func() card {
			return latest(ctx, "menstruation", "Menstruation", h.Client.Menstruation, u.UserID, nil)
		},
	}
	d.Cards = make([]card, len(makers))
	var wait sync.WaitGroup
	for i, make := range makers {
		wait.Go(func() { d.Cards[i] = make() })
	}
	wait.Wait()
	slices.SortStableFunc(d.Cards, func(a, b card) int { return cmp.Compare(len(a.Empty), len(b.Empty)) })
	return d
}

// charter draws what a card shows. dense asks for the records of a day with all
// their samples.
type charter[T summary.Record] func(records []T, dense func(health.Date) []T) chart

// latest makes the card of one type of data.
func latest[T summary.Record](ctx context.Context, kind, title string, c *terra.Collection[T], userID string, draw charter[T]) card {
	v := card{Kind: kind, Type: title}
	records, err := c.List(ctx, userID, terra.Last(shownDays))
	switch {
	case err != nil:
		v.Problem = "Not fetched: " + err.Error()
		return v
	case len(records) == 0:
		v.Empty = fmt.Sprintf("Nothing in the last %d days.", shownDays)
		return v
	}
	s := summary.Of(records[len(records)-1])
	v.When = when(s)
	v.Facts = s.Facts
	if len(s.Facts) > 0 {
		v.Headline, v.Facts = &s.Facts[0], s.Facts[1:]
	}
	if s.Title != "" {
		v.Type = s.Title
	}
	v.Count = fmt.Sprintf("%d records in the last %d days", len(records), shownDays)
	if len(records) == 1 {
		v.Count = fmt.Sprintf("1 record in the last %d days", shownDays)
	}
	if draw != nil {
		v.Chart = draw(records, func(day health.Date) []T {
			dense, err := c.List(ctx, userID, terra.Days(day.AddDays(-1), 2), terra.WithSamples(true))
			if err != nil {
				return nil
			}
			return dense
		})
	}
	return v
}

func sleepChart(records []health.Sleep, dense func(health.Date) []health.Sleep) chart {
	last := records[len(records)-1].Metadata
	for _, night := range dense(last.EndTime.Date()) {
		if night.Metadata.EndTime == last.EndTime {
			return hypnogram(night.SleepDurationsData.HypnogramSamples, last.EndTime)
		}
	}
	return chart{}
}

func activityChart(records []health.Activity, dense func(health.Date) []health.Activity) chart {
	last := records[len(records)-1].Metadata
	for _, activity := range dense(last.StartTime.Date()) {
		if activity.Metadata.StartTime != last.StartTime {
			continue
		}
		var points []point
		for _, s := range activity.HeartRateData.Detailed.HRSamples {
			if bpm, ok := s.BPM.Get(); ok {
				points = append(points, point{wall(s.Timestamp), bpm})
			}
		}
		return line("Heart rate", "bpm", points, "15:04")
	}
	return chart{}
}

func stepsChart(records []health.Daily, _ func(health.Date) []health.Daily) chart {
	return dayBars("Steps", days(records, func(r health.Daily) (health.Timestamp, float64, bool) {
		steps, ok := r.DistanceData.Steps.Get()
		return r.Metadata.StartTime, float64(steps), ok
	}))
}

func energyChart(records []health.Nutrition, _ func(health.Date) []health.Nutrition) chart {
	return dayBars("Energy eaten", days(records, func(r health.Nutrition) (health.Timestamp, float64, bool) {
		kcal, ok := r.Summary.Macros.Calories.Get()
		return r.Metadata.StartTime, kcal, ok
	}))
}

func weightChart(records []health.Body, _ func(health.Date) []health.Body) chart {
	var points []point
	for _, r := range records {
		for _, m := range r.MeasurementsData.Measurements {
			if kg, ok := m.WeightKg.Get(); ok {
				points = append(points, point{wall(m.MeasurementTime), kg})
			}
		}
	}
	return line("Weight", "kg", points, "2 Jan")
}

// days keeps of records the day and the one number that value finds.
func days[T any](records []T, value func(T) (health.Timestamp, float64, bool)) iter.Seq2[health.Date, float64] {
	return func(yield func(health.Date, float64) bool) {
		for _, r := range records {
			if at, v, ok := value(r); ok && !yield(at.Date(), v) {
				return
			}
		}
	}
}

// deliveryRow is d as the list of deliveries shows it.
func (h *Console) deliveryRow(d sandbox.Delivery) deliveryView {
	v := deliveryView{
		ID: d.ID, Event: d.EventType, URL: d.URL, UserID: d.UserID, At: d.CreatedAt.Local(),
		Answer:  "not sent yet",
		Verdict: h.verdict(d),
	}
	for _, a := range d.Attempts {
		v.Answer = answer(a)
		v.Attempts = append(v.Attempts, attemptView{a.At.Local(), v.Answer, a.Duration.Round(100 * time.Microsecond).String()})
	}
	receipt, _ := h.receipt(d)
	v.About = receipt.About
	if !d.NextRetry.IsZero() {
		v.NextRetry = d.NextRetry.Local().Format("15:04:05")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		v.Headers = append(v.Headers, headerView{name, strings.Join(d.Header[name], ", ")})
	}
	return v
}

// deliveryView is d with all that its own page shows.
func (h *Console) deliveryView(r *http.Request, d sandbox.Delivery) deliveryView {
	p := h.page(r, "Delivery of "+d.EventType)
	v := h.deliveryRow(d)
	v.page = p
	if r.FormValue("sent") != "" {
		v.Notice = "Sent again."
	}
	v.Size = fmt.Sprintf("%d bytes", len(d.Body))
	var body bytes.Buffer
	if json.Indent(&body, d.Body, "", "  ") != nil {
		body.Reset()
		body.Write(d.Body)
	}
	v.Cut = body.Len() > shownBody
	v.Body = strings.ToValidUTF8(string(body.Bytes()[:min(body.Len(), shownBody)]), "")
	return v
}

// receipt is what the receiver beside the console made of d, if d went there.
func (h *Console) receipt(d sandbox.Delivery) (receiver.Receipt, bool) {
	if h.Receiver == nil || d.URL != h.ReceiverURL {
		return receiver.Receipt{}, false
	}
	return h.Receiver.Latest(d.TraceID)
}

// verdict is the receiver's own when there is one, else what its answer tells.
func (h *Console) verdict(d sandbox.Delivery) verdict {
	if receipt, ok := h.receipt(d); ok {
		if receipt.Verified {
			return verdict{"verified", "good"}
		}
		return verdict{"refused", "bad"}
	}
	if len(d.Attempts) == 0 {
		return verdict{"waiting", ""}
	}
	switch last := d.Attempts[len(d.Attempts)-1]; {
	case last.Error != "":
		return verdict{"no answer", "bad"}
	case last.Status < 300:
		return verdict{"accepted", "good"}
	default:
		return verdict{"refused", "bad"}
	}
}

// answer is the receiver's, or why there is none.
func answer(a sandbox.Attempt) string {
	return cmp.Or(a.Error, fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)))
}

// when is the day and the time of a record, for people.
func when(s summary.Summary) string {
	d, err := health.ParseDate(s.Date)
	if err != nil {
		return s.Time
	}
	return strings.TrimSpace(d.In(time.UTC).Format("Mon 2 Jan") + " " + s.Time)
}

// nameOf is what to call somebody without a profile.
func nameOf(u terra.User) string {
	return cmp.Or(u.ReferenceID.Or(""), shortID(u.UserID))
}

func shortID(id string) string {
	const enough = 8
	if r := []rune(id); len(r) > enough {
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

func hue(id string) int {
	sum := fnv.New32a()
	sum.Write([]byte(id))
	return int(sum.Sum32() % 8)
}
