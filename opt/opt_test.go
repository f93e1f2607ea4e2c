package opt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/opt"
)

type level int32

func (l level) String() string { return fmt.Sprintf("level %d", int32(l)) }

type record struct {
	Steps opt.Value[int64]   `json:"steps,omitzero"`
	Score opt.Value[float64] `json:"score,omitzero"`
	Level opt.Value[level]   `json:"level,omitzero"`
	Name  opt.Value[string]  `json:"name,omitzero"`
	Nap   opt.Value[bool]    `json:"nap,omitzero"`
}

func TestStates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		value  opt.Value[int]
		held   int
		ok     bool
		isNull bool
		isZero bool
		text   string
		json   string
	}{
		{name: "absent", isZero: true, text: "absent", json: "null"},
		{name: "null", value: opt.Null[int](), isNull: true, text: "null", json: "null"},
		{name: "zero", value: opt.Some(0), ok: true, text: "0", json: "0"},
		{name: "present", value: opt.Some(7), held: 7, ok: true, text: "7", json: "7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if held, ok := tt.value.Get(); held != tt.held || ok != tt.ok {
				t.Errorf("Get() = %d, %t", held, ok)
			}
			if p := tt.value.Ptr(); (p != nil) != tt.ok || p != nil && *p != tt.held {
				t.Errorf("Ptr() = %v", p)
			}
			want := -1
			if tt.ok {
				want = tt.held
			}
			if got := tt.value.Or(-1); got != want {
				t.Errorf("Or(-1) = %d, want %d", got, want)
			}
			if got := tt.value.IsNull(); got != tt.isNull {
				t.Errorf("IsNull() = %t", got)
			}
			if got := tt.value.IsZero(); got != tt.isZero {
				t.Errorf("IsZero() = %t", got)
			}
			if got := tt.value.String(); got != tt.text {
				t.Errorf("String() = %q, want %q", got, tt.text)
			}
			if got, err := json.Marshal(tt.value); err != nil || string(got) != tt.json {
				t.Errorf("Marshal = %s, %v, want %s", got, err, tt.json)
			}
		})
	}
}

func TestEquality(t *testing.T) {
	t.Parallel()
	states := []opt.Value[float64]{{}, opt.Null[float64](), opt.Some(0.0), opt.Some(1.5)}
	for i, a := range states {
		for j, b := range states {
			if (a == b) != (i == j) {
				t.Errorf("states %d and %d: == is %t", i, j, a == b)
			}
		}
	}
}

func TestPtr(t *testing.T) {
	t.Parallel()
	held := 3
	v := opt.FromPtr(&held)
	held = 4
	*v.Ptr() = 5
	if v != opt.Some(3) {
		t.Error("a value shares memory with a pointer given to it or taken from it")
	}
	if !opt.FromPtr[int](nil).IsZero() {
		t.Error("FromPtr(nil) is not absent")
	}
}

func TestStringFollowsHeldValue(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(opt.Some(level(3))); got != "level 3" {
		t.Errorf("got %q", got)
	}
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		out      string // in when empty
		want     record
	}{
		{name: "all absent", in: `{}`},
		{
			name: "all null",
			in:   `{"steps":null,"score":null,"level":null,"name":null,"nap":null}`,
			want: record{opt.Null[int64](), opt.Null[float64](), opt.Null[level](), opt.Null[string](), opt.Null[bool]()},
		},
		{
			name: "all zero",
			in:   `{"steps":0,"score":0,"level":0,"name":"","nap":false}`,
			want: record{opt.Some[int64](0), opt.Some(0.0), opt.Some(level(0)), opt.Some(""), opt.Some(false)},
		},
		{
			name: "integers with a zero fraction or an exponent",
			in:   `{"steps":12.0,"level":8.0}`,
			out:  `{"steps":12,"level":8}`,
			want: record{Steps: opt.Some[int64](12), Level: opt.Some(level(8))},
		},
		{
			name: "null after a value",
			in:   `{"steps":12,"steps":null}`,
			out:  `{"steps":null}`,
			want: record{Steps: opt.Null[int64]()},
		},
		{
			name: "escapes",
			in:   `{"name":"a\"\u00e9\n"}`,
			out:  `{"name":"a\"é\n"}`,
			want: record{Name: opt.Some("a\"é\n")},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got record
			if err := json.Unmarshal([]byte(tt.in), &got); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("decoded %+v, want %+v", got, tt.want)
			}
			out, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.out
			if want == "" {
				want = tt.in
			}
			if string(out) != want {
				t.Errorf("encoded %s, want %s", out, want)
			}
		})
	}
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	accepted := map[string]int64{
		"8": 8, "8.0": 8, "8.000": 8, "-8.0": -8, "0.0": 0, "-0": 0, "-0.0": 0, "8e0": 8, "8E+2": 800, "0.8e1": 8, "0.00000000000000000000008e23": 8, "1200e-2": 12, "1.20e1": 12,
		"0e999999999999999999": 0, "0e-5": 0, "9007199254740993.0": 1<<53 + 1,
		"9223372036854775807.0": math.MaxInt64, "-9223372036854775808.0": math.MinInt64,
	}
	for in, want := range accepted {
		var v opt.Value[int64]
		if err := v.UnmarshalJSON([]byte(in)); err != nil || v != opt.Some(want) {
			t.Errorf("%s decodes to %v, %v", in, v, err)
		}
	}
	rejected := []string{
		"8.5", "8.00000000000000000000001", "1e-400", "0.1e0", "9223372036854775808.0", "1e19", "1e999", "1e999999999999999999999",
		`"8"`, "true", "{}", "[8]", "", "-", ".", "e", "1e", "0x1p3", "NaN", "Inf", "8.0.0", "1_0", strings.Repeat("9", 5000),
	}
	for _, in := range rejected {
		v := opt.Some[int64](3)
		if err := v.UnmarshalJSON([]byte(in)); !errors.Is(err, opt.ErrMismatch) || v != opt.Some[int64](3) {
			t.Errorf("%.30s decodes to %v, %v", in, v, err)
		}
	}
	var small opt.Value[int8]
	if err := json.Unmarshal([]byte("127.0"), &small); err != nil || small != opt.Some[int8](127) {
		t.Errorf("127.0 as int8: %v, %v", small, err)
	}
	if err := json.Unmarshal([]byte("128.0"), &small); !errors.Is(err, opt.ErrMismatch) {
		t.Errorf("128.0 as int8: %v", err)
	}
	var unsigned opt.Value[uint64]
	if err := json.Unmarshal([]byte("18446744073709551615.0"), &unsigned); err != nil || unsigned != opt.Some[uint64](math.MaxUint64) {
		t.Errorf("largest uint64: %v, %v", unsigned, err)
	}
	if err := json.Unmarshal([]byte("-1.0"), &unsigned); !errors.Is(err, opt.ErrMismatch) {
		t.Errorf("-1.0 as uint64: %v", err)
	}
}

func TestMismatchKeepsInputPrivate(t *testing.T) {
	t.Parallel()
	const marker = "5550123"
	tests := map[string]json.Unmarshaler{
		`"` + marker + `"`:        new(opt.Value[float64]),
		`1e` + marker:             new(opt.Value[float64]),
		marker:                    new(opt.Value[string]),
		`[` + marker + `]`:        new(opt.Value[bool]),
		`{"` + marker + `":1}`:    new(opt.Value[int64]),
		marker + `.5`:             new(opt.Value[level]),
		marker + marker:           new(opt.Value[level]),
		`"` + marker + `\ud800"x`: new(opt.Value[string]),
	}
	for in, v := range tests {
		err := v.UnmarshalJSON([]byte(in))
		if !errors.Is(err, opt.ErrMismatch) {
			t.Errorf("%T: error is %v, want a mismatch", v, err)
		} else if strings.Contains(err.Error(), marker) {
			t.Errorf("%T: the error repeats the input", v)
		}
	}
	var r record
	err := json.Unmarshal([]byte(`{"steps":"`+marker+`"}`), &r)
	if !errors.Is(err, opt.ErrMismatch) || strings.Contains(err.Error(), marker) {
		t.Error("the error of a record is not a mismatch, or repeats the input")
	}
}

// FuzzValue holds decoding against encoding/json, which agrees except that it
// knows no null and accepts no respelt integers.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{"null", " null", "8", "8.0", "8.5", "-0", "1e3", "1e-3", "1e999", `"a"`, `"\u0000"`, "true", "[]", "{}", "1e9223372036854775807"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzOne[float64](t, data)
		fuzzOne[string](t, data)
		fuzzOne[bool](t, data)
		fuzzOne[level](t, data)

		var v opt.Value[int64]
		err := v.UnmarshalJSON(data)
		got, ok := v.Get()
		whole, isInt64 := wholeNumber(t, data)
		if isInt64 != ok || ok && got != whole {
			t.Errorf("decodes to %v, %v; the number's value is int64: %t", v, err, isInt64)
		}
	})
}

func fuzzOne[T comparable](t *testing.T, data []byte) {
	t.Helper()
	var v opt.Value[T]
	err := v.UnmarshalJSON(data)
	var want T
	wantErr := json.Unmarshal(data, &want)
	if got, ok := v.Get(); wantErr == nil && !v.IsNull() && (!ok || got != want) {
		t.Errorf("%T: encoding/json accepts, got %v", v, err)
	}
	if err != nil {
		return
	}
	out, err := v.MarshalJSON()
	if err != nil {
		t.Fatalf("%T: %v", v, err)
	}
	var again opt.Value[T]
	if err := again.UnmarshalJSON(out); err != nil || again != v {
		t.Errorf("%T: does not survive a round trip", v)
	}
}

// wholeNumber is the exact value of a JSON number that is an int64. Exponents
// that big.Rat would take for ever to expand are left to other tests.
func wholeNumber(t *testing.T, data []byte) (int64, bool) {
	t.Helper()
	var n json.Number
	if strings.HasPrefix(strings.TrimSpace(string(data)), `"`) || json.Unmarshal(data, &n) != nil || n == "" {
		return 0, false
	}
	if i := strings.IndexAny(string(n), "eE"); i >= 0 && len(n)-i > len("e-123") {
		t.Skip("exponent too long")
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}

func TestSizeIsThatOfTheValueAndAByte(t *testing.T) {
	t.Parallel()
	if got := reflect.TypeFor[opt.Value[float64]]().Size(); got != 16 {
		t.Errorf("Value[float64] takes %d bytes", got)
	}
	if got := reflect.TypeFor[opt.Value[int32]]().Size(); got != 8 {
		t.Errorf("Value[int32] takes %d bytes", got)
	}
}
