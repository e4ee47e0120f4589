package zendesk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/field"
)

// fieldOption is a value to choose. Its id is made of the field's and its place.
type fieldOption struct {
	ID       int64  `json:"id,omitempty"`
	Name     string `json:"name"`
	RawName  string `json:"raw_name"`
	Value    string `json:"value"`
	Default  bool   `json:"default"`
	Position int    `json:"position"`
	URL      string `json:"url,omitempty"`
}

func (c *call) optionsOf(n fieldNoun, e blueprint.Entry, s field.Spec) (out []fieldOption) {
	for i, o := range s.Options {
		title := o.Title
		if title == "" {
			title = o.Value[strings.LastIndex(o.Value, ":")+1:]
		}
		id := optionID(e.ID, i)
		out = append(out, fieldOption{ID: id, Name: title, RawName: title, Value: o.Value, Default: s.Default == o.Value, Position: i, URL: c.url("/%s/%d/options/%d.json", n.plural, e.ID, id)})
	}
	return out
}

// optionID numbers the options of a field: its own id and the place of the option.
func optionID(field int64, place int) int64 { return field*10_000 + int64(place) + 1 }

// optionTexts are options as a blueprint has them, and the one chosen to begin with.
func optionTexts(options []fieldOption) (list []yaml.MapSlice, initial string) {
	for _, o := range options {
		one := yaml.MapSlice{{Key: "value", Value: o.Value}}
		if o.Name != "" && o.Name != o.Value {
			one = append(one, yaml.MapItem{Key: "title", Value: o.Name})
		}
		list = append(list, one)
		if o.Default {
			initial = o.Value
		}
	}
	return list, initial
}

func (n fieldNoun) listOptions(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	e, err := n.field(c)
	if err != nil {
		return nil, err
	}
	all := c.optionsOf(n, e, spec[field.Spec](c, e))
	idOf := func(o fieldOption) int64 { return o.ID }
	part, more := slice(p, all, idOf)
	return list(c, p, "custom_field_options", part, idOf, more, func() (int64, error) { return int64(len(all)), nil })
}

// option is the option that the path names, among all of its field.
func (n fieldNoun) option(c *call) (e blueprint.Entry, all []fieldOption, i int, err error) {
	if e, err = n.field(c); err != nil {
		return e, nil, 0, err
	}
	id, err := c.id("option")
	if err != nil {
		return e, nil, 0, err
	}
	all = c.optionsOf(n, e, spec[field.Spec](c, e))
	if i = slices.IndexFunc(all, func(o fieldOption) bool { return o.ID == id }); i < 0 {
		return e, nil, 0, fault.Missing("option", id)
	}
	return e, all, i, nil
}

func (n fieldNoun) showOption(c *call) (any, error) {
	_, all, i, err := n.option(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"custom_field_option": all[i]}, nil
}

// saveOption adds an option, or changes the one whose id is sent.
func (n fieldNoun) saveOption(c *call) (any, error) {
	e, err := n.field(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Option json.RawMessage `json:"custom_field_option"`
	}
	if err := c.body(&body); err != nil {
		return nil, err
	}
	var o fieldOption
	if len(body.Option) == 0 || json.Unmarshal(body.Option, &o) != nil || o.Value == "" && o.ID == 0 {
		return nil, fault.Field("custom_field_option", "", "{name, value}", "The body needs a member custom_field_option.")
	}
	all := c.optionsOf(n, e, spec[field.Spec](c, e))
	i := slices.IndexFunc(all, func(one fieldOption) bool { return one.ID == o.ID || o.ID == 0 && one.Value == o.Value })
	switch {
	case i >= 0:
		_ = json.Unmarshal(body.Option, &all[i])
	case o.ID != 0:
		return nil, fault.Missing("option", o.ID)
	default:
		all, i = append(all, o), len(all)
		c.status = 201
	}
	if err := n.applyOptions(c, e, all); err != nil {
		return nil, err
	}
	e, _ = c.Blueprint.Set().ByID(e.ID)
	return map[string]any{"custom_field_option": c.optionsOf(n, e, spec[field.Spec](c, e))[i]}, nil
}

func (n fieldNoun) removeOption(c *call) (any, error) {
	e, all, i, err := n.option(c)
	if err != nil {
		return nil, err
	}
	return nil, n.applyOptions(c, e, slices.Delete(all, i, i+1))
}

func (n fieldNoun) applyOptions(c *call, e blueprint.Entry, options []fieldOption) error {
	d := editDraft(e)
	list, _ := optionTexts(options)
	d.set("options", list)
	_, err := c.apply(fmt.Sprintf("Zendesk API: options of %q changed", e.Title), d)
	return err
}
