package playbook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// sentBack is what a dry run is told of a deliverable that is not accepted at first.
const sentBack = "sent_back"

// asTold is the reason that a dry run gives for what it was told.
const asTold = "as the dry run was told"

// The ways that steps can turn out, by what decides.
//
//lang:texts
var (
	byItself     = OptionView{"", "As its conditions say"}
	ofApproval   = []OptionView{{Approved, "Agreed"}, {Declined, "Declined"}}
	ofDeliveries = []OptionView{{Approved, "Accepted"}, {sentBack, "Sent back once"}}
	ofQuiz       = []OptionView{{QuizPass, "Passed"}, {QuizFail, "Not passed"}}
	ofRepeat     = []OptionView{byItself, {Held, "No other round"}, {Enough, "As many rounds as may be"}}
	ofWait       = []OptionView{byItself, {TooLong, "It never comes true"}}
	ofAction     = []OptionView{{Completed, "Done"}, {QuizFail, "Could not be done"}}
	ofRun        = []OptionView{{Completed, "Done"}, {Declined, "Declined"}, {string(Cancelled), "Cancelled"}}
	noOption     = OptionView{NoOption, "None of them"}
)

// turns are the ways that a step can turn out, where a dry run can be told which: the first is what it takes by itself. Of
// what conditions decide that is nothing: then they do.
func (s StepDef) turns() []OptionView {
	switch {
	case s.kind() == kindApproval:
		return ofApproval
	case s.kind() == kindDeliverable:
		return ofDeliveries
	case s.kind() == kindQuiz:
		return ofQuiz
	case s.kind() == kindChoice && s.prim == workItem:
		return s.options()
	case s.kind() == kindChoice:
		return append(append([]OptionView{byItself}, s.options()...), noOption)
	case s.kind() == kindRepeat && s.Repeat.Until != "":
		return ofRepeat
	case s.kind() == kindWait && s.Wait.That != "":
		return ofWait
	case s.prim == acting:
		return ofAction
	case s.prim == subRun:
		return ofRun
	}
	return nil
}

// waits reports whether a step waits for what a dry run cannot know: a condition, or a date that may not be set.
func (s StepDef) waits() bool {
	return s.kind() == kindWait && s.Wait != nil && (s.Wait.That != "" || s.Wait.Until != nil)
}

// check refuses what names no step, or nothing that the step could do.
func (in DryInput) check(d *Definition) error {
	var names []string
	for _, def := range d.Steps {
		names = append(names, def.Name)
	}
	find := func(field, name string) (StepDef, error) {
		if i := d.Step(name); i >= 0 {
			return d.Steps[i], nil
		}
		return StepDef{}, fault.Field(field+"."+shortened(name), name, "the name of a step", "There is no step %q.%s", shortened(name), suggest.DidYouMean(name, names))
	}
	for _, name := range slices.Sorted(maps.Keys(in.Outcomes)) {
		def, err := find("outcomes", name)
		if err != nil {
			return err
		}
		var turns []string
		for _, o := range def.turns() {
			turns = append(turns, o.Name)
		}
		if said := in.Outcomes[name]; said != "" && !slices.Contains(turns, said) {
			turns = slices.DeleteFunc(turns, func(s string) bool { return s == "" })
			if len(turns) == 0 {
				return fault.Field("outcomes."+name, said, "", "%s turns out in one way only.", def.Title)
			}
			return fault.Field("outcomes."+name, said, strings.Join(turns, ", "), "%s cannot turn out %q.%s", def.Title, shortened(said), suggest.DidYouMean(said, turns))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Comes)) {
		if def, err := find("comes", name); err != nil {
			return err
		} else if !def.waits() {
			return fault.Field("comes."+name, name, "a wait for a condition or a date", "%s waits for nothing that could come on a day.", def.Title)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Needed)) {
		if def, err := find("needed", name); err != nil {
			return err
		} else if def.When == "" {
			return fault.Field("needed."+name, name, "a step with a condition", "%s has no condition, so it is always done.", def.Title)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Answers)) {
		if def, err := find("answers", name); err != nil {
			return err
		} else if len(def.Form) == 0 && def.Quiz == nil {
			return fault.Field("answers."+name, name, "a form or a quiz", "%s asks nothing.", def.Title)
		}
	}
	return nil
}

// comes is when what a wait waits for comes, as the dry run was told.
func (s *dry) comes(step string) (time.Time, bool) {
	at, told := s.in.Comes[step]
	return at.UTC(), told
}

// told is how a condition turns out, as the dry run was told.
func (s *dry) told(path string) (held, told bool) {
	for _, def := range s.d.Steps {
		rest, ok := strings.CutPrefix(path, def.path+".")
		if !ok {
			continue
		}
		outcome := s.in.Outcomes[def.Name]
		switch {
		case rest == "when":
			held, told = s.in.Needed[def.Name]
			return held, told
		case outcome == "":
			return false, false
		case rest == "wait.that":
			return false, outcome == TooLong
		case rest == "repeat.until":
			return outcome == Held, true
		}
		for n, o := range def.Choice {
			if "."+rest == optionPath(n) {
				return o.Name == outcome, def.prim == branch
			}
		}
	}
	return false, false
}

// tried are the answers of somebody who passes, or does not; what was given stays.
func (q QuizSpec) tried(given map[string]any, pass bool) map[string]any {
	out := map[string]any{}
	for _, one := range q.Questions {
		right := []any{}
		for _, r := range one.Right {
			if pass {
				right = append(right, r)
			}
		}
		out[one.Name] = right
	}
	maps.Copy(out, given)
	return out
}

// fields are the questions of a quiz as they are asked.
func (q QuizSpec) fields() (out []FieldView) {
	for _, one := range q.Questions {
		out = append(out, FieldView{Name: one.Name, Title: one.Title, Type: "choice", Options: one.Options, Required: true, Many: len(one.Right) > 1})
	}
	return out
}

// meant are answers with texts as the questions mean them: a command line has only texts.
func meant(questions []FieldSpec, answers map[string]any) map[string]any {
	if answers == nil {
		return nil
	}
	out := maps.Clone(answers)
	for _, q := range questions {
		text, ok := out[q.Name].(string)
		if !ok {
			continue
		}
		switch q.Type {
		case "number":
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				out[q.Name] = n
			}
		case "yes_no":
			switch strings.ToLower(text) {
			case "yes", "true":
				out[q.Name] = true
			case "no", "false":
				out[q.Name] = false
			}
		}
	}
	return out
}
