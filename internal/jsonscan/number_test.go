package jsonscan

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/terra-go/terra/opt"
)

func FuzzFloat(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text))
	}
	for _, text := range []string{
		`72`, `72.5`, ` -0.0 `, `999999999999999`, `9999999999999999`, `0.000000000000001`, `99999999999999.9`,
		`9007199254740993`, `1.7976931348623157e308`, `1.7976931348623159e308`, `5e-324`, `2.2250738585072011e-308`,
		`123456789012345.6`, `12345678901234.56`, `000.5`, `"72"`, `"7.25e1"`, `" 72"`, `"72 "`, `"\u0037"`, `"1e999"`,
		`"01"`, `"null"`, `"-"`, `"0x1p4"`, `"inf"`, `"1_0"`, `null `, `nullnull`, `7"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := scannerOf(string(text))
		rejected := -1
		s.Mismatch = func(offset int) { rejected = offset }
		var got opt.Value[float64]
		err := s.End(s.Float(0, &got))
		checkVerdict(t, text, err)
		if err != nil {
			return
		}
		var want opt.Value[float64]
		number, isNull := numberIn(text)
		v, rangeErr := strconv.ParseFloat(number, 64)
		switch {
		case isNull:
			want = opt.Null[float64]()
		case number != "" && rangeErr == nil:
			want = opt.Some(v)
		}
		if got != want || math.Signbit(got.Or(0)) != math.Signbit(want.Or(0)) {
			t.Error("another value than strconv's")
		}
		checkRejected(t, text, rejected, want.IsZero())
	})
}

func FuzzInt(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text))
	}
	for _, text := range []string{
		`8.0`, `8e0`, `80e-1`, `0.8e1`, `8.5`, `"8"`, `"8.0"`, `-0.0`, `0e999999999`, `1e18`, `1e19`, `-9223372036854775808`,
		`9223372036854775807`, `9223372036854775808`, `9223372036854775807.0`, `9007199254740993.0`, `8.00000000000000001`,
		`2147483648`, `-2147483648`, `2147483647`, `-2147483649`, `0000000000`, `0.0000000000000000000001e22`,
		`999999999999999999`, `1000000000000000000`, `"null"`, `""`, `7,`, `7}`, `1e-0`, `10e-1`, `1e99999999999999999999`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rejected := -1
		scan := func(read func(s *Scanner) int) bool {
			s := scannerOf(string(text))
			rejected = -1
			s.Mismatch = func(offset int) { rejected = offset }
			err := s.End(read(s))
			checkVerdict(t, text, err)
			return err == nil
		}
		var wide opt.Value[int64]
		if !scan(func(s *Scanner) int { return Int(s, 0, &wide) }) {
			return
		}
		want, ok := wholeIn(text)
		if !ok {
			return
		}
		if wide != want {
			t.Error("Int read another value than math/big")
		}
		checkRejected(t, text, rejected, want.IsZero())

		var narrow opt.Value[enum]
		scan(func(s *Scanner) int { return Enum(s, 0, &narrow, noName) })
		n, present := want.Get()
		fits := present && n == int64(enum(n))
		if v, ok := narrow.Get(); ok != fits || ok && int64(v) != n || narrow.IsNull() != want.IsNull() {
			t.Error("Enum read another value than Int")
		}
		checkRejected(t, text, rejected, !fits && !want.IsNull())
	})
}

// Numbers of about as many digits as a float64 holds are rounded once.
func TestFloatRounding(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		digits := strconv.FormatUint(random.Uint64(), 10)
		digits = digits[:min(len(digits), 13+random.IntN(7))]
		point := 1 + random.IntN(len(digits)-1)
		text := digits[:point] + "." + digits[point:]
		want, _ := strconv.ParseFloat(text, 64)
		s := scannerOf(text)
		if got, _, ok := s.float(0); !ok && s.err == nil || ok && got != want {
			t.Errorf("%s is read as %v, want %v", text, got, want)
		}
	}
}

func TestEnum(t *testing.T) {
	t.Parallel()
	find := func(name []byte) (enum, bool) { return 3, string(name) == "three" }
	for text, want := range map[string]opt.Value[enum]{
		`3,`: opt.Some[enum](3), `3}`: opt.Some[enum](3), `3 ,`: opt.Some[enum](3), ` 3`: opt.Some[enum](3), `33,`: opt.Some[enum](33), `-3,`: opt.Some[enum](-3),
		`3.0,`: opt.Some[enum](3), `"three",`: opt.Some[enum](3), `"th\u0072ee",`: opt.Some[enum](3), `"3",`: opt.Some[enum](3),
		`null,`: opt.Null[enum](), `"four",`: {}, `[3],`: {}, `true,`: {}, `2147483648,`: {},
	} {
		s := scannerOf(text)
		var got opt.Value[enum]
		p := Enum(s, 0, &got, find)
		if got != want || s.Err() != nil || s.at(p) != ',' && !strings.HasSuffix(text, "}") && p != len(text) && s.at(p) != ' ' {
			t.Errorf("%s gives %v to byte %d, error %v; want %v", text, got, p, s.Err(), want)
		}
	}
}

func TestBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]opt.Value[bool]{
		`true`: opt.Some(true), ` false`: opt.Some(false), `null`: opt.Null[bool](), `"true"`: opt.Some(true), `"FALSE"`: opt.Some(false),
		`"t\u0072ue"`: opt.Some(true), `"yes"`: {}, `1`: {}, `[true]`: {}, `{}`: {}, `"null"`: {},
	} {
		s := scannerOf(text)
		var rejected bool
		s.Mismatch = func(int) { rejected = true }
		var got opt.Value[bool]
		if err := s.End(s.Bool(0, &got)); err != nil || got != want || rejected != want.IsZero() {
			t.Errorf("%s gives %v, rejected %v, error %v; want %v", text, got, rejected, err, want)
		}
	}
	for _, text := range valuesAndNot {
		s := scannerOf(text)
		var got opt.Value[bool]
		checkVerdict(t, []byte(text), s.End(s.Bool(0, &got)))
	}
}

type enum int32

func noName([]byte) (enum, bool) { return 0, false }

// checkRejected compares what was reported as a mismatch with what should be.
func checkRejected(t *testing.T, text []byte, offset int, want bool) {
	t.Helper()
	start := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	if want && offset != start || !want && offset >= 0 {
		t.Errorf("rejected at %d, want %v at %d", offset, want, start)
	}
}

// numberIn is the text of the JSON number that valid JSON is or is a string of.
func numberIn(text []byte) (number string, isNull bool) {
	number = strings.Trim(string(text), " \t\r\n")
	if number == "null" {
		return "", true
	}
	if number[0] == '"' {
		if json.Unmarshal(text, &number) != nil {
			return "", false
		}
	}
	if !json.Valid([]byte(number)) || strings.Trim(number, "+-.0123456789eE") != "" {
		return "", false
	}
	return number, false
}

// wholeIn is the whole number that valid JSON is. ok is false where math/big
// would take too long to tell.
func wholeIn(text []byte) (v opt.Value[int64], ok bool) {
	number, isNull := numberIn(text)
	if isNull {
		return opt.Null[int64](), true
	}
	if number == "" {
		return v, true
	}
	if i := strings.IndexAny(number, "eE"); i >= 0 && len(number)-i > 5 || len(number) > 1000 {
		return v, false
	}
	exact, ok := new(big.Rat).SetString(number)
	if ok && exact.IsInt() && exact.Num().IsInt64() {
		v = opt.Some(exact.Num().Int64())
	}
	return v, ok
}
