package playbook

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/rule"
	"steward/internal/suggest"
)

// maxDetails is how many wrong answers are told at once.
const maxDetails = 20

// CheckAsk checks what was answered at the start of a run and returns it as it is stored.
func (d *Definition) CheckAsk(answers map[string]any, at time.Time, subject func() any) (map[string]any, error) {
	a := &advance{d: d, w: World{Now: at, Subject: subject}, at: at, st: State{Asked: answers}}
	return a.check("ask", "ask", d.Spec.Ask, answers)
}

// check reads the answers to some questions: each of its type, nothing that was not asked, all that
// is required. It returns them as they are stored.
func (a *advance) check(field, path string, questions []FieldSpec, given map[string]any) (map[string]any, error) {
	var wrong []fault.Detail
	names := make([]string, len(questions))
	for i, q := range questions {
		names[i] = q.Name
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) && len(wrong) < maxDetails {
			wrong = append(wrong, fault.Detail{Field: field + "." + shortened(name), Message: "This is not asked." + suggest.DidYouMean(name, names).String(), Accepted: strings.Join(names, ", ")})
		}
	}
	out := map[string]any{}
	for i, q := range questions {
		if q.When != "" {
			vars := a.d.Vars(a.st, a.at, a.w.Subject)
			vars["this"] = typed(questions, out)
			if p := a.d.programs[fmt.Sprintf("%s[%d].when", path, i)]; p != nil {
				if held, err := p.Eval(vars); err != nil || !held {
					continue // what is not asked is not kept
				}
			}
		}
		v, detail := q.read(given[q.Name])
		switch {
		case detail != nil && len(wrong) < maxDetails:
			detail.Field = field + "." + q.Name
			wrong = append(wrong, *detail)
		case v != nil:
			out[q.Name] = v
		}
	}
	if len(wrong) > 0 {
		e := fault.New(fault.Invalid, "Some answers cannot be taken as they are.")
		e.Details = wrong
		return nil, e
	}
	return out, nil
}

func shortened(name string) string {
	if utf8.RuneCountInString(name) > 60 {
		return string([]rune(name)[:60]) + "…"
	}
	return name
}

// read is an answer as it is stored, nil for none, or what is wrong with it.
func (q FieldSpec) read(v any) (any, *fault.Detail) {
	if text, ok := v.(string); ok {
		if v = strings.TrimSpace(text); v == "" {
			v = nil
		}
	}
	if list, ok := v.([]any); ok && len(list) == 0 {
		v = nil
	}
	if v == nil {
		if q.Required {
			return nil, &fault.Detail{Message: fmt.Sprintf("%s is needed.", q.Title), Accepted: q.accepted()}
		}
		return nil, nil
	}
	bad := func(format string, args ...any) (any, *fault.Detail) {
		return nil, &fault.Detail{Message: fmt.Sprintf(format, args...), Accepted: q.accepted()}
	}
	text, isText := v.(string)
	switch q.Type {
	case typeFile:
		list, ok := v.(fileIDs)
		switch {
		case !ok || len(list) == 0:
			return bad("This is no file of this step. Upload it first.")
		case len(list) > q.files():
			return bad("These are %d files; %d is the most.", len(list), q.files())
		}
		return list, nil
	case "number":
		switch n := v.(type) {
		case float64:
			return n, nil
		case int:
			return float64(n), nil
		}
		return bad("This is not a number.")
	case "yes_no":
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return bad("This is neither yes nor no.")
	}
	if !isText {
		return bad("This is not a text.")
	}
	if most := q.most(); utf8.RuneCountInString(text) > most {
		return bad("This has %d characters; %d is the most.", utf8.RuneCountInString(text), most)
	}
	switch q.Type {
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return bad("This is not a date.")
		}
	case "choice":
		if !slices.Contains(q.Options, text) {
			return bad("This is none of the options.%s", suggest.DidYouMean(text, q.Options))
		}
	case "email":
		clean, err := directory.CleanEmail(q.Name, text)
		if err != nil {
			return bad("This is not a mail address.")
		}
		return clean, nil
	case "link":
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return bad("This is not a link.")
		}
	case "", "text":
		return directory.OneLine(text), nil
	}
	return text, nil
}

func (q FieldSpec) most() int {
	switch {
	case q.Most > 0:
		return q.Most
	case q.Type == "long_text":
		return 20_000
	}
	return 2000
}

func (q FieldSpec) accepted() string {
	switch q.Type {
	case "number":
		return "a number"
	case "yes_no":
		return "true or false"
	case "date":
		return "a date written YYYY-MM-DD"
	case "choice":
		return "one of " + strings.Join(q.Options, ", ")
	case "email":
		return "an address like name@company.example"
	case "link":
		return "a link that begins with https:// or http://"
	case typeFile:
		return q.takes()
	}
	return fmt.Sprintf("a text of at most %d characters", q.most())
}

// typed is stored answers as conditions read them: dates are times, files how many there are.
func typed(questions []FieldSpec, answers map[string]any) map[string]any {
	out := maps.Clone(answers)
	if out == nil {
		out = map[string]any{}
	}
	for _, q := range questions {
		switch q.Type {
		case "date":
			if t, ok := asTime(out[q.Name]); ok {
				out[q.Name] = t
			}
		case typeFile:
			if v, there := out[q.Name]; there {
				out[q.Name] = float64(len(idsOf(v)))
			}
		}
	}
	return out
}

func (q QuizSpec) pass() int {
	if q.Pass == 0 {
		return 100
	}
	return q.Pass
}

func (q QuizSpec) attempts() int {
	if q.Attempts == 0 {
		return 3
	}
	return q.Attempts
}

// score is how many questions in a hundred were answered right. Answers are a text, or a list of them.
func (q QuizSpec) score(answers map[string]any) (int, error) {
	right := 0
	for name := range answers {
		if !slices.ContainsFunc(q.Questions, func(one QuestionSpec) bool { return one.Name == name }) {
			return 0, fault.Field("answers."+shortened(name), nil, "the names of the questions", "This is not asked.")
		}
	}
	for _, one := range q.Questions {
		var said []string
		switch v := answers[one.Name].(type) {
		case string:
			said = []string{v}
		case []any:
			for _, x := range v {
				text, _ := x.(string)
				said = append(said, text)
			}
		case nil:
			return 0, fault.Field("answers."+one.Name, nil, strings.Join(one.Options, ", "), "%s is not answered.", one.Title)
		}
		for _, s := range said {
			if !slices.Contains(one.Options, s) {
				return 0, fault.Field("answers."+one.Name, nil, strings.Join(one.Options, ", "), "This is none of the options of %s.", one.Title)
			}
		}
		slices.Sort(said)
		want := slices.Sorted(slices.Values(one.Right))
		if slices.Equal(slices.Compact(said), want) {
			right++
		}
	}
	return 100 * right / max(len(q.Questions), 1), nil
}

// Fields are what conditions of playbooks may read.
func Fields() []rule.Field {
	return []rule.Field{
		{Path: "now", Type: rule.Time, Doc: "The moment of the decision."},
		{Path: "run.started", Type: rule.Time, Title: "Start", Doc: "When the first step could begin."},
		{Path: "run.stage", Type: rule.Text, Title: "Stage", Doc: "Stage the run is in, by name."},
		{Path: "ask", Type: rule.Attributes, Doc: "What was answered at the start, by name.", Private: true},
		{Path: "answers", Type: rule.Attributes, Doc: "Answers of forms and results of actions, by step and name: answers.details.country.", Private: true},
		{Path: "steps", Type: rule.Attributes, Doc: "How steps went, by name: steps.access.state (ahead, scheduled, active, done, skipped, passed, failed), .outcome, .round and .score."},
		{Path: "subject", Type: rule.Attributes, Doc: "What the run is about, as conditions about records of its kind read it: subject.name, subject.attributes.plan.", Private: true},
		{Path: "this", Type: rule.Attributes, Doc: "In a form: the answers before the question.", Private: true},
	}
}

// Vars are the values of Fields.
func (d *Definition) Vars(st State, now time.Time, subject func() any) rule.Vars {
	answers, steps := map[string]any{}, map[string]any{}
	for i, s := range st.Steps {
		one := map[string]any{"state": string(s.State), "round": s.Round + 1}
		if s.Outcome != "" {
			one["outcome"] = s.Outcome
		}
		if d.Steps[i].kind() == kindQuiz && s.Tries > 0 {
			one["score"] = s.Score
		}
		steps[s.Name] = one
		if len(s.Answers) > 0 && d.Steps[i].kind() != kindQuiz {
			answers[s.Name] = typed(d.Steps[i].Form, s.Answers)
		}
	}
	run := map[string]any{"stage": st.Stage}
	if !st.Started.IsZero() {
		run["started"] = st.Started
	}
	vars := rule.Vars{"now": now, "run": run, "ask": typed(d.Spec.Ask, st.Asked), "answers": answers, "steps": steps}
	if subject != nil {
		vars["subject"] = subject
	}
	return vars
}

func optionPath(n int) string { return fmt.Sprintf(".choice[%d].when", n) }
