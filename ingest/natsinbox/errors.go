package natsinbox

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// Codes of the server's errors that the client library has no names for.
const (
	codeUnavailable  jetstream.ErrorCode = 10008 // a cluster's, without a leader
	codeAccountLimit jetstream.ErrorCode = 10002
	codeResources    jetstream.ErrorCode = 10023
	codeStorageLimit jetstream.ErrorCode = 10047
	codeStoreFailed  jetstream.ErrorCode = 10077
)

// errKnown is a conflict that was found without the server's help.
var errKnown = errors.New("known already")

// errNoAnswer is the server's silence, for as long as it was waited for here.
var errNoAnswer = errors.New("no answer from JetStream")

// conflict tells whether a message was not stored because of one that is there,
// or on its way to be.
func conflict(err error) bool {
	if errors.Is(err, errKnown) {
		return true
	}
	var api *jetstream.APIError
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// full tells whether a message was not stored for want of room.
func full(err error) bool {
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode {
	case codeAccountLimit, codeResources, codeStorageLimit:
		return true
	case codeStoreFailed:
		return strings.Contains(api.Description, "maximum") || strings.Contains(api.Description, "no space left")
	}
	return false
}

// failed is err for the caller, nil for nil. What the server and the client
// library say in their errors is theirs, and nothing of a delivery.
func failed(op, id string, err error) error {
	switch {
	case err == nil:
		return nil
	case full(err):
		return fmt.Errorf("natsinbox: %s %q: %w", op, id, ingest.ErrFull)
	}
	return fmt.Errorf("natsinbox: %s %q: %w", op, id, err)
}
