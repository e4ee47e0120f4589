package field

import (
	"maps"
	"strconv"
	"strings"
)

// Read turns values as a table has them into values as Change takes them: yes and no (also true
// and false, 1 and 0) for a checkbox, numbers with a point, several choices separated by ; or |.
// What cannot be read so stays text, which Change then refuses with its reason.
func (s *Schema) Read(kind string, texts map[string]string) map[string]any {
	out := map[string]any{}
	for name, text := range texts {
		out[name] = text
		if f := s.Named(kind, name); f != nil {
			out[name] = f.read(strings.TrimSpace(text))
		}
	}
	return out
}

func (f *Field) read(text string) any {
	switch f.Type {
	case "checkbox":
		switch strings.ToLower(text) {
		case "yes", "true", "1":
			return true
		case "no", "false", "0":
			return false
		}
	case "decimal", "integer", "lookup":
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case "multiselect":
		list := []any{}
		for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' }) {
			list = append(list, strings.TrimSpace(one))
		}
		return list
	}
	return text
}

// Differ reports whether putting values over those of a record changes any, as Change would.
func (s *Schema) Differ(kind string, v Values, in map[string]any) (bool, error) {
	after, err := s.Change(kind, v, in, true)
	if err != nil {
		return false, err
	}
	open, _ := s.Diff(kind, v, after)
	return len(open) > 0, nil
}

// Answer turns what somebody answered on a web page into a value as Change takes it; nil when
// they answered nothing. A ticked checkbox is true, one left alone nothing.
func (f *Field) Answer(given []string) any {
	if f.Type == "multiselect" {
		list := []any{}
		for _, one := range given {
			if one != "" {
				list = append(list, one)
			}
		}
		if len(list) == 0 {
			return nil
		}
		return list
	}
	text := ""
	if len(given) > 0 {
		text = given[0]
	}
	if f.Type == "textarea" {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	} else {
		text = strings.TrimSpace(text)
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	switch f.Type {
	case "checkbox":
		if value := f.read(text); value == true {
			return true
		}
		return nil
	case "decimal":
		return f.read(strings.Replace(text, ",", ".", 1))
	}
	return f.read(text)
}

// Set puts one value over those of a record, as Change does, without asking for required ones.
func (s *Schema) Set(kind string, v Values, name string, value any) (Values, error) {
	out := maps.Clone(v)
	if out == nil {
		out = Values{}
	}
	return out, s.set(kind, out, name, plain(value), true)
}
