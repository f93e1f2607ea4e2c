// Package conformance holds the tests that need what others wrote: routers that
// people mount the webhook handler in, the official clients in other languages, run
// against the sandbox, and Terra's published schemas. Nothing imports it.
//
// The schemas are not part of the repository. Their tests are skipped unless they
// are in shared/spec/schemas beside it.
//
// The JavaScript clients come from npm and are not part of the repository; their
// tests are skipped until they are installed, from the root of the repository,
// with
//
//	npm install --prefix conformance/clients --no-package-lock
package conformance
