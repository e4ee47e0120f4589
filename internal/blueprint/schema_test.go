package blueprint_test

import (
	"encoding/json"
	"testing"

	"steward/internal/fault"
)

func TestSchemaDescribesAKind(t *testing.T) {
	reg := registry(t)
	for _, kind := range []string{"sla", "calendar"} {
		schema, err := reg.Schema(kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "schema-"+kind+".json", string(schema)+"\n")
		checkSchema(t, schema)
	}
	if _, err := reg.Schema("slaa", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown kind: %v", err)
	}
}

// checkSchema walks a schema and fails on what draft 2020-12 does not allow: references to nothing,
// required properties that are not declared, unknown types and keywords.
func checkSchema(t *testing.T, text []byte) {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	defs, _ := root["$defs"].(map[string]any)
	keywords := map[string]bool{}
	for _, k := range []string{"$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items", "anyOf", "const", "enum",
		"pattern", "examples", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "x-ref", "x-format", "x-min", "x-max"} {
		keywords[k] = true
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		s, ok := v.(map[string]any)
		if !ok {
			if _, isBool := v.(bool); !isBool {
				t.Errorf("%s is neither an object nor a boolean", path)
			}
			return
		}
		for k := range s {
			if !keywords[k] {
				t.Errorf("%s has the unknown keyword %q", path, k)
			}
		}
		if ref, ok := s["$ref"].(string); ok && defs[ref[len("#/$defs/"):]] == nil {
			t.Errorf("%s refers to %s, which is not there", path, ref)
		}
		properties, _ := s["properties"].(map[string]any)
		if required, ok := s["required"].([]any); ok {
			for _, name := range required {
				if properties[name.(string)] == nil {
					t.Errorf("%s requires %v, which it does not declare", path, name)
				}
			}
		}
		for _, group := range []string{"properties", "$defs"} {
			if children, ok := s[group].(map[string]any); ok {
				for name, child := range children {
					walk(path+"/"+group+"/"+name, child)
				}
			}
		}
		for _, name := range []string{"items", "additionalProperties"} {
			if child, ok := s[name]; ok {
				walk(path+"/"+name, child)
			}
		}
		if any, ok := s["anyOf"].([]any); ok {
			for _, child := range any {
				walk(path+"/anyOf", child)
			}
		}
	}
	walk("", root)
}
