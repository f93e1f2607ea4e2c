package plot_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox/synth"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain moves the machine to a zone in which nobody of the tests lives.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("somewhere", (5*60+45)*60)
	os.Exit(m.Run())
}

var day = health.NewDate(2026, 3, 4)

func person(tb testing.TB) *synth.Person {
	tb.Helper()
	garmin, _ := synth.Lookup("GARMIN")
	p, err := synth.New(2, "bob", garmin)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func aNight(tb testing.TB) health.Sleep { return person(tb).Sleep(day, true)[0] }

func aDay(tb testing.TB) health.Daily {
	d, ok := person(tb).Daily(day, true)
	if !ok {
		tb.Fatal("there is no such day")
	}
	return d
}

// aMonth lacks the tenth day.
func aMonth(tb testing.TB) (from, to health.Date, days []health.Daily) {
	from, to = day.AddDays(-29), day.AddDays(1)
	p := person(tb)
	for i := range 30 {
		if d, ok := p.Daily(from.AddDays(i), false); ok && i != 9 {
			days = append(days, d)
		}
	}
	return from, to, days
}

func aRun(tb testing.TB) health.Activity {
	tb.Helper()
	p := person(tb)
	for i := range 60 {
		for _, a := range p.Activities(day.AddDays(-i), true) {
			if plot.IsRun(a) {
				return a
			}
		}
	}
	tb.Fatal("nobody ran")
	return health.Activity{}
}

// charts are one of each kind.
func charts(tb testing.TB) map[string]*plot.Chart {
	tb.Helper()
	out := map[string]*plot.Chart{}
	add := func(name string) func(*plot.Chart, error) {
		return func(c *plot.Chart, err error) {
			if err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			out[name] = c
		}
	}
	add("night")(plot.Night(aNight(tb)))
	add("day")(plot.Day(aDay(tb)))
	add("month")(plot.Month(aMonth(tb)))
	add("run")(plot.Run(aRun(tb)))
	return out
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range charts(t) {
		got := svg(t, c)
		file := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is drawn differently; look at it, and run the test with -update if it is right", file)
		}
	}
}

// TestSameBytes draws each chart in several goroutines at once.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	c := charts(t)["month"]
	want := svg(t, c)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if !bytes.Equal(svg(t, c), want) {
				t.Error("the same chart is not the same each time")
			}
		})
	}
	all.Wait()
}

func TestSaysWhatItShows(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ labels, words []string }{
		"night": {[]string{"Sleep stages", "Awake", "REM", "Light", "Deep", "Heart rate, bpm"}, []string{"Asleep for ", "deep sleep for ", "beats per minute"}},
		"day":   {[]string{"Heart rate, bpm; dashed: at rest", "00:00", "12:00"}, []string{"beats per minute", "lowest at ", "At rest: "}},
		"month": {[]string{"Steps a day", "Heart rate at rest, bpm", "10,000", "2 Mar"}, []string{"Steps on 29 of 30 days", "on average"}},
		"run":   {[]string{"Heart rate, bpm", "Pace, min/km", "Elevation, m", "6:00"}, []string{"km", "minutes per kilometre", "metres above the sea"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := charts(t)[name]
			d := parse(t, svg(t, c))
			for _, label := range want.labels {
				if !slices.Contains(d.wide(), label) {
					t.Errorf("no text %q; there are %q", label, d.wide())
				}
			}
			for _, words := range want.words {
				if !strings.Contains(d.Desc.Text, words) {
					t.Errorf("the description does not say %q: %s", words, d.Desc.Text)
				}
			}
			if c.Points < 30 {
				t.Errorf("%d points", c.Points)
			}
		})
	}
}

// TestAccessible looks for what a screen reader goes by, and for what would keep a
// style sheet from having its way.
func TestAccessible(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for name, c := range charts(t) {
		b := svg(t, c)
		d := parse(t, b)
		switch {
		case d.Role != "img" || d.Title.ID == "" || d.LabelledBy != d.Title.ID || d.Desc.ID == "" || d.DescribedBy != d.Desc.ID:
			t.Errorf("%s: the image is not tied to its title and description", name)
		case d.Title.Text != c.Title || d.Desc.Text != c.Description || !strings.Contains(c.Title, "2026"):
			t.Errorf("%s: title %q, description %q", name, d.Title.Text, d.Desc.Text)
		case ids[d.Title.ID]:
			t.Errorf("%s: has an id of another chart", name)
		case bytes.Contains(b, []byte("style=")):
			t.Errorf("%s: an inline style", name)
		case bytes.Contains(b, []byte("<script")) || bytes.Contains(b, []byte("href")):
			t.Errorf("%s: asks for something else", name)
		case !strings.Contains(d.Style, "prefers-color-scheme:dark"):
			t.Errorf("%s: no colors for the dark", name)
		}
		ids[d.Title.ID] = true
		for _, color := range regexp.MustCompile(`(?:fill|stroke)="#[0-9A-F]{6}"`).FindAllIndex(b, -1) {
			tag := b[bytes.LastIndexByte(b[:color[0]], '<'):color[1]]
			if !bytes.Contains(tag, []byte(`class="terrago-`)) {
				t.Fatalf("%s: a color that does not change in the dark: %s", name, tag)
			}
		}
	}
}

// TestLegible reads the labels along the bottom: on a phone they are not smaller than
// 9 pixels, and on nothing does one touch another.
func TestLegible(t *testing.T) {
	t.Parallel()
	list := charts(t)
	night := aNight(t)
	for _, hours := range []int{1, 3, 6, 11, 15} {
		start, _ := night.Metadata.StartTime.Time()
		night.Metadata.EndTime = health.TimestampOf(start.Add(time.Duration(hours)*time.Hour + 10*time.Minute))
		var err error
		if list[fmt.Sprintf("night of %d hours", hours)], err = plot.Night(night); err != nil {
			t.Fatal(err)
		}
	}
	from, _, days := aMonth(t)
	for _, n := range []int{2, 7, 14, 45, 100, 366} {
		var err error
		if list[fmt.Sprintf("%d days", n)], err = plot.Month(from, from.AddDays(n), days); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range list {
		d := parse(t, svg(t, c))
		for _, g := range d.Groups {
			narrow := g.Class == "terrago-narrow"
			var bottom []label
			texts := g.texts()
			for _, l := range texts {
				if narrow && l.size*320/360 < 9 {
					t.Errorf("%s: letters of %.1f pixels on a phone", name, l.size*320/360)
				}
				if lowest := slices.MinFunc(texts, func(a, b label) int { return int(a.y - b.y) }); math.Abs(l.y-lowest.y) < 1 {
					bottom = append(bottom, l)
				}
			}
			if len(bottom) < 2 {
				t.Errorf("%s, %s: %d labels along the bottom", name, g.Class, len(bottom))
			}
			slices.SortFunc(bottom, func(a, b label) int { return int(a.x - b.x) })
			for i := 1; i < len(bottom); i++ {
				if end := bottom[i-1].x + bottom[i-1].width(); end+4 > bottom[i].x {
					t.Errorf("%s, %s: %q touches %q", name, g.Class, bottom[i-1].Text, bottom[i].Text)
				}
			}
		}
	}
}

func TestGapsAreGaps(t *testing.T) {
	t.Parallel()
	d := aDay(t)
	whole, err := plot.Day(d)
	if err != nil {
		t.Fatal(err)
	}
	samples := d.HeartRateData.Detailed.HRSamples
	hole := slices.Delete(slices.Clone(samples), 600, 690)
	hole[300].BPM = opt.Null[float64]() // one missing minute among hundreds is none
	d.HeartRateData.Detailed.HRSamples = hole
	broken, err := plot.Day(d)
	if err != nil {
		t.Fatal(err)
	}
	if n := lines(t, whole, "heart"); n != 1 {
		t.Errorf("a whole day is %d lines", n)
	}
	if n := lines(t, broken, "heart"); n != 2 {
		t.Errorf("a day with a gap is %d lines", n)
	}
	if !strings.Contains(broken.Description, "Nothing was measured from 09:59 to 11:30") {
		t.Errorf("the gap is not told of: %s", broken.Description)
	}
	if broken.Points != whole.Points-91 {
		t.Errorf("%d points of %d", broken.Points, whole.Points)
	}

	from, to, days := aMonth(t)
	month, err := plot.Month(from, to, days)
	if err != nil {
		t.Fatal(err)
	}
	if n := lines(t, month, "heart"); n != 2 {
		t.Errorf("a month that lacks a day is %d lines", n)
	}
}

// TestClocks has the times of day be those of the records.
func TestClocks(t *testing.T) {
	t.Parallel()
	at := func(s string) health.Timestamp {
		ts, err := health.ParseTimestamp(s)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	night := func(start, end string, samples ...string) health.Sleep {
		s := health.Sleep{Metadata: health.SleepMetadata{StartTime: at(start), EndTime: at(end)}}
		for i, text := range samples {
			s.HeartRateData.Detailed.HRSamples = append(s.HeartRateData.Detailed.HRSamples,
				health.HeartRateDataSample{Timestamp: at(text), BPM: opt.Some(50 + float64(i))})
		}
		return s
	}
	for name, tc := range map[string]struct {
		sleep health.Sleep
		want  string
	}{
		"far east": {
			night("2026-03-03T23:00:00+09:00", "2026-03-04T02:00:00+09:00", "2026-03-03T23:10:00+09:00", "2026-03-04T01:10:00+09:00"),
			"23:00 23:30 00:00 00:30 01:00 01:30 02:00",
		},
		"no zone": {
			night("2026-03-03T23:00:00", "2026-03-04T02:00:00", "2026-03-03T23:10:00", "2026-03-04T01:10:00"),
			"23:00 23:30 00:00 00:30 01:00 01:30 02:00",
		},
		"samples without the record's zone": {
			night("2026-03-03T23:00:00-05:00", "2026-03-04T02:00:00-05:00", "2026-03-03T23:10:00", "2026-03-04T01:10:00"),
			"23:00 23:30 00:00 00:30 01:00 01:30 02:00",
		},
		"the clocks go back": {
			night("2026-10-25T00:00:00+02:00", "2026-10-25T06:00:00+01:00", "2026-10-25T00:10:00+02:00", "2026-10-25T02:59:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T05:10:00+01:00"),
			"00:00 01:00 02:00 02:00 03:00 04:00 05:00 06:00",
		},
		"the clocks go forward": {
			night("2026-03-29T00:00:00+01:00", "2026-03-29T06:00:00+02:00", "2026-03-29T00:10:00+01:00", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T05:10:00+02:00"),
			"00:00 01:00 03:00 04:00 05:00 06:00",
		},
		"clocks that jump to and fro": {
			night("2026-03-03T23:00:00+01:00", "2026-03-04T02:00:00+01:00", "2026-03-03T23:10:00+01:00", "2026-03-03T22:11:00Z", "2026-03-03T23:12:00+01:00", "2026-03-03T22:13:00Z", "2026-03-03T23:14:00+01:00"),
			"23:00 23:30 00:00 00:30 01:00 01:30 02:00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := plot.Night(tc.sleep)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range parse(t, svg(t, c)).wide() {
				if len(s) == 5 && s[2] == ':' {
					got = append(got, s)
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("the axis says %q, want %q", got, tc.want)
			}
		})
	}
}

// TestAbsurd adds what no body and no clock has to good records, in the wrong order,
// and expects the same picture.
func TestAbsurd(t *testing.T) {
	t.Parallel()
	when := func(s string) health.Timestamp {
		ts, err := health.ParseTimestamp(s)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	moments := []health.Timestamp{{}, health.NullTimestamp(), health.TimestampOfDate(day), when("9999-12-31T23:59:59Z"), when("0000-01-01T00:00:00Z"), when("2026-03-04T05:00:01Z")}
	values := []opt.Value[float64]{{}, opt.Null[float64](), opt.Some(math.NaN()), opt.Some(math.Inf(1)), opt.Some(math.Inf(-1)), opt.Some(-1e308), opt.Some(1e308), opt.Some(0.0), opt.Some(65.0)}

	d, n, r := aDay(t), aNight(t), aRun(t)
	pulse := func(samples []health.HeartRateDataSample) []health.HeartRateDataSample {
		samples = slices.Clone(samples)
		slices.Reverse(samples)
		for _, at := range moments {
			for _, v := range values {
				if bpm, _ := v.Get(); bpm != 65 || at != moments[5] {
					samples = append(samples, health.HeartRateDataSample{Timestamp: at, BPM: v})
				}
			}
		}
		return samples
	}
	want := charts(t)
	d.HeartRateData.Detailed.HRSamples = pulse(d.HeartRateData.Detailed.HRSamples)
	n.HeartRateData.Detailed.HRSamples = pulse(n.HeartRateData.Detailed.HRSamples)
	stages := slices.Clone(n.SleepDurationsData.HypnogramSamples)
	slices.Reverse(stages)
	for _, at := range moments[:3] {
		stages = append(stages, health.SleepHypnogramSample{Timestamp: at, Level: opt.Some(health.SleepLevel(99))})
	}
	n.SleepDurationsData.HypnogramSamples = stages
	r.HeartRateData.Detailed.HRSamples = pulse(r.HeartRateData.Detailed.HRSamples)
	for _, v := range values[:7] {
		at := r.Metadata.StartTime
		r.MovementData.SpeedSamples = append(r.MovementData.SpeedSamples, health.SpeedSample{Timestamp: at, SpeedMetersPerSecond: v})
		r.DistanceData.Detailed.ElevationSamples = append(r.DistanceData.Detailed.ElevationSamples, health.ElevationSample{Timestamp: at, ElevMeters: v})
	}
	from, to, days := aMonth(t)
	for _, steps := range []int64{math.MinInt64, -1, math.MaxInt64} {
		bad := health.Daily{Metadata: health.DailyMetadata{StartTime: health.TimestampOfDate(from.AddDays(9))}}
		bad.DistanceData.Steps = opt.Some(steps)
		bad.HeartRateData.Summary.RestingHRBPM = opt.Some(float64(steps))
		days = append(days, bad)
	}
	days = append(days, health.Daily{}, aDay(t))

	got := map[string]func() (*plot.Chart, error){
		"day":   func() (*plot.Chart, error) { return plot.Day(d) },
		"night": func() (*plot.Chart, error) { return plot.Night(n) },
		"run":   func() (*plot.Chart, error) { return plot.Run(r) },
		"month": func() (*plot.Chart, error) { return plot.Month(from, to, days) },
	}
	for name, draw := range got {
		c, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(svg(t, c), svg(t, want[name])) {
			t.Errorf("%s: nonsense among the records changes the picture", name)
		}
	}
}

// TestWithoutEnds has records that do not say when they begin and end.
func TestWithoutEnds(t *testing.T) {
	t.Parallel()
	d, n, r := aDay(t), aNight(t), aRun(t)
	n.Metadata.EndTime = health.Timestamp{}
	if _, err := plot.Night(n); err != nil {
		t.Error(err)
	}
	r.Metadata = health.ActivityMetadata{EndTime: health.NullTimestamp()}
	if c, err := plot.Run(r); err != nil || !strings.HasPrefix(c.Title, "Workout, ") {
		t.Errorf("a run without metadata: %v", err)
	}
	d.Metadata = health.DailyMetadata{StartTime: health.TimestampOfDate(day)}
	c, err := plot.Day(d)
	if err != nil {
		t.Fatal(err)
	}
	texts := parse(t, svg(t, c)).wide()
	if !slices.Contains(texts, "00:00") || !slices.Contains(texts, "21:00") || !strings.Contains(c.Title, "4 March 2026") {
		t.Errorf("a day of a date alone: %s with %q", c.Title, texts)
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	d, n, r := aDay(t), aNight(t), aRun(t)
	d.HeartRateData.Detailed = health.HeartRateDataDetailed{}
	n.HeartRateData.Detailed = health.HeartRateDataDetailed{}
	n.SleepDurationsData.HypnogramSamples = nil
	r.HeartRateData.Detailed = health.HeartRateDataDetailed{}
	r.MovementData.SpeedSamples = nil
	r.DistanceData.Detailed.DistanceSamples = nil
	draw := map[string]func() (*plot.Chart, error){
		"a day without samples":      func() (*plot.Chart, error) { return plot.Day(d) },
		"a night without samples":    func() (*plot.Chart, error) { return plot.Night(n) },
		"a run without samples":      func() (*plot.Chart, error) { return plot.Run(r) },
		"no day":                     func() (*plot.Chart, error) { return plot.Day(health.Daily{}) },
		"no night":                   func() (*plot.Chart, error) { return plot.Night(health.Sleep{}) },
		"no run":                     func() (*plot.Chart, error) { return plot.Run(health.Activity{}) },
		"a month of no days":         func() (*plot.Chart, error) { return plot.Month(day, day.AddDays(30), nil) },
		"a month of days of another": func() (*plot.Chart, error) { return plot.Month(day.AddDays(1), day.AddDays(30), []health.Daily{d}) },
	}
	for name, draw := range draw {
		c, err := draw()
		if _, ok := errors.AsType[*plot.EmptyError](err); !ok || c != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, n := range []int{-1, 0, 1, plot.MaxDays + 1} {
		if _, err := plot.Month(day, day.AddDays(n), []health.Daily{aDay(t)}); err == nil {
			t.Errorf("a month of %d days is drawn", n)
		}
	}
}

func TestHalfOfIt(t *testing.T) {
	t.Parallel()
	n := aNight(t)
	n.HeartRateData.Detailed = health.HeartRateDataDetailed{}
	c, err := plot.Night(n)
	if err != nil {
		t.Fatal(err)
	}
	if texts := parse(t, svg(t, c)).wide(); slices.Contains(texts, "Heart rate, bpm") || !slices.Contains(texts, "REM") {
		t.Errorf("a night without heart rate: %q", texts)
	}
	n = aNight(t)
	for i := range n.SleepDurationsData.HypnogramSamples { // a device that tells no stages
		s := &n.SleepDurationsData.HypnogramSamples[i]
		if level, _ := s.Level.Get(); level != health.SleepLevelAwake {
			s.Level = opt.Some(health.SleepLevelSleeping)
		}
	}
	if c, err = plot.Night(n); err != nil {
		t.Fatal(err)
	}
	if texts := parse(t, svg(t, c)).wide(); slices.Contains(texts, "REM") || !slices.Contains(texts, "Asleep") || !slices.Contains(texts, "Awake") {
		t.Errorf("a night without stages: %q", texts)
	}
	r := aRun(t)
	r.MovementData.SpeedSamples = nil
	if c, err = plot.Run(r); err != nil {
		t.Fatal(err)
	}
	if texts := parse(t, svg(t, c)).wide(); !slices.Contains(texts, "Pace, min/km") {
		t.Errorf("a run with distance and no speed: %q", texts)
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	hearts := color.RGBA{0xC2, 0x41, 0x3B, 0xFF}
	for name, c := range charts(t) {
		var b bytes.Buffer
		if err := c.PNG(&b); err != nil {
			t.Fatal(err)
		}
		text := chunks(t, b.Bytes(), "iTXt")
		if !strings.Contains(text, c.Title) || !strings.Contains(text, c.Description) {
			t.Errorf("%s: title or description is not in the file", name)
		}
		img, err := png.Decode(&b) // checks the sums of all chunks
		if err != nil {
			t.Fatal(err)
		}
		w, h := c.Size()
		if img.Bounds() != image.Rect(0, 0, 2*w, 2*h) {
			t.Errorf("%s: %v", name, img.Bounds())
		}
		count := map[color.Color]int{}
		for y := range 2 * h {
			for x := range 2 * w {
				count[color.RGBAModel.Convert(img.At(x, y))]++
			}
		}
		if count[color.RGBA{255, 255, 255, 255}] < w*h || count[hearts] < 500 {
			t.Errorf("%s: %d pixels are white and %d of the color of heart rate", name, count[color.RGBA{255, 255, 255, 255}], count[hearts])
		}
	}
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	c := charts(t)["day"]
	for _, write := range []func(io.Writer) error{c.SVG, c.PNG} {
		if err := write(full{}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzCharts draws whatever decodes.
func FuzzCharts(f *testing.F) {
	for _, v := range []any{aNight(f), aDay(f)} {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"metadata":{"start_time":"2026-03-04T00:00:00Z","end_time":"2026-03-04T00:00:01Z"},"heart_rate_data":{"detailed":{"hr_samples":[{"timestamp":1772582400,"bpm":60}]}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s health.Sleep
		var d health.Daily
		var a health.Activity
		draw := func(c *plot.Chart, err error) {
			if err != nil {
				return
			}
			if out := svg(t, c); bytes.Contains(out, []byte("NaN")) || bytes.Contains(out, []byte("Inf")) {
				t.Error("a number that is none is in the picture")
			}
		}
		if json.Unmarshal(b, &s) == nil {
			draw(plot.Night(s))
		}
		if json.Unmarshal(b, &a) == nil {
			draw(plot.Run(a))
		}
		if json.Unmarshal(b, &d) == nil {
			draw(plot.Day(d))
			if from := d.Metadata.StartTime.Date(); from.IsValid() {
				draw(plot.Month(from, from.AddDays(7), []health.Daily{d}))
			}
		}
	})
}

func BenchmarkSVG(b *testing.B) {
	d := aDay(b)
	for b.Loop() {
		c, err := plot.Day(d)
		if err == nil {
			err = c.SVG(io.Discard)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func svg(tb testing.TB, c *plot.Chart) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// document is an SVG file.
type document struct {
	Role        string `xml:"role,attr"`
	LabelledBy  string `xml:"aria-labelledby,attr"`
	DescribedBy string `xml:"aria-describedby,attr"`
	Title       words  `xml:"title"`
	Desc        words  `xml:"desc"`
	Style       string `xml:"style"`
	Groups      []struct {
		Class string `xml:"class,attr"`
		group
	} `xml:"g"`
}

type words struct {
	ID   string `xml:"id,attr"`
	Text string `xml:",chardata"`
}

type group struct {
	Groups []group `xml:"g"`
	Labels []label `xml:"text"`
	Paths  []struct {
		Class string `xml:"class,attr"`
		D     string `xml:"d,attr"`
	} `xml:"path"`
}

// A label is text in a picture. Its y grows upwards.
type label struct {
	X    string `xml:"x,attr"`
	Y    string `xml:"y,attr"`
	Size string `xml:"font-size,attr"`
	Text string `xml:",chardata"`

	x, y, size float64
}

// width is a rough one.
func (l label) width() float64 { return 0.55 * l.size * float64(len([]rune(l.Text))) }

func parse(tb testing.TB, b []byte) document {
	tb.Helper()
	var d document
	if err := xml.Unmarshal(b, &d); err != nil {
		tb.Fatal(err)
	}
	if len(d.Groups) != 2 || d.Groups[0].Class != "terrago-wide" || d.Groups[1].Class != "terrago-narrow" {
		tb.Fatal("not two layouts")
	}
	return d
}

func (g group) texts() []label {
	var out []label
	for _, l := range g.Labels {
		number := func(s string) float64 {
			v, _ := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
			return v
		}
		l.x, l.y, l.size = number(l.X), -number(l.Y), number(l.Size)
		out = append(out, l)
	}
	for _, g := range g.Groups {
		out = append(out, g.texts()...)
	}
	return out
}

func (d document) wide() []string {
	var out []string
	for _, l := range d.Groups[0].texts() {
		out = append(out, l.Text)
	}
	return out
}

// lines counts the undashed lines of an ink in the wide layout.
func lines(tb testing.TB, c *plot.Chart, ink string) int {
	tb.Helper()
	n := 0
	var in func(g group)
	in = func(g group) {
		for _, p := range g.Paths {
			if p.Class == "terrago-stroke-"+ink && strings.Count(p.D, "L") > 1 {
				n += strings.Count(p.D, "M")
			}
		}
		for _, g := range g.Groups {
			in(g)
		}
	}
	in(parse(tb, svg(tb, c)).Groups[0].group)
	return n
}

// chunks is what is in a PNG's chunks of a type.
func chunks(tb testing.TB, b []byte, typ string) string {
	tb.Helper()
	var out strings.Builder
	for b = b[8:]; len(b) >= 12; {
		n := binary.BigEndian.Uint32(b)
		if string(b[4:8]) == typ {
			out.Write(b[8 : 8+n])
		}
		b = b[12+n:]
	}
	return out.String()
}
