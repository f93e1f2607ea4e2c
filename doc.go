// Package terra is a client for the Terra API (tryterra.co), which puts one
// interface in front of the wearables and health apps that people use.
//
// Create a [Client] with [New], connect a person through [Client.Auth], and read
// their records, typed, through [Client.Sleep], [Client.Daily] and the other
// collections.
package terra
