package help

import (
	"bytes"
	"cmp"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"steward/docs"
)

// Page is a page of the documentation.
type Page struct {
	Name     string // of its file, without .md
	Title    string
	Shelf    string // whose work it is for, in English; "" where none names it
	Summary  string // its first paragraph, as plain text
	HTML     string // what stands below its title
	Sections []Section
}

// Section is a part of a page under a heading; the first one is what stands before any.
type Section struct {
	Title  string
	Anchor string // "" for the beginning of the page
	Level  int    // 1 for the beginning, 2 and more for headings
	Text   string // its words, as plain text
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// Pages are the pages of the documentation, those that most people need first.
var Pages = sync.OnceValue(func() (out []Page) {
	names, err := fs.Glob(docs.Pages, "*.md")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, name := range names {
		source, err := docs.Pages.ReadFile(name)
		if err != nil {
			panic(err) // it was listed
		}
		p := read(strings.TrimSuffix(name, ".md"), source)
		p.Shelf = shelved(p.Name)
		out = append(out, p)
	}
	called(out)
	slices.SortFunc(out, func(a, b Page) int {
		i, m := place(a.Name)
		j, n := place(b.Name)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(m, n), strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)))
	})
	return out
})

// called names pages by their titles, where the text names their files.
func called(pages []Page) {
	var html, words []string
	for _, p := range pages {
		html = append(html, ">"+p.Name+".md</a>", ">"+template.HTMLEscapeString(p.Title)+"</a>")
		words = append(words, p.Name+".md", p.Title)
	}
	inHTML, inWords := strings.NewReplacer(html...), strings.NewReplacer(words...)
	for i := range pages {
		pages[i].HTML, pages[i].Summary = inHTML.Replace(pages[i].HTML), inWords.Replace(pages[i].Summary)
		for j, s := range pages[i].Sections {
			pages[i].Sections[j].Text = inWords.Replace(s.Text)
		}
	}
}

// read takes a page apart.
func read(name string, source []byte) Page {
	p := Page{Name: name, Title: name, Sections: []Section{{Level: 1}}}
	root := markdown.Parser().Parse(text.NewReader(source))
	var title ast.Node
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		last := &p.Sections[len(p.Sections)-1]
		if h, ok := n.(*ast.Heading); ok {
			if h.Level == 1 && title == nil {
				title, p.Title = n, plain(n, source)
				last.Title = p.Title
				continue
			}
			anchor, _ := h.AttributeString("id")
			id, _ := anchor.([]byte)
			p.Sections = append(p.Sections, Section{Title: plain(n, source), Anchor: string(id), Level: h.Level})
			continue
		}
		words := plain(n, source)
		if n.Kind() == ast.KindParagraph && p.Summary == "" {
			p.Summary = words
		}
		last.Text = strings.TrimSpace(last.Text + "\n" + words)
	}
	if title != nil {
		root.RemoveChild(root, title)
	}
	lead(root)
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, source, root); err != nil {
		panic(err) // a buffer takes everything
	}
	p.HTML = b.String()
	return p
}

// lead sends links between pages to where they are read here. What leads out of the documentation stays words.
func lead(root ast.Node) {
	var out []ast.Node
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		link, ok := n.(*ast.Link)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		file, anchor, _ := strings.Cut(string(link.Destination), "#")
		switch {
		case strings.Contains(file, ":"): // an address of somebody else's
		case file == "":
			link.Destination = []byte("#" + anchor)
		case strings.HasSuffix(file, ".md") && path.Base(file) == file:
			to := "/help/" + strings.TrimSuffix(file, ".md")
			if anchor != "" {
				to += "#" + anchor
			}
			link.Destination = []byte(to)
		default:
			out = append(out, link)
		}
		return ast.WalkContinue, nil
	})
	for _, link := range out {
		for c := link.FirstChild(); c != nil; c = link.FirstChild() {
			link.Parent().InsertBefore(link.Parent(), link, c)
		}
		link.Parent().RemoveChild(link.Parent(), link)
	}
}

// plain is a part of a page without its marks.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch v := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(v.Segment.Value(source))
				if v.SoftLineBreak() || v.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(v.Value)
			}
		case *ast.AutoLink:
			if entering {
				b.Write(v.URL(source))
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if entering {
				for i := range n.Lines().Len() {
					line := n.Lines().At(i)
					b.Write(line.Value(source))
				}
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}
