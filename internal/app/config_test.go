package app

import (
	"os"
	"testing"

	"steward/internal/blueprint"
	"steward/starter"
)

func TestEveryExampleOfAKindIsRight(t *testing.T) {
	for _, f := range NewRegistry().CheckExamples() {
		if f.Severity == blueprint.Error {
			t.Error(f.String())
		}
	}
}

func TestStarterBlueprintsHaveNoErrorsAndNoWarnings(t *testing.T) {
	docs, findings, err := blueprint.ParseFolder(starter.Minimal())
	if err != nil {
		t.Fatal(err)
	}
	kit, more, err := blueprint.ParseFolder(starter.Kit())
	if err != nil {
		t.Fatal(err)
	}
	_, compiled := blueprint.Compile(NewRegistry(), append(docs, kit...))
	for _, f := range append(append(findings, more...), compiled...) {
		if f.Severity != blueprint.Note {
			t.Error(f.String())
		}
	}
}

func TestReferenceOfMeasuresIsUpToDate(t *testing.T) {
	written, err := os.ReadFile("../../docs/measures.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != NewMeasures().Reference() {
		t.Error("docs/measures.md is not what the measures say; run: go run ./cmd/steward schema --measures > docs/measures.md")
	}
}

func TestConfigurationReferenceIsUpToDate(t *testing.T) {
	written, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != NewRegistry().Reference() {
		t.Error("docs/configuration.md is not what the kinds say; run: go run ./cmd/steward schema --reference > docs/configuration.md")
	}
}
