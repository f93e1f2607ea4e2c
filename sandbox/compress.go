package sandbox

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// compressors are kept, as each has a megabyte of tables.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
	return w
}}

// compressed is a response whose body is compressed as it is written.
type compressed struct {
	http.ResponseWriter
	gzip *gzip.Writer
}

// compress makes the answer to c a compressed one if the client takes that, and
// must be followed by a call of finish.
func (c *call) compress() (finish func()) {
	c.w.Header().Add("Vary", "Accept-Encoding")
	if !takesGzip(c.r.Header.Values("Accept-Encoding")) || c.r.Method == http.MethodHead {
		return func() {}
	}
	z := &compressed{ResponseWriter: c.w}
	c.w = z
	return func() {
		if z.gzip != nil {
			z.gzip.Close()
			compressors.Put(z.gzip)
		}
	}
}

func (z *compressed) WriteHeader(status int) {
	if z.gzip == nil {
		h := z.Header()
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		z.gzip = compressors.Get().(*gzip.Writer)
		z.gzip.Reset(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *compressed) Write(b []byte) (int, error) {
	if z.gzip == nil {
		z.WriteHeader(http.StatusOK)
	}
	return z.gzip.Write(b)
}

// takesGzip reads Accept-Encoding headers: gzip must be named, and not with a
// quality of zero.
func takesGzip(accept []string) bool {
	for _, header := range accept {
		for entry := range strings.SplitSeq(header, ",") {
			coding, parameter, _ := strings.Cut(entry, ";")
			if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				continue
			}
			quality, ok := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
			q, err := strconv.ParseFloat(quality, 64)
			return !ok || err == nil && q > 0
		}
	}
	return false
}
