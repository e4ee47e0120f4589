package observe

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// RequestHeader carries a request's id, in and out.
const RequestHeader = "X-Request-Id"

// sane is an id from outside that may go into logs and answers.
var sane = regexp.MustCompile(`^[A-Za-z0-9._-]{8,128}$`)

type requestKey struct{}

// request is what becomes known about a request while it runs.
type request struct{ id, route string }

// RequestID is the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.id
	}
	return ""
}

// Route tells the request's observer which route of mux it took.
func Route(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if q, ok := r.Context().Value(requestKey{}).(*request); ok {
				q.route = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// slow is how long a request takes before it is worth a line in the log.
const slow = 5 * time.Second

// Requests gives every request an id, counts it by route and status, traces and logs it.
func (t *Telemetry) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{id: r.Header.Get(RequestHeader)}
		if !sane.MatchString(q.id) {
			q.id = rand.Text()
		}
		r.Header.Set(RequestHeader, q.id)
		w.Header().Set(RequestHeader, q.id)
		ctx := context.WithValue(r.Context(), requestKey{}, q)
		var span trace.Span
		if t.tracing {
			ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
			ctx, span = t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
		}
		begun, out := time.Now(), &recorder{ResponseWriter: w}
		t.inFlight.Inc()
		defer func() {
			t.inFlight.Dec()
			t.finished(ctx, r.Method, q, out, time.Since(begun), span)
		}()
		next.ServeHTTP(out, r.WithContext(ctx))
	})
}

func (t *Telemetry) finished(ctx context.Context, method string, q *request, out *recorder, took time.Duration, span trace.Span) {
	if q.route == "" {
		q.route = "none"
	}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	method = knownMethod(method)
	t.requests.WithLabelValues(q.route, method, strconv.Itoa(out.status)).Inc()
	if !out.stream {
		t.seconds.WithLabelValues(q.route, method).Observe(took.Seconds())
	}
	if span != nil {
		span.SetName(q.route)
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", q.route), attribute.Int("http.response.status_code", out.status))
		if out.status >= 500 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
	level := slog.LevelDebug
	if out.status >= 500 || took > slow && !out.stream {
		level = slog.LevelWarn
	}
	if slog.Default().Enabled(ctx, level) {
		slog.LogAttrs(ctx, level, "request", slog.String("method", method), slog.String("route", q.route), slog.Int("status", out.status), slog.Duration("took", took))
	}
}

// knownMethod keeps invented methods from making a series each.
func knownMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	stream bool
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.stream = r.Header().Get("Content-Type") == "text/event-stream"
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
		r.stream = r.Header().Get("Content-Type") == "text/event-stream"
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
