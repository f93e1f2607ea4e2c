package health

import (
	"errors"
	"io"
	"iter"

	"github.com/terra-go/terra/internal/jsonscan"
)

// ErrTruncated is the error for a stream that ends within a value.
var ErrTruncated = errors.New("health: the stream ends too early")

// Records reads the records of a payload of any length one by one, in memory for
// little more than the largest of them. The payload is a response or a delivery, an
// object whose data member is an array of records (athlete is a single one), or
// just an array of records. Records are decoded as by [Decode], and one that is no
// object as an empty one. They hold nothing of each other, and nothing of the text: a
// payload in memory is read with a bytes.Reader, and may then be reused.
//
// An error comes last, with a zero record: that of r, [ErrTruncated], a
// [*SyntaxError] whose offset counts from the first byte of r, or [ErrNotObject] for
// a payload of another shape. After the last record the rest of r is read, to know
// that it is whole; leaving the loop leaves it unread.
func Records[T Record](r io.Reader) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var single string
		if _, ok := any(*new(T)).(Athlete); ok {
			single = "athlete"
		}
		s := jsonscan.NewStream(r, single)
		defer s.Release()
		var record, zero T
		for s.Next() {
			record = zero
			if !s.Scan(any(&record).(jsonscan.Object)) {
				break
			}
			if !yield(record, nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			if err == io.ErrUnexpectedEOF {
				err = ErrTruncated
			}
			yield(zero, err)
		}
	}
}
