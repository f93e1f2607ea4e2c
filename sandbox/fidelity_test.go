package sandbox

import (
	"slices"
	"testing"

	"github.com/terra-go/terra/internal/fidelity"
)

// TestFidelityIsComplete: the fidelity page tells about every endpoint and every
// event that there is, once, and about no other.
func TestFidelityIsComplete(t *testing.T) {
	t.Parallel()
	var served []string
	for path, e := range endpoints() {
		served = append(served, e.method+" "+path)
	}
	compare(t, "endpoint", fidelity.Endpoints(), served)
	compare(t, "event", fidelity.Events(), EventTypes())
}

func compare(t *testing.T, what string, proofs []fidelity.Proof, want []string) {
	t.Helper()
	var got []string
	for _, p := range proofs {
		got = append(got, p.Of)
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s %s has no proof: say in internal/fidelity what is proven, and by which test", what, name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s %s is proven, and not there", what, name)
		}
	}
	if len(got) != len(slices.Compact(slices.Clone(got))) {
		t.Errorf("an %s is there twice", what)
	}
}
