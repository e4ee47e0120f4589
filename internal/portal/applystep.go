package portal

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"steward/internal/field"
	"steward/internal/lang"
	"steward/internal/program"
)

// applyStep is a page of a form that is filled in page by page.
type applyStep struct {
	Title, Sub string
	Done, Now  bool
	Number     int

	fields []string // the names of what it asks
	files  bool
	last   bool // the one that shows everything, and sends
}

// pair is a value that a page carries along without showing it.
type pair struct{ Name, Value string }

// checkLine is an answer as the last page shows it, with the page to change it on.
type checkLine struct {
	Title, Text string
	Step        int
}

// stepsOf are the pages of a form with several sections, given the answers so far; none where all fits on one page.
func stepsOf(l *lang.Language, p *program.Program, filled program.Filled) (out []applyStep) {
	if len(filled.Sections) < 2 {
		return nil
	}
	you := applyStep{Title: l.Word("About you"), fields: []string{"name", "email"}}
	if p.ForOrganization() {
		you.Title, you.fields = l.Word("About you and your organization"), append(you.fields, "organization", "website")
	}
	out = append(out, you)
	for _, sec := range filled.Sections {
		step := applyStep{Title: sec.Title}
		for _, q := range sec.Questions {
			step.fields = append(step.fields, "f."+q.Field.Name)
		}
		out = append(out, step)
	}
	if u := p.Spec.Uploads; u != nil {
		title := u.Title
		if title == "" {
			title = l.Word("Files")
		}
		out = append(out, applyStep{Title: title, fields: []string{"files"}, files: true})
	}
	out = append(out, applyStep{Title: l.Word("Check and send"), last: true})
	for i := range out {
		out[i].Number = i + 1
	}
	return out
}

// stepOf is the page that a form was sent from, from 0.
func stepOf(in posted, steps []applyStep) int {
	n, err := strconv.Atoi(in.Get("step"))
	if err != nil {
		return 0
	}
	return min(max(n-1, 0), max(len(steps)-1, 0))
}

// among are those questions that the page asks.
func (st applyStep) among(list []*field.Field) (out []*field.Field) {
	for _, f := range list {
		if slices.Contains(st.fields, "f."+f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// wrongOn are the problems on one page.
func (st applyStep) wrongOn(wrong map[string]string) map[string]string {
	out := map[string]string{}
	for _, name := range st.fields {
		if text, bad := wrong[name]; bad {
			out[name] = text
		}
	}
	return out
}

// turn is the page that a button leads to, and what keeps the form from going on.
func turn(in posted, steps []applyStep, wrong map[string]string) (int, map[string]string) {
	at := stepOf(in, steps)
	switch to := in.Get("go"); to {
	case "next":
		if bad := steps[at].wrongOn(wrong); len(bad) > 0 {
			return at, bad
		}
		return min(at+1, len(steps)-1), nil
	case "back":
		return max(at-1, 0), nil
	default:
		n, err := strconv.Atoi(to)
		if err != nil {
			return at, nil
		}
		return min(max(n-1, 0), len(steps)-1), nil
	}
}

// firstWrong is the first page with a problem; at where there is none.
func firstWrong(steps []applyStep, wrong map[string]string, at int) int {
	if i := slices.IndexFunc(steps, func(st applyStep) bool { return len(st.wrongOn(wrong)) > 0 }); i >= 0 {
		return i
	}
	return at
}

// leads is the page that a form which was sent too early shows again: the first with a problem or with a question that was
// not on any page.
func leads(steps []applyStep, wrong map[string]string, added []*field.Field, at int) int {
	all := maps.Clone(wrong)
	for _, f := range added {
		all["f."+f.Name] = ""
	}
	return firstWrong(steps, all, at)
}

// page lays the form out on pages: this one's questions are shown, the answers to the others are carried along.
func (v *applyPage) page(steps []applyStep, at int, in posted, filled program.Filled) {
	now := steps[at]
	v.Paged, v.Step, v.Steps, v.Last, v.Ways = true, at+1, len(steps), now.last, steps
	v.ShowYou, v.ShowFiles = at == 0, now.files
	v.StepTitle = now.Title
	for i := range v.Ways {
		v.Ways[i].Done, v.Ways[i].Now = i < at, i == at
	}
	v.Ways[0].Sub = strings.Trim(v.Name+", "+v.Org, ", ")
	values := url.Values{"name": {v.Name}, "email": {v.Email}, "organization": {v.Org}, "website": {v.Site}}
	for name, list := range in.Values {
		if strings.HasPrefix(name, "f.") {
			values[name] = list
		}
	}
	for i, step := range steps {
		if i == at {
			continue
		}
		for _, name := range step.fields {
			for _, text := range values[name] {
				v.Hidden = append(v.Hidden, pair{name, text})
			}
			if name, asks := strings.CutPrefix(name, "f."); asks && i < at {
				v.Hidden = append(v.Hidden, pair{"asked", name})
			}
		}
	}
	if !now.files {
		for _, k := range v.Kept {
			v.Hidden = append(v.Hidden, pair{"kept", k.Token})
		}
	}
	if v.Sections = slices.DeleteFunc(v.Sections, func(s applySection) bool { return now.last || s.Title != now.Title }); len(v.Sections) > 0 {
		v.StepHelp, v.Sections[0].Title, v.Sections[0].Help = v.Sections[0].Help, "", ""
	}
	if now.last {
		v.check(steps, filled)
	}
}

// check lists the answers for a last look.
func (v *applyPage) check(steps []applyStep, filled program.Filled) {
	add := func(title, text string, step int) {
		if text != "" {
			v.Check = append(v.Check, checkLine{title, text, step})
		}
	}
	add(v.Language.Word("Your name"), v.Name, 1)
	add(v.Language.Word("Email address"), v.Email, 1)
	add(v.Language.Word("Organization"), v.Org, 1)
	add(v.Language.Word("Website"), v.Site, 1)
	for i, sec := range filled.Sections {
		for _, q := range sec.Questions {
			if value := filled.Values.Of(q.Field); value != nil {
				add(q.Field.Title, q.Field.Words(value), i+2)
			}
		}
	}
	var names []string
	for _, k := range v.Kept {
		names = append(names, fmt.Sprintf("%s (%s)", k.Name, k.Size))
	}
	add(v.Language.Word("Files"), strings.Join(names, ", "), len(steps)-1)
}
