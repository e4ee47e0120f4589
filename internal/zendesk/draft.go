package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// draft is a blueprint that a call makes, or changes: only the fields that the call names are touched, so
// that the author's text, comments and order stay as they are.
type draft struct {
	entry  blueprint.Entry // ID 0: a new one
	title  string
	fields yaml.MapSlice
	also   []string // texts of other blueprints that come with it
}

// newDraft is a new blueprint of a kind, named after its title.
func (c *call) newDraft(kind, title string) (*draft, error) {
	if title = strings.TrimSpace(title); title == "" {
		return nil, fault.Field("title", "", "a title", "Title: cannot be blank")
	}
	return &draft{entry: blueprint.Entry{Kind: kind, Name: c.freeName(kind, title), Title: title}, title: title}, nil
}

// editDraft is a blueprint to change.
func editDraft(e blueprint.Entry) *draft { return &draft{entry: e, title: e.Title} }

// set gives a field its value; nil takes the field away.
func (d *draft) set(field string, value any) {
	d.fields = slices.DeleteFunc(d.fields, func(f yaml.MapItem) bool { return f.Key == field })
	d.fields = append(d.fields, yaml.MapItem{Key: field, Value: value})
}

// text is the blueprint as it will be.
func (d *draft) text() (string, error) {
	if d.entry.ID == 0 {
		return document(d.entry.Kind, d.entry.Name, d.title, d.fields)
	}
	text := d.entry.Text
	edit := func(path string, value any) (err error) {
		if value == nil && !blueprint.HasField(text, path) {
			return nil
		}
		text, err = blueprint.SetField(text, path, value)
		return err
	}
	if d.title != d.entry.Title {
		if err := edit("title", d.title); err != nil {
			return "", err
		}
	}
	for _, f := range d.fields {
		if err := edit(fmt.Sprint(f.Key), plain(f.Value)); err != nil {
			return "", err
		}
	}
	return text, nil
}

// plain turns ordered maps into what JSON knows.
func plain(v any) any {
	switch v := v.(type) {
	case yaml.MapSlice:
		out := map[string]any{}
		for _, item := range v {
			out[fmt.Sprint(item.Key)] = plain(item.Value)
		}
		return out
	case []yaml.MapSlice:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	}
	return v
}

// document is the text of a new blueprint. Fields that are nil are left out.
func document(kind, name, title string, fields yaml.MapSlice) (string, error) {
	all := yaml.MapSlice{{Key: "kind", Value: kind}, {Key: "name", Value: name}, {Key: "title", Value: title}}
	for _, f := range fields {
		if f.Value != nil {
			all = append(all, f)
		}
	}
	b, err := yaml.MarshalWithOptions(all, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
	return string(b), err
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// freeName is a name for a new blueprint, made of its title.
func (c *call) freeName(kind, title string) string {
	base := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(title), "-"), "-")
	if base == "" {
		base = kind
	}
	base = strings.Trim(fmt.Sprintf("%.56s", base), "-")
	name := base
	for n := 2; ; n++ {
		if _, taken := c.Blueprint.Set().Entry(kind, name); !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}

// apply makes the drafts the configuration in force, as one change of the caller's, and returns their
// entries. Where a policy asks for approval the change waits, and the call says so.
func (c *call) apply(message string, drafts ...*draft) ([]blueprint.Entry, error) {
	var docs []blueprint.Document
	var findings []blueprint.Finding
	generation := c.Blueprint.Set().Generation()
	for _, d := range drafts {
		text, err := d.text()
		if err != nil {
			return nil, err
		}
		for _, t := range append([]string{text}, d.also...) {
			more, found := blueprint.ParseFile(d.entry.Key().String()+".yaml", t)
			docs, findings = append(docs, more...), append(findings, found...)
		}
	}
	in := blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "screen", Message: message}
	for _, d := range drafts {
		if d.entry.ID != 0 { // made of a text that somebody may have changed meanwhile
			in.BaseGeneration = &generation
		}
	}
	if err := c.configure(in, func(ctx context.Context, tx db.Tx) error { return c.besides(ctx, tx, drafts[0]) }); err != nil {
		return nil, err
	}
	out := make([]blueprint.Entry, len(drafts))
	for i, d := range drafts {
		out[i], _ = c.Blueprint.Set().Entry(d.entry.Kind, d.entry.Name)
	}
	return out, nil
}

// retire takes blueprints out of the configuration, as one change. Their history stays.
func (c *call) retire(message string, gone ...blueprint.Entry) error {
	without := map[int64]bool{}
	for _, e := range gone {
		without[e.ID] = true
	}
	set := c.Blueprint.Set()
	generation := set.Generation()
	in := blueprint.ApplyInput{Prune: true, Source: "screen", Message: message, BaseGeneration: &generation}
	for _, e := range set.Entries() {
		if !e.Retired && !without[e.ID] {
			docs, findings := blueprint.ParseFile(e.Key().String()+".yaml", e.Text)
			in.Documents, in.Parsed = append(in.Documents, docs...), append(in.Parsed, findings...)
		}
	}
	return c.configure(in, nil)
}

// besideKey is where a context holds what is written in the transaction that makes a blueprint, given its id.
type besideKey struct{}

// beside makes what a call under the context writes together with the blueprint it makes: all or nothing.
func beside(ctx context.Context, fn func(ctx context.Context, tx db.Tx, id int64) error) context.Context {
	return context.WithValue(ctx, besideKey{}, fn)
}

func (c *call) besides(ctx context.Context, tx db.Tx, d *draft) error {
	fn, ok := c.ctx.Value(besideKey{}).(func(ctx context.Context, tx db.Tx, id int64) error)
	if !ok {
		return nil
	}
	id := d.entry.ID
	if id == 0 {
		if err := tx.QueryRow(ctx, `SELECT id FROM blueprint WHERE kind = $1 AND name = $2`, d.entry.Kind, d.entry.Name).Scan(&id); err != nil {
			return err
		}
	}
	return fn(ctx, tx, id)
}

// configure applies a change; then, when it is not nil, is part of its transaction.
func (c *call) configure(in blueprint.ApplyInput, then db.Func) error {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return err
	}
	var out blueprint.Outcome
	err := c.write(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = c.Blueprint.Propose(ctx, tx, c.by, in)
		if err == nil && out.Request == nil && then != nil {
			err = then(ctx, tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if out.Request != nil {
		return &failed{http.StatusUnprocessableEntity, failure{Error: "RecordInvalid", Description: fmt.Sprintf("A policy asks for approval: the change waits as change request %d.", out.Request.ID)}}
	}
	return c.Blueprint.Refresh(c.ctx)
}
