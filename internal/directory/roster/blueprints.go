package roster

import (
	"slices"
	"strconv"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/suggest"
)

// Mapping is the spec of kind import_mapping: how the columns of another system's export are called.
type Mapping struct {
	Of      string         `yaml:"of" doc:"What is imported with it." enum:"people,organizations,accounts" required:"true"`
	Source  string         `yaml:"source" doc:"Name of the system that external ids are of; the mapping's own name when empty." max:"100"`
	Columns []MappedColumn `yaml:"columns" doc:"What columns are imported as. Columns that a file does not have are passed over, and so are columns of the file that are not named." required:"true" max:"500"`
	Values  []MappedValue  `yaml:"values" doc:"What every row has in a field that no column gives." max:"100"`
}

// MappedColumn says what a column is imported as.
type MappedColumn struct {
	Column string `yaml:"column" doc:"Name of the column, as the file's first row has it." required:"true" max:"200"`
	Field  string `yaml:"field" doc:"What it is imported as; attributes.NAME for an attribute." required:"true" max:"200"`
}

// MappedValue is a value that every row has.
type MappedValue struct {
	Field string `yaml:"field" doc:"The field." required:"true" max:"200"`
	Value string `yaml:"value" doc:"What it holds, as a cell of the file would." required:"true" max:"1000"`
}

// Register adds the kind import_mapping.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Mapping]{Name: "import_mapping", Title: "Import mapping",
		Summary: "How the columns of another system's CSV export are called, so that its files can be imported as they are.",
		Example: "kind: import_mapping\nname: crm\ntitle: Our CRM\nof: accounts\ncolumns:\n  - { column: Id, field: external_id }\n  - { column: Name, field: name }\n  - { column: ARR, field: revenue }\nvalues:\n  - { field: currency, value: EUR }\n",
		Lint:    lintMapping})
}

// lintMapping finds fields that are not there or come twice.
func lintMapping(c *blueprint.Context, m Mapping) {
	known, seen := Fields(m.Of), map[string]bool{}
	look := func(path, field string) {
		name, of := strings.CutPrefix(field, attribute)
		if !slices.Contains(known, field) && !(of && name != "") {
			c.Error(path, "%s have no field %q.%s", title(m.Of), field, suggest.DidYouMean(field, known))
		}
		if seen[field] {
			c.Note(path, "%s comes from more than one column. Of those that a file has, the first is taken.", field)
		}
		seen[field] = true
	}
	for i, col := range m.Columns {
		look("columns["+strconv.Itoa(i)+"].field", col.Field)
	}
	clear(seen)
	for i, v := range m.Values {
		look("values["+strconv.Itoa(i)+"].field", v.Field)
	}
}

// For is the mapping of a file with this header: column to field, and what every row has. A field
// that several columns give is taken from the first that the file has; a value that a column gives
// is left to it.
func (m Mapping) For(header []string) (columns, values map[string]string) {
	columns, values = map[string]string{}, map[string]string{}
	for _, name := range header {
		columns[name] = ""
	}
	taken := map[string]bool{}
	for _, c := range m.Columns {
		if _, there := columns[c.Column]; there && !taken[c.Field] {
			columns[c.Column], taken[c.Field] = c.Field, true
		}
	}
	for _, v := range m.Values {
		values[v.Field] = v.Value
	}
	return columns, values
}
