package synth

import (
	"slices"
	"strings"
)

// Types tells which kinds of record a provider serves.
type Types struct {
	Activity, Athlete, Body, Daily, Menstruation, Nutrition, Sleep bool
	Hormone, Observation                                           bool
}

// Signal is a set of the things that devices measure or work out. A provider
// fills the fields of the signals it has; every other field of its records is an
// explicit null.
type Signal uint64

// The signals. Fields that no signal governs, such as times and durations, are
// filled by every provider that serves the record.
const (
	HeartRate        Signal = 1 << iota // average, maximum and minimum
	HeartRateSamples                    // one a minute by day and night, one a second in a workout
	HeartRateZones                      // time in zones, and the maximum they are based on
	RestingHeartRate
	RMSSD // heart rate variability at night, as RMSSD
	SDNN  // heart rate variability by day and night, as SDNN
	Steps
	Distance
	Floors
	Energy    // calories burned
	MET       // metabolic equivalents
	Durations // time at each level of activity
	Stress
	BodyBattery
	Oxygen // blood oxygen, asleep
	VO2Max
	Strain
	Readiness       // readiness and recovery
	Scores          // the provider's own scores of day and night
	Breathing       // breaths a minute, asleep
	SkinTemperature // as a difference from the person's own
	Stages          // light, deep and REM told apart
	Snoring
	Route // positions by GPS, and altitude
	Laps
	Speed
	Cadence
	Power       // on the bicycle
	Weight      // with height and body mass index
	Composition // fat, muscle, bone and water
	BloodPressure
	BodyTemperature
	Glucose
	Hydration // water drunk
	Micros    // minerals and vitamins
	ECG       // short recordings, judged for atrial fibrillation
	Tags      // the person's own marks on the day
)

const (
	band = HeartRate | HeartRateSamples | RestingHeartRate | Steps | Distance | Energy | Durations | Stages | Oxygen | Breathing
	gps  = Route | Laps | Speed | Cadence | HeartRateZones
)

// A Provider is a source of records: a maker of devices, or an app.
type Provider struct {
	Name  string // as Terra spells it, upper case
	Title string // as people know it
	SDK   bool   // reached through a phone only, never through a web login
	Types Types
	Fills Signal

	maker, device string
}

// Has is true when the provider fills the fields of every signal in s.
func (p Provider) Has(s Signal) bool { return p.Fills&s == s }

// Providers lists the catalogue by name. The slice is the caller's.
func Providers() []Provider {
	list := catalogue()
	return list[:]
}

// Lookup finds a provider by its name, in upper or lower case.
func Lookup(name string) (Provider, bool) {
	list := catalogue()
	i, ok := slices.BinarySearchFunc(list[:], strings.ToUpper(name), func(p Provider, name string) int {
		return strings.Compare(p.Name, name)
	})
	if !ok {
		return Provider{}, false
	}
	return list[i], true
}

func catalogue() [26]Provider {
	var (
		watch    = Types{Activity: true, Athlete: true, Body: true, Daily: true, Sleep: true}
		training = Types{Activity: true, Athlete: true}
		glucose  = Types{Body: true}
		food     = Types{Athlete: true, Body: true, Nutrition: true}
		phone    = Types{Activity: true, Athlete: true, Body: true, Daily: true, Menstruation: true, Nutrition: true, Sleep: true, Observation: true}
	)
	return [...]Provider{
		{
			Name: "APPLE", Title: "Apple Health", SDK: true, Types: phone, maker: "Apple", device: "Apple Watch Series 9",
			Fills: band | gps | SDNN | Floors | VO2Max | Power | Weight | BloodPressure | BodyTemperature | Hydration | ECG,
		},
		{
			Name: "CLUE", Title: "Clue", Types: Types{Menstruation: true, Observation: true},
		},
		{
			Name: "COROS", Title: "COROS", Types: watch, maker: "COROS", device: "PACE 3",
			Fills: band&^Breathing | gps | RMSSD | Floors | Power | VO2Max | Strain,
		},
		{
			Name: "CRONOMETER", Title: "Cronometer", Types: food,
			Fills: Weight | Hydration | Micros,
		},
		{
			Name: "DEXCOM", Title: "Dexcom", Types: glucose, maker: "Dexcom", device: "Dexcom G7",
			Fills: Glucose,
		},
		{
			Name: "EIGHT", Title: "Eight Sleep", Types: Types{Athlete: true, Sleep: true}, maker: "Eight Sleep", device: "Pod 4",
			Fills: HeartRate | HeartRateSamples | RestingHeartRate | RMSSD | Breathing | SkinTemperature | Stages | Scores | Snoring,
		},
		{
			Name: "FITBIT", Title: "Fitbit", Types: Types{Activity: true, Athlete: true, Body: true, Daily: true, Menstruation: true, Nutrition: true, Sleep: true},
			maker: "Fitbit", device: "Charge 6",
			Fills: band | gps&^Laps | RMSSD | Floors | VO2Max | SkinTemperature | Scores | Weight | Hydration,
		},
		{
			Name: "FREESTYLELIBRE", Title: "FreeStyle Libre", Types: glucose, maker: "Abbott", device: "FreeStyle Libre 3",
			Fills: Glucose,
		},
		{
			Name: "GARMIN", Title: "Garmin", Types: Types{Activity: true, Athlete: true, Body: true, Daily: true, Menstruation: true, Sleep: true},
			maker: "Garmin", device: "Forerunner 965",
			Fills: band | gps | RMSSD | Floors | MET | Stress | BodyBattery | VO2Max | Scores | Power | Weight | Composition,
		},
		{
			Name: "GOOGLE", Title: "Google Fit", Types: Types{Activity: true, Athlete: true, Body: true, Daily: true, Nutrition: true, Sleep: true},
			maker: "Google", device: "Pixel Watch 2",
			Fills: HeartRate | HeartRateSamples | Steps | Distance | Energy | Durations | Stages | Route | Speed | Weight | Hydration,
		},
		{
			Name: "HEALTH_CONNECT", Title: "Health Connect", SDK: true, Types: Types{Activity: true, Body: true, Daily: true, Menstruation: true, Nutrition: true, Sleep: true},
			maker: "Google", device: "Pixel 8",
			Fills: band | Route | Laps | Speed | Cadence | RMSSD | Floors | VO2Max | Weight | BloodPressure | BodyTemperature | Glucose | Hydration,
		},
		{
			Name: "HUAWEI", Title: "Huawei Health", Types: watch, maker: "Huawei", device: "Watch GT 4",
			Fills: band&^Breathing | gps | Stress | Floors | VO2Max | Weight | Composition,
		},
		{
			Name: "MIRA", Title: "Mira", Types: Types{Menstruation: true, Hormone: true}, maker: "Quanovate", device: "Mira Analyzer",
		},
		{
			Name: "MYFITNESSPAL", Title: "MyFitnessPal", Types: food,
			Fills: Weight | Hydration,
		},
		{
			Name: "OMRON", Title: "Omron", Types: Types{Body: true}, maker: "Omron", device: "Evolv",
			Fills: BloodPressure | Weight | ECG,
		},
		{
			Name: "OURA", Title: "Oura", Types: watch, maker: "Oura", device: "Oura Ring Gen3",
			Fills: band | RMSSD | MET | Readiness | Scores | SkinTemperature | Stress | VO2Max | Tags | Weight,
		},
		{
			Name: "PELOTON", Title: "Peloton", Types: training, maker: "Peloton", device: "Bike+",
			Fills: HeartRate | HeartRateSamples | HeartRateZones | Distance | Energy | Speed | Cadence | Power,
		},
		{
			Name: "POLAR", Title: "Polar", Types: watch, maker: "Polar", device: "Vantage V3",
			Fills: band&^Oxygen | gps | RMSSD | VO2Max | Readiness | Scores | Power | Weight,
		},
		{
			Name: "SAMSUNG", Title: "Samsung Health", SDK: true, Types: Types{Activity: true, Body: true, Daily: true, Nutrition: true, Sleep: true},
			maker: "Samsung", device: "Galaxy Watch6",
			Fills: band&^Breathing | Route | Speed | Cadence | Floors | Weight | Composition | BloodPressure | Hydration | SkinTemperature,
		},
		{
			Name: "STRAVA", Title: "Strava", Types: training, maker: "Strava", device: "Strava app",
			Fills: HeartRate | HeartRateSamples | Distance | Energy | gps&^HeartRateZones | Power,
		},
		{
			Name: "SUUNTO", Title: "Suunto", Types: watch, maker: "Suunto", device: "Suunto Race",
			Fills: band&^Breathing | gps | RMSSD | VO2Max | Strain | Power,
		},
		{
			Name: "TRAININGPEAKS", Title: "TrainingPeaks", Types: training, maker: "TrainingPeaks", device: "TrainingPeaks",
			Fills: HeartRate | HeartRateSamples | HeartRateZones | Distance | Energy | Laps | Speed | Cadence | Power,
		},
		{
			Name: "WAHOO", Title: "Wahoo", Types: training, maker: "Wahoo Fitness", device: "ELEMNT BOLT",
			Fills: HeartRate | HeartRateSamples | HeartRateZones | Distance | Energy | gps | Power,
		},
		{
			Name: "WHOOP", Title: "WHOOP", Types: watch, maker: "WHOOP", device: "WHOOP 4.0",
			Fills: HeartRate | HeartRateZones | RestingHeartRate | RMSSD | Energy | Strain | Readiness | Scores | Stages | Oxygen | Breathing | SkinTemperature | Weight,
		},
		{
			Name: "WITHINGS", Title: "Withings", Types: watch, maker: "Withings", device: "Body Scan",
			Fills: band&^Oxygen | Floors | Speed | Scores | Snoring | Weight | Composition | BloodPressure | BodyTemperature | ECG,
		},
		{
			Name: "ZWIFT", Title: "Zwift", Types: training, maker: "Zwift", device: "Zwift",
			Fills: HeartRate | HeartRateSamples | Distance | Energy | Speed | Cadence | Power,
		},
	}
}
