package terra

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// validateID refuses ids that cannot be ids but could be an attempt to reach
// another endpoint: those that read as a path with . or .. in it, be it after
// proxies on the way have decoded them. All others are escaped when sent.
func validateID(argument, id string) error {
	switch {
	case id == "":
		return &ArgumentError{argument, "empty"}
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return &ArgumentError{argument, "holds bytes that are not text"}
	case hasDotSegment(id):
		return &ArgumentError{argument, "holds a relative path"}
	}
	return nil
}

func hasDotSegment(id string) bool {
	for range 4 {
		for segment := range strings.FieldsFuncSeq(id, func(r rune) bool { return r == '/' || r == '\\' }) {
			if segment == "." || segment == ".." {
				return true
			}
		}
		id = decodePercent(id)
	}
	return false
}

// decodePercent decodes every %XX there is; unlike url.PathUnescape it is not
// stopped by one that is none.
func decodePercent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
