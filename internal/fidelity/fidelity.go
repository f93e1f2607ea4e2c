// Package fidelity knows how far the sandbox is as Terra's service is: for every
// endpoint and every event what is proven, and by which tests. Its page is
// docs/sandbox-fidelity.md; its tests hold the tables to the tests there are, and
// those of package sandbox hold them to what the sandbox serves.
package fidelity

import (
	"fmt"
	"strings"
)

//go:generate go run generate.go

// A Proof is what is known of one endpoint, event or behaviour.
type Proof struct {
	Of     string // "GET /daily", "sleep", "Retries"
	Claims []Claim
}

// A Claim is a sentence and the tests that make it true, each named by its
// directory: "sandbox.TestControl".
type Claim struct {
	Says  string
	Tests []string
}

// What is proven of all endpoints, or of many.
var (
	answers = claim("answers are of the published schemas, on both bases",
		"conformance.TestAnswers")
	refusals = claim("errors have the form of their base",
		"conformance.TestRefusals", "sandbox.TestBadInput")
	keyed = claim("nothing without the credentials",
		"sandbox.TestCredentialsAreNeeded")
	clients = claim("the official JavaScript clients call it and take the answer",
		"conformance.TestJavaScriptV1", "conformance.TestJavaScriptV2")
	today = claim("the official JavaScript client of today calls it and takes the answer",
		"conformance.TestJavaScriptV2")
	requests = claim("the requests of the Python and Java clients are understood",
		"conformance.TestOtherClients", "sandbox.TestClientRequestForms")
	queued = claim("to the webhook: the acknowledgement is of the published schema, and so is what is delivered",
		"conformance.TestQueued")
	oneReference = claim("the reference of the acknowledgement is that of the delivery; without a destination each base says what it should",
		"sandbox.TestDataToTheWebhook")
)

// Endpoints are the paths below /api/v2 and /v2.
func Endpoints() []Proof {
	list := []Proof{
		{"GET /integrations", []Claim{
			answers, clients,
			claim("the lists are of web and phone providers, and need no key", "sandbox.TestIntegrations", "sandbox.TestCredentialsAreNeeded"),
		}},
		{"GET /integrations/detailed", []Claim{
			answers, refusals, today,
			claim("phone providers come when asked for; the types are those that a provider serves", "sandbox.TestIntegrations"),
		}},
		{"POST /auth/authenticateUser", []Claim{
			answers, refusals, keyed, clients, requests,
			claim("the address leads through consent to the user id that was promised", "sandbox.TestAuthURLClickThrough"),
		}},
		{"POST /auth/generateWidgetSession", []Claim{
			answers, refusals, keyed, clients, requests,
			claim("so on `/widget/api/session`, in that path's own forms", "conformance.TestRefusals", "sandbox.TestWidgetPath"),
			claim("a person clicks through; sessions end after a quarter of an hour", "sandbox.TestWidgetClickThrough", "sandbox.TestSessionExpiry"),
		}},
		{"DELETE /auth/deauthenticateUser", []Claim{
			answers, refusals, keyed, clients, requests,
			claim("the connection is gone and `deauth` is delivered", "sandbox.TestDeauthenticate", "conformance.TestPeopleConnect"),
		}},
		{"POST /auth/generateAuthToken", []Claim{answers, refusals, keyed, clients}},
		{"GET /userInfo", []Claim{
			answers, refusals, keyed, clients, requests,
			claim("by user id and by reference id", "sandbox.TestUserInfo"),
		}},
		{"PATCH /users/{id}", []Claim{
			claim("the answer is of the form that the last specification to have it gave it", "conformance.TestAnswers"),
			refusals, keyed, clients,
			claim("changes are kept", "sandbox.TestModifyUser"),
		}},
		{"GET /subscriptions", []Claim{
			answers, refusals, keyed, clients, requests,
			claim("everybody at once, or pages", "sandbox.TestSubscriptions"),
		}},
		{"POST /bulkUserInfo", []Claim{
			answers, refusals, keyed, today, claim("who is known, in the order asked for", "sandbox.TestBulkUserInfo"),
		}},
	}
	for _, path := range []string{"/activity", "/body", "/daily", "/sleep", "/nutrition", "/menstruation"} {
		claims := []Claim{
			claim("answers are of the published schemas, on both bases, with and without samples, for people of every provider", "conformance.TestAnswers"),
			refusals, keyed, clients, queued, oneReference,
		}
		if path == "/activity" || path == "/daily" || path == "/sleep" {
			claims = append(claims, requests)
		}
		list = append(list, Proof{"GET " + path, claims})
	}
	return append(list, Proof{"GET /athlete", []Claim{
		answers, refusals, keyed, clients, requests, queued, oneReference,
		claim("one object, and what a provider without profiles answers", "sandbox.TestAthlete"),
	}})
}

// Events are the types of webhooks.
func Events() []Proof {
	ofSchema := claim("of its published schema", "conformance.TestDeliveries")
	dated := claim("of its published schema, for several providers, also on the longest and the shortest day of the year", "conformance.TestDeliveries")
	understood := claim("read back as what it is, with reference and trace id", "sandbox.TestEveryEventType")
	pinged := claim("in ping mode a link, which leads to the same event", "conformance.TestPings", "sandbox.TestPingMode")
	changes := claim("what it says has happened, has", "sandbox.TestEventsChangeTheWorld")
	onPages := claim("caused by a person on the pages", "conformance.TestPeopleConnect")
	large := claim("one of each for a large request, with the reference of its chunks", "sandbox.TestLargeRequest", "conformance.TestQueued")
	withoutUser := claim("needs nobody", "sandbox.TestEventsWithoutUser")

	list := []Proof{
		{"auth", []Claim{ofSchema, understood, onPages}},
		{"auth_cancelled", []Claim{ofSchema, understood, onPages, withoutUser}},
		{"deauth", []Claim{ofSchema, understood, changes, claim("caused by the endpoint", "sandbox.TestDeauthenticate")}},
		{"user_reauth", []Claim{ofSchema, understood, changes, onPages, claim("caused by connecting again", "sandbox.TestReauthentication")}},
		{"access_revoked", []Claim{ofSchema, understood, changes}},
		{"connection_error", []Claim{ofSchema, understood}},
		{"permission_change", []Claim{ofSchema, understood, changes, claim("what is not granted is not to be had", "sandbox.TestScopes")}},
		{"large_request_processing", []Claim{ofSchema, understood, large}},
		{"large_request_sending", []Claim{ofSchema, understood, large}},
	}
	for _, of := range []string{"activity", "athlete", "body", "daily", "menstruation", "nutrition", "sleep"} {
		list = append(list, Proof{of, []Claim{
			dated, understood, pinged,
			claim("of its published schema when asked for, with and without samples", "conformance.TestQueued"),
		}})
	}
	return append(
		list,
		Proof{"planned_workout", []Claim{ofSchema, understood, pinged}},
		Proof{"hormone", []Claim{dated, understood, pinged}},
		Proof{"health_observation", []Claim{dated, understood, pinged}},
		Proof{"lab_report.completed", []Claim{ofSchema, understood, withoutUser}},
		Proof{"lab_report.failed", []Claim{ofSchema, understood, withoutUser}},
		Proof{"s3_payload", []Claim{ofSchema, understood, pinged}},
	)
}

// Behaviours are what several endpoints or events have in common.
func Behaviours() []Proof {
	return []Proof{
		{"Dates", []Claim{
			claim("days and Unix seconds; without an end one day; the end is not included", "sandbox.TestWindow"),
		}},
		{"Rate limits", []Claim{
			claim("on the days of a request, and on those of an hour", "sandbox.TestRangeLimit", "sandbox.TestHourlyLimit"),
		}},
		{"No data", []Claim{
			claim("an empty list, or on the older base whether there is none or never any", "sandbox.TestNoData"),
		}},
		{"Large requests", []Claim{
			claim("more than a calendar month", "sandbox.TestWhatIsLarge"),
			claim("announced, counted, whole, and under one reference", "sandbox.TestLargeRequest", "sandbox.TestLargeRequestIsWhole"),
			claim("a chunk that is refused comes again", "sandbox.TestChunkRefused"),
		}},
		{"Data", []Claim{
			claim("the response and the webhook carry the same", "sandbox.TestSameDataEitherWay"),
			claim("summaries are those of their samples", "sandbox/synth.TestSummariesAreOfTheirSamples"),
			claim("what a provider does not measure is null", "sandbox/synth.TestProvidersLeaveNull"),
		}},
		{"Signature and headers", []Claim{
			claim("both signature headers, reference, trace id, time of order", "sandbox.TestDeliveryHeaders"),
			claim("the official JavaScript clients take it for genuine", "conformance.TestJavaScriptV1", "conformance.TestJavaScriptV2"),
		}},
		{"Retries", []Claim{
			claim("at the times of each documented profile, until given up or taken", "sandbox.TestRetryProfiles", "sandbox.TestRetrySchedule", "sandbox.TestRetrySucceeds"),
			claim("which answers count, and what is noted where there is none", "sandbox.TestOutcomes"),
			claim("destinations that time out are throttled, and disabled after a day of failure", "sandbox.TestThrottling", "sandbox.TestDisabling"),
		}},
		{"Faults", []Claim{
			claim("errors by rule have the form of their base; records without scores and records of an earlier state are of their schemas", "conformance.TestFaults"),
			claim("what each does to a request", "sandbox.TestFaultStatus", "sandbox.TestFaultRateLimit", "sandbox.TestFaultRequestDelay", "sandbox.TestFaultRequestDrop"),
			claim("what each does to a delivery", "sandbox.TestFaultDeliveryStatus", "sandbox.TestFaultDeliveryDelay", "sandbox.TestFaultDeliveryDrop",
				"sandbox.TestFaultDuplicate", "sandbox.TestFaultReorder", "sandbox.TestFaultStaleRetry", "sandbox.TestFaultNullEnrichment",
				"sandbox.TestFaultCorruptSignature", "sandbox.TestFaultSignatureTime", "sandbox.TestFaultOversizedBody", "sandbox.TestFaultUnknownEvent"),
		}},
		{"Ping mode", []Claim{
			claim("links lead to the data until they expire", "sandbox.TestPingMode", "conformance.TestPings"),
		}},
	}
}

// A Deviation is where the sandbox is not as Terra, or where Terra is not as it
// says.
type Deviation struct{ Where, What string }

// Disagreements are Terra's own bodies that its schemas refuse. A test of
// conformance proves each.
func Disagreements() []Deviation {
	return []Deviation{
		{"429", "Its body is the detail alone, where the schema of problems requires three members more."},
		{"event `s3_payload`", "Newer ones have `payload_reference`, which the schema does not know."},
		{"`GET /userInfo?reference_id=` on `/v2`", "An object with `users`, as an official example reads it; the schema has a bare array."},
		{"an answer without data on `/v2`", "`no_data` with a message. The schema has had none since the current base answers with an empty list."},
		{"data, an athlete, and lists of users on `/v2`", "They had a `status`, which the schemas of today do not know."},
	}
}

// Deviations are what the sandbox does in its own way although it does it.
func Deviations() []Deviation {
	return []Deviation{
		{"errors on `/api/v2` that Terra documents no body for (405, 413)", "A problem, as for those it documents."},
		{"`PATCH /users/{id}` on `/api/v2`", "Served. The specification no longer has it, the official clients still do."},
		{"`end_date` before `start_date`", "400. Nothing says what Terra does."},
		{"dates in Unix seconds", "Read as UTC. Nothing says which zone Terra takes."},
		{"`GET /integrations/detailed`", "Icons are drawn by the sandbox, and every provider is enabled."},
		{"links of sessions, consent and pings", "Lead to the sandbox, not to Terra's hosts or storage."},
		{"words of messages", "The sandbox's own. Programs go by type and status."},
		{"events of data that a provider never has", "Without a date, of another synthetic person, so that each type can be had for anybody."},
		{"`planned_workout`, `lab_report.completed`, `lab_report.failed`", "One plausible body each. Nobody's history is behind them."},
	}
}

// Page is the whole page, in Markdown.
func Page() []byte {
	var b strings.Builder
	b.WriteString(`<!-- Code generated by go generate in internal/fidelity; DO NOT EDIT. -->

# How far the sandbox is as Terra

For every endpoint and every event: what is proven, and by which test. The first part of a test's name is its directory;
` + "`go test -run '^TestName$' ./directory`" + ` runs it, for those of ` + "`conformance`" + ` inside that module. A test fails where an
endpoint or an event is missing here, and where a test named here does not exist. What is not emulated at all is in
[SKIPPED.md](../sandbox/SKIPPED.md).

"Of the published schema" means more than the schema asks for: every object is closed, so that a misspelt member is
refused, formats are checked, and the members that Terra's examples always have must be there. These tests read Terra's
specification, which is not part of this repository, where it is found beside it in ` + "`shared/spec`" + `, and are skipped elsewhere.
`)
	proofs(&b, "Endpoints", "endpoint", "`", Endpoints())
	proofs(&b, "Events", "event", "`", Events())
	proofs(&b, "Behaviour", "of", "", Behaviours())
	b.WriteString(`
## Unions that the schemas cannot tell apart

The answers of the data endpoints, of ` + "`/athlete`" + ` and of ` + "`/subscriptions`" + ` are each declared as exactly one of two schemas which both
take nearly every body, as neither requires anything. The tests go by the member that tells: ` + "`data`, `athlete`, `users`" + ` or
` + "`reference`" + `. ` + "`conformance.TestAmbiguousUnions`" + ` notices when that is no longer needed.
`)
	deviations(&b, "Where schemas are stricter than Terra", `All examples in the specification are of its schemas, even closed (`+"`conformance.TestExamples`"+`). What Terra sends or shows elsewhere is
not, and there the sandbox goes by what is sent (`+"`conformance.TestDisagreements`"+`).`, Disagreements())
	deviations(&b, "Where the sandbox goes its own way", "Because Terra does not say, or because it is not Terra.", Deviations())
	return []byte(b.String())
}

// proofs writes a table with a line for each claim.
func proofs(b *strings.Builder, title, column, quote string, list []Proof) {
	fmt.Fprintf(b, "\n## %s\n\n| %s | what is proven | by |\n|---|---|---|\n", title, column)
	for _, p := range list {
		of := quote + p.Of + quote
		for _, c := range p.Claims {
			fmt.Fprintf(b, "| %s | %s | `%s` |\n", of, c.Says, strings.Join(c.Tests, "`, `"))
			of = ""
		}
	}
}

func deviations(b *strings.Builder, title, text string, list []Deviation) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| where | what |\n|---|---|\n", title, text)
	for _, d := range list {
		fmt.Fprintf(b, "| %s | %s |\n", d.Where, d.What)
	}
}

func claim(says string, tests ...string) Claim { return Claim{says, tests} }
