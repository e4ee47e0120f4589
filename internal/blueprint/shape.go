package blueprint

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Described is a type that reads itself from text and says what it accepts.
type Described interface {
	encoding.TextMarshaler
	Describe() Description
}

// Description says how a type's text looks.
type Description struct {
	Accepted string              // in words: "hours and minutes, such as 30m"
	Pattern  string              // regular expression for the schema; may be empty
	Examples []string            // for the schema
	Guess    func(string) string // what a refused text probably meant, "" when unknown; may be nil
}

// form is what YAML a shape is written as.
type form int

const (
	formText    form = iota // string
	formTextual             // a type that reads itself from text
	formBool
	formInt
	formNumber
	formList
	formMap
	formObject
	formAny
)

// shape is what a Go type looks like in a document. It is built once, at registration.
type shape struct {
	form   form
	typ    reflect.Type // without pointer
	elem   *shape       // of a list or map
	fields []*field     // of an object, in the order of the struct
	short  *field       // the field a plain value sets; nil for most
	desc   Description  // of a textual type
}

// field is one key of an object.
type field struct {
	name     string
	doc      string
	index    []int // within the struct
	required bool
	enum     []string
	ref      string
	min, max string
	format   string
	pick     string // what editors offer beside what is typed: "colleague,actor,nobody"
	shape    *shape
}

// names are the keys of an object.
func (s *shape) names() []string {
	out := make([]string, len(s.fields))
	for i, f := range s.fields {
		out[i] = f.name
	}
	return out
}

func (s *shape) field(name string) *field {
	for _, f := range s.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// shaper builds shapes and keeps those of structs, so that types may refer to themselves.
type shaper map[reflect.Type]*shape

// of returns the shape of a type, or says why a document cannot hold it.
func (b shaper) of(t reflect.Type) (*shape, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := &shape{typ: t}
	var err error
	switch {
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		s.form = formTextual
		d, ok := reflect.Zero(t).Interface().(Described)
		if !ok {
			return nil, fmt.Errorf("type %s reads itself from text but does not describe what it accepts", t)
		}
		s.desc = d.Describe()
	case t.Kind() == reflect.String:
		s.form = formText
	case t.Kind() == reflect.Bool:
		s.form = formBool
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		s.form = formInt
	case t.Kind() == reflect.Float64:
		s.form = formNumber
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		s.form = formAny
	case t.Kind() == reflect.Slice:
		s.form = formList
		s.elem, err = b.of(t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		s.form = formMap
		s.elem, err = b.of(t.Elem())
	case t.Kind() == reflect.Struct:
		if known := b[t]; known != nil {
			return known, nil
		}
		s.form = formObject
		b[t] = s
		err = b.object(s, t, nil)
	default:
		return nil, fmt.Errorf("type %s has no form in YAML", t)
	}
	return s, err
}

// object adds the fields of a struct, which lies at index within the object's own.
func (b shaper) object(s *shape, t reflect.Type, index []int) error {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(append([]int{}, index...), i)
		tag, tagged := sf.Tag.Lookup("yaml")
		if sf.Anonymous && tag == ",inline" {
			if err := b.object(s, sf.Type, at); err != nil {
				return err
			}
			continue
		}
		if !tagged || tag == "-" {
			if sf.IsExported() && tag != "-" {
				return fmt.Errorf("field %s.%s has no yaml tag", t, sf.Name)
			}
			continue
		}
		f := &field{name: tag, doc: sf.Tag.Get("doc"), index: at, required: sf.Tag.Get("required") == "true",
			ref: sf.Tag.Get("ref"), min: sf.Tag.Get("min"), max: sf.Tag.Get("max"), format: sf.Tag.Get("format"), pick: sf.Tag.Get("pick")}
		if enum := sf.Tag.Get("enum"); enum != "" {
			f.enum = strings.Split(enum, ",")
		}
		var err error
		if f.shape, err = b.of(sf.Type); err == nil {
			err = f.check()
		}
		if err != nil {
			return fmt.Errorf("field %s.%s: %w", t, sf.Name, err)
		}
		if s.field(f.name) != nil {
			return fmt.Errorf("field %s.%s: there are two fields named %q", t, sf.Name, f.name)
		}
		if sf.Tag.Get("short") == "true" {
			s.short = f
		}
		s.fields = append(s.fields, f)
	}
	return nil
}

// check refuses tags that the field's type cannot obey.
func (f *field) check() error {
	if f.doc == "" {
		return fmt.Errorf("it has no doc tag")
	}
	text := f.innermost().form == formText
	if (f.ref != "" || f.enum != nil || f.format != "" || f.pick != "") && !text {
		return fmt.Errorf("ref, enum, format and pick are for texts")
	}
	for _, bound := range []string{f.min, f.max} {
		if bound != "" {
			if _, err := f.bound(bound); err != nil {
				return fmt.Errorf("bound %q: %w", bound, err)
			}
		}
	}
	if f.format != "" && !knownFormat(f.format) {
		return fmt.Errorf("there is no format %q", f.format)
	}
	return nil
}

// innermost is the shape below lists and maps: what ref, enum and format apply to.
func (f *field) innermost() *shape {
	s := f.shape
	for s.form == formList || s.form == formMap {
		s = s.elem
	}
	return s
}
