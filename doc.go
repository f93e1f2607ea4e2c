// Package terra is a client for the Terra API (tryterra.co), which puts one
// interface in front of the wearables and health apps that people use.
//
// Create a [Client] with [New], connect a person through [Client.Auth], and read
// their records, typed, through [Client.Sleep], [Client.Daily] and the other
// collections. There are four ways to read: [Collection.List] for the records of
// some days, [Collection.All] for a history of any length, [Collection.Request] to
// have them sent to the webhook, and [Collection.Fetch] to see exactly what Terra
// made of one request.
//
// A value that cannot be sent is an [ArgumentError]; a request that failed is an
// [Error], which says more through errors.Is and the sentinels of this package.
// Neither says anything about a person, so both may be logged. What every call
// returns keeps the response it was made from; see the Raw methods.
package terra
