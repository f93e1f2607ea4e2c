package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/terra-go/terra/internal/jsonscan"
)

// bodyTimeout ends bodies that do not arrive, on servers without a ReadTimeout.
// Terra gives up on a delivery well before.
const bodyTimeout = time.Minute

// ReadRequest returns the body of r, whole and verified, for handlers that do with
// it something else than [NewHandler]. The signature's form is checked before
// anything is read, and the body is hashed while it is read. One of more than maxBytes,
// or that breaks off or takes longer than a minute (where the server has no
// ReadTimeout of its own), is an error; [Refusal] tells how to answer it.
//
// The body is read into the memory of buf as long as it fits, and otherwise into
// new memory, of which no more than 1 MiB is set aside before it has begun to
// arrive. buf may be nil. The slice that comes with an error is empty and good for
// its memory alone.
func (v *Verifier) ReadRequest(w http.ResponseWriter, r *http.Request, maxBytes int64, buf []byte) ([]byte, error) {
	release := limitRead(r.Context(), w)
	defer release()
	check, err := v.Begin(r.Header)
	if err != nil {
		return buf[:0], err
	}
	if r.ContentLength > maxBytes {
		return buf[:0], &http.MaxBytesError{Limit: maxBytes}
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, maxBytes), r.ContentLength, maxBytes, check, buf)
	if err == nil {
		err = check.Finish()
	}
	if err != nil {
		return body[:0], err
	}
	return body, nil
}

// Refusal is how to answer a request whose body was refused by
// [Verifier.ReadRequest] or [Parse]: the status that [NewHandler] documents, and
// the reason in words that have nothing of the request in them.
func Refusal(err error) (status int, reason string) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "body too large"
	}
	if unparsable, ok := errors.AsType[*ParseError](err); ok {
		return http.StatusBadRequest, unparsable.Error()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusRequestTimeout, "body did not arrive in time"
	}
	for _, refused := range []error{ErrNoSignature, ErrMalformedSignature, ErrMismatch, ErrTooOld, ErrTooNew} {
		if errors.Is(err, refused) {
			return http.StatusUnauthorized, err.Error()
		}
	}
	return http.StatusBadRequest, "body broke off"
}

// limitRead has reads of the request's body fail when they take too long
// altogether, and, until release is called, when ctx ends. The time limit stays on
// a body that was not read to its end, because the server goes on to skip some of
// the rest; at the end of a body the server itself lifts it.
func limitRead(ctx context.Context, w http.ResponseWriter) (release func()) {
	control := http.NewResponseController(w) // a w without deadlines is left without
	server, _ := ctx.Value(http.ServerContextKey).(*http.Server)
	if server == nil || server.ReadTimeout <= 0 {
		control.SetReadDeadline(time.Now().Add(bodyTimeout))
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		control.SetReadDeadline(time.Unix(1, 0))
	})
	return func() {
		if !stop() {
			<-interrupted // or it could hit the connection's next request
		}
	}
}

// readAll reads r to its end, at most limit bytes, passing on to check what it reads.
// length is how many bytes to expect, or negative. No more than trusted bytes are
// set aside on the sender's word alone.
func readAll(r io.Reader, length, limit int64, check io.Writer, buf []byte) ([]byte, error) {
	const trusted, unknown = 1 << 20, 4 << 10
	const padding = jsonscan.Padding // zeros that parse needs
	size := int64(unknown)
	if length >= 0 {
		size = min(length, trusted) + 1 // one to spare, to meet the end without growing
	}
	if buf = buf[:0]; int64(cap(buf)) < size+padding {
		buf = make([]byte, 0, size+padding)
	}
	for {
		n, err := r.Read(buf[len(buf) : cap(buf)-padding])
		check.Write(buf[len(buf) : len(buf)+n])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			clear(buf[len(buf) : len(buf)+padding])
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) == cap(buf)-padding:
			size := max(length, min(int64(2*len(buf)), limit)) + 1
			buf = append(make([]byte, 0, size+padding), buf...)
		}
	}
}
