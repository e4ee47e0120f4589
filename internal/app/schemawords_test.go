package app_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"steward/internal/app"
	"steward/internal/lang"
)

// TestHintsOfConfigurationGoThroughTheCatalogue asks for the schema of every kind in the trial language, in which what
// did not go through the catalogue stays as it was, and looks whether the catalogue of messages has what English says.
func TestHintsOfConfigurationGoThroughTheCatalogue(t *testing.T) {
	b, err := os.ReadFile("../lang/catalogue/en.json")
	messages := map[string]string{}
	if err == nil {
		err = json.Unmarshal(b, &messages)
	}
	if err != nil {
		t.Fatal(err)
	}
	reg, seen := app.NewRegistry(), 0
	for _, k := range reg.Kinds() {
		hints := func(l *lang.Language) map[string]string {
			text, err := reg.Schema(k.Kind, l)
			var schema any
			if err == nil {
				err = json.Unmarshal(text, &schema)
			}
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]string{}
			hintsOf(schema, k.Kind, out)
			return out
		}
		trial := hints(lang.Of("en-XA"))
		for at, hint := range hints(nil) {
			seen++
			if trial[at] == hint {
				t.Errorf("%s is %q in every language", at, hint)
			}
			if messages[hint] == "" && !strings.HasPrefix(hint, "Names the blueprint within its kind: ") { // a format with a value
				t.Errorf("%s: %q is not in the catalogue: go run ./internal/lang/words extract", at, hint)
			}
		}
	}
	if seen < 700 {
		t.Errorf("only %d hints were found", seen)
	}
}

// hintsOf gathers the descriptions of a schema by their place.
func hintsOf(v any, at string, into map[string]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			hintsOf(e, at+"/", into)
		}
	case map[string]any:
		if hint, ok := v["description"].(string); ok {
			into[at] = hint
		}
		for name, e := range v {
			hintsOf(e, at+"/"+name, into)
		}
	}
}
