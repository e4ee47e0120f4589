package zendesk

import (
	"strconv"
	"strings"
)

// unquote is the text that a literal of an expression stands for.
func unquote(literal string) string {
	if s, err := strconv.Unquote(literal); err == nil {
		return s
	}
	return literal
}

// unwrap takes away parentheses around a whole expression.
func unwrap(text string) string {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "(") && closing(text, 0) == len(text)-1 {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return text
}

// closing is where the bracket that opens at i is closed; -1 when it is not.
func closing(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '"', '\'':
			i = quoteEnd(text, i)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// quoteEnd is where the literal that opens at i ends.
func quoteEnd(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case text[i]:
			return j
		}
	}
	return len(text) - 1
}

// split cuts an expression at an operator that stands outside of brackets and literals. An expression
// with both operators outside of brackets is cut at || only, which binds less.
func split(text, operator string) []string {
	if operator == "&&" && len(cut(text, "||")) > 1 {
		return []string{strings.TrimSpace(text)}
	}
	return cut(text, operator)
}

func cut(text, operator string) (out []string) {
	from := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"', '\'':
			i = quoteEnd(text, i)
		case '(', '[', '{':
			if end := closing(text, i); end > 0 {
				i = end
			}
		default:
			if strings.HasPrefix(text[i:], operator) {
				out = append(out, strings.TrimSpace(text[from:i]))
				i += len(operator) - 1
				from = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(text[from:]))
}
