package health_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

type intEnum interface {
	~int32
	fmt.Stringer
	Known() bool
}

type stringEnum interface {
	~string
	fmt.Stringer
	Known() bool
}

func TestEnums(t *testing.T) {
	t.Parallel()
	constants := declared(t).constants

	testIntEnum[health.ActivityLevel](t, constants)
	testIntEnum[health.ActivityType](t, constants, 2, 6, 72, 107, 109, 110, 111, 112, 121)
	testIntEnum[health.AFibFlag](t, constants)
	testIntEnum[health.GlucoseFlag](t, constants)
	testIntEnum[health.HealthObservationCategory](t, constants)
	testIntEnum[health.HeartRateContext](t, constants)
	testIntEnum[health.HeartRateZone](t, constants)
	testIntEnum[health.KetoneSampleType](t, constants)
	testIntEnum[health.MealType](t, constants)
	testIntEnum[health.MenstruationFlow](t, constants)
	testIntEnum[health.MenstruationInterval](t, constants)
	testIntEnum[health.NutritionUnits](t, constants)
	testIntEnum[health.ObservationSeverity](t, constants)
	testIntEnum[health.ObservationStatus](t, constants)
	testIntEnum[health.ObservationValueType](t, constants)
	testIntEnum[health.OxygenSaturationType](t, constants)
	testIntEnum[health.RecoveryLevel](t, constants)
	testIntEnum[health.SleepLevel](t, constants)
	testIntEnum[health.SleepUploadType](t, constants)
	testIntEnum[health.StressLevel](t, constants)
	testIntEnum[health.TimestampLocalization](t, constants)
	testIntEnum[health.TrendArrow](t, constants)
	testIntEnum[health.UploadType](t, constants)

	testStringEnum[health.CompletionConditionType](t, constants, "time", "distance", "hr", "calories", "open", "power", "reps",
		"hr_percentage", "power_percentage", "hr_less_than", "hr_greater_than")
	testStringEnum[health.DeviceDataType](t, constants, "STEPS", "ACTIVE_MINUTES", "BMR", "CALORIES", "DISTANCE", "HEART_RATE",
		"OXYGEN_SATURATION", "SLEEP_TYPE", "SPEED", "CADENCE")
	testStringEnum[health.DrillType](t, constants, "kick", "pull", "drill")
	testStringEnum[health.EnvironmentType](t, constants, "indoor", "outdoor", "pool")
	testStringEnum[health.StepControlType](t, constants, "grade", "resistance")
	testStringEnum[health.StrokeType](t, constants, "other", "freestyle", "backstroke", "breaststroke", "butterfly")
	testStringEnum[health.SwimEquipmentType](t, constants, "none", "swim_fins", "swim_kickboard", "swim_paddles", "swim_pull_buoy", "swim_snorkel")
	testStringEnum[health.SwimStrokeType](t, constants, "backstroke", "breaststroke", "drill", "butterfly", "freestyle", "mixed", "im")
	testStringEnum[health.WeightUnit](t, constants, "kg", "lbs")
	testStringEnum[health.WorkoutSport](t, constants, "running", "cycling", "swimming", "strength", "rowing", "yoga", "pilates", "cardio",
		"trail_running", "mountain_biking", "backcountry_skiing", "hiking", "walking", "elliptical", "stair_climbing")
	testStringEnum[health.WorkoutStepIntensity](t, constants, "rest", "warmup", "cooldown", "recovery", "active")
	testStringEnum[health.WorkoutStepTargetType](t, constants, "speed", "heart_rate", "open", "cadence", "power", "swim_stroke", "speed_lap",
		"heart_rate_lap", "pace", "heart_rate_threshold_percentage", "heart_rate_max_percentage")

	for name := range constants {
		t.Errorf("%s is not under test", name)
	}
}

// testIntEnum expects E's constants, which it takes off the map, to be the
// numbers from 0 on, but for the gaps.
func testIntEnum[E intEnum](t *testing.T, constants map[string][]string, gaps ...E) {
	typ := reflect.TypeFor[E]().Name()
	n := len(constants[typ]) + len(gaps)
	delete(constants, typ)
	isGap := map[E]bool{}
	for _, gap := range gaps {
		isGap[gap] = true
	}
	names := map[string]bool{}
	for e := range E(n) {
		if isGap[e] {
			testUnknown(t, e, fmt.Sprintf("%s(%d)", typ, int32(e)))
			continue
		}
		testKnown(t, e, names)
		testEnumJSON(t, e, fmt.Sprint(int32(e)), fmt.Sprintf("%d.0", int32(e)), fmt.Sprintf("%de0", int32(e)))
	}
	for _, e := range []E{-1, E(n), 9999, -1 << 31, 1<<31 - 1} {
		testUnknown(t, e, fmt.Sprintf("%s(%d)", typ, int32(e)))
		testEnumJSON(t, e, fmt.Sprint(int32(e)), fmt.Sprintf("%d.0", int32(e)))
	}
}

// testStringEnum expects E's constants, which it takes off the map, to be values.
func testStringEnum[E stringEnum](t *testing.T, constants map[string][]string, values ...E) {
	typ := reflect.TypeFor[E]().Name()
	if len(values) != len(constants[typ]) {
		t.Errorf("%s has %d constants, want %d", typ, len(constants[typ]), len(values))
	}
	delete(constants, typ)
	names := map[string]bool{}
	for _, e := range values {
		testKnown(t, e, names)
		testEnumJSON(t, e, fmt.Sprintf("%q", string(e)))
	}
	for _, e := range []E{"", "of tomorrow", "TIME_", `"`} {
		testUnknown(t, e, fmt.Sprintf("%s(%q)", typ, string(e)))
		testEnumJSON(t, e, fmt.Sprintf("%q", string(e)))
	}
}

func testKnown[E interface {
	fmt.Stringer
	Known() bool
}](t *testing.T, e E, names map[string]bool) {
	t.Helper()
	name := e.String()
	if !e.Known() || name == "" || names[name] || name != strings.ToLower(name) || strings.ContainsAny(name, "_()") {
		t.Errorf("%T %#v: known is %t, and its name %q", e, e, e.Known(), name)
	}
	names[name] = true
}

func testUnknown[E interface {
	fmt.Stringer
	Known() bool
}](t *testing.T, e E, want string) {
	t.Helper()
	if e.Known() || e.String() != want {
		t.Errorf("%T %#v: known is %t, and its name %q, want %q", e, e, e.Known(), e.String(), want)
	}
}

// testEnumJSON expects each of the texts to decode to e, and e to encode as the
// first of them.
func testEnumJSON[E comparable](t *testing.T, e E, texts ...string) {
	t.Helper()
	for _, text := range texts {
		var v opt.Value[E]
		if err := json.Unmarshal([]byte(text), &v); err != nil || v != opt.Some(e) {
			t.Errorf("%T: %s decodes to %v, %v", e, text, v, err)
		}
	}
	if out, err := json.Marshal(opt.Some(e)); err != nil || string(out) != texts[0] {
		t.Errorf("%T: encodes as %s, %v, want %s", e, out, err, texts[0])
	}
}
