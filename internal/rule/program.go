package rule

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"steward/internal/fault"
)

// Vars are the values an expression reads: nested maps from the names in fields' paths to plain
// Go values, as each Type says. Leave out what has no value, or set it to nil. A value may be a
// func() any, called each time that the expression reads it and only then.
type Vars map[string]any

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	env     *Env
	src     string
	want    Type
	checked *ast.AST
	prog    cel.Program
	fields  []string
	explain sync.Once
	parts   []part
}

// Env is what the program was compiled against.
func (p *Program) Env() *Env { return p.env }

// Source is the expression as its author wrote it.
func (p *Program) Source() string { return p.src }

// Fields are the paths the expression reads, sorted: "ticket.organization.attributes.plan", "now".
func (p *Program) Fields() []string { return slices.Clone(p.fields) }

// Eval runs a condition. Missing and mistyped values make atoms false, so the only errors are a
// TooLarge fault when its loops cost too much, and running a formula.
func (p *Program) Eval(vars Vars) (bool, error) {
	v, err := run(p.prog, vars)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, fmt.Errorf("run %q as a condition: it yields a %s", p.src, v.Type().TypeName())
	}
	return bool(b), nil
}

// Value runs a formula: a bool, int64, float64, string, time.Time, time.Duration or []any. ok is
// false when a value it needs is missing or of another type.
func (p *Program) Value(vars Vars) (value any, ok bool, err error) {
	v, err := run(p.prog, vars)
	var missing *types.Err
	if errors.As(err, &missing) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	value, ok = native(v)
	if n, whole := value.(int64); whole && p.want.cel == cel.DoubleType {
		value = float64(n)
	}
	return value, ok && fits(value, p.want), nil
}

func run(prog cel.Program, vars Vars) (ref.Val, error) {
	v, _, err := prog.Eval(map[string]any(vars))
	if err != nil && fault.As(err) == nil {
		var missing *types.Err
		if !errors.As(err, &missing) {
			return nil, fault.New(fault.TooLarge, "The expression looks at too many values; the limit is %d steps.", maxCost)
		}
	}
	return v, err
}

// native is a value as plain Go.
func native(v ref.Val) (any, bool) {
	switch v := v.(type) {
	case types.Bool:
		return bool(v), true
	case types.Int:
		return int64(v), true
	case types.Double:
		return float64(v), true
	case types.String:
		return string(v), true
	case types.Timestamp:
		return v.Time.UTC(), true
	case types.Duration:
		return v.Duration, true
	case traits.Lister:
		out := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			x, ok := native(it.Next())
			if !ok {
				return nil, false
			}
			out = append(out, x)
		}
		return out, true
	}
	return nil, false
}

// fits reports whether a plain value is of the wanted type.
func fits(v any, want Type) bool {
	ok := true
	switch want.cel {
	case cel.BoolType:
		_, ok = v.(bool)
	case cel.IntType:
		_, ok = v.(int64)
	case cel.DoubleType:
		_, ok = v.(float64)
	case cel.StringType:
		_, ok = v.(string)
	case cel.TimestampType:
		_, ok = v.(time.Time)
	case cel.DurationType:
		_, ok = v.(time.Duration)
	}
	return ok
}
