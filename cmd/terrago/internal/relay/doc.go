// Package relay takes webhooks and passes them on, in order, to a program that may be
// away for a while.
package relay
