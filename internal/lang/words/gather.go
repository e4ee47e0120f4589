package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"steward/internal/lang"
)

// calls are the functions and methods whose arguments are messages, by name: which of them, from 0. Those of a package
// are named with it; within the package itself they stand alone.
var calls = map[string][]int{
	"fault.New": {1}, "fault.Field": {2, 3}, "fault.Missing": {0}, "fault.Stale": {0},
	"lang.Term": {0}, "lang.At": {1}, "Say": {0}, "Word": {0}, "says": {0}, "Time": {1}, "Count": {1, 2},
	"rule.verb": {0, 1}, "rule.Enum": {}, // the words of a condition, of its opposite
	"search.Choice": {1}, "search.Past": {1}, "search.Ahead": {1}, "PersonFilter": {1},
}

// literals are the composites whose fields are messages.
var literals = map[string][]string{
	"fault.Error": {"Message"}, "fault.Detail": {"Message", "Accepted"},
	"blueprint.Kind": {"Title", "Summary"}, "work.Source": {"Title"},
	"rule.Field": {"Title"}, "search.Kind": {"Title"}, "search.Filter": {"Doc"}, "search.Completion": {"Doc"},
}

var (
	wordText  = regexp.MustCompile(`\p{L}{2}`)
	verbText  = regexp.MustCompile(`%(\[\d+\])?[-+#0-9.]*[a-z]`)
	nameText  = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`) // read by programs
	plainName = regexp.MustCompile(`^"[a-z_]+"$`)        // the same in quotes, as sources have it
)

// mark stands above a declaration whose values are messages.
const mark = "//lang:texts"

// gather finds the messages of the sources below a folder, with the files they stand in.
func gather(root string) (map[string]string, error) {
	places := map[string][]string{}
	note := func(message, file string) {
		if !wordText.MatchString(verbText.ReplaceAllString(message, "")) || nameText.MatchString(message) {
			return
		}
		if name := strings.TrimPrefix(filepath.ToSlash(file), root+"/"); !slices.Contains(places[message], name) {
			places[message] = append(places[message], name)
		}
	}
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "demo"):
			return filepath.SkipDir
		case strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go"):
			packages[filepath.Dir(p)] = append(packages[filepath.Dir(p)], p)
		case strings.HasSuffix(p, ".html"):
			b, err := os.ReadFile(p)
			for _, message := range lang.Messages(string(b)) {
				note(message, p)
			}
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, names := range packages {
		if err := inPackage(names, note); err != nil {
			return nil, err
		}
	}
	out := map[string]string{}
	for message, files := range places {
		slices.Sort(files)
		out[message] = strings.Join(files, ", ")
	}
	return out, nil
}

// finder looks for messages in the files of one package.
type finder struct {
	pkg    string
	consts map[string]string
	note   func(message string)
}

func inPackage(names []string, note func(message, file string)) error {
	files, fset := map[string]*ast.File{}, token.NewFileSet()
	f := finder{consts: map[string]string{}}
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files[name], f.pkg = file, file.Name.Name
		ast.Inspect(file, f.constant)
	}
	for name, file := range files {
		f.note = func(message string) { note(message, name) }
		ast.Inspect(file, f.look)
	}
	return nil
}

// constant keeps constants of text.
func (f *finder) constant(n ast.Node) bool {
	if s, ok := n.(*ast.ValueSpec); ok {
		for i, name := range s.Names {
			if i < len(s.Values) {
				if text, ok := f.text(s.Values[i]); ok {
					f.consts[name.Name] = text
				}
			}
		}
	}
	return true
}

// text is what an expression says that is the same each time.
func (f *finder) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.BinaryExpr:
		a, ok := f.text(e.X)
		b, also := f.text(e.Y)
		return a + b, ok && also && e.Op == token.ADD
	case *ast.ParenExpr:
		return f.text(e.X)
	case *ast.Ident:
		s, ok := f.consts[e.Name]
		return s, ok
	case *ast.CallExpr: // a text in a type: lang.Term("ticket")
		if len(e.Args) == 1 && f.name(e.Fun) == "lang.Term" {
			return f.text(e.Args[0])
		}
	}
	return "", false
}

// name is a function or type as calls and literals name it.
func (f *finder) name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return f.pkg + "." + e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && unicode.IsLower(rune(x.Name[0])) && calls[x.Name+"."+e.Sel.Name] != nil || ok && literals[x.Name+"."+e.Sel.Name] != nil {
			return x.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	case *ast.IndexExpr:
		return f.name(e.X)
	}
	return ""
}

func (f *finder) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if f.name(n.Fun) == "rule.Enum" {
			f.named("value", n.Args...)
		}
		if at := finds(n.Fun); at > 0 && at < len(n.Args) {
			if text, ok := f.text(n.Args[at]); ok {
				f.note(text)
			}
		}
		for _, at := range calls[f.name(n.Fun)] {
			if at < len(n.Args) {
				if text, ok := f.text(n.Args[at]); ok {
					f.note(text)
				}
			}
		}
	case *ast.StructType:
		f.fields(n)
	case *ast.CompositeLit:
		f.literal(n, f.name(n.Type))
		if list, ok := n.Type.(*ast.ArrayType); ok {
			for _, e := range n.Elts {
				if one, ok := e.(*ast.CompositeLit); ok && one.Type == nil {
					f.literal(one, f.name(list.Elt))
				}
			}
		}
	case *ast.GenDecl:
		if n.Doc != nil && slices.ContainsFunc(n.Doc.List, func(c *ast.Comment) bool { return c.Text == mark }) {
			f.values(n)
		}
	}
	return true
}

// fields takes what configuration's forms say of a field: its name, its hint and its values.
func (f *finder) fields(s *ast.StructType) {
	for _, field := range s.Fields.List {
		if field.Tag == nil {
			continue
		}
		text, _ := f.text(field.Tag)
		tag := reflect.StructTag(text)
		if name, doc := tag.Get("yaml"), tag.Get("doc"); name != "" && name != "-" && doc != "" {
			f.note(lang.Named("field", name))
			f.note(doc)
			if enum := tag.Get("enum"); enum != "" {
				for _, v := range strings.Split(enum, ",") {
					f.note(lang.Named("value", v))
				}
			}
		}
	}
}

// finds is which argument of a call says what is wrong with a configuration: c.Error, c.Warn and c.Note of a
// blueprint.Context, d.report and d.reportAt of its decoder; 0 for other calls.
func finds(fun ast.Expr) int {
	if call, ok := fun.(*ast.SelectorExpr); ok {
		if of, ok := call.X.(*ast.Ident); ok {
			switch of.Name + "." + call.Sel.Name {
			case "c.Error", "c.Warn", "c.Note":
				return 1
			case "d.report":
				return 2
			case "d.reportAt":
				return 3
			}
		}
	}
	return 0
}

// named takes words of ours that conditions are written with.
func (f *finder) named(sort string, words ...ast.Expr) {
	for _, e := range words {
		if text, ok := f.text(e); ok {
			f.note(lang.Named(sort, text))
		}
	}
}

// path takes the name of what conditions read: the last word of its path, which may begin with what has it.
func (f *finder) path(e ast.Expr) {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		e = sum.Y
	}
	if text, ok := f.text(e); ok {
		f.note(lang.Named("field", text[strings.LastIndexByte(text, '.')+1:]))
	}
}

func (f *finder) literal(c *ast.CompositeLit, name string) {
	for _, e := range c.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && name == "rule.Field" && key.Name == "Path" {
				f.path(pair.Value)
			}
			if key, ok := pair.Key.(*ast.Ident); ok && slices.Contains(literals[name], key.Name) {
				if text, ok := f.text(pair.Value); ok {
					f.note(text)
				}
			}
		}
	}
}

// values takes every text of a declaration, but no keys.
func (f *finder) values(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			f.values(n.Value)
			return false
		case *ast.CompositeLit: // a name and what it says: {"team", "not in the team"}
			if len(n.Elts) == 2 {
				if name, ok := n.Elts[0].(*ast.BasicLit); ok && plainName.MatchString(name.Value) {
					for _, e := range n.Elts[1:] {
						f.values(e)
					}
					return false
				}
			}
		case *ast.BinaryExpr:
			if text, ok := f.text(n); ok {
				f.note(text)
				return false
			}
		case *ast.BasicLit:
			if text, ok := f.text(n); ok {
				f.note(text)
			}
		}
		return true
	})
}
