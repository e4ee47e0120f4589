package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
)

// document is the OpenAPI document as programs read it.
type document struct {
	OpenAPI    string
	Info       struct{ Title, Version, Description string }
	Paths      map[string]map[string]operation
	Components struct {
		Schemas         map[string]schema
		SecuritySchemes map[string]any
	}
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Tags        []string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   map[string]any
	}
	RequestBody *struct {
		Content map[string]struct{ Schema map[string]any }
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema map[string]any }
	}
	Security []map[string][]string
}

type schema struct {
	Properties map[string]json.RawMessage
	Required   []string
}

func (w *world) openAPI() (d document, raw any) {
	a := w.call("nobody", "GET", "/openapi.json", nil)
	a.json(w.T, &d)
	a.json(w.T, &raw)
	return d, raw
}

// TestTheOpenAPIDocumentIsWhole: every route says what it is and what it may answer, and what
// the document refers to is there.
func TestTheOpenAPIDocumentIsWhole(t *testing.T) {
	d, raw := newWorld(t, apptest.Options(t, db.SQLite)).openAPI()
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Title == "" || d.Info.Version == "" || d.Info.Description == "" || len(d.Components.SecuritySchemes) == 0 {
		t.Errorf("the head: %s %+v", d.OpenAPI, d.Info)
	}
	ids := map[string]string{}
	inPath := regexp.MustCompile(`\{(\w+)\}`)
	for path, methods := range d.Paths {
		for method, op := range methods {
			what := strings.ToUpper(method) + " " + path
			if other := ids[op.OperationID]; op.OperationID == "" || other != "" {
				t.Errorf("%s: its operationId %q is that of %q", what, op.OperationID, other)
			}
			ids[op.OperationID] = what
			if op.Summary == "" || len(op.Tags) == 0 {
				t.Errorf("%s has no summary or tag", what)
			}
			public := len(op.Security) == 0
			want := []string{"401", "422", "429"}
			if !public {
				want = append(want, "403")
			}
			if strings.Contains(path, "{") {
				want = append(want, "404")
			}
			if method != "get" {
				want = append(want, "409")
			}
			for _, code := range want {
				if _, ok := op.Responses[code].Content["application/problem+json"]; !ok {
					t.Errorf("%s does not document %s", what, code)
				}
			}
			good := 0
			for code, r := range op.Responses {
				if code[0] == '2' {
					good++
				}
				if r.Description == "" {
					t.Errorf("%s: the answer %s has no description", what, code)
				}
			}
			if good != 1 {
				t.Errorf("%s documents %d good answers", what, good)
			}
			var declared []string
			for _, p := range op.Parameters {
				if p.In == "path" && p.Required {
					declared = append(declared, p.Name)
				}
				if p.Schema == nil {
					t.Errorf("%s: parameter %s has no schema", what, p.Name)
				}
			}
			for _, m := range inPath.FindAllStringSubmatch(path, -1) {
				if !slices.Contains(declared, m[1]) {
					t.Errorf("%s does not declare {%s}", what, m[1])
				}
			}
		}
	}
	if len(ids) < 60 {
		t.Errorf("only %d operations", len(ids))
	}
	checkSchemas(t, "#", raw, d.Components.Schemas)
}

// checkSchemas looks at every place of the document: references lead somewhere, types are types.
func checkSchemas(t *testing.T, at string, v any, schemas map[string]schema) {
	t.Helper()
	types := []string{"null", "boolean", "object", "array", "number", "integer", "string"}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			checkSchemas(t, at+"/-", x, schemas)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			if _, there := schemas[strings.TrimPrefix(ref, "#/components/schemas/")]; !there {
				t.Errorf("%s refers to %s, which is not there", at, ref)
			}
		}
		inProperties := strings.HasSuffix(at, "/properties")
		if !inProperties {
			switch ty := v["type"].(type) {
			case string:
				if !slices.Contains(types, ty) && strings.Contains(at, "schema") {
					t.Errorf("%s has the type %q", at, ty)
				}
			case []any:
				for _, x := range ty {
					if s, _ := x.(string); !slices.Contains(types, s) {
						t.Errorf("%s has the type %v", at, x)
					}
				}
			}
			if _, old := v["nullable"]; old {
				t.Errorf("%s says nullable, which 3.1 does not know", at)
			}
		}
		for k, x := range v {
			checkSchemas(t, at+"/"+k, x, schemas)
		}
	}
}

// TestTheWorkspacesTypesAgree: what the workspace believes about the main shapes stands in the
// document, under the same names, and what it takes for granted is always sent.
func TestTheWorkspacesTypesAgree(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "web", "src", "api", "*.ts"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(raw)
	}
	d, _ := newWorld(t, apptest.Options(t, db.SQLite)).openAPI()
	for ts, name := range map[string]string{"TicketRow": "DeskRow", "Ticket": "DeskFull", "Me": "ApiMe", "Person": "ApiPerson", "Organization": "ApiOrganization", "Team": "ApiTeam",
		"Token": "ApiToken", "Blueprint": "ApiBlueprint", "Clock": "DeskClockView", "View": "DeskViewView", "Change": "ApiChange", "Outgoing": "ApiOutMail"} {
		s, ok := d.Components.Schemas[name]
		if !ok {
			t.Errorf("the document has no schema %s for the workspace's %s; it has %v", name, ts, sortedKeys(d.Components.Schemas))
			continue
		}
		fields := interfaceOf(text.String(), ts)
		if fields == nil {
			t.Errorf("web/src/api has no interface %s", ts)
		}
		for field, optional := range fields {
			if _, ok := s.Properties[field]; !ok {
				t.Errorf("the workspace's %s.%s is not in the schema %s", ts, field, name)
			} else if !optional && !slices.Contains(s.Required, field) {
				t.Errorf("the workspace takes %s.%s for granted; the schema %s does not promise it", ts, field, name)
			}
		}
	}
}

func sortedKeys(m map[string]schema) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

var comment = regexp.MustCompile(`/\*.*?\*/`)

// interfaceOf are the fields an interface declares itself, true for optional ones; nil when
// there is no such interface.
func interfaceOf(text, name string) map[string]bool {
	head := regexp.MustCompile(`export interface ` + name + `\b[^{]*\{`).FindStringIndex(text)
	if head == nil {
		return nil
	}
	out := map[string]bool{}
	depth, line := 0, ""
	note := func() {
		f, _, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && f != "" {
			out[strings.TrimSuffix(f, "?")] = strings.HasSuffix(f, "?")
		}
		line = ""
	}
	for _, r := range comment.ReplaceAllString(text[head[1]:], "") {
		switch {
		case depth == 0 && r == '}':
			note()
			return out
		case depth == 0 && (r == ';' || r == '\n'):
			note()
			continue
		case strings.ContainsRune("{(<[", r):
			depth++
		case strings.ContainsRune("})>]", r):
			depth--
		}
		if depth == 0 {
			line += string(r)
		}
	}
	return out
}
