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

// A SyntaxError tells at which byte a text stops being JSON: its Offset, an int64, is
// the number of bytes before that one. It quotes nothing.
type SyntaxError = jsonscan.SyntaxError

// ErrNotObject is the error for JSON that is no record: neither an object nor null.
// Unmarshaling with encoding/json gives it too.
var ErrNotObject = jsonscan.ErrNotObject

// Decode reads one record. The result is that of json.Unmarshal, which takes
// several times as long because it looks through the whole text before it has the
// record read. The record keeps nothing of data.
//
// One oddity does not cost the record: a value that does not fit its field leaves
// the field as it is, and an unknown member is passed over. [DecodeStrict] tells of
// the former. Numbers and booleans may also be strings that hold one, and a whole
// number may be spelled 8.0. The names and shapes of older payloads are read as
// today's.
//
// In all else, encoding/json sets the rule: what is JSON, how deep it may nest, that
// text which is not UTF-8 becomes U+FFFD, that names are matched exactly or else
// without regard to case, and that a member can come twice. Then two objects are
// merged, and of other values, lists and maps included, the later one counts.
//
// The errors are [*SyntaxError], which may come with a part of the record, and
// [ErrNotObject].
func Decode[T Record](data []byte) (T, error) {
	var record T
	err := decode(data, &record, nil)
	return record, err
}

// DecodeStrict is Decode, and reports values that do not fit their fields with a
// [*FieldError]. The record then holds the rest.
func DecodeStrict[T Record](data []byte) (T, error) {
	var record T
	var unfit FieldError
	var offsets []int
	err := decode(data, &record, func(offset int) {
		if unfit.Count++; unfit.Count <= maxPaths {
			offsets = append(offsets, offset)
		}
	})
	if err == nil && unfit.Count > 0 {
		unfit.Paths = jsonscan.Paths(data, offsets)
		err = &unfit
	}
	return record, err
}

// decode calls methods that the compiler knows, and so need not set memory aside for
// the record: through an interface it could be kept. A test has every type of Record here.
func decode[T Record](data []byte, record *T, mismatch func(offset int)) error {
	var scan func(s *jsonscan.Scanner, p int) int
	switch r := any(record).(type) {
	case *Activity:
		scan = r.ScanJSON
	case *Athlete:
		scan = r.ScanJSON
	case *Body:
		scan = r.ScanJSON
	case *Daily:
		scan = r.ScanJSON
	case *HealthObservation:
		scan = r.ScanJSON
	case *HormoneSample:
		scan = r.ScanJSON
	case *Menstruation:
		scan = r.ScanJSON
	case *Nutrition:
		scan = r.ScanJSON
	case *PlannedWorkout:
		scan = r.ScanJSON
	case *Sleep:
		scan = r.ScanJSON
	}
	return jsonscan.Unmarshal(data, scan, mismatch)
}

// maxPaths limits the work for a text that is all wrong, and deep.
const maxPaths = 100

// A FieldError tells which values in a record do not fit their fields.
type FieldError struct {
	Paths []string // of the first hundred in the text: $.heart_rate_data.detailed.hr_samples[3].bpm
	Count int      // of all of them
}

// Error names the first few paths, and no values.
func (e *FieldError) Error() string {
	const shown = 3
	text := "health: a value does not fit its field: "
	if e.Count != 1 {
		text = fmt.Sprintf("health: %d values do not fit their fields: ", e.Count)
	}
	text += strings.Join(e.Paths[:min(shown, len(e.Paths))], ", ")
	if e.Count > shown {
		text += ", …"
	}
	return text
}
