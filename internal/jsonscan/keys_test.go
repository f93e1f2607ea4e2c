package jsonscan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// keyed is a struct whose names are of every length that is compared in its own
// way. Some differ only in case.
type keyed struct {
	A *int `json:"x"`
	B *int `json:"bpm"`
	C *int `json:"BPM"`
	D *int `json:"kelvins"`                                               // has other runes that fold to its letters
	E *int `json:"timestamp"`                                             // 12 bytes with quotes and colon
	F *int `json:"data_of_13_as"`                                         // 16 bytes
	G *int `json:"data_of_14_asc"`                                        // 17
	H *int `json:"data_of_twenty_nine_ascii_cha"`                         // 32
	I *int `json:"data_of_thirty_of_the_ascii_ch"`                        // 33
	J *int `json:"a_name_that_is_exactly_as_long_as_a_name_may_at_most_"` // 56
	K *int `json:"Kelvins"`
}

// keysOf are fresh Keys for the struct type of v.
func keysOf(v any) *Keys {
	k := new(Keys)
	for i := range reflect.TypeOf(v).NumField() {
		k.Quoted = append(k.Quoted, `"`+reflect.TypeOf(v).Field(i).Tag.Get("json")+`":`)
	}
	k.Next = make([]atomic.Uint32, len(k.Quoted)+2)
	k.Seed, k.Slots = Slots(k.Quoted)
	return k
}

// FuzzKeys gives one raw key, and where the search for it begins.
func FuzzKeys(f *testing.F) {
	k := keysOf(keyed{})
	for i, quoted := range k.Quoted {
		name := quoted[1 : len(quoted)-2]
		for _, variant := range []string{
			name, strings.ToUpper(name), name + "x", name[1:], "x" + name, name[:len(name)-1] + `\u00` + "41", name + `"`, name + "\x00",
		} {
			f.Add([]byte(variant), uint8(i))
			f.Add([]byte(variant), uint8(i+1))
		}
	}
	for _, name := range []string{"", `\u0062pm`, "\u212aelvins", "kelvin\u017f", "\\u212aelvins", "b\xffm", "b\ufffdm", `\"`, `\`, "Bpm", "bPM", "KELVINS"} {
		f.Add([]byte(name), uint8(0))
	}
	f.Fuzz(func(t *testing.T, name []byte, guess uint8) {
		text := []byte(`{"` + string(name) + `":1}`)
		s := scannerOf(string(text))
		k := keysOf(keyed{})
		k.Next[0].Store(uint32(guess) % uint32(len(k.Quoted)+1))
		found, p := s.Object(k, 0)
		if s.err == nil {
			_, p = s.Next(k, found, s.Skip(p))
			for s.err == nil && p < s.end { // name holds more members
				_, p = s.Next(k, found, s.Skip(p))
			}
		}
		if bytes.ContainsAny(name, `:`) {
			return
		}
		checkVerdict(t, text, s.End(p))
		if s.err != nil {
			return
		}
		var mirror keyed
		if err := json.Unmarshal(text, &mirror); err != nil {
			t.Fatal(err)
		}
		want := len(k.Quoted)
		for i := range len(k.Quoted) {
			if !reflect.ValueOf(mirror).Field(i).IsNil() {
				want = i
			}
		}
		if found != want {
			t.Errorf("found key %d, encoding/json fills field %d", found, want)
		}
		// What was learned changes nothing.
		s = scannerOf(string(text))
		if again, _ := s.Object(k, 0); again != want {
			t.Errorf("found key %d the second time, want %d", again, want)
		}
	})
}

// Whatever byte of a name is another one, it is another name.
func TestKeysCompareEveryByte(t *testing.T) {
	t.Parallel()
	k := keysOf(keyed{})
	for want, quoted := range k.Quoted {
		for i := 1; i < len(quoted)-2; i++ {
			name := []byte(quoted)
			name[i] = '?'
			k.Next[0].Store(uint32(want) + 1)
			if f, _ := scannerOf("{"+string(name)+"1}").Object(k, 0); f != len(k.Quoted) {
				t.Errorf("key %d is found with another byte %d", want, i)
			}
		}
	}
}

// Keys come in every order, with unknown ones between, and are found whatever
// order was learned, at the same time by several readers.
func TestLearnedOrder(t *testing.T) {
	t.Parallel()
	k := keysOf(keyed{})
	n := len(k.Quoted)
	var readers sync.WaitGroup
	for r := range 4 {
		readers.Go(func() {
			for step := 1; step < n; step++ {
				var text strings.Builder
				var want []int
				text.WriteByte('{')
				for i := range n {
					f := (i*step + r) % n
					want = append(want, f)
					text.WriteString(k.Quoted[f] + " 1 ,")
					if i%3 == r {
						want = append(want, n)
						text.WriteString("\n  \"unknown\" : [1], ")
					}
				}
				s := scannerOf(strings.TrimRight(text.String(), ", ") + "}")
				var got []int
				f, p := s.Object(k, 0)
				for f >= 0 {
					got = append(got, f)
					f, p = s.Next(k, f, s.Skip(p))
				}
				if err := s.End(p); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("found %v, want %v, error %v", got, want, err)
				}
			}
		})
	}
	readers.Wait()
}

// So many keys come elsewhere than before that none is expected any more, and then
// again.
func TestKeysWithoutOrder(t *testing.T) {
	t.Parallel()
	k := keysOf(keyed{})
	n := len(k.Quoted)
	rng := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	var want []int
	for range 500 {
		text.WriteByte('{')
		for i, f := range rng.Perm(n) {
			if i > 0 {
				text.WriteByte(',')
			}
			want = append(want, f)
			text.WriteString(k.Quoted[f] + "1")
		}
		text.WriteByte('}')
	}
	s := scannerOf(text.String())
	var got []int
	lost := 0
	for p := 0; p < s.end && s.err == nil; {
		var f int
		f, p = s.Object(k, p)
		for f >= 0 {
			if s.astray >= many {
				lost++
			}
			got = append(got, f)
			f, p = s.Next(k, f, s.Skip(p))
		}
	}
	if s.err != nil || !slices.Equal(got, want) {
		t.Errorf("other keys are found, error %v", s.err)
	}
	if lost < len(want)/2 || lost == len(want) {
		t.Errorf("no key is expected for %d of %d", lost, len(want))
	}
}

// A key that came in its place once is expected there.
func TestLearnedOrderIsExpected(t *testing.T) {
	t.Parallel()
	k := keysOf(keyed{})
	const text = `{"timestamp":1,"bpm":2,"x":3,"kelvins":4}`
	for i := range 3 {
		s := scannerOf(text)
		f, p := s.Object(k, 0)
		for slot := 0; f >= 0; {
			if i > 0 && k.guess(slot) != f {
				t.Errorf("key %d is not expected behind key %d", f, slot-1)
			}
			slot = f + 1
			f, p = s.Next(k, f, s.Skip(p))
		}
		if s.End(p) != nil {
			t.Fatal(s.err)
		}
	}
}

// Every name has a slot of its own, however alike they are.
func TestSlots(t *testing.T) {
	t.Parallel()
	quoted := []string{`"day_avg_blood_glucose_mg_per_dL":`, `"day_avg_blood_glucose_mg_per_dl":`, `"a":`, `"b":`}
	for i := range 40 {
		quoted = append(quoted, fmt.Sprintf(`"%s_%d":`, strings.Repeat("same", i/4), i))
	}
	_, slots := Slots(quoted)
	for i := range quoted {
		if n := strings.Count(slots, string(rune(i))); i > 0 && n != 1 {
			t.Errorf("name %d has %d slots", i, n)
		}
	}
}
