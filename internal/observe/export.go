package observe

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// export sends traces by OTLP over HTTP, as the OTEL_ environment says.
func (t *Telemetry) export(version string) error {
	exporter, err := otlptracehttp.New(context.Background())
	if err != nil {
		return err
	}
	name := os.Getenv("OTEL_SERVICE_NAME")
	if name == "" {
		name = "steward"
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(exporter),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", name), attribute.String("service.version", version))))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Debug("traces were not sent", "error", err) }))
	t.tracer, t.tracing, t.stop = p.Tracer("steward"), true, p.Shutdown
	return nil
}
