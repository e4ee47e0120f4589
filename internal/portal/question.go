package portal

import (
	"cmp"
	"slices"
	"strings"

	"steward/internal/desk"
	"steward/internal/field"
	"steward/internal/lang"
)

// questionView is one question of a form.
type questionView struct {
	Name, ID, Input, Type, Title, Help string
	Required, Checked                  bool
	Value, Mode, Wrong                 string
	Groups                             []group
}

type group struct {
	Title   string
	Options []option
}

type option struct {
	Value, Title string
	Picked       bool
}

// lookupHelp says what a field takes that names a record.
//
//lang:texts
var lookupHelp = map[string]string{"ticket": "The number of another request of yours.", "person": "The email address of somebody in your organization.",
	"organization": "The name of your organization."}

// view1 is a question with what was answered to it.
func view1(l *lang.Language, q desk.Question, given []string, wrong string) questionView {
	f := q.Field
	v := questionView{Name: f.Name, ID: "f-" + f.Name, Input: "f." + f.Name, Type: f.Type, Title: f.Title, Help: f.Help, Required: q.Required, Wrong: wrong}
	v.Value = strings.Join(given, " ")
	switch f.Type {
	case "integer":
		v.Mode = "numeric"
	case "decimal":
		v.Mode = "decimal"
	case "checkbox":
		v.Checked = len(given) > 0 && given[0] == "yes"
	case "dropdown", "multiselect":
		v.Groups = groups(f, given)
	case "lookup":
		v.Help = cmp.Or(f.Help, l.Word(lookupHelp[f.To]))
	}
	return v
}

// groups are the options of a field under the names of what they are nested in.
func groups(f *field.Field, given []string) (out []group) {
	at := map[string]int{}
	for _, o := range f.Titles() {
		parts := strings.Split(o.Value, "::")
		title := strings.Join(parts[:len(parts)-1], " › ")
		i, ok := at[title]
		if !ok {
			i = len(out)
			at[title], out = i, append(out, group{Title: title})
		}
		out[i].Options = append(out[i].Options, option{o.Value, o.Title, slices.Contains(given, o.Value)})
	}
	slices.SortStableFunc(out, func(a, b group) int { // what stands in no group would look as if it stood in the last
		return cmp.Compare(min(len(a.Title), 1), min(len(b.Title), 1))
	})
	return out
}
