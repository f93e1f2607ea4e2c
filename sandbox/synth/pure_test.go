package synth_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

var update = flag.Bool("update", false, "write the golden files")

// TestAnswersDoNotDependOnTheAsking asks forwards, backwards and from many
// goroutines, of one person and of a copy made anew.
func TestAnswersDoNotDependOnTheAsking(t *testing.T) {
	t.Parallel()
	for i, provider := range []string{"APPLE", "WITHINGS", "MIRA"} {
		p := person(t, 40, name(i), provider)
		var dates []health.Date
		var want [][]byte
		for d := range days(date(2026, 3, 28), 2) {
			dates, want = append(dates, d), append(want, marshal(t, record(p, d, true)))
		}
		again := person(t, 40, name(i), provider)
		for i, d := range slices.Backward(dates) {
			if !bytes.Equal(marshal(t, record(again, d, true)), want[i]) {
				t.Errorf("%s of %s depends on what was asked before", d, provider)
			}
		}
		var wg sync.WaitGroup
		for i, d := range dates {
			wg.Go(func() {
				b, err := json.Marshal(record(p, d, true))
				if err != nil || !bytes.Equal(b, want[i]) {
					t.Errorf("%s of %s depends on who else asks", d, provider)
				}
			})
		}
		wg.Wait()
	}
}

// TestPeopleAreTheirSeedAndName tells two seeds, and two names, apart.
func TestPeopleAreTheirSeedAndName(t *testing.T) {
	t.Parallel()
	d := date(2026, 3, 3)
	seen := map[string]bool{}
	for seed := range uint64(40) {
		for i := range 5 {
			r, _ := person(t, seed, name(i), "GARMIN").Daily(d, false)
			seen[string(marshal(t, r.HeartRateData))+string(marshal(t, r.DistanceData))] = true
		}
	}
	if len(seen) != 200 {
		t.Error("two people lead the same life")
	}
}

// TestGolden holds a few records to what they were when the file was written. A
// change here changes everybody's past: users pin results against it.
func TestGolden(t *testing.T) {
	t.Parallel()
	const file = "testdata/golden.json"
	got := map[string]string{}
	keep := func(key string, v any) {
		sum := sha256.Sum256(marshal(t, known(tree(t, v))))
		got[key] = hex.EncodeToString(sum[:])
	}
	for i, provider := range synth.Providers() {
		p := person(t, 1, name(i), provider.Name)
		keep(provider.Name, record(p, date(2026, 3, 29), i%4 == 0))
	}
	for i, persona := range synth.Personas() {
		p := person(t, 2, name(i), "GARMIN", synth.WithPersona(persona), synth.WithStart(date(2020, 1, 1)))
		var week []day
		for d := range days(date(2025, 10, 24), 7) {
			week = append(week, record(p, d, false))
		}
		keep("week of "+string(persona), week)
	}
	text, err := json.MarshalIndent(got, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var old map[string]string
	if err := json.Unmarshal(want, &old); err != nil {
		t.Fatal("the golden file is no JSON")
	}
	for key, sum := range got {
		if old[key] != sum {
			t.Errorf("the records of %q are not what they were; if that is meant, run with -update", key)
		}
	}
}

// known is a JSON value without the members that are null, in the order of their
// names: what it says, whichever fields the records have besides.
func known(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			if member == nil {
				delete(v, k)
			} else {
				known(member)
			}
		}
	case []any:
		for _, element := range v {
			known(element)
		}
	}
	return v
}

// TestRecordsSurviveTheWire decodes what was encoded.
func TestRecordsSurviveTheWire(t *testing.T) {
	t.Parallel()
	for i, provider := range synth.Providers() {
		p := person(t, 41, name(i), provider.Name)
		for d := range days(date(2026, 3, 28), 1) {
			want := record(p, d, i%4 == 0)
			var got day
			if err := json.Unmarshal(marshal(t, want), &got); err != nil {
				t.Fatalf("a record of %s does not decode", provider.Name)
			}
			if !bytes.Equal(marshal(t, got), marshal(t, want)) {
				t.Errorf("a record of %s changes on the wire", provider.Name)
			}
		}
	}
}

// TestPlausible keeps every number of every record within what a living body, and
// a working device, can show.
func TestPlausible(t *testing.T) {
	t.Parallel()
	ranges := []struct {
		suffix   string // of the path
		low, top float64
	}{
		{".BPM", 30, 210},
		{".MinHRBPM", 30, 210},
		{".MaxHRBPM", 35, 210},
		{".AvgHRBPM", 32, 205},
		{".RestingHRBPM", 32, 110},
		{".UserMaxHRBPM", 150, 210},
		{".HRVRMSSD", 5, 250},
		{".HRVSDNN", 5, 250},
		{".AvgHRVRMSSD", 5, 220},
		{".AvgHRVSDNN", 5, 250},
		{"DistanceData.Steps", 100, 90000},
		{"Summary.Steps", 300, 40000},
		{"DistanceData.DistanceMeters", 50, 90000},
		{"Summary.DistanceMeters", 300, 160000},
		{".FloorsClimbed", 0, 80},
		{"Daily.CaloriesData.TotalBurnedCalories", 750, 9000},
		{".BMRCalories", 1, 3800},
		{".NetActivityCalories", 0, 6500},
		{".NetIntakeCalories", 0, 7500},
		{".Level", 0, 100},
		{".AvgStressLevel", 1, 100},
		{".Percentage", 80, 100},
		{".AvgSaturationPercentage", 84, 100},
		{".VO2MaxMlPerMinPerKg", 15, 80},
		{".BreathsPerMin", 8, 30},
		{".Delta", -2, 3},
		{".SleepEfficiency", 25, 100},
		{"Scores.Sleep", 1, 100},
		{"Scores.Recovery", 1, 100},
		{"Scores.Activity", 1, 100},
		{".StrainLevel", 0, 21},
		{"Sleep[].SleepDurationsData.Other.DurationInBedSeconds", 15 * 60, 12 * 3600},
		{".Readiness", 1, 100},
		{".RecoveryLevel", 1, 6},
		{".SpeedMetersPerSecond", 0.5, 16},
		{".CadenceRPM", 15, 215},
		{".Watts", 0, 700},
		{".ElevMeters", -100, 3500},
		{".WeightKg", 38, 190},
		{".HeightCm", 135, 210},
		{".BMI", 15, 48},
		{".BodyfatPercentage", 4, 55},
		{".WaterPercentage", 30, 75},
		{".SystolicBP", 85, 190},
		{".DiastolicBP", 45, 120},
		{".TemperatureCelsius", 35, 40.5},
		{".BloodGlucoseMgPerDL", 40, 400},
		{".GMI", 4, 11},
		{".TimeInRange", 0, 100},
		{".Macros.Calories", 15, 7500},
		{".WaterMl", 0, 6000},
		{".Age", 16, 95},
		{".LHMIUPerMl", 1, 80},
		{".PdGUgPerMl", 0.5, 30},
		{".E3GNgPerMl", 30, 640},
		{".FSHMIUPerMl", 1, 30},
		{".Lat", -90, 90},
		{".Lng", -180, 180},
	}
	for i, provider := range synth.Providers() {
		t.Run(provider.Name, func(t *testing.T) {
			t.Parallel()
			for j := range 3 {
				p := person(t, uint64(50+j), name(i), provider.Name)
				for d := range days(date(2026, 1, 5+j*11), 2) {
					leaves(reflect.ValueOf(record(p, d, true)), "", func(path string, leaf any) {
						v, ok := number(leaf)
						if !ok {
							return
						}
						if math.IsNaN(v) || math.IsInf(v, 0) {
							t.Errorf("%s is no number", path)
						}
						if v < 0 && !mayBeNegative(path) {
							t.Errorf("%s is negative", path)
						}
						for _, r := range ranges {
							if strings.HasSuffix(path, r.suffix) && (v < r.low || v > r.top) {
								t.Errorf("%s is not plausible", path)
							}
						}
					})
				}
			}
		})
	}
}

func mayBeNegative(path string) bool {
	return slices.ContainsFunc([]string{".Delta", ".Lat", ".Lng", "Meters"}, func(s string) bool { return strings.HasSuffix(path, s) })
}

// number is the value of a present optional number.
func number(leaf any) (float64, bool) {
	switch v := leaf.(type) {
	case interface{ Get() (float64, bool) }:
		return v.Get()
	case interface{ Get() (int64, bool) }:
		n, ok := v.Get()
		return float64(n), ok
	default:
		return 0, false
	}
}
