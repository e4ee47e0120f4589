package api

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/rest"
)

// Field is a custom attribute as the API shows it.
type Field struct {
	Name     string          `json:"name" doc:"As attributes, conditions and events name it."`
	Title    string          `json:"title"`
	Help     string          `json:"help"`
	On       string          `json:"on" enum:"ticket,person,organization,application"`
	Type     string          `json:"type"`
	Options  []field.Option  `json:"options" nullable:"false"`
	Pattern  string          `json:"pattern"`
	Min      *float64        `json:"min"`
	Max      *float64        `json:"max"`
	To       string          `json:"to" doc:"Of a lookup: what it points to."`
	Default  any             `json:"default"`
	Required bool            `json:"required"`
	Edit     bool            `json:"edit" doc:"Whether you may set it."`
	Everyone bool            `json:"everyone" doc:"Whether customers see it."`
	Indexed  *field.Progress `json:"indexed" doc:"How far it is indexed; null when lists cannot be filtered by it."`
}

func (s *Server) fieldRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/fields", "List custom attributes"), s.getFields)
}

// inside reports whether somebody sees what only agents see of the attributes of a kind of record.
func inside(by act.Actor, kind string) bool {
	if kind == "ticket" {
		return by.May("edit", kind)
	}
	return auth.Scope(by, "read", kind).All()
}

// attributes are a record's attributes by name, as far as somebody sees them.
func (s *Server) attributes(by act.Actor, kind string, v field.Values) map[string]any {
	return s.Fields.Schema().Show(kind, v, inside(by, kind))
}

type fieldsInput struct {
	On string `query:"on" enum:"ticket,person,organization,application," doc:"What has them; all when left out."`
}

func (s *Server) getFields(ctx context.Context, tx db.Tx, by act.Actor, in *fieldsInput) (rest.List[Field], error) {
	progress, err := s.Fields.Progress(ctx, tx)
	items := []Field{}
	for _, f := range s.Fields.Schema().All() {
		all := inside(by, f.On)
		if in.On != "" && in.On != f.On || !all && !f.Everyone() {
			continue
		}
		out := Field{Name: f.Name, Title: f.Title, Help: f.Help, On: f.On, Type: f.Type, Options: f.Titles(), Pattern: f.Pattern, Min: f.Min, Max: f.Max, To: f.To,
			Default: f.Default, Required: f.Required, Edit: all && by.May("write", f.On) || f.Edit == "everyone", Everyone: f.Everyone()}
		if out.Options == nil {
			out.Options = []field.Option{}
		}
		if p := progress[f.ID]; f.Indexed {
			out.Indexed = &p
		}
		items = append(items, out)
	}
	return rest.NewList(items, ""), err
}
