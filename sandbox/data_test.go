package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// noon is the present of tests that depend on it.
func noon() time.Time { return time.Date(2026, time.June, 15, 12, 0, 0, 0, time.UTC) }

func TestDataInTheResponse(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "APPLE", "anna")
	for _, base := range bases {
		for _, path := range dataPaths {
			query := "?user_id=" + user.UserID + "&start_date=2026-03-01&end_date=2026-04-12&to_webhook=false"
			a := call(t, s, "GET", base+"/"+path+query, "")
			if a.StatusCode != 200 {
				t.Fatalf("%s/%s: status %d", base, path, a.StatusCode)
			}
			v := a.object(t)
			if path == "menstruation" && at(v, "data.0") == nil {
				continue // not everybody has
			}
			if v["type"] != path || at(v, "user.user_id") != user.UserID || at(v, "data.0.metadata.start_time") == nil {
				t.Errorf("%s/%s: not the data of the person", base, path)
			}
			if (v["status"] == "success") != (base == "/v2") {
				t.Errorf("%s/%s: status belongs on the legacy base only", base, path)
			}
			if a.Header.Get("terra-reference") == "" {
				t.Errorf("%s/%s: no terra-reference", base, path)
			}
			last := ""
			for i, record := range v["data"].([]any) {
				start, _ := at(record, "metadata.start_time").(string)
				if start < last {
					t.Errorf("%s/%s: record %d is not in order", base, path, i)
				}
				last = start
			}
		}
	}
}

func TestSamplesOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	day := terra.Days(health.NewDate(2026, time.March, 2), 1)
	without, err := s.Client.Daily.List(t.Context(), user, day)
	if err != nil {
		t.Fatal(err)
	}
	with, err := s.Client.Daily.List(t.Context(), user, day, terra.WithSamples(true))
	if err != nil {
		t.Fatal(err)
	}
	if len(without) != 1 || len(with) != 1 {
		t.Fatalf("%d and %d days, want one each", len(without), len(with))
	}
	if n := len(without[0].HeartRateData.Detailed.HRSamples); n != 0 {
		t.Errorf("%d samples that nobody asked for", n)
	}
	if len(with[0].HeartRateData.Detailed.HRSamples) == 0 {
		t.Error("no samples")
	}
	if without[0].DistanceData.Steps != with[0].DistanceData.Steps {
		t.Error("the summary depends on the samples being sent")
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	tests := []struct {
		query string
		days  int
		first string
	}{
		{"start_date=2026-03-01", 1, "2026-03-01"},
		{"start_date=2026-03-01&end_date=", 1, "2026-03-01"},
		{"start_date=2026-03-01&end_date=2026-03-08", 7, "2026-03-01"},
		{"start_date=2026-03-01&end_date=2026-03-01", 0, ""},
		{"start_date=1772323200&end_date=1772928000", 7, "2026-03-01"}, // midnight to midnight, UTC
		{"start_date=1772323200", 1, "2026-03-01"},
		{"start_date=1772366400&end_date=1772452800", 2, "2026-03-01"}, // noon to noon touches two days
		{"start_date=2026-06-13&end_date=2026-06-30", 2, "2026-06-13"}, // what has not ended by noon is not there
		{"start_date=2027-01-01&end_date=2027-02-01", 0, ""},
	}
	for _, test := range tests {
		v := call(t, s, "GET", "/api/v2/daily?to_webhook=false&user_id="+user+"&"+test.query, "").object(t)
		data, ok := v["data"].([]any)
		if !ok || len(data) != test.days {
			t.Errorf("%s: %d days, want %d", test.query, len(data), test.days)
			continue
		}
		if first, _ := at(v, "data.0.metadata.start_time").(string); test.days > 0 && !strings.HasPrefix(first, test.first) {
			t.Errorf("%s: begins with another day", test.query)
		}
	}
}

func TestNoData(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	garmin, strava := connect(t, s, "GARMIN", "anna").UserID, connect(t, s, "STRAVA", "anna").UserID
	future := "&to_webhook=false&start_date=2027-01-01"
	past := "&to_webhook=false&start_date=2026-01-01"

	for _, query := range []string{"?user_id=" + garmin + future, "?user_id=" + strava + past} {
		a := call(t, s, "GET", "/api/v2/sleep"+query, "")
		if data, ok := a.object(t)["data"].([]any); a.StatusCode != 200 || !ok || len(data) != 0 {
			t.Errorf("current base: status %d, want 200 and an empty list", a.StatusCode)
		}
	}
	v := call(t, s, "GET", "/v2/sleep?user_id="+garmin+future, "").object(t)
	if v["type"] != "no_data" || v["status"] != "error" || at(v, "user.user_id") != garmin || v["data"] != nil {
		t.Error("legacy base: not the body for no data in the range")
	}
	v = call(t, s, "GET", "/v2/sleep?user_id="+strava+past, "").object(t)
	if v["type"] != "no_data" || v["status"] != "not_available" || at(v, "user.user_id") != strava {
		t.Error("legacy base: not the body for a type that the provider lacks")
	}
}

func TestAthlete(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	garmin, dexcom := connect(t, s, "GARMIN", "anna").UserID, connect(t, s, "DEXCOM", "anna").UserID
	for _, base := range bases {
		v := call(t, s, "GET", base+"/athlete?to_webhook=false&user_id="+garmin, "").object(t)
		if v["type"] != "athlete" || at(v, "athlete.first_name") == nil || v["data"] != nil {
			t.Errorf("%s: not an athlete", base)
		}
	}
	v := call(t, s, "GET", "/api/v2/athlete?to_webhook=false&user_id="+dexcom, "").object(t)
	if athlete, ok := v["athlete"].(map[string]any); !ok || len(athlete) != 0 {
		t.Error("a provider without profiles: want an empty athlete")
	}
	v = call(t, s, "GET", "/v2/athlete?to_webhook=false&user_id="+dexcom, "").object(t)
	if v["status"] != "not_available" {
		t.Error("a provider without profiles, legacy: want not_available")
	}
}

func TestDataToTheWebhook(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna")
	for _, path := range append([]string{"athlete"}, dataPaths...) {
		query := "/" + path + "?user_id=" + user.UserID + "&start_date=2026-03-01&end_date=2026-03-08"

		if err := s.SetDestinations(nil); err != nil {
			t.Fatal(err)
		}
		a := call(t, s, "GET", "/api/v2"+query, "")
		if a.StatusCode != 400 || a.object(t)["detail"] != "no destinations available for this connection" {
			t.Errorf("%s without a destination: status %d, want 400", path, a.StatusCode)
		}
		if a = call(t, s, "GET", "/v2"+query, ""); a.StatusCode != 200 {
			t.Errorf("%s without a destination, legacy: status %d, want 200", path, a.StatusCode)
		}

		r := listen(t, s)
		for _, base := range bases {
			a := call(t, s, "GET", base+query, "")
			v := a.object(t)
			reference, _ := v["reference"].(string)
			if a.StatusCode != 200 || reference == "" || a.Header.Get("terra-reference") != reference ||
				v["status"] != "success" || at(v, "user.user_id") != user.UserID || v["data"] != nil || v["athlete"] != nil {
				t.Errorf("%s%s: status %d, not an ack", base, path, a.StatusCode)
			}
			if base == "/v2" {
				if v["type"] != "webhook" || v["message"] == nil || v["trace_id"] != nil {
					t.Errorf("%s: not the legacy ack", path)
				}
			} else if v["type"] != path || v["trace_id"] != reference || v["message"] != nil {
				t.Errorf("%s: not the current ack", path)
			}
			events, heads := r.arrived(t, s)
			if types(events) != path {
				t.Fatalf("%s: %q arrived", path, types(events))
			}
			if heads[0].Get("terra-reference") != reference || heads[0].Get("X-Terra-Trace-Id") == reference {
				t.Errorf("%s: the delivery does not carry the ack's reference and a trace id of its own", path)
			}
		}
	}
	info, err := s.Client.Users.Get(t.Context(), user.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := info.User.LastWebhookUpdate.Time(); !ok || !at.Equal(noon()) {
		t.Error("last_webhook_update is not the time of the delivery")
	}
}

// TestSameDataEitherWay: the webhook carries what the response would have.
func TestSameDataEitherWay(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "OURA", "anna").UserID
	r := listen(t, s)
	for _, test := range []struct {
		end  string
		kept bool // until somebody looks
	}{{"2026-03-04", true}, {"2026-03-30", false}} {
		query := "/api/v2/sleep?with_samples=true&user_id=" + user + "&start_date=2026-03-01&end_date=" + test.end
		call(t, s, "GET", query, "")
		events, _ := r.arrived(t, s)
		response := dataOf(call(t, s, "GET", query+"&to_webhook=false", "").text)
		if dataOf(string(events[0].(*webhook.Sleep).Raw())) != response || len(response) < 1000 {
			t.Errorf("until %s: the delivery differs from the response", test.end)
		}
		list := s.Deliveries()
		last := list[len(list)-1]
		if (last.Body != nil) != test.kept {
			t.Errorf("until %s: body kept is %t, want %t", test.end, last.Body != nil, test.kept)
		}
		shown := call(t, s, "GET", "/_sandbox/deliveries/"+last.ID, "").text
		if !strings.Contains(shown, response) {
			t.Errorf("until %s: the delivery is shown with another body", test.end)
		}
	}
}

// TestSameWorldAgain: user ids and days depend on the seed alone.
func TestSameWorldAgain(t *testing.T) {
	t.Parallel()
	text := func(seed uint64, reference string) (id, day string) {
		s := sandboxtest.New(t, sandbox.WithNow(noon), sandbox.WithSeed(seed))
		connect(t, s, "OURA", "somebody else")
		id = connect(t, s, "GARMIN", reference).UserID
		a := call(t, s, "GET", "/api/v2/daily?to_webhook=false&start_date=2026-03-01&user_id="+id, "")
		b, _ := json.Marshal(a.object(t)["data"])
		return id, string(b)
	}
	id, day := text(7, "anna")
	if id2, day2 := text(7, "anna"); id2 != id || day2 != day {
		t.Error("the same seed and reference id are another person")
	}
	if id2, day2 := text(8, "anna"); id2 == id || day2 == day {
		t.Error("another seed is the same person")
	}
	if id2, day2 := text(7, "ben"); id2 == id || day2 == day {
		t.Error("another reference id is the same person")
	}
}

func TestClientGone(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	r := httptest.NewRequest("GET", "/api/v2/daily?with_samples=true&to_webhook=false&start_date=2022-01-01&end_date=2026-01-01&user_id="+user, nil)
	r.Header.Set("dev-id", sandbox.DefaultDevID)
	r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
	w := &goneAfter{ResponseRecorder: httptest.NewRecorder(), left: 3}
	s.ServeHTTP(w, r)
	if w.left < -3 {
		t.Errorf("%d writes after the connection broke", -w.left)
	}
}

// goneAfter is a connection that breaks.
type goneAfter struct {
	*httptest.ResponseRecorder
	left int
}

func (w *goneAfter) Write(b []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, http.ErrHandlerTimeout
	}
	return w.ResponseRecorder.Write(b)
}
