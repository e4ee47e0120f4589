package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Limits of every environment.
const (
	MaxSource = 16 << 10 // bytes of one expression
	maxNodes  = 10_000   // parts of one expression, after macros are expanded
	maxLoops  = 2        // loops inside each other
	maxCost   = 200_000  // steps of one run of a program with loops; a step takes nanoseconds
	maxRegexp = 2_000    // instructions of a compiled regular expression
)

// Names of our own functions. Authors cannot write them.
const (
	fnTotal   = "@total"   // an atom made total: its value, or false when it has none
	fnPresent = "@present" // has(): whether a value is there
	fnDiffers = "@differs" // != between values of which one's type shows at run time
)

// Env is what expressions about one subject may read. It is immutable and safe for concurrent use.
type Env struct {
	name   string
	fields []Field
	root   *node
	cel    *cel.Env
}

// New declares an environment. The name is the subject: "ticket". Contradictory declarations are
// a mistake in the program and come back as a plain error.
func New(name string, fields ...Field) (*Env, error) {
	fields = slices.Clone(fields)
	root, err := tree(fields)
	if err != nil {
		return nil, fmt.Errorf("declare rules about %s: %w", name, err)
	}
	p := &provider{Registry: types.NewEmptyRegistry(), root: root}
	opts := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(p),
		cel.StdLib(),
		cel.EnableMacroCallTracking(),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(MaxSource), cel.ExpressionNodeLimit(maxNodes),
		cel.ParserErrorRecoveryLimit(4), cel.RegexProgramSizeLimit(maxRegexp),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
			cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(maxLoops)),
		cel.Function(fnTotal, cel.Overload("total_dyn", []*cel.Type{cel.DynType}, cel.BoolType,
			cel.OverloadIsNonStrict(), cel.UnaryBinding(total))),
		cel.Function(fnPresent, cel.Overload("present_dyn", []*cel.Type{cel.DynType}, cel.BoolType,
			cel.OverloadIsNonStrict(), cel.UnaryBinding(present))),
		cel.Function(fnDiffers, cel.Overload("differs_dyn_dyn", []*cel.Type{cel.DynType, cel.DynType}, cel.BoolType,
			cel.BinaryBinding(differs))),
	}
	for _, name := range root.names {
		opts = append(opts, cel.Variable(name, root.children[name].celType()))
	}
	env, err := cel.NewCustomEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("declare rules about %s: %w", name, err)
	}
	return &Env{name: name, fields: fields, root: root, cel: env}, nil
}

// Name is the subject the environment is about.
func (e *Env) Name() string { return e.name }

// Fields are the declared fields in the order of declaration.
func (e *Env) Fields() []Field { return slices.Clone(e.fields) }

// total is the value of an atom: false unless it is true.
func total(v ref.Val) ref.Val { return types.Bool(v == types.True) }

// present is whether an operand has a value.
func present(v ref.Val) ref.Val {
	return types.Bool(!types.IsUnknownOrError(v) && v != types.NullValue)
}

// differs is whether two values of comparable types are different; values that do not compare are an error.
func differs(a, b ref.Val) ref.Val {
	if a.Type() != b.Type() && !(numeric(a) && numeric(b)) {
		return types.NewErr("a %s does not compare with a %s", a.Type().TypeName(), b.Type().TypeName())
	}
	equal := a.Equal(b)
	if types.IsUnknownOrError(equal) {
		return equal
	}
	return types.Bool(equal != types.True)
}

func numeric(v ref.Val) bool {
	switch v.(type) {
	case types.Int, types.Uint, types.Double:
		return true
	}
	return false
}
