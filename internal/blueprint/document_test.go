package blueprint_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"steward/internal/blueprint"
)

func TestParseFileKeepsEveryDocumentsTextVerbatim(t *testing.T) {
	file := "# Our promises.\n---\n# First.\nkind: sla\nname: a   # the first\ntitle: A\n\n---\nkind: sla\nname: b\ntitle: |\n  B\n  --- no marker\n--- # third\nkind: sla\nname: c\ntitle: C\n---\n# The end.\n"
	docs := parse(t, "x.yaml", file)
	var got []string
	for _, d := range docs {
		got = append(got, d.Text)
		again := parse(t, "y.yaml", d.Text)
		if len(again) != 1 || again[0].Text != d.Text || again[0].Digest != d.Digest {
			t.Errorf("%s: its own text parses to %d documents, want itself", d.Name, len(again))
		}
	}
	want := []string{
		"# Our promises.\n---\n# First.\nkind: sla\nname: a   # the first\ntitle: A\n\n",
		"kind: sla\nname: b\ntitle: |\n  B\n  --- no marker\n",
		"--- # third\nkind: sla\nname: c\ntitle: C\n---\n# The end.\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if docs[1].Line != 9 || docs[2].Line != 14 {
		t.Errorf("documents begin on lines %d and %d, want 9 and 14", docs[1].Line, docs[2].Line)
	}
}

func TestParseFileFindsWhatIsWrongWithItsPlace(t *testing.T) {
	for file, want := range map[string]string{
		"kind: sla\nname: Premium Support\ntitle: x\n": `f.yaml:2:7: error: "Premium Support" cannot be a name.`,
		"kind: sla\ntitle: x\n":                        "f.yaml:1:1: error: The document has no name.",
		"kind: sla\nname: a\n":                         "f.yaml:1:1: error: The document has no title.",
		"kind: sla\nname: a\ntitle: [a]\n":             "f.yaml:3:8: error: title must be a text, not a list.",
		"kind: sla\nname: a\ntitle: a\ntitle: b\n":     `f.yaml:4:1: error: "title" is written twice; it stands on line 3 already.`,
		"a\n": "f.yaml:1:1: error: A blueprint is an object with kind, name and title",
		"kind: sla\nname: a\ntitle: a\n---\n- x\n":                      "f.yaml:5:1: error: A blueprint is an object",
		"kind: sla\n\tname: a\n":                                        "f.yaml:2:",
		"kind: sla\nname: a\ntitle: a: b\n":                             `f.yaml:3:8: error: This line is indented wrongly, or a text with ": " in it needs quotes.`,
		"kind: sla\nname: a\ntitle: \"a\n":                              "f.yaml:3:8: error: A quote is opened and never closed.",
		"kind: sla\nname: a\ntitle: !!str a\n":                          "f.yaml:3:8: error: Tags such as !!str are not used here.",
		"kind: sla\nname: a\ntitle: *x\n":                               "f.yaml:3:8: error: There is no anchor &x before this alias.",
		"<<: {kind: sla}\nname: a\n":                                    "f.yaml:1:1: error: Merge keys (<<) are not used here",
		"kind: sla\nname: a\ntitle: a\xff\n":                            "f.yaml:3:9: error: The file holds a byte that is not UTF-8 text.",
		"kind: sla\nname: a\ntitle: a\x00\n":                            "f.yaml:3:9: error: The file holds a byte",
		"a: " + strings.Repeat("[", 500):                                "f.yaml:1:68: error: Values are nested deeper than the limit of 64.",
		strings.Repeat("- ", 500):                                       "f.yaml:1:129: error: Values are nested deeper than the limit of 64.",
		"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + bomb('a', 'b', 'c', 'd', 'e'): "error: The document has more than 10000 values, aliases counted each time.",
		strings.Repeat("# x\n", 300_000):                                "f.yaml: error: A file has at most 1048576 bytes; this one has 1200000.",
	} {
		docs, findings := blueprint.ParseFile("f.yaml", file)
		if got := text(findings); !strings.Contains(got, want) {
			t.Errorf("%.80q:\n got %s\nwant %s (%d documents)", file, got, want, len(docs))
		}
	}
}

// bomb defines ever larger lists of aliases.
func bomb(names ...byte) string {
	var out strings.Builder
	for i := 1; i < len(names); i++ {
		before := "*" + string(names[i-1])
		out.WriteString(string(names[i]) + ": &" + string(names[i]) + " [" + strings.Repeat(before+",", 9) + before + "]\n")
	}
	return out.String()
}

func TestOneBrokenDocumentDoesNotHideTheOthers(t *testing.T) {
	docs, findings := blueprint.ParseFile("f.yaml", "kind: sla\nname: a\ntitle: A\n---\nkind: [\n---\nkind: sla\nname: c\ntitle: C\n")
	if len(docs) != 2 || docs[0].Name != "a" || docs[1].Name != "c" || len(findings) != 1 {
		t.Errorf("got %d documents, %d findings:\n%s", len(docs), len(findings), text(findings))
	}
}

func TestOneDocumentReportsABoundedNumberOfFindings(t *testing.T) {
	var file strings.Builder
	file.WriteString("kind: sla\nname: a\ntitle: A\n")
	for i := range 300 {
		fmt.Fprintf(&file, "x%d: 1\nkind: sla\n", i)
	}
	got := check(t, "f.yaml", file.String())
	if n := strings.Count(got, "\n"); n != 100 || strings.Count(got, "more findings in this document") != 2 {
		t.Errorf("%d findings, want 50 for keys written twice and 50 for unknown ones:\n%s", n, got)
	}
}

func TestWindowsFilesParse(t *testing.T) {
	file := "\ufeff" + strings.ReplaceAll(calendars, "\n", "\r\n")
	docs := parse(t, "c.yaml", file)
	if len(docs) != 2 || docs[1].Name != "follow-the-sun" || !strings.Contains(docs[1].Text, "\r\n") {
		t.Fatalf("got %d documents", len(docs))
	}
	if _, findings := blueprint.Compile(registry(t), docs); len(findings) > 0 {
		t.Error(text(findings))
	}
}

func TestParseFolderReadsEveryYAMLFile(t *testing.T) {
	docs, findings, err := blueprint.ParseFolder(fstest.MapFS{
		"calendar/all.yaml": {Data: []byte(calendars)}, "deep/er/premium.yml": {Data: []byte(premium)},
		"README.md": {Data: []byte("# x")}, ".git/x.yaml": {Data: []byte("nonsense")}, "large.yaml": {Data: make([]byte, blueprint.MaxFile+1)},
	})
	if err != nil || len(docs) != 3 || len(findings) != 1 || findings[0].Path != "large.yaml" {
		t.Errorf("got %d documents, %v, %s", len(docs), err, text(findings))
	}
	if docs[2].Path != "deep/er/premium.yml" {
		t.Errorf("the path is %s", docs[2].Path)
	}
}

func FuzzParseFile(f *testing.F) {
	for _, s := range []string{calendars, premium, "a: &a {b: *a}", "? [a]\n: b", "- - - x", "a: |\n  x\n---\n--- # y\n", "{a: [b, {c: d}]}", "'a': \"\\u0041\"\n", "a: >-\n b\n", "%YAML 1.2\n---\na: b\n..."} {
		f.Add(s)
	}
	reg := registry(f)
	f.Fuzz(func(t *testing.T, file string) {
		docs, _ := blueprint.ParseFile("f.yaml", file)
		for _, d := range docs {
			again, _ := blueprint.ParseFile("f.yaml", d.Text)
			if len(again) != 1 || again[0].Text != d.Text || again[0].Kind != d.Kind || again[0].Name != d.Name {
				t.Fatalf("document %q does not parse to itself", d.Text)
			}
		}
		set, _ := blueprint.Compile(reg, docs)
		for path, text := range blueprint.Export(set) {
			if more, _ := blueprint.ParseFile(path, text); len(more) != 1 {
				t.Fatalf("export %s does not parse", path)
			}
		}
	})
}

// Files at the limit of size are read, or refused, in time that grows with their size and not with
// its square. Were it the square, these would take minutes.
func TestLargeFilesAreReadOrRefused(t *testing.T) {
	const head = "kind: sla\nname: a\ntitle: x\n"
	for name, tc := range map[string]struct {
		file string
		want string // in the first finding; "" for a document
	}{
		"comments":  {head + strings.Repeat("# x\n", 250_000), ""},
		"markers":   {head + strings.Repeat("---\n# x\n", 120_000), ""},
		"header":    {strings.Repeat("# x\n---\n", 120_000) + head, ""},
		"block":     {head + "description: >\n" + strings.Repeat("  x\n\n", 200_000), ""},
		"lines":     {head + "description: " + strings.Repeat("x\n  ", 250_000) + "\n", ""},
		"quotes":    {head + "description: \"" + strings.Repeat("x\n  ", 250_000) + "\"\n", ""},
		"keys":      {head + strings.Repeat("a: b # x\n", 110_000), "10000 values"},
		"list":      {head + "a: [" + strings.Repeat("x,", 500_000) + "]\n", "10000 values"},
		"merges":    {head + strings.Repeat("<<", 500_000), "1000 times"},
		"brackets":  {head + strings.Repeat("a: [\n", 200_000), "nested deeper"},
		"anchors":   {head + "a: " + strings.Repeat("&a ", 300_000) + "x\n", "nested deeper"},
		"questions": {head + strings.Repeat("? a\n", 200_000), "needs quotes"},
		"documents": {strings.Repeat("---\n"+head, 30_000), "10000 documents"},
	} {
		docs, findings := blueprint.ParseFile("f.yaml", tc.file)
		if tc.want == "" && (len(docs) != 1 || len(findings) != 0) || tc.want != "" && !strings.Contains(text(findings), tc.want) {
			t.Errorf("%s: %d documents, findings %.200s; want %q", name, len(docs), text(findings), tc.want)
		}
	}
}
