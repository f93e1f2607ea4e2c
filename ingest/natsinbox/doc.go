// Package natsinbox keeps an [ingest.Inbox] in NATS JetStream, so that any number
// of receivers and workers on any number of machines share one inbox.
//
//	nc, err := nats.Connect(url, nats.MaxReconnects(-1))
//	js, err := jetstream.New(nc)
//	inbox, err := natsinbox.Open(ctx, js, natsinbox.WithReplicas(3))
//
// # Durability
//
// What Put promises is what the server does before it answers:
//
//   - In a cluster, with [WithReplicas] 3, a delivery is on a majority of the
//     replicas. Losing any one server loses nothing. Losing the power of all of
//     them at once can lose the last minutes, unless they sync always.
//   - On a single server, a delivery survives the death of the server's process.
//     It survives the death of the machine only if the server's configuration says
//     so: jetstream { sync_interval: always }. The default flushes to disk every
//     two minutes, is many times as fast, and is not durable.
//
// A client cannot see or change that setting.
//
// # Layout
//
// Everything is in one file-backed stream of work-queue retention, whose subjects
// spell a delivery's state: NAME.urgent.KEY and NAME.normal.KEY are pending,
// NAME.dead.KEY is dead and NAME.done.KEY remembers an ID after the body is gone,
// until its time is over. KEY is a hash of the ID. Put asks for the subject to be
// written only if nothing is known under NAME.*.KEY, which makes the server itself
// refuse duplicates: in any state, across restarts, and not only in a window of
// time that it keeps in memory. NAME.note.KEY holds why a delivery was last
// retried. A body too long for one message is split over NAME.part.KEY.N, and
// parts and delivery are published as one atomic batch, so that a Put that breaks
// off leaves nothing behind.
//
// Done IDs cost the server about 250 bytes each of memory and 150 of disk for
// as long as they are remembered: half a million deliveries a day, remembered for
// the default of 48 hours, are some 250 MB. See [WithRemember].
//
// # Leases
//
// A lease is the server's own: the delivery is hidden for exactly the time asked
// for, by a negative acknowledgement with a delay, and that time survives restarts
// and changes of leader. The server does not tell an old lease of a delivery from
// its successor, so the [Inbox] that leased an item watches the time and refuses
// to act on it later. Hence an item can be acted on only through the Inbox that
// leased it. After a crash of the server a delivery that was leased or acked in
// the moments before can be leased again.
//
// The server version has to be 2.12 or later.
package natsinbox
