package ingest

import "context"

// Fetcher downloads what a ping points to.
type Fetcher struct{}

// FetcherOption changes a default of [NewFetcher].
type FetcherOption func(*Fetcher)

// NewFetcher returns a fetcher for Terra's own addresses.
func NewFetcher(opts ...FetcherOption) *Fetcher { return &Fetcher{} }

// AllowHost adds a host that may be fetched from.
func AllowHost(hosts ...string) FetcherOption { return func(f *Fetcher) {} }

// AllowLoopback permits addresses of this machine, without TLS too.
func AllowLoopback() FetcherOption { return func(f *Fetcher) {} }

// WithFetchBytes refuses what is larger than n bytes.
func WithFetchBytes(n int64) FetcherOption { return func(f *Fetcher) {} }

// Fetch returns what is at address.
func (f *Fetcher) Fetch(ctx context.Context, address string) ([]byte, error) { return nil, nil }
