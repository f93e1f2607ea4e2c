// Package safeio makes text from elsewhere harmless to a terminal.
package safeio

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Writer passes text on with every character that steers a terminal rather
// than showing on it (escape sequences, C0 and C1 controls, characters that turn
// the direction of writing) spelled out as \uXXXX. Line feeds and tabs stay, and
// bytes that are not UTF-8 become the replacement character. A JSON text is still
// the same JSON afterwards, since such characters occur only in its strings.
//
// Each Write must hold whole characters.
type Writer struct{ w io.Writer }

// NewWriter returns a Writer in front of w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write reports len(p) when all of p was passed on, however long that became.
func (s *Writer) Write(p []byte) (int, error) {
	if _, err := s.w.Write(escape(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// String is s as a Writer would pass it on, line feeds and tabs spelled out
// too: for text that has to stay on one line.
func String(s string) string {
	b := escape([]byte(s))
	b = bytes.ReplaceAll(b, []byte("\n"), []byte(`\n`))
	return string(bytes.ReplaceAll(b, []byte("\t"), []byte(`\t`)))
}

// escape returns p itself when there is nothing to escape.
func escape(p []byte) []byte {
	if bytes.IndexFunc(p, steers) < 0 && utf8.Valid(p) {
		return p
	}
	out := make([]byte, 0, len(p)+16)
	for _, r := range string(p) { // ranging turns bad bytes into U+FFFD
		switch {
		case !steers(r):
			out = utf8.AppendRune(out, r)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// steers reports whether a terminal would act on r instead of showing it. The
// joiners are not among them: many scripts cannot be written without.
func steers(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r == '\n' || r == '\t' || r == nonJoiner || r == joiner {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}
