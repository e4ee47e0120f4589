// Package house_test keeps the house rules: which way imports run, what is documented, and
// what no file may contain. A failure names the file, the line and the rule.
package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The layers, from the ground up. A package of internal/ stands in exactly one of them; a
// folder below a package belongs to it.
var layers = []struct {
	name     string
	packages []string
}{
	{"ground", []string{"db", "act", "fault", "suggest", "lang"}},
	{"kernel", []string{"approval", "ledger", "blueprint", "rule", "measure", "population", "playbook", "bizcal", "field", "directory", "work"}},
	{"service", []string{"auth", "job", "mail", "file", "search", "rest", "explain", "replay", "outbound", "tracker", "backup", "observe", "node", "entitle", "availability", "trace", "ownview", "sheet", "help"}},
	{"module", []string{"desk", "knowledge", "success", "outreach", "program", "setup", "notify", "enablement", "governance", "schedule", "insight", "doctor"}},
	{"surface", []string{"api", "zendesk", "scim", "portal", "chatops", "webhook"}},
	{"composition root", []string{"app"}},
	{"demonstration", []string{"demo"}},
}

// The ground imports no more than this.
var ground = map[string][]string{"lang": nil, "fault": {"lang"}, "suggest": {"lang"}, "act": {"fault"}, "db": {"fault", "act"}}

func layerOf(pkg string) string {
	for _, l := range layers {
		if slices.Contains(l.packages, pkg) {
			return l.name
		}
	}
	return ""
}

// below reports whether a package of layer from may import one of layer to. Kernel and
// services stand on one floor.
func below(from, to string) bool {
	floor := map[string]int{"ground": 0, "kernel": 1, "service": 1, "module": 2, "surface": 3, "composition root": 4, "demonstration": 5}
	return floor[to] < floor[from] || floor[to] == 1 && floor[from] == 1
}

// source is one Go file of the repository.
type source struct {
	name string // from the root of the repository
	file *ast.File
	fset *token.FileSet
}

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

func (s source) at(p token.Pos) string {
	return s.name + ":" + strconv.Itoa(s.fset.Position(p).Line)
}

// internal is the first folder below internal/ that a path of the module lies in, or "".
func internal(modulePath string) string {
	rest, ok := strings.CutPrefix(modulePath, "internal/")
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}

// each calls fn for every file of the repository that somebody wrote by hand.
func each(t *testing.T, fn func(name string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (slices.Contains([]string{"node_modules", "dist", "bin", "out"}, e.Name()) || len(e.Name()) > 2 && e.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if e.Type().IsRegular() {
			fn(filepath.ToSlash(strings.TrimPrefix(p, "../")))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sources(t *testing.T) (out []source) {
	t.Helper()
	each(t, func(name string) {
		if path.Ext(name) != ".go" || strings.Contains(name, "/testdata/") {
			return
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "../"+name, nil, parser.ParseComments)
		if err != nil {
			t.Errorf("%s cannot be read: %v", name, err)
			return
		}
		out = append(out, source{name, f, fset})
	})
	return out
}

func TestImportsRunOneWay(t *testing.T) {
	for _, s := range sources(t) {
		pkg := internal(path.Dir(s.name))
		if pkg != "" && layerOf(pkg) == "" {
			t.Errorf("%s: internal/%s stands in no layer. Name its layer in internal/house_test.go", s.name, pkg)
			continue
		}
		for _, i := range s.file.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			p, ours := strings.CutPrefix(p, "steward/")
			to := internal(p)
			switch {
			case !ours:
			case strings.HasPrefix(s.name, "toolbox/") && to != "":
				t.Errorf("%s imports %s: the toolbox stands alone and imports nothing under internal/", s.at(i.Pos()), p)
			case s.test() || pkg == "" || to == pkg:
			case strings.HasPrefix(p, "internal/db/dbtest") && path.Base(path.Dir(s.name)) != "apptest":
				t.Errorf("%s imports %s: only tests may", s.at(i.Pos()), p)
			case layerOf(pkg) == "ground":
				if !slices.Contains(ground[pkg], to) {
					t.Errorf("%s imports %s: internal/%s may import %s of ours and nothing else", s.at(i.Pos()), p, pkg, list(ground[pkg]))
				}
			case !below(layerOf(pkg), layerOf(to)):
				t.Errorf("%s imports %s: a %s never imports a %s", s.at(i.Pos()), p, layerOf(pkg), layerOf(to))
			}
		}
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		dir := path.Dir(s.name)
		if s.test() || !strings.HasPrefix(dir, "internal/") && !strings.HasPrefix(dir, "toolbox/") {
			continue
		}
		here := path.Base(s.name) == "doc.go" && strings.HasPrefix(s.file.Doc.Text(), "Package "+s.file.Name.Name+" ")
		documented[dir] = documented[dir] || here
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no doc.go that begins \"Package %s …\": say what it is and where to start", dir, path.Base(dir))
		}
	}
}

func TestEveryExportedNameIsExplained(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || s.file.Name.Name == "main" {
			continue
		}
		missing := func(p token.Pos, what string) {
			t.Errorf("%s: %s is exported and has no doc comment", s.at(p), what)
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d))) {
					missing(d.Pos(), strings.TrimPrefix(receiver(d)+"."+d.Name.Name, "."))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
							missing(spec.Pos(), "type "+spec.Name.Name)
						}
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							if n.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
								missing(n.Pos(), n.Name)
							}
						}
					}
				}
			}
		}
	}
}

// receiver is the name of a method's type, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// What no file may contain; the parts are apart so that this file does not.
var (
	machinePath = regexp.MustCompile(`/wo` + `rk/(main|shared|tmp|wt-|\.)|/ro` + `ot/\w`)
	leftover    = regexp.MustCompile(`\bTO` + `DO\b|\bFIX` + `ME\b`)
)

func TestNoFileNamesAMachineOrPutsWorkOff(t *testing.T) {
	text := []string{".go", ".sql", ".md", ".yaml", ".yml", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".sh", ".txtar", ".toml", ".mod", ""}
	each(t, func(name string) {
		if !slices.Contains(text, path.Ext(name)) || strings.Contains(name, "/testdata/fuzz/") || path.Base(name) == ".git" {
			return
		}
		b, err := os.ReadFile("../" + name)
		if err != nil {
			t.Error(err)
			return
		}
		for i, line := range strings.Split(string(b), "\n") {
			if m := machinePath.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is a path of somebody's machine; nobody else has it", name, i+1, m)
			}
			if m := leftover.FindString(line); m != "" {
				t.Errorf("%s:%d: %s: finish it, or write it down where work is planned", name, i+1, m)
			}
		}
	})
}
