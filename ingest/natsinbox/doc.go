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
// # Speed
//
// Concurrent Puts and Acks are sent as one batch, so that they share a flush to
// disk, or a round through the cluster. That is what makes sync_interval: always
// bearable; it gains nothing, and costs much, on a single server without it.
//
// # Layout
//
// Everything is in one file-backed stream of work-queue retention, and the newest
// message under a delivery's subjects tells its state: NAME.urgent.KEY and
// NAME.normal.KEY can be leased, NAME.later.KEY becomes one of them at a time that
// the server watches, NAME.dead.KEY is dead, and NAME.done.KEY remembers an ID
// after the body is gone, until its time is over. KEY is a hash of the ID. Every
// message is published on the condition that the newest under NAME.*.KEY is still
// the one that it follows upon, for a Put none at all. So it is the server that
// refuses duplicates: in any state, across restarts, and for as long as is asked
// for, which the window of the server's own duplicate detection does not do once
// the message is gone. And so it is the server that refuses to end a lease twice.
//
// A body too long for one message is split over NAME.part.KEY.N. Parts and
// delivery are published as one atomic batch: a Put that breaks off leaves nothing
// behind.
//
// An ID that is done costs the server about 450 bytes of memory and 100 of disk for
// as long as it is remembered: half a million deliveries a day, remembered for the
// default of 48 hours, come to 450 MB. See [WithRemember].
//
// # Leases
//
// A lease is a redelivery that the server puts off for exactly the time asked for,
// which it keeps across restarts and changes of leader. The server does not tell
// an expired lease from its successor while neither has been ended, so it is by the
// clock of the process that leased an item that its lease has run out.
//
// # Crashes
//
// A lease ends in two steps: a new message says what the delivery is, then the old
// one is removed. Where a worker or the server is killed in between, the newest
// message holds, and the old one goes when it is handed out again, when an inbox is
// opened, or beside a Lease, the first on a new connection and one every hour. Should
// nothing of that happen for as long as IDs are remembered, a delivery that is done
// can be leased again. So can one that was leased in the moments before a crash of
// the server.
//
// The server has to be of version 2.12 or later. The user of the connection needs
// to publish to $JS.API.>, $JS.ACK.> and NAME.>, and to subscribe to its inboxes.
package natsinbox
