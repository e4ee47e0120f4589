package blueprint

import (
	"errors"
	"fmt"
	"strings"

	goyaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of one document.
const (
	maxDepth = 64     // objects and lists inside each other
	maxNodes = 10_000 // values, aliases expanded
	// maxMerges is how often << may stand in a text; reading them takes the square in time.
	maxMerges = 1_000
)

var tooMany = fmt.Sprintf("The document has more than %d values, aliases counted each time.", maxNodes)

// problem is what is wrong at a place of a document.
type problem struct {
	line, column int
	message      string
}

func (p *problem) Error() string { return p.message }

// parseYAML reads one document; first is the line of the file that text begins on. It returns nil
// for a document without content. Keys written twice are problems, but not fatal.
func parseYAML(text string, first int) (root *node, doubles []problem, err *problem) {
	defer func() {
		// The parser is not ours; whatever it does must not end the program.
		if r := recover(); r != nil {
			root, err = nil, &problem{first, 1, "This document cannot be read as YAML."}
		}
	}()
	if strings.Count(text, "<<") > maxMerges {
		return nil, nil, &problem{first, 1, fmt.Sprintf("The document has << more than %d times.", maxMerges)}
	}
	tokens := lexer.Tokenize(text)
	if p := tooLarge(tokens); p != nil {
		p.line += first - 1
		return nil, nil, p
	}
	file, parseErr := parser.Parse(tokens, parser.ParseComments, parser.AllowDuplicateMapKey())
	if parseErr != nil {
		return nil, nil, syntaxProblem(parseErr, first)
	}
	c := &converter{first: first, lines: strings.Split(text, "\n"), anchors: map[string]*node{}}
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if root != nil {
			return nil, nil, c.at(doc.Body, "Write --- on a line of its own between documents.")
		}
		if root, err = c.node(doc.Body, 0); err != nil {
			return nil, nil, err
		}
	}
	return root, c.doubles, nil
}

// tooLarge finds nesting and numbers of values that could exhaust the parser, before it runs.
func tooLarge(tokens token.Tokens) *problem {
	depth, line, run, values := 0, 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingKeyType:
			return &problem{t.Position.Line, t.Position.Column, `A text that begins with "? " needs quotes.`}
		case token.MappingValueType, token.SequenceEntryType, token.CollectEntryType, token.AliasType, token.AnchorType, token.TagType:
			// The parser takes the square of this in time.
			if values++; values > maxNodes {
				return &problem{t.Position.Line, t.Position.Column, tooMany}
			}
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth = max(depth-1, 0)
		}
		switch t.Type {
		case token.SequenceEntryType, token.TagType, token.AnchorType, token.MappingValueType:
			if t.Position.Line != line {
				line, run = t.Position.Line, 0
			}
			if depth == 0 {
				run++
			}
		}
		if depth > maxDepth || run > maxDepth {
			return &problem{t.Position.Line, t.Position.Column, fmt.Sprintf("Values are nested deeper than the limit of %d.", maxDepth)}
		}
	}
	return nil
}

// hints say what the parser's commonest complaints usually mean.
var hints = []struct{ says, means string }{
	{"mapping value is not allowed", `This line is indented wrongly, or a text with ": " in it needs quotes.`},
	{"could not find end character", "A quote is opened and never closed."},
	{"must be specified", "A list or object in brackets is not closed."},
	{"end token", "A list or object in brackets is not closed."},
	{"tab character", "Indent with spaces; YAML does not allow tabs."},
	{"reserved character", "A text that begins with @ or ` needs quotes."},
	{"non-map value", `A key needs a colon and a space after it: "key: value".`},
	{"unexpected key name", `A key needs a colon and a space after it: "key: value".`},
}

func syntaxProblem(err error, first int) *problem {
	p := &problem{line: first, column: 1, message: "This document cannot be read as YAML."}
	var syn *goyaml.SyntaxError
	if !errors.As(err, &syn) {
		return p
	}
	if syn.Token != nil && syn.Token.Position != nil {
		p.line, p.column = first+syn.Token.Position.Line-1, max(syn.Token.Position.Column, 1)
	}
	p.message = "This cannot be read as YAML: " + syn.Message + "."
	for _, h := range hints {
		if strings.Contains(syn.Message, h.says) {
			p.message = h.means
			break
		}
	}
	return p
}

// converter turns the parser's tree into ours.
type converter struct {
	first   int
	lines   []string
	anchors map[string]*node
	count   int
	doubles []problem
}

func (c *converter) at(n ast.Node, format string, args ...any) *problem {
	line, column := c.position(n)
	return &problem{line, column, fmt.Sprintf(format, args...)}
}

// position is where a node begins, in the file.
func (c *converter) position(n ast.Node) (line, column int) {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return c.position(m.Values[0].Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return c.first, 1
	}
	return c.first + t.Position.Line - 1, max(t.Position.Column, 1)
}

func (c *converter) node(n ast.Node, depth int) (*node, *problem) {
	if c.count++; c.count > maxNodes {
		return nil, c.at(n, "%s", tooMany)
	}
	if depth > maxDepth {
		return nil, c.at(n, "Values are nested deeper than the limit of %d.", maxDepth)
	}
	out := &node{size: 1}
	out.line, out.column = c.position(n)
	switch n := n.(type) {
	case *ast.MappingNode:
		return c.mapping(out, n, depth)
	case *ast.SequenceNode:
		out.kind = list
		for _, v := range n.Values {
			item, err := c.node(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, item)
			out.size += item.size
		}
		return out, nil
	case *ast.AnchorNode:
		v, err := c.node(n.Value, depth)
		if err == nil {
			c.anchors[n.Name.GetToken().Value] = v
		}
		return v, err
	case *ast.AliasNode:
		v := c.anchors[n.Value.GetToken().Value]
		if v == nil {
			return nil, c.at(n, "There is no anchor &%s before this alias.", n.Value.GetToken().Value)
		}
		if c.count += v.size; c.count > maxNodes {
			return nil, c.at(n, "%s", tooMany)
		}
		return v, nil
	case *ast.TagNode:
		return nil, c.at(n, "Tags such as %s are not used here.", n.GetToken().Value)
	case *ast.LiteralNode:
		c.block(out, n)
		return out, nil
	case *ast.NullNode:
		out.kind = null
		return out, nil
	}
	return out, c.scalar(out, n)
}

// scalar fills a node from a value on one line.
func (c *converter) scalar(out *node, n ast.Node) *problem {
	out.text = n.GetToken().Value
	switch n := n.(type) {
	case *ast.StringNode:
		out.plain = n.Value
		out.text = n.Value
		if t := n.Token.Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			out.style = quoted
		}
	case *ast.IntegerNode:
		out.plain = n.Value
		if u, ok := n.Value.(uint64); ok && u < 1<<63 {
			out.plain = int64(u)
		}
	case *ast.FloatNode:
		out.plain = n.Value
	case *ast.BoolNode:
		out.plain = n.Value
	case *ast.InfinityNode, *ast.NanNode:
		out.plain = out.text
	default:
		return c.at(n, "This kind of YAML is not used here.")
	}
	return nil
}

// block fills a node from a text block (| or >).
func (c *converter) block(out *node, n *ast.LiteralNode) {
	out.text, out.plain, out.style = n.Value.Value, n.Value.Value, literal
	if strings.HasPrefix(n.Start.Value, ">") {
		out.style = folded
	}
	for i := out.line - c.first + 1; i < len(c.lines); i++ {
		if l := c.lines[i]; strings.TrimSpace(l) != "" {
			out.indent = len(l) - len(strings.TrimLeft(l, " "))
			break
		}
	}
}

func (c *converter) mapping(out *node, n *ast.MappingNode, depth int) (*node, *problem) {
	out.kind = mapping
	seen := map[string]*key{}
	for _, v := range n.Values {
		var name string
		switch k := v.Key.(type) {
		case *ast.StringNode:
			name = k.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
			name = k.GetToken().Value
		case *ast.MergeKeyNode:
			return nil, c.at(k, "Merge keys (<<) are not used here; write the fields out.")
		default:
			return nil, c.at(v.Key, "A key is a plain text.")
		}
		k := &key{name: name}
		k.line, k.column = c.position(v.Key)
		if before := seen[name]; before != nil {
			c.doubles = append(c.doubles, problem{k.line, k.column, fmt.Sprintf("%q is written twice; it stands on line %d already.", name, before.line)})
			continue
		}
		seen[name] = k
		value, err := c.node(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		k.value = value
		out.keys = append(out.keys, k)
		out.size += value.size
	}
	return out, nil
}
