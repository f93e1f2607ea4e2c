package terra

import (
	"context"

	"github.com/terra-go/terra/health"
)

// AthleteService reads who a person is to the provider: name, birthday, sex,
// town, as far as the provider tells. There is one such record for a connection,
// so there is no range to ask for.
type AthleteService struct {
	t *transport
}

// Fetch sends exactly one request, as [Collection.Fetch] does. A [Data] has one
// item.
func (s *AthleteService) Fetch(ctx context.Context, userID string) (Result[health.Athlete], error) {
	c, err := dataCall("/athlete", userID, false)
	if err != nil {
		return nil, err
	}
	c.once = true
	return fetch[health.Athlete](ctx, s.t, c)
}

// Get returns the record, waiting while the provider is still processing as
// [Collection.List] does. The error is [ErrNoData] when there is none.
func (s *AthleteService) Get(ctx context.Context, userID string) (*health.Athlete, error) {
	c, err := dataCall("/athlete", userID, false)
	if err != nil {
		return nil, err
	}
	data, err := records[health.Athlete](ctx, s.t, c)
	if err != nil {
		return nil, err
	}
	if len(data.Items) == 0 {
		return nil, data.response.fail(ErrNoData)
	}
	return &data.Items[0], nil
}

// Request asks for the record to be sent to the webhook, once, as
// [Collection.Request] does.
func (s *AthleteService) Request(ctx context.Context, userID string) (*Queued[health.Athlete], error) {
	c, err := dataCall("/athlete", userID, true)
	if err != nil {
		return nil, err
	}
	return promise[health.Athlete](ctx, s.t, c)
}
