package healthdb

import (
	"context"
	"iter"

	"github.com/terra-go/terra/health"
)

// QueryOption changes what a query for records returns.
type QueryOption func(*queryOptions)

type queryOptions struct{ samples bool }

// WithSamples fills the records' time series, which are left empty otherwise.
func WithSamples() QueryOption { return func(o *queryOptions) { o.samples = true } }

// Records yields a connection's records of the days from from up to but not including
// to, in the order of their days. A zero from or to leaves that side open.
func Records[T health.Record](ctx context.Context, db *DB, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[T, error] {
	panic("not yet")
}
