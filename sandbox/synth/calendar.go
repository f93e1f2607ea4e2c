package synth

import (
	"time"

	"github.com/terra-go/terra/health"
)

const minutesPerDay = 24 * 60

// daylight is a rule for moving the clock forward by an hour in summer. The rules
// are the present ones, applied to every year, and are kept here rather than
// read from the machine's time zone database so that no update of it can change
// a person's past.
type daylight uint8

const (
	noDaylight         daylight = iota
	europeanDaylight            // last Sunday of March to last Sunday of October, 01:00 UTC
	americanDaylight            // second Sunday of March to first Sunday of November, 02:00
	australianDaylight          // first Sunday of October to first Sunday of April, 02:00 and 03:00
	zealandDaylight             // last Sunday of September to first Sunday of April, 02:00 and 03:00
)

// A city is where a person lives or travels to.
type city struct {
	name, state, country string
	zone                 string // IANA name
	lat, lng, altitude   float64
	east                 int64 // standard time, minutes east of UTC
	daylight             daylight
}

var cities = [...]city{
	{"London", "England", "United Kingdom", "Europe/London", 51.5560, -0.1390, 35, 0, europeanDaylight},
	{"Berlin", "Berlin", "Germany", "Europe/Berlin", 52.5310, 13.4120, 40, 60, europeanDaylight},
	{"Madrid", "Community of Madrid", "Spain", "Europe/Madrid", 40.4270, -3.6830, 660, 60, europeanDaylight},
	{"Paris", "Île-de-France", "France", "Europe/Paris", 48.8640, 2.3770, 50, 60, europeanDaylight},
	{"Helsinki", "Uusimaa", "Finland", "Europe/Helsinki", 60.1840, 24.9300, 15, 120, europeanDaylight},
	{"New York", "New York", "United States", "America/New_York", 40.7420, -73.9870, 15, -300, americanDaylight},
	{"Chicago", "Illinois", "United States", "America/Chicago", 41.9210, -87.6520, 180, -360, americanDaylight},
	{"Denver", "Colorado", "United States", "America/Denver", 39.7320, -104.9710, 1610, -420, americanDaylight},
	{"San Francisco", "California", "United States", "America/Los_Angeles", 37.7650, -122.4420, 60, -480, americanDaylight},
	{"Phoenix", "Arizona", "United States", "America/Phoenix", 33.4720, -112.0560, 340, -420, noDaylight},
	{"Toronto", "Ontario", "Canada", "America/Toronto", 43.6640, -79.4110, 105, -300, americanDaylight},
	{"Bogotá", "Bogotá", "Colombia", "America/Bogota", 4.6680, -74.0580, 2600, -300, noDaylight},
	{"Nairobi", "Nairobi County", "Kenya", "Africa/Nairobi", -1.2890, 36.7960, 1680, 180, noDaylight},
	{"Mumbai", "Maharashtra", "India", "Asia/Kolkata", 19.0650, 72.8440, 10, 330, noDaylight},
	{"Singapore", "Singapore", "Singapore", "Asia/Singapore", 1.3110, 103.8640, 15, 480, noDaylight},
	{"Tokyo", "Tokyo", "Japan", "Asia/Tokyo", 35.6630, 139.6980, 35, 540, noDaylight},
	{"Adelaide", "South Australia", "Australia", "Australia/Adelaide", -34.9210, 138.6060, 50, 570, australianDaylight},
	{"Sydney", "New South Wales", "Australia", "Australia/Sydney", -33.8860, 151.2110, 40, 600, australianDaylight},
	{"Auckland", "Auckland", "New Zealand", "Pacific/Auckland", -36.8650, 174.7570, 45, 720, zealandDaylight},
}

// ordinal counts days from 1970-01-01.
func ordinal(d health.Date) int64 { return d.In(time.UTC).Unix() / (24 * 60 * 60) }

func dateOf(n int64) health.Date { return health.DateOf(time.Unix(n*24*60*60, 0).UTC()) }

// weekday of day n; 1970-01-01 was a Thursday.
func weekday(n int64) time.Weekday { return time.Weekday(floorMod(n+int64(time.Thursday), 7)) }

// offset is the city's distance from UTC, in minutes east, at t in Unix minutes.
func (c *city) offset(t int64) int64 {
	if c.daylight == noDaylight {
		return c.east
	}
	begin, end := c.summer(dateOf(floorDiv(t+c.east, minutesPerDay)).Year)
	summer := begin <= t && t < end
	if begin > end { // the southern summer spans the new year
		summer = t < end || begin <= t
	}
	if summer {
		return c.east + 60
	}
	return c.east
}

// summer is when daylight saving begins and ends in a year, in Unix minutes.
func (c *city) summer(year int) (begin, end int64) {
	sunday := func(month time.Month, day int) int64 { // the first Sunday on or after
		n := ordinal(health.NewDate(year, month, day))
		return (n + floorMod(-int64(weekday(n)), 7)) * minutesPerDay
	}
	switch c.daylight {
	case europeanDaylight:
		return sunday(time.March, 25) + 60, sunday(time.October, 25) + 60
	case americanDaylight:
		return sunday(time.March, 8) + 120 - c.east, sunday(time.November, 1) + 60 - c.east
	case australianDaylight:
		return sunday(time.October, 1) + 120 - c.east, sunday(time.April, 1) + 120 - c.east
	default:
		return sunday(time.September, 24) + 120 - c.east, sunday(time.April, 1) + 120 - c.east
	}
}

// midnight is when day n begins in the city, in Unix minutes. None of the rules
// moves the clock at midnight.
func (c *city) midnight(n int64) int64 {
	t := n*minutesPerDay - c.east
	return n*minutesPerDay - c.offset(t-60)
}

// A clock tells the local time of one city over a stretch that holds at most one
// change of the clock.
type clock struct {
	before, after *time.Location
	change        int64 // Unix seconds
}

// clock covers the seconds from and to, and all between them.
func (c *city) clock(from, to int64) clock {
	a, b := c.offset(floorDiv(from, 60)), c.offset(floorDiv(to, 60))
	k := clock{before: time.FixedZone("", int(a)*60), change: to + 1}
	if k.after = k.before; a == b {
		return k
	}
	k.after = time.FixedZone("", int(b)*60)
	year := dateOf(floorDiv(floorDiv(to, 60)+c.east, minutesPerDay)).Year
	begin, end := c.summer(year)
	if k.change = begin * 60; a > b {
		k.change = end * 60
	}
	return k
}

// at is the moment t, in Unix seconds.
func (k clock) at(t int64) health.Timestamp { return health.TimestampOf(k.time(t)) }

func (k clock) time(t int64) time.Time {
	if t < k.change {
		return time.Unix(t, 0).In(k.before)
	}
	return time.Unix(t, 0).In(k.after)
}
