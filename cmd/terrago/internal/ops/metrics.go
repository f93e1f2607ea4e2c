package ops

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/terra-go/terra/ingest"
)

// statsLimit is how long an inbox may take to count what it has.
const statsLimit = 5 * time.Second

// Metrics counts what becomes of deliveries. What they hold, and whose they are, is
// no part of any metric.
type Metrics struct {
	registry *prometheus.Registry

	requests *prometheus.CounterVec // by answer
	ack      prometheus.Histogram
	attempts *prometheus.CounterVec // by result
	apply    prometheus.Histogram
	age      prometheus.Histogram
	failures prometheus.Counter
}

// NewMetrics returns Metrics that also tell how inbox stands whenever they are read.
func NewMetrics(inbox ingest.Inbox, log *slog.Logger) *Metrics {
	histogram := func(name, help string, buckets ...float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "terrago_" + name, Help: help, Buckets: buckets})
	}
	counters := func(name, help, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "terrago_" + name, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value) // so that each is there from the beginning, as 0
		}
		return v
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("deliveries_total", "Requests to the webhook's path, by what they were answered: stored and duplicate are acknowledged with 200, refused is a 4xx, overloaded and unavailable are a 503.",
			"answer", string(ingest.Stored), string(ingest.Duplicate), string(ingest.Refused), string(ingest.Overloaded), string(ingest.Unavailable)),
		ack: histogram("ack_seconds", "Time from the arrival of a request to its 200, reading, verifying and storing it included. The sender waits for about 8 s.",
			.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 8, 15),
		attempts: counters("attempts_total", "Attempts to apply a delivery to the database, by result: applied and buried are final, retried and returned are followed by another.",
			"result", string(ingest.Applied), string(ingest.Retried), string(ingest.Buried), string(ingest.Returned)),
		apply: histogram("attempt_seconds", "Time an attempt took, whatever its result.",
			.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30),
		age: histogram("applied_age_seconds", "Age of a delivery, since it was received, when it had been applied.",
			.01, .025, .05, .1, .25, .5, 1, 5, 15, 60, 300, 3600, 6*3600, 24*3600),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "terrago_inbox_failures_total", Help: "Times that the inbox failed a worker."}),
	}
	m.registry.MustRegister(m.requests, m.ack, m.attempts, m.apply, m.age, m.failures, &inboxCollector{inbox, log},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ServeHTTP writes all of it in the format that the reader asks for.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// Observer is how m hears of deliveries.
func (m *Metrics) Observer() ingest.Observer {
	return ingest.Observer{
		Answered: func(a ingest.Answer, took time.Duration) {
			m.requests.WithLabelValues(string(a)).Inc()
			if a == ingest.Stored || a == ingest.Duplicate {
				m.ack.Observe(took.Seconds())
			}
		},
		Worked: func(r ingest.Result, age, took time.Duration) {
			m.attempts.WithLabelValues(string(r)).Inc()
			m.apply.Observe(took.Seconds())
			if r == ingest.Applied {
				m.age.Observe(age.Seconds())
			}
		},
		InboxFailed: m.failures.Inc,
	}
}

// inboxCollector asks the inbox how it stands.
type inboxCollector struct {
	inbox ingest.Inbox
	log   *slog.Logger
}

var (
	inboxUp      = prometheus.NewDesc("terrago_inbox_up", "1 if the inbox answers, else 0, and nothing else of it is known.", nil, nil)
	inboxPending = prometheus.NewDesc("terrago_inbox_pending", "Deliveries that wait, are worked on, or are to be tried again.", nil, nil)
	inboxLeased  = prometheus.NewDesc("terrago_inbox_leased", "Of the pending deliveries, those being worked on.", nil, nil)
	inboxDead    = prometheus.NewDesc("terrago_inbox_dead", "Deliveries in the dead letters.", nil, nil)
	inboxLag     = prometheus.NewDesc("terrago_inbox_lag_seconds", "Age of the longest pending delivery, 0 without any.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (c *inboxCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inboxUp, inboxPending, inboxLeased, inboxDead, inboxLag} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *inboxCollector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	ctx, cancel := context.WithTimeout(context.Background(), statsLimit)
	defer cancel()
	stats, err := c.inbox.Stats(ctx)
	if err != nil {
		c.log.Warn("metrics: the inbox does not say how it stands", "error", err)
		gauge(inboxUp, 0)
		return
	}
	gauge(inboxUp, 1)
	gauge(inboxPending, float64(stats.Pending))
	gauge(inboxLeased, float64(stats.Leased))
	gauge(inboxDead, float64(stats.Dead))
	gauge(inboxLag, stats.Oldest.Seconds())
}
