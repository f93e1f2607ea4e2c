package healthdb

import (
	"testing"
	"time"

	"github.com/terra-go/terra"
)

// TestBudgetOutOfOrder: two answers may be heard in another order than the service
// gave them in, and the older one must not bring days back that are spent.
func TestBudgetOutOfOrder(t *testing.T) {
	t.Parallel()
	limit := func(remaining int) terra.RateLimit {
		return terra.RateLimit{Limit: 6000, Remaining: remaining, ResetAfter: time.Hour}
	}
	now := time.Now()
	var g budget
	send := func(days int) task {
		g.reserve(days)
		return task{window: window{end: days}, heard: g.heard}
	}
	g.release(send(28), limit(100), now)
	first, second := send(28), send(28)
	g.release(second, limit(44), now)
	g.release(first, limit(72), now)
	if g.left > 44 {
		t.Errorf("%d days left, where the service has 44", g.left)
	}
	third := send(16)
	g.release(third, limit(28), now)
	if g.left != 28 {
		t.Errorf("%d days left, want what an answer that nothing overtook says, 28", g.left)
	}
	g.release(send(28), terra.RateLimit{}, now) // a connection that broke
	if !g.limited || g.left != 0 {
		t.Errorf("limited is %v with %d days left, want what was known without the days asked for", g.limited, g.left)
	}
}
