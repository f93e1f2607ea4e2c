// Package healthdb turns deliveries into rows: a table for each type of record with a
// typed column for each of its values, in SQLite or PostgreSQL, over the driver of the
// program's choice.
//
//	pool, err := sql.Open("sqlite", "health.db")
//	db, err := healthdb.OpenSQLite(ctx, pool)
//	err = db.Apply(ctx, event, receivedAt)                       // out of a webhook
//	for day, err := range db.Daily(ctx, connectionID, from, to)  // typed, or with SQL
//
// # The result does not depend on order or repetition
//
// Deliveries arrive more than once, late, and in any order. [DB.Apply] ends in the same
// rows whatever the order. Each record has a key, such as its day or its summary id
// within its connection, and of all that was delivered under the key the newest is
// stored: that which was produced last by the delivery's ordering timestamp, or by its
// receipt when it has none; within a millisecond the longer. A score that Terra
// computed is not taken back when a newer delivery has none; each of them is the newest
// that was not null. A [Connection] is one account of a person, whatever user ids it
// had; a reauth joins what was stored under the old id with what was stored under the
// new one.
//
// A delivery is one transaction, and it is on stable storage when Apply returns. Its id
// ([webhook.DeliveryID]) is stored with it, so it is not applied twice. The delivery
// itself is kept too, compressed, until [WithRawRetention] has [DB.Prune] drop it, and
// [DB.Replay] applies it again, to fill columns that a newer program has added.
//
// # The tables
//
// activities, athletes, bodies, dailies, health_observations, hormone_samples,
// menstruations, nutritions, planned_workouts and sleeps hold the records, lab_reports
// and lab_report_failures those that belong to no connection. Their columns follow from
// the structs of package health when the store is opened, and a store gains the columns
// that the structs have gained. A column is named after the JSON path of its value
// without the parts that only group: heart_rate_data.summary.avg_hr_bpm is
// heart_rate_avg_hr_bpm. Numbers, booleans and text are what they say. A moment is the
// text as delivered on SQLite; on PostgreSQL it is a TIMESTAMPTZ, read as UTC if there
// was no offset, and a column ending in _offset has the offset in minutes, NULL for
// none. A position is two columns, ending in _lat and _lng. Lists and maps are JSON.
//
// Besides, each has id, unique among all these tables; connection_id; record_key; day,
// the date with which the record begins as delivered, on no clock but the person's;
// delivery_id, the delivery it is from, empty if it was fetched; and version_ms and
// version_key, which decide what is newer.
//
// Time series are rows of samples, one for each measured value: record_id, series, n
// for the place in the list, at, and value. The table series has the record's table and
// the path of the value for each series, and the view named_samples shows all of it.
// The moments are microseconds since 1970 on SQLite and TIMESTAMPTZ on PostgreSQL.
//
// connections has a row for each account, connection_users their ids, deliveries what
// was delivered, and scores where each score is from.
//
// # Privacy
//
// No error and no log line has a value, an id of a person, or a part of a body.
package healthdb
