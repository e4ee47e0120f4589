package rule

import (
	"slices"

	"cel.dev/cel-go/cel"
)

// Type is the type of a field.
type Type struct {
	name   string // for people
	cel    *cel.Type
	values []string // of an enumeration
}

// The types a field may have, with the Go values that Vars hold for them.
var (
	Bool     = Type{name: "yes or no", cel: cel.BoolType}                          // bool
	Int      = Type{name: "whole number", cel: cel.IntType}                        // int, int64
	Number   = Type{name: "number", cel: cel.DoubleType}                           // float64
	Text     = Type{name: "text", cel: cel.StringType}                             // string
	Time     = Type{name: "time", cel: cel.TimestampType}                          // time.Time
	Duration = Type{name: "duration", cel: cel.DurationType}                       // time.Duration
	Texts    = Type{name: "list of texts", cel: cel.ListType(cel.StringType)}      // []string
	Ints     = Type{name: "list of whole numbers", cel: cel.ListType(cel.IntType)} // []int64
	Any      = Type{name: "any value", cel: cel.DynType}                           // any of these
	// Attributes is a map of custom attributes: map[string]any. Every key may be read; which
	// type its value has shows when the program runs.
	Attributes = Type{name: "attributes", cel: cel.MapType(cel.StringType, cel.DynType)}
)

// Enum is a text that is one of the values, in their natural order. Comparing it with another
// text is an error when the expression is compiled.
func Enum(values ...string) Type {
	return Type{name: "text", cel: cel.StringType, values: slices.Clone(values)}
}

// String names the type for people.
func (t Type) String() string { return t.name }

// Values are the values of an Enum, nil for any other type.
func (t Type) Values() []string { return slices.Clone(t.values) }
