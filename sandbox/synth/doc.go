// Package synth makes up people, and what their devices recorded of any day of
// any year.
//
// A [Person] is a pure function. Who they are follows from a seed, a name and a
// [Provider]; a day's records follow from the person and the [health.Date].
// Nothing is stored and nothing is drawn in sequence: every random number is the
// hash of the person, a signal and a place in time, so the answer is the same in
// any order, from any number of goroutines, on every machine.
//
// Records of one person agree with each other because all of them are read off
// the same life. A plan says when the person sleeps, works, eats and trains that
// day. It knows weekends, illness, night shifts, journeys and habits. A night is
// told as stages: light, deep and REM sleep in cycles of about ninety minutes. A
// workout is played second by second, the heart following the effort half a
// minute late. From these comes one tick for every minute, with its heart rate,
// steps and energy; a morning run is therefore in the day's heart rate, steps,
// calories and active time, and the evening of one day is the beginning of the
// night that the next day's sleep record tells.
//
// Summaries are computed from the samples they stand over, up to rounding, and
// come out the same when the samples are not asked for. Steps, distances and
// floors are samples of a count that runs from the start of the record, as the
// wire has them. What a provider does not measure is an explicit null; so is
// every other field that nothing is known for.
//
// Times carry the offset of the place the person was in. A day lasts from one
// local midnight to the next, which is 23 or 25 hours when the clock changes, and
// more or less again when a traveller changes zones between. Daylight saving
// follows the rules in force today, in every year.
package synth
