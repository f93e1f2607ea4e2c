package health

import (
	"fmt"
	"strings"

	"github.com/terra-go/terra/internal/jsonscan"
)

//go:generate go run ../internal/codecgen

// Record is what Terra delivers about a person.
type Record interface {
	Activity | Athlete | Body | Daily | HealthObservation | HormoneSample | Menstruation | Nutrition |
		PlannedWorkout | Sleep
}

// A SyntaxError tells at which byte a text stops being JSON. It quotes nothing.
type SyntaxError = jsonscan.SyntaxError

// ErrNotObject is the error for JSON that is no record: neither an object nor null.
var ErrNotObject = jsonscan.ErrNotObject

// Decode reads one record. It accepts what json.Unmarshal accepts and gives the
// same result, several times faster; the record keeps nothing of data.
//
// A value that does not fit its field leaves the field as it is, so that one
// oddity does not cost the record; [DecodeStrict] tells of them. Unknown members
// are passed over. Names are matched exactly or else without regard to case, and
// of a member that comes twice the later one counts. Numbers and booleans are also
// read from strings, and the spellings and shapes of older payloads like today's.
// The errors are [*SyntaxError] and [ErrNotObject].
func Decode[T Record](data []byte) (T, error) {
	var record T
	err := decode(data, &record, nil)
	return record, err
}

// DecodeStrict is Decode, and reports the values that did not fit their fields as
// a [*FieldError]. The record then holds the rest.
func DecodeStrict[T Record](data []byte) (T, error) {
	var record T
	var offsets []int
	err := decode(data, &record, func(offset int) { offsets = append(offsets, offset) })
	if err == nil && len(offsets) > 0 {
		err = &FieldError{Paths: jsonscan.Paths(data, offsets)}
	}
	return record, err
}

func decode[T Record](data []byte, record *T, mismatch func(offset int)) error {
	return jsonscan.Unmarshal(data, any(record).(jsonscan.Object), mismatch)
}

// A FieldError lists the values in a record that did not fit their fields.
type FieldError struct {
	Paths []string // in the order of the text, as in $.heart_rate_data.detailed.hr_samples[3].bpm
}

// Error names the first few paths, and no values.
func (e *FieldError) Error() string {
	const shown = 3
	text := fmt.Sprintf("health: %d values do not fit their fields: ", len(e.Paths))
	if len(e.Paths) == 1 {
		text = "health: a value does not fit its field: "
	}
	text += strings.Join(e.Paths[:min(shown, len(e.Paths))], ", ")
	if len(e.Paths) > shown {
		text += ", …"
	}
	return text
}
