// Package health holds the records that Terra delivers, as typed Go structs: what
// wearables and health apps know about a person's workouts ([Activity]), days
// ([Daily]), nights ([Sleep]), measurements ([Body]), meals ([Nutrition]) and
// cycles ([Menstruation]), who they are ([Athlete]), and some rarer ones.
//
// # Reading a record
//
// Records decode with [encoding/json] and encode back to the same values. [Decode]
// gives the same record sooner, [DecodeStrict] tells what did not fit, and [Records]
// reads payloads of any length. No provider fills every field, so every scalar is an
// [opt.Value], which tells absent, null and present apart. Nested objects are plain
// structs, so that a chain of fields needs no check on the way:
//
//	if bpm, ok := night.HeartRateData.Summary.AvgHRBPM.Get(); ok {
//
// A null object reads as an absent one, and a null array as nil. Fields that this
// package does not know are skipped; enumerated values that it does not know keep
// their number or text and answer false to Known. Numbers of whole value are
// integers however they are spelled, as in 8.0. A value of the wrong type leaves its
// field absent, and the rest of the record is read.
//
// Give a record a name where it is part of a struct of yours: embedded, its JSON
// would take the place of the struct's, as happens with all types that have their
// own UnmarshalJSON.
//
// [Decode] reads a record faster than json.Unmarshal does, and MarshalJSON, called on
// the record itself, writes it faster than json.Marshal, which checks and copies what
// that method returns.
//
// # Times
//
// A [Timestamp] keeps what the source wrote: most carry the person's own offset
// from UTC, some are a wall clock without one, some a mere day. The day to which a
// record belongs is the date part of its start time as delivered,
// [Timestamp.Date], and never that of a converted instant.
//
// # Privacy
//
// These are people's health data. No error of this package repeats a value that
// it was given, and records have no methods that would log them.
package health
