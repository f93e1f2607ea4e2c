package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

func TestUserInfo(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	garmin, oura := connect(t, s, "GARMIN", "anna"), connect(t, s, "OURA", "anna")
	connect(t, s, "OURA", "ben")
	for _, base := range bases {
		v := call(t, s, "GET", base+"/userInfo?user_id="+garmin.UserID, "").object(t)
		for path, want := range map[string]any{
			"status": "success", "is_authenticated": true,
			"user.user_id": garmin.UserID, "user.provider": "GARMIN", "user.reference_id": "anna", "user.active": true,
		} {
			if at(v, path) != want {
				t.Errorf("%s: %s differs", base, path)
			}
		}
		for _, path := range []string{"user.created_at", "user.scopes", "user.last_polled_at", "user.most_recent_data_at"} {
			if at(v, path) == nil {
				t.Errorf("%s: no %s", base, path)
			}
		}
		if last, ok := v["user"].(map[string]any)["last_webhook_update"]; !ok || last != nil {
			t.Errorf("%s: last_webhook_update is not null", base)
		}
	}

	list := call(t, s, "GET", "/api/v2/userInfo?reference_id=anna", "").array(t)
	if len(list) != 2 || at(list, "0.user_id") != garmin.UserID || at(list, "1.user_id") != oura.UserID {
		t.Error("by reference id: want the two connections of that person, in order")
	}
	if v := call(t, s, "GET", "/v2/userInfo?reference_id=anna", "").object(t); at(v, "users.1.user_id") != oura.UserID {
		t.Error("by reference id, legacy: want them under users")
	}
	if list := call(t, s, "GET", "/api/v2/userInfo?reference_id=nobody", "").array(t); len(list) != 0 {
		t.Error("an unknown reference id: want an empty list")
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	v := call(t, s, "GET", "/api/v2/subscriptions?page=0", "").object(t)
	if results, ok := at(v, "data.results").([]any); !ok || len(results) != 0 || at(v, "data.next") != nil || at(v, "data.max_page") != 0.0 {
		t.Error("nobody: want one empty page")
	}
	if users, ok := call(t, s, "GET", "/api/v2/subscriptions", "").object(t)["users"].([]any); !ok || len(users) != 0 {
		t.Error("nobody: want an empty list")
	}
	for i := range 5 {
		connect(t, s, "GARMIN", fmt.Sprint("person ", i))
	}
	for _, base := range bases {
		v := call(t, s, "GET", base+"/subscriptions", "").object(t)
		if len(v["users"].([]any)) != 5 || at(v, "users.4.reference_id") != "person 4" || v["data"] != nil {
			t.Errorf("%s: want everybody under users", base)
		}
		pages := []struct {
			query string
			n     int
			next  any
			last  float64
		}{
			{"?page=0&per_page=2", 2, 1.0, 2},
			{"?page=1&per_page=2", 2, 2.0, 2},
			{"?page=2&per_page=2", 1, nil, 2},
			{"?page=3&per_page=2", 0, nil, 2},
			{"?page=0&per_page=5", 5, nil, 0},
			{"?page=0", 5, nil, 0},
			{"?page=9223372036854775807&per_page=9223372036854775807", 0, nil, 0},
		}
		for _, page := range pages {
			v := call(t, s, "GET", base+"/subscriptions"+page.query, "").object(t)
			next, ok := v["data"].(map[string]any)["next"]
			if results := at(v, "data.results").([]any); len(results) != page.n || !ok || next != page.next || at(v, "data.max_page") != page.last {
				t.Errorf("%s%s: not the page", base, page.query)
			}
		}
		if v := call(t, s, "GET", base+"/subscriptions?per_page=2", "").object(t); len(v["users"].([]any)) != 5 {
			t.Errorf("%s: without a page number there are no pages", base)
		}
	}
}

func TestBulkUserInfo(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	a, b := connect(t, s, "GARMIN", "anna").UserID, connect(t, s, "OURA", "ben").UserID
	for _, base := range bases {
		list := call(t, s, "POST", base+"/bulkUserInfo", `["`+b+`","nobody","`+a+`"]`).array(t)
		if len(list) != 2 || at(list, "0.user_id") != b || at(list, "1.provider") != "GARMIN" {
			t.Errorf("%s: want the two known ones in the order asked for", base)
		}
		if list := call(t, s, "POST", base+"/bulkUserInfo", `[]`).array(t); len(list) != 0 {
			t.Errorf("%s: want nobody", base)
		}
	}
}

func TestModifyUser(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	id := connect(t, s, "GARMIN", "anna").UserID
	steps := []struct {
		body              string
		reference, active any
	}{
		{`{}`, "anna", true},
		{``, "anna", true},
		{`{"active":false}`, "anna", false},
		{`{"reference_id":"ben","active":null}`, "ben", false},
		{`{"active":true,"unknown":1}`, "ben", true},
		{`{"reference_id":null}`, nil, true},
	}
	for _, base := range bases {
		s.Reset()
		connect(t, s, "GARMIN", "anna")
		for _, step := range steps {
			v := call(t, s, "PATCH", base+"/users/"+id, step.body).object(t)
			if v["status"] != "success" || at(v, "user.reference_id") != step.reference || at(v, "user.active") != step.active {
				t.Errorf("%s %s: not changed so", base, step.body)
			}
			v = call(t, s, "GET", base+"/userInfo?user_id="+id, "").object(t)
			if at(v, "user.reference_id") != step.reference || at(v, "user.active") != step.active || v["is_authenticated"] != step.active {
				t.Errorf("%s %s: not kept so", base, step.body)
			}
		}
	}
}

func TestDeauthenticate(t *testing.T) {
	t.Parallel()
	for _, base := range bases {
		s := sandboxtest.New(t)
		r := listen(t, s)
		id := connect(t, s, "GARMIN", "anna").UserID
		r.arrived(t, s)
		a := call(t, s, "DELETE", base+"/auth/deauthenticateUser?user_id="+id, "")
		if a.StatusCode != http.StatusOK || a.object(t)["status"] != "success" {
			t.Errorf("%s: status %d", base, a.StatusCode)
		}
		events, _ := r.arrived(t, s)
		if types(events) != "deauth" {
			t.Fatalf("%s: %q arrived", base, types(events))
		}
		if u := events[0].(*webhook.Deauth).User; u.UserID != id || u.Active.Or(true) {
			t.Errorf("%s: not that user, or still active", base)
		}
		for _, path := range []string{"/userInfo?user_id=", "/daily?start_date=2026-01-01&user_id=", "/athlete?user_id="} {
			if a := call(t, s, "GET", base+path+id, ""); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s%s: status %d afterwards, want 404", base, path, a.StatusCode)
			}
		}
	}
}

func TestReauthentication(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	old := connect(t, s, "GARMIN", "anna")
	oura := connect(t, s, "OURA", "anna")
	day := func(id string) string {
		return call(t, s, "GET", "/v2/daily?to_webhook=false&start_date=2026-03-01&user_id="+id, "").text
	}
	before := day(old.UserID)
	r.arrived(t, s)

	fresh := connect(t, s, "GARMIN", "anna")
	if fresh.UserID == old.UserID {
		t.Fatal("the user id did not change")
	}
	events, _ := r.arrived(t, s)
	var reauth *webhook.UserReauth
	for _, ev := range events {
		if ev, ok := ev.(*webhook.UserReauth); ok {
			reauth = ev
		}
	}
	if len(events) != 2 || reauth == nil {
		t.Fatalf("%q arrived, want auth and user_reauth", types(events))
	}
	if reauth.NewUser.UserID != fresh.UserID {
		t.Error("new_user is another")
	}
	if a := call(t, s, "GET", "/api/v2/userInfo?user_id="+old.UserID, ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("the old id: status %d, want 404", a.StatusCode)
	}
	if a := call(t, s, "GET", "/api/v2/userInfo?user_id="+oura.UserID, ""); a.StatusCode != http.StatusOK {
		t.Errorf("the other provider's id: status %d, want 200", a.StatusCode)
	}
	if after := day(fresh.UserID); len(after) != len(before) {
		t.Error("the days of the person changed with the id")
	}
	if n := len(s.Users()); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}

	// Without a reference id nobody is the same as anybody.
	one, other := connect(t, s, "POLAR", ""), connect(t, s, "POLAR", "")
	if one.UserID == other.UserID || len(s.Users()) != 4 {
		t.Error("two people without a reference id became one")
	}
}
