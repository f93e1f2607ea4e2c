package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
)

// exported runs get against a sandbox with one person, into a file.
func exported(t *testing.T, file string, args ...string) []byte {
	t.Helper()
	s, err := sandbox.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Connect("GARMIN", "ada"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), file)
	args = append([]string{"get", args[0], "--sandbox", "--base-url", server.URL + "/api/v2", "--out", path}, args[1:]...)
	var out, log bytes.Buffer
	if status := run(t.Context(), args, stdio{strings.NewReader(""), &out, &log}); status != exitDone {
		t.Fatalf("status %d: %s", status, log.String())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParquet reads back what was exported, and finds what the JSON has.
func TestParquet(t *testing.T) {
	t.Parallel()
	days := []string{"--start", "2026-03-01", "--end", "2026-03-15"}
	var nights []health.Sleep
	if err := json.Unmarshal(exported(t, "t.json", append([]string{"sleep"}, days...)...), &nights); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Start  *time.Time `parquet:"start_time,optional,timestamp(microsecond)"`
		Offset *int32     `parquet:"start_time_offset,optional"`
		Deep   *float64   `parquet:"sleep_durations_asleep_duration_deep_sleep_state_seconds,optional"`
		Nap    *bool      `parquet:"is_nap,optional"`
		Device *string    `parquet:"device_name,optional"`
	}
	check := func(b []byte) {
		t.Helper()
		rows, err := parquet.Read[row](bytes.NewReader(b), int64(len(b)))
		if err != nil || len(rows) != len(nights) || len(rows) < 10 {
			t.Fatalf("%d rows of %d nights: %v", len(rows), len(nights), err)
		}
		for i, r := range rows {
			n := nights[i]
			start, _ := n.Metadata.StartTime.Time()
			_, east := start.Zone()
			deep, _ := n.SleepDurationsData.Asleep.DurationDeepSleepStateSeconds.Get()
			nap, _ := n.Metadata.IsNap.Get()
			device, _ := n.DeviceData.Name.Get()
			if r.Start == nil || !r.Start.Equal(start) || r.Offset == nil || int(*r.Offset) != east/60 ||
				r.Deep == nil || *r.Deep != deep || r.Nap == nil || *r.Nap != nap || r.Device == nil || *r.Device != device {
				t.Errorf("night %d is another one", i)
			}
		}
	}
	check(exported(t, "t.parquet", append([]string{"sleep"}, days...)...))
	some := exported(t, "t.parquet", append([]string{
		"sleep", "--select", "metadata.start_time,metadata.is_nap,device_data.name",
		"--select", "sleep_durations_data.asleep.duration_deep_sleep_state_seconds",
	}, days...)...)
	check(some)
	file, err := parquet.OpenFile(bytes.NewReader(some), int64(len(some)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(file.Schema().Fields()); n != 5 {
		t.Errorf("%d columns of 5", n)
	}
}

// TestParquetTypes exports every type of record, whether or not there are any.
func TestParquetTypes(t *testing.T) {
	t.Parallel()
	for kind := range getters {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := exported(t, "t.parquet", kind)
			file, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			if len(file.Schema().Fields()) < 5 {
				t.Errorf("%d columns", len(file.Schema().Fields()))
			}
		})
	}
}

// TestGetInterrupted ends get while the API has yet to answer, and leaves no file.
func TestGetInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		<-r.Context().Done()
	}))
	defer api.Close()
	dir := t.TempDir()
	args := []string{"get", "sleep", "--sandbox", "--base-url", api.URL, "--user", "somebody", "--out", filepath.Join(dir, "t.parquet")}
	var out, log bytes.Buffer
	if status := run(ctx, args, stdio{strings.NewReader(""), &out, &log}); status != exitFailed || out.Len() > 0 || log.Len() == 0 {
		t.Errorf("status %d, %d bytes of result, %d of complaint", status, out.Len(), log.Len())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d files are left: %v", len(left), err)
	}
}

// TestMeasurements exports every measurement, the same in Parquet and in CSV.
func TestMeasurements(t *testing.T) {
	t.Parallel()
	days := []string{"daily", "--samples", "--start", "2026-03-01", "--end", "2026-03-03"}
	b := exported(t, "t.parquet", days...)
	rows, err := parquet.Read[struct {
		Start  time.Time `parquet:"start_time,optional,timestamp(microsecond)"`
		Series string    `parquet:"series,optional"`
		At     time.Time `parquet:"at,optional,timestamp(microsecond)"`
		Offset int32     `parquet:"at_offset,optional"`
		Value  float64   `parquet:"value,optional"`
	}](bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(exported(t, "t.csv", days...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 1000 || len(records) != len(rows)+1 {
		t.Fatalf("%d rows of Parquet, %d of CSV", len(rows), len(records))
	}
	for i, r := range rows {
		at, err := time.Parse(time.RFC3339, records[i+1][2])
		if err != nil || !r.At.Equal(at) || r.Series != records[i+1][1] {
			t.Fatalf("row %d is another one", i)
		}
		_, east := at.Zone()
		var value float64
		if json.Unmarshal([]byte(records[i+1][3]), &value) != nil || value != r.Value || int(r.Offset) != east/60 {
			t.Fatalf("row %d has another value or offset", i)
		}
	}
}
