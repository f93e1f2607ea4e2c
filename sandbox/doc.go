// Package sandbox is the Terra platform on one's own machine: its REST interface,
// the pages on which a person connects a wearable, and signed webhooks with
// retries, in front of synthetic people whose days are computed, not stored.
//
// A [Server] is an [http.Handler]. Every client of Terra, in any language, works
// against it by changing its base URL:
//
//	/api/v2/…           the current wire forms
//	/v2/…               the legacy ones
//	/widget/api/session the alternative way to a widget session
//	/session/{id}       the page on which a person chooses a provider
//	/oauth/{provider}   the page on which a person agrees
//	/widget/…           what those pages are drawn with
//	/payloads/{token}   what a ping points to
//	/_sandbox/…         control: people, destinations, events, deliveries,
//	                    retries, rules, clock, reset
//
// A request needs the server's credentials ([WithCredentials], else
// [DefaultDevID] and [DefaultAPIKey]) as it would at Terra; the control paths need
// none, and therefore answer only to this machine's own names and never to a page
// of another origin.
//
// Everything is in memory, unless [WithState] keeps it in a file as well, and safe
// for concurrent use. What the control paths do can be done from Go too:
// [Server.Connect], [Server.SetDestinations], [Server.AddDestination],
// [Server.RemoveDestination], [Server.SetRetryProfile],
// [Server.Trigger], [Server.Deliveries], [Server.Resend], [Server.AddRule],
// [Server.Advance], [Server.Reset]; and [Server.Flush] waits for what is being
// delivered. In a test, start with package sandboxtest. What it leaves out is in
// SKIPPED.md.
package sandbox
