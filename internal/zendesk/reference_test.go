package zendesk_test

import (
	"os"
	"testing"

	"steward/internal/zendesk"
)

func TestTheTableOfEndpointsIsUpToDate(t *testing.T) {
	written, err := os.ReadFile("../../docs/zendesk-endpoints.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != zendesk.Reference() {
		t.Error("docs/zendesk-endpoints.md is not what the endpoints say; run: go run ./cmd/steward schema --zendesk > docs/zendesk-endpoints.md")
	}
}
