package fields_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/fields"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

type embedded struct {
	ID string `json:"id"`
}

type sample struct {
	embedded
	At    time.Time         `json:"at,omitzero"`
	Steps opt.Value[int64]  `json:"steps,omitzero"`
	User  *user             `json:"user,omitempty"`
	Meals []meal            `json:"meals,omitempty"`
	Extra map[string]string `json:"extra,omitempty"`
	Body  json.RawMessage   `json:"body,omitempty"`
	None  string            `json:"-"`
}

type user struct {
	ID   string           `json:"user_id"`
	Seen health.Timestamp `json:"seen,omitzero"`
}

type meal struct {
	Name string `json:"name"`
	KCal int    `json:"kcal"`
}

func TestColumns(t *testing.T) {
	t.Parallel()
	want := []string{"id", "at", "steps", "user.user_id", "user.seen", "meals", "extra", "body"}
	if got := fields.Columns(reflect.TypeFor[[]sample]()); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fields.Columns(reflect.TypeFor[string]()); got != nil {
		t.Errorf("a string has columns: %q", got)
	}
	for selected, want := range map[string]string{
		"":                        strings.Join(want, " "),
		"user,id":                 "user.user_id user.seen id",
		"meals.name,user.user_id": "meals.name user.user_id",
	} {
		if got := strings.Join(selection(selected).Columns(fields.Columns(reflect.TypeFor[sample]())), " "); got != want {
			t.Errorf("%s: got %q, want %q", selected, got, want)
		}
	}
}

func selection(text string) fields.Selection {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

const value = `{"id":"a","at":"2026-03-01T00:00:00Z","steps":12,"user":{"user_id":"u","seen":null},
	"meals":[{"name":"<soup>","kcal":1e3},{"name":"tea"},null],"extra":{"z":"1","y":"2"},"body":{"deep":[1,2]}}`

func TestSelect(t *testing.T) {
	t.Parallel()
	for selected, want := range map[string]string{
		"id":                          `{"id":"a"}`,
		"user.user_id,id":             `{"user":{"user_id":"u"},"id":"a"}`,
		"user.user_id,user":           `{"user":{"user_id":"u","seen":null}}`,
		"user,user.user_id":           `{"user":{"user_id":"u","seen":null}}`,
		"user.user_id,user.seen":      `{"user":{"user_id":"u","seen":null}}`,
		"meals.kcal":                  `{"meals":[{"kcal":1e3},{},null]}`,
		"extra.y":                     `{"extra":{"y":"2"}}`,
		"none,body.deep,steps.deeper": `{"body":{"deep":[1,2]},"steps":12}`,
	} {
		got, err := selection(selected).Of([]byte(value))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v; want %s", selected, got, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for selected, want := range map[string]string{
		"id,user,user.user_id,meals.name,meals": "",
		"extra.anything,body.at.all":            "",
		"uzer":                                  `there is no "uzer"; there are: id, at, steps, user, meals, extra, body`,
		"user.name":                             `there is no "user.name"; in user there are: user_id, seen`,
		"steps.value":                           `there is no "steps.value": steps is a value without fields`,
		"":                                      "",
	} {
		got := ""
		if err := selection(selected).Check(reflect.TypeFor[sample]()); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", selected, got, want)
		}
	}
	if err := (fields.Selection{"x"}).Check(reflect.TypeFor[string]()); err == nil {
		t.Error("a string has fields")
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	columns := []string{"id", "steps", "user.seen", "user.none.deeper", "meals", "meals.kcal", "extra", "steps.x"}
	want := []string{"a", "12", "", "", `[{"kcal":1e3,"name":"<soup>"},{"name":"tea"},null]`, `[1e3,null,null]`, `{"y":"2","z":"1"}`, ""}
	got, err := fields.Cells([]byte(value), columns)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func FuzzSelect(f *testing.F) {
	f.Add(value, "user.user_id,meals.name,id")
	f.Add(`[[{"a":1}]]`, "a")
	f.Add(`{}`, "")
	f.Fuzz(func(t *testing.T, value, selected string) {
		if !json.Valid([]byte(value)) {
			return
		}
		kept, err := selection(selected).Of([]byte(value))
		if err != nil {
			t.Fatal("valid JSON is refused")
		}
		if !json.Valid(kept) {
			t.Fatal("what is kept is no JSON")
		}
		again, err := selection(selected).Of(kept)
		if err != nil || string(again) != string(kept) {
			t.Error("selecting once more changes something")
		}
		if _, err := fields.Cells([]byte(value), selection(selected)); err != nil && !strings.Contains(err.Error(), "exceeded max depth") {
			t.Error("valid JSON has no cells")
		}
	})
}
