package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// scannerOf returns a Scanner of text. Behind the padding, which no method may
// pass, lies text that would show in what is read.
func scannerOf(text string) *Scanner {
	memory := append([]byte(text), zeros[:]...)
	memory = append(memory, strings.Repeat(`":9,"]}`, Padding)...)
	s := new(Scanner)
	s.Reset(memory[:len(text)], false)
	return s
}

// checkVerdict compares the error that text got with that of encoding/json.
func checkVerdict(t *testing.T, text []byte, err error) {
	t.Helper()
	offset, valid := syntaxOffset(text)
	if valid != (err == nil) {
		t.Fatalf("accepted is %v, encoding/json says %v", err == nil, valid)
	}
	if valid {
		return
	}
	var syntax *SyntaxError
	switch {
	case !errors.As(err, &syntax):
		t.Fatalf("the error is a %T", err)
	case syntax.Offset != offset:
		t.Fatalf("the error is at %d, encoding/json says %d", syntax.Offset, offset)
	case (syntax.reason == "unexpected end") != (offset == int64(len(text))):
		t.Fatalf("the error at %d of %d is %q", syntax.Offset, len(text), syntax.reason)
	}
}

// syntaxOffset is the offset of the first byte with which text is no JSON, as
// encoding/json sees it: behind that byte, whatever it is.
func syntaxOffset(text []byte) (offset int64, valid bool) {
	if json.Valid(text) {
		return 0, true
	}
	// White space makes encoding/json count an unexpected end like another byte.
	err := json.Unmarshal(append(bytes.Clone(text), ' '), new(json.RawMessage))
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return -1, false
	}
	return syntax.Offset - 1, false
}

// valuesAndNot is JSON and what is nearly so.
var valuesAndNot = []string{
	``, ` `, "\x00", "\ufeff{}", `{}`, ` { } `, `[]`, "[\n]", `null`, `nul`, `nulL`, `nullx`, `true`, `tru`, `trux`,
	`false`, `f`, `0`, `-0`, `-`, `--1`, `+1`, `00`, `01`, `-01`, `1.`, `1.x`, `.5`, `1.5`, `1e`, `1e+`, `1e5`, `1E-05`,
	`1e999`, `-1e-999`, `0e0`, `1.5e3x`, `1 2`, `1,`, `Infinity`, `NaN`, `0x1`, `1_000`,
	`123456789012345678901234567890`, `0.1234567890123456789`,
	`""`, `"`, `"a`, `"\"`, `"\"" `, `"\x"`, `"\u12"`, `"\u12G4"`, `"\ud800"`, `"\ud83d\ude00"`, `"\ud83d\u0041"`,
	`"\ude00\ud83d"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"\x7f\"", "\"\n\"", "\"\x00\"", "\"a\x00b\"", "\"\u2028\"", `'a'`,
	`[1,2,3]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `]`, `[]]`, `[1}`, `{1:2}`, `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1,`,
	`{"a":1,}`, `{"a":1 "b":2}`, `{,}`, `{"a":1}}`, `{"a":1]`, `{"a" :1 , "b": [ { } , null ] }`, `{"a":{"b":[[{"c":""}]]}}`,
	"{\"a\":1}\x00", "{\"a\"\x00:1}", "{}\n\t\r ", "{}\v", `{} {}`, "[1,\u00a02]", `{"\u0061":1,"":2}`, "{\"\xff\":1}",
	`"` + "0123456789abcdef0123456789abcdef" + `"`, `{"a":1,/**/"b":2}`, `["` + "\t" + `"]`,
}
