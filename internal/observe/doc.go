// Package observe makes a running instance visible: figures for Prometheus, traces for
// OpenTelemetry (only where OTEL_EXPORTER_OTLP_ENDPOINT says where to), log lines with the id of
// the request they belong to. Labels and attributes are routes, kinds and outcomes: never a
// person, an address or a secret.
package observe
