package observe

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Telemetry counts and traces what one process does.
type Telemetry struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	writes   *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	tracer   trace.Tracer
	tracing  bool
	stop     func(context.Context) error
}

// buckets are seconds: from what a cached answer takes to what nobody waits for.
var buckets = []float64{.001, .005, .02, .05, .1, .25, 1, 5, 30}

// New returns the telemetry of a process. Traces go where OTEL_EXPORTER_OTLP_ENDPOINT says,
// by OTLP over HTTP, and nowhere when it is not set.
func New(version string) *Telemetry {
	t := &Telemetry{registry: prometheus.NewRegistry(), tracer: noop.NewTracerProvider().Tracer("steward"), stop: func(context.Context) error { return nil },
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "steward_http_requests_total", Help: "Requests answered."}, []string{"route", "method", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "steward_http_request_seconds", Help: "Time to answer; live streams left out.", Buckets: buckets}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "steward_http_in_flight", Help: "Requests under way, live streams included."}),
		writes:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "steward_db_write_seconds", Help: "Time from asking for a change until it is durable.", Buckets: buckets}, []string{"outcome"}),
		jobs:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "steward_job_seconds", Help: "Time that runs of jobs took: timers of service levels, mail in and out, and the rest.", Buckets: buckets}, []string{"kind", "outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "steward_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	t.registry.MustRegister(t.requests, t.seconds, t.inFlight, t.writes, t.jobs, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" {
		if err := t.export(version); err != nil {
			slog.Error("traces cannot be sent; going on without", "error", err)
		}
	}
	return t
}

// Close sends what traces are left.
func (t *Telemetry) Close(ctx context.Context) error { return t.stop(ctx) }

// Watch observes one piece of work: "db.write", or "job" and its kind. Call the function it
// returns with how it ended.
func (t *Telemetry) Watch(ctx context.Context, what string) (context.Context, func(error)) {
	begun := time.Now()
	var span trace.Span
	if t.tracing {
		ctx, span = t.tracer.Start(ctx, what)
	}
	return ctx, func(err error) {
		outcome := "ok"
		if err != nil {
			outcome = "failed"
		}
		took := time.Since(begun).Seconds()
		if kind, ok := strings.CutPrefix(what, "job "); ok {
			t.jobs.WithLabelValues(kind, outcome).Observe(took)
		} else {
			t.writes.WithLabelValues(outcome).Observe(took)
		}
		if span != nil {
			span.SetAttributes(attribute.String("outcome", outcome))
			if err != nil {
				span.SetStatus(codes.Error, "") // the text may hold what people wrote
			}
			span.End()
		}
	}
}

// Handler shows the figures to Prometheus.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 10 * time.Second, ErrorHandling: promhttp.ContinueOnError})
}

// Figure is a value read when somebody asks. Label is the value of the label that Figures names.
type Figure struct {
	Name  string // of a gauge, or of a counter when it ends in _total
	Label string
	Value float64
}

// Describe says what a figure means.
type Describe struct{ Name, Help, Label string }

// Collect adds figures that read fills in when Prometheus asks, within five seconds.
func (t *Telemetry) Collect(all []Describe, read func(ctx context.Context) ([]Figure, error)) {
	c := &figures{descs: map[string]*prometheus.Desc{}, read: read}
	for _, d := range all {
		var labels []string
		if d.Label != "" {
			labels = []string{d.Label}
		}
		c.descs[d.Name] = prometheus.NewDesc(d.Name, d.Help, labels, nil)
	}
	t.registry.MustRegister(c)
}

type figures struct {
	descs map[string]*prometheus.Desc
	read  func(ctx context.Context) ([]Figure, error)
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range f.descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read now is left out.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	list, err := f.read(ctx)
	if err != nil {
		slog.Warn("some figures cannot be read now", "error", err)
	}
	for _, x := range list {
		d, kind := f.descs[x.Name], prometheus.GaugeValue
		if d == nil {
			continue
		}
		if strings.HasSuffix(x.Name, "_total") {
			kind = prometheus.CounterValue
		}
		var labels []string
		if x.Label != "" {
			labels = []string{x.Label}
		}
		if m, err := prometheus.NewConstMetric(d, kind, x.Value, labels...); err == nil {
			ch <- m
		}
	}
}
