package webhook_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/facts"
	"github.com/terra-go/terra/webhook"
)

// TestSchemas parses and encodes a document of every published event with every
// member set.
func TestSchemas(t *testing.T) {
	t.Parallel()
	schemas := facts.Schemas()
	for _, event := range schemas["WebhookEventType"].Union {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			for seed := range 2 {
				testEventDocument(t, facts.Document(schemas, event, seed))
			}
		})
	}
	for name, s := range schemas {
		if strings.HasSuffix(name, "EventType") {
			for _, value := range s.Values {
				var typ webhook.EventType
				if err := json.Unmarshal(value, &typ); err != nil || !typ.Known() {
					t.Errorf("%s has %s, which is not known", name, value)
				}
			}
		}
	}
}

func testEventDocument(t *testing.T, document any) {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	event, err := webhook.Parse(nil, text)
	if err != nil {
		t.Fatal(err)
	}
	if !event.Type().Known() {
		t.Error("of an unknown type")
	}
	if !bytes.Equal(event.Raw(), text) {
		t.Error("Raw is not what was delivered")
	}
	again, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := facts.Differences(text, again)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if _, ok := event.(*webhook.Auth); ok && path == "$.reference_id" {
			continue // taken from the user
		}
		t.Errorf("%s is changed by a round trip", path)
	}
}
