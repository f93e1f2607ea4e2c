// Package conformance holds the tests that need what others wrote: routers that
// people mount the webhook handler in, the official clients in other languages, run
// against the sandbox, and Terra's published specification, to which the records
// and every body of the sandbox are held. Nothing imports it.
//
// The specification is not part of the repository. Its tests are skipped unless it
// is in shared/spec beside it.
//
// The JavaScript clients come from npm and are not part of the repository; their
// tests are skipped until they are installed, from the root of the repository,
// with
//
//	npm install --prefix conformance/clients --no-package-lock
package conformance
