package observe

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// Logger returns a logger that writes text or JSON, adds the request's id and hides secrets.
func Logger(w io.Writer, json bool, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: hide}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if json {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(withRequest{h})
}

// withRequest adds what ctx says about the request.
type withRequest struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withRequest) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		r.AddAttrs(slog.String("trace_id", s.TraceID().String()))
	}
	r.Message = Hide(r.Message)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h withRequest) WithAttrs(a []slog.Attr) slog.Handler {
	return withRequest{h.Handler.WithAttrs(a)}
}

// WithGroup implements slog.Handler.
func (h withRequest) WithGroup(name string) slog.Handler {
	return withRequest{h.Handler.WithGroup(name)}
}

const hidden = "[hidden]"

// telltale are parts of names whose values are never written.
var telltale = []string{"password", "passwd", "token", "secret", "authorization", "cookie", "credential"}

// Ways in which a secret stands inside a longer text.
var (
	urlPassword = regexp.MustCompile(`(\w+://[^\s:/@]*:)[^\s@]+@`)
	assigned    = regexp.MustCompile(`(?i)\b(password|passwd|token|secret)=("[^"]*"|'[^']*'|[^\s&]+)`)
	bearer      = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`)
)

// Hide takes secrets out of a text.
func Hide(s string) string {
	if !strings.ContainsAny(s, "=:@") && !strings.Contains(strings.ToLower(s), "b") {
		return s
	}
	s = urlPassword.ReplaceAllString(s, "${1}"+hidden+"@")
	s = assigned.ReplaceAllString(s, "${1}="+hidden)
	return bearer.ReplaceAllString(s, "${1} "+hidden)
}

// hide keeps secrets out of attributes, by their name or by what they look like.
func hide(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, t := range telltale {
		if strings.Contains(key, t) {
			return slog.String(a.Key, hidden)
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Hide(a.Value.String()))
	case slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			return slog.String(a.Key, Hide(err.Error()))
		}
	}
	return a
}
