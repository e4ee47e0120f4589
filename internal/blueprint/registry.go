package blueprint

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"steward/internal/rule"
	"steward/internal/suggest"
)

// Kind is a kind of blueprint whose documents decode into T.
type Kind[T any] struct {
	Name    string // "sla": what documents write as kind
	Title   string // "Service level policy"
	Summary string // one or two sentences
	Example string // a whole document that compiles

	// Lint reports what the struct's tags cannot say. It runs when all documents are decoded and
	// references resolve, so it may look at others with Get. May be nil.
	Lint func(c *Context, spec T)
	// LintBroken has Lint look also at documents some of whose expressions do not compile: then
	// Context.Rule is nil for those, and what else is wrong is told all the same.
	LintBroken bool
	// Compile makes what others read with Artifact. It runs after Lint, for referenced
	// blueprints first (within a circle of references in no particular order). An error is a
	// finding; an Invalid fault's field says where. May be nil.
	Compile func(c *Context, spec T) (any, error)
}

// Info is what people read about a kind.
type Info struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Example string `json:"example"`
}

// kind is a registered Kind without its type.
type kind struct {
	Info
	shape   *shape
	broken  bool // lint documents whose expressions do not compile
	lint    func(c *Context, spec any)
	compile func(c *Context, spec any) (any, error)
}

// Registry knows all kinds of an installation, and the subjects of their rules. It is built once,
// when the program starts, and only read afterwards.
type Registry struct {
	kinds    map[string]*kind
	byType   map[reflect.Type]string
	subjects map[string]*rule.Env
	rules    []func(c *Context, path string, p *rule.Program)
}

// NewRegistry returns a registry without kinds.
func NewRegistry() *Registry {
	return &Registry{kinds: map[string]*kind{}, byType: map[reflect.Type]string{}, subjects: map[string]*rule.Env{}}
}

// Extend declares more fields of a subject that is declared already. Contradictions are a
// mistake in the program and panic.
func (r *Registry) Extend(subject string, fields ...rule.Field) {
	env, err := rule.New(subject, append(r.subjects[subject].Fields(), fields...)...)
	if err != nil {
		panic(err)
	}
	r.subjects[subject] = env
}

// Subject declares what expressions of format "cel:NAME" may read; NAME is the environment's.
// Declaring a subject again replaces it.
func (r *Registry) Subject(env *rule.Env) { r.subjects[env.Name()] = env }

// Env is what expressions of format "cel:NAME" may read, nil when there is no such subject.
func (r *Registry) Env(name string) *rule.Env { return r.subjects[name] }

// LintRules makes look see every compiled expression of every blueprint, with the path of its field.
func (r *Registry) LintRules(look func(c *Context, path string, p *rule.Program)) {
	r.rules = append(r.rules, look)
}

// Register adds a kind. It panics when the kind or its struct is declared wrongly or twice: that
// is a mistake in the program, found by any test that builds the registry.
func Register[T any](r *Registry, k Kind[T]) {
	t := reflect.TypeFor[T]()
	fail := func(format string, args ...any) {
		panic(fmt.Sprintf("register blueprint kind %q: ", k.Name) + fmt.Sprintf(format, args...))
	}
	if !kindText.MatchString(k.Name) || k.Title == "" || k.Summary == "" || k.Example == "" {
		fail("a kind needs a name, title, summary and example")
	}
	if r.kinds[k.Name] != nil || r.byType[t] != "" {
		fail("it, or %s, is registered already", t)
	}
	s, err := shaper{}.of(t)
	if err != nil {
		fail("%v", err)
	}
	if s.form != formObject {
		fail("%s is not a struct", t)
	}
	for _, name := range header {
		if s.field(name) != nil {
			fail("every document has a field %q already", name)
		}
	}
	added := &kind{Info: Info{k.Name, k.Title, k.Summary, k.Example}, shape: s, broken: k.LintBroken}
	if k.Lint != nil {
		added.lint = func(c *Context, spec any) { k.Lint(c, spec.(T)) }
	}
	if k.Compile != nil {
		added.compile = func(c *Context, spec any) (any, error) { return k.Compile(c, spec.(T)) }
	}
	r.kinds[k.Name], r.byType[t] = added, k.Name
}

// Kinds lists the kinds by name.
func (r *Registry) Kinds() []Info {
	out := make([]Info, 0, len(r.kinds))
	for _, name := range r.names() {
		out = append(out, r.kinds[name].Info)
	}
	return out
}

func (r *Registry) names() []string { return slices.Sorted(maps.Keys(r.kinds)) }

// CheckExamples compiles every kind's example by itself and returns what is wrong with them,
// apart from references to other blueprints. For tests.
func (r *Registry) CheckExamples() []Finding {
	var out []Finding
	for _, name := range r.names() {
		docs, findings := ParseFile(name+".yaml", r.kinds[name].Example)
		for i := range docs {
			findings = append(findings, newDecoder(r, &docs[i]).decode().findings...)
		}
		if len(docs) != 1 || docs[0].Kind != name {
			findings = append(findings, Finding{Severity: Error, Kind: name, Path: name + ".yaml", Message: "The example is not one document of its kind."})
		}
		out = append(out, findings...)
	}
	return out
}

// unknownKind says that there is no such kind.
func (r *Registry) unknownKind(name string) string {
	return fmt.Sprintf("There is no kind %q.%s", name, suggest.DidYouMean(name, r.names()))
}
