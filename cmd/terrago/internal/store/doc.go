// Package store opens what the command line names: the database in which deliveries
// end up as typed rows, and the inbox in which they wait until then. It brings the
// drivers.
package store
