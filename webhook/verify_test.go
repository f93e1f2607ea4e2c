package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/webhook"
)

// The published test vector, and its parts.
const (
	vectorSecret = "secret"
	vectorBody   = "b"
	vectorTime   = 10
	vectorMAC    = "ad2da523c6d08e6ba4d8c36d86d5ca1f31f26992aabde11659556ced1d96509b"
	vectorHeader = "t=10,v1=" + vectorMAC
)

var (
	wrongMAC = strings.Repeat("0f", 32)
	errs     = map[string]error{
		"none":      webhook.ErrNoSignature,
		"malformed": webhook.ErrMalformedSignature,
		"mismatch":  webhook.ErrMismatch,
		"old":       webhook.ErrTooOld,
		"new":       webhook.ErrTooNew,
		"ok":        nil,
	}
)

// at is a clock that shows a fixed number of Unix seconds.
func at(seconds int64) webhook.VerifierOption {
	return webhook.WithClock(func() time.Time { return time.Unix(seconds, 0) })
}

func newVerifier(t testing.TB, opts ...webhook.VerifierOption) *webhook.Verifier {
	t.Helper()
	v, err := webhook.NewVerifier([]string{vectorSecret}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkVerdict wants err to wrap the named error and no other of this package.
func checkVerdict(t *testing.T, err error, want string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		if is := errors.Is(err, errs[name]); is != (name == want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestVerifySignature(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, header, want string
	}{
		{"as sent", vectorHeader, "ok"},
		{"hexadecimal in capitals", "t=10,v1=" + strings.ToUpper(vectorMAC), "ok"},
		{"spaces", "  t = 10 ,\tv1 = " + vectorMAC + " ", "ok"},
		{"time last", "v1=" + vectorMAC + ",t=10", "ok"},
		{"another scheme between", "t=10,v0=" + wrongMAC + ",v1=" + vectorMAC, "ok"},
		{"another scheme with odd text", "t=10,v2,v3=a=b,=,v1=" + vectorMAC, "ok"},
		{"empty entries", ",t=10,,v1=" + vectorMAC + ",", "ok"},
		{"wrong before right", "t=10,v1=" + wrongMAC + ",v1=" + vectorMAC, "ok"},
		{"right before wrong", "t=10,v1=" + vectorMAC + ",v1=" + wrongMAC, "ok"},
		{"no sum before right", "t=10,v1=zz,v1=" + vectorMAC, "ok"},
		{"joined by a proxy", vectorHeader + ", " + vectorHeader, "ok"},

		{"empty", "", "none"},
		{"blank", " \t", "none"},

		{"text", "garbage", "malformed"},
		{"only commas", ",,,", "malformed"},
		{"no time", "v1=" + vectorMAC, "malformed"},
		{"empty time", "t=,v1=" + vectorMAC, "malformed"},
		{"time in words", "t=ten,v1=" + vectorMAC, "malformed"},
		{"negative time", "t=-10,v1=" + vectorMAC, "malformed"},
		{"signed time", "t=+10,v1=" + vectorMAC, "malformed"},
		{"fractional time", "t=10.0,v1=" + vectorMAC, "malformed"},
		{"time past all ages", "t=" + strings.Repeat("9", 40) + ",v1=" + vectorMAC, "malformed"},
		{"two times", "t=10,t=11,v1=" + vectorMAC, "malformed"},
		{"time only", "t=10", "malformed"},
		{"other schemes only", "t=10,v0=" + vectorMAC, "malformed"},
		{"scheme in capitals", "t=10,V1=" + vectorMAC, "malformed"},
		{"sum too short", "t=10,v1=" + vectorMAC[:62], "malformed"},
		{"sum too long", "t=10,v1=" + vectorMAC + "00", "malformed"},
		{"sum not hexadecimal", "t=10,v1=" + strings.Repeat("zz", 32), "malformed"},
		{"empty sum", "t=10,v1=", "malformed"},

		{"wrong sum", "t=10,v1=" + wrongMAC, "mismatch"},
		{"first digit off", "t=10,v1=b" + vectorMAC[1:], "mismatch"},
		{"last digit off", "t=10,v1=" + vectorMAC[:63] + "c", "mismatch"},
		{"another time", "t=11,v1=" + vectorMAC, "mismatch"},
		{"another spelling of the time", "t=010,v1=" + vectorMAC, "mismatch"},
		{"right sum of another scheme", "t=10,v0=" + vectorMAC + ",v1=" + wrongMAC, "mismatch"},
	}
	v := newVerifier(t, at(vectorTime))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkVerdict(t, v.VerifySignature(tt.header, []byte(vectorBody)), tt.want)
		})
	}
}

func TestVerifyHeaders(t *testing.T) {
	t.Parallel()
	const current, legacy = webhook.HeaderSignature, webhook.HeaderSignatureLegacy
	wrong := "t=10,v1=" + wrongMAC
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"current name", http.Header{current: {vectorHeader}}, "ok"},
		{"legacy name", http.Header{legacy: {vectorHeader}}, "ok"},
		{"both names", http.Header{current: {vectorHeader}, legacy: {vectorHeader}}, "ok"},
		{"keys as a gateway gives them", http.Header{"x-terra-signature": {vectorHeader}}, "ok"},
		{"legacy key in lower case", http.Header{"terra-signature": {vectorHeader}}, "ok"},
		{"sent twice", http.Header{current: {vectorHeader, vectorHeader}}, "ok"},
		{"right and wrong", http.Header{current: {wrong, vectorHeader}}, "ok"},
		{"current wrong, legacy right", http.Header{current: {wrong}, legacy: {vectorHeader}}, "ok"},
		{"current garbled, legacy right", http.Header{current: {"?"}, legacy: {vectorHeader}}, "ok"},
		{"current empty, legacy right", http.Header{current: {""}, legacy: {vectorHeader}}, "ok"},
		{"two times", http.Header{current: {"t=9,v1=" + wrongMAC, vectorHeader}}, "ok"},
		{"expired and current", http.Header{current: {webhook.Sign(vectorSecret, time.Unix(-999, 0), nil), vectorHeader}}, "ok"},
		{"no headers", nil, "none"},
		{"other headers", http.Header{"Content-Type": {vectorHeader}}, "none"},
		{"blank under both names", http.Header{current: {"", " "}, legacy: {""}}, "none"},
		{"garbled and blank", http.Header{current: {"?"}, legacy: {""}}, "malformed"},
		{"wrong under both names", http.Header{current: {wrong}, legacy: {wrong}}, "mismatch"},
		{"wrong and garbled", http.Header{current: {wrong}, legacy: {"?"}}, "mismatch"},
		{"a flood of headers", http.Header{current: slices.Repeat([]string{vectorHeader}, 1000)}, "malformed"},
		{"many times", http.Header{current: {
			"t=1,v1=" + wrongMAC, "t=2,v1=" + wrongMAC, "t=3,v1=" + wrongMAC, "t=4,v1=" + wrongMAC, vectorHeader,
		}}, "malformed"},
	}
	v := newVerifier(t, at(vectorTime))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkVerdict(t, v.Verify(tt.header, []byte(vectorBody)), tt.want)
		})
	}
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		tolerance time.Duration // default if 0
		clock     time.Time
		want      string
	}{
		{"to the second", 0, time.Unix(vectorTime, 0), "ok"},
		{"as old as allowed", 0, time.Unix(vectorTime+300, 0), "ok"},
		{"too old", 0, time.Unix(vectorTime+300, 1), "old"},
		{"as new as allowed", 0, time.Unix(vectorTime-300, 0), "ok"},
		{"too new", 0, time.Unix(vectorTime-300, -1), "new"},
		{"decades old", 0, time.Unix(2e9, 0), "old"},
		{"beyond what a duration holds", 0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), "old"},
		{"a day allowed", 24 * time.Hour, time.Unix(vectorTime+86400, 0), "ok"},
		{"over a day", 24 * time.Hour, time.Unix(vectorTime+86401, 0), "old"},
		{"a second allowed", time.Second, time.Unix(vectorTime-2, 0), "new"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opts := []webhook.VerifierOption{webhook.WithClock(func() time.Time { return tt.clock })}
			if tt.tolerance != 0 {
				opts = append(opts, webhook.WithTolerance(tt.tolerance))
			}
			v := newVerifier(t, opts...)
			checkVerdict(t, v.VerifySignature(vectorHeader, []byte(vectorBody)), tt.want)
		})
	}
}

// TestForgersLearnNothing: whatever time a forged signature claims, the verdict is
// the same.
func TestForgersLearnNothing(t *testing.T) {
	t.Parallel()
	v := newVerifier(t, at(1_000_000))
	want := v.VerifySignature("t=1000000,v1="+wrongMAC, nil).Error()
	for _, seconds := range []int64{0, 1, 999_699, 999_700, 1_000_300, 1_000_301, 1e17} {
		err := v.VerifySignature(fmt.Sprintf("t=%d,v1=%s", seconds, wrongMAC), nil)
		checkVerdict(t, err, "mismatch")
		if err.Error() != want {
			t.Errorf("at %d: another text", seconds)
		}
	}
}

// TestMillisecondsAreTooNew: senders have mistaken the unit before.
func TestMillisecondsAreTooNew(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	header := webhook.Sign(vectorSecret, time.Unix(now.UnixMilli(), 0), nil)
	v := newVerifier(t, at(now.Unix()))
	checkVerdict(t, v.VerifySignature(header, nil), "new")
}

func TestBodies(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorTime, 0)
	v := newVerifier(t, at(vectorTime))
	for name, body := range map[string][]byte{
		"nil":        nil,
		"empty":      {},
		"not text":   {0, 0xff, 0xfe, '\n'},
		"CRLF":       []byte("{\r\n}\r\n"),
		"a megabyte": bytes.Repeat([]byte("0123456789abcdef"), 1<<16),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := webhook.Sign(vectorSecret, now, body)
			checkVerdict(t, v.VerifySignature(header, body), "ok")
			checkVerdict(t, v.VerifySignature(header, append(body[:len(body):len(body)], ' ')), "mismatch")
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	v, err := webhook.NewVerifier([]string{"retired", vectorSecret, "staging"}, at(vectorTime))
	if err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]string{
		"retired": "ok", vectorSecret: "ok", "staging": "ok", "stranger": "mismatch", "": "mismatch",
	} {
		header := webhook.Sign(secret, time.Unix(vectorTime, 0), []byte("body"))
		checkVerdict(t, v.VerifySignature(header, []byte("body")), want)
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	good := []string{vectorSecret}
	tests := []struct {
		name    string
		secrets []string
		opts    []webhook.VerifierOption
	}{
		{"no secrets", nil, nil},
		{"an empty secret", []string{""}, nil},
		{"a blank secret", []string{" \n"}, nil},
		{"an empty secret among others", []string{vectorSecret, ""}, nil},
		{"no tolerance", good, []webhook.VerifierOption{webhook.WithTolerance(0)}},
		{"negative tolerance", good, []webhook.VerifierOption{webhook.WithTolerance(-time.Second)}},
		{"no clock", good, []webhook.VerifierOption{webhook.WithClock(nil)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, err := webhook.NewVerifier(tt.secrets, tt.opts...)
			if err == nil || v != nil {
				t.Fatal("accepted")
			}
		})
	}
}

func TestZeroVerifierRefuses(t *testing.T) {
	t.Parallel()
	var v webhook.Verifier
	checkVerdict(t, v.VerifySignature(webhook.Sign("", time.Now(), nil), nil), "mismatch")
}

func TestVerifierDoesNotPrintSecrets(t *testing.T) {
	t.Parallel()
	const secret = "planted-marker"
	v, err := webhook.NewVerifier([]string{secret})
	if err != nil {
		t.Fatal(err)
	}
	hidden := fmt.Sprint([]byte(secret))
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		s := fmt.Sprintf(format, v)
		if strings.Contains(s, secret) || strings.Contains(s, hidden) || strings.Contains(s, fmt.Sprintf("%x", secret)) {
			t.Errorf("%s shows the secret", format)
		}
	}
}

func TestCheckInPieces(t *testing.T) {
	t.Parallel()
	body := []byte("a body that arrives in pieces")
	v := newVerifier(t, at(vectorTime))
	h := http.Header{webhook.HeaderSignature: {webhook.Sign(vectorSecret, time.Unix(vectorTime, 0), body)}}
	for size := 1; size <= len(body); size++ {
		c, err := v.Begin(h)
		if err != nil {
			t.Fatal(err)
		}
		checkVerdict(t, c.Finish(), "mismatch") // of nothing yet
		for piece := range slices.Chunk(body, size) {
			if n, err := c.Write(piece); n != len(piece) || err != nil {
				t.Fatalf("Write: %d, %v", n, err)
			}
		}
		checkVerdict(t, c.Finish(), "ok")
	}
	for name, h := range map[string]http.Header{
		"none":      {},
		"malformed": {webhook.HeaderSignature: {"?"}},
	} {
		_, err := v.Begin(h)
		checkVerdict(t, err, name)
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	if webhook.Sign(vectorSecret, time.Unix(vectorTime, 999_999_999), []byte(vectorBody)) != vectorHeader {
		t.Error("not the published test vector")
	}
}

func FuzzVerifySignature(f *testing.F) {
	f.Add(vectorHeader, []byte(vectorBody))
	f.Add("t=10,v0=00,v1="+wrongMAC+",v1="+vectorMAC, []byte(vectorBody))
	f.Add(" t = 10 , v1 = "+strings.ToUpper(vectorMAC), []byte(vectorBody))
	f.Add("t=99999999999999999999,v1=", []byte{})
	f.Add("t=,v1,=,,", []byte("{}"))
	v := newVerifier(f, at(vectorTime), webhook.WithTolerance(1<<62))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		err := v.VerifySignature(header, body)
		if err == nil {
			// Accepted: the header must then hold what the secret makes of its time.
			lower := strings.ToLower(header)
			for entry := range strings.SplitSeq(header, ",") {
				key, value, _ := strings.Cut(entry, "=")
				if strings.TrimSpace(key) == "t" && strings.Contains(lower, sum(strings.TrimSpace(value), body)) {
					return
				}
			}
			t.Fatal("accepted what was not signed")
		}
		for _, known := range errs {
			if known != nil && errors.Is(err, known) {
				return
			}
		}
		t.Fatal("an error of another kind")
	})
}

// sum is the signature of the documentation, made another way than Sign makes it.
func sum(seconds string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(vectorSecret))
	fmt.Fprintf(mac, "%s.%s", seconds, body)
	return hex.EncodeToString(mac.Sum(nil))
}
