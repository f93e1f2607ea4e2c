package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzMembers compares the members of an object with the tokens of encoding/json,
// and checks that looking at them leaves no trace.
func FuzzMembers(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text))
	}
	f.Add([]byte(` { "a" : [1, {"b":2}] , "\u0062":"x\n","a":null,"":{}} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := scannerOf(string(text))
		var names []string
		var values []string
		for name, p := range s.Members(0) {
			names = append(names, strings.Clone(name))
			values = append(values, string(text[p:s.Skip(p)]))
			if s.ByteAt(p) != s.at(p) || s.NullAt(p) != (s.err == nil && values[len(values)-1] == "null") && s.err == nil {
				t.Error("another value than Skip passed")
			}
		}
		if s.err == nil && s.depth != 0 {
			t.Errorf("depth %d after the members", s.depth)
		}
		s.depth = 0
		err := s.End(s.Skip(0))
		checkVerdict(t, text, err)
		if err != nil || bytes.TrimLeft(text, " \t\r\n")[0] != '{' {
			return
		}
		var wantNames, wantValues []string
		decoder := json.NewDecoder(bytes.NewReader(text))
		_, _ = decoder.Token()
		for decoder.More() {
			name, _ := decoder.Token()
			var value json.RawMessage
			_ = decoder.Decode(&value)
			wantNames = append(wantNames, name.(string))
			wantValues = append(wantValues, string(value))
		}
		if !slices.Equal(names, wantNames) || !slices.Equal(values, wantValues) {
			t.Errorf("%d members, encoding/json finds %d or others", len(names), len(wantNames))
		}
	})
}

func TestMembersCanBeLeft(t *testing.T) {
	t.Parallel()
	s := scannerOf(`{"a":"x","b":{"c":1}}`)
	for name, p := range s.Members(0) {
		if name == "a" {
			if got := string(s.TextAt(p)); got != "x" {
				t.Errorf("a is %q", got)
			}
			break
		}
	}
	if s.depth != 0 {
		t.Errorf("depth %d after leaving", s.depth)
	}
	for name, p := range s.Members(0) {
		for inner := range s.Members(p) {
			if name != "b" || inner != "c" {
				t.Errorf("%s has %s", name, inner)
			}
		}
		if got := string(s.TextAt(p)); (got != "") != (name == "a") {
			t.Errorf("%s is text: %q", name, got)
		}
	}
	if err := s.End(s.Skip(0)); err != nil {
		t.Error(err)
	}
}

func TestReadObject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		`{"a":1}`: nil, ` {} `: nil, `null`: ErrNotObject, `[]`: ErrNotObject, `7 `: ErrNotObject,
		`{`: new(SyntaxError), `{}x`: new(SyntaxError), ``: new(SyntaxError), `7x`: new(SyntaxError),
	} {
		err := ReadObject(Pad([]byte(text)), func(s *Scanner) int { return s.Skip(0) })
		var syntax *SyntaxError
		if wantSyntax := errors.As(want, &syntax); wantSyntax != errors.As(err, &syntax) || !wantSyntax && err != want {
			t.Errorf("the error for %s is %v", text, err)
		}
		err = UnmarshalValue([]byte(text), (*Scanner).Skip)
		if errors.As(want, &syntax) != (err != nil) {
			t.Errorf("the error for the value %s is %v", text, err)
		}
	}
}
