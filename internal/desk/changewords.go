package desk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// fieldChanges says an event's changes in words.
func (s *Service) fieldChanges(e ledger.Event, n names) []FieldChange {
	return s.inWords(decode(e).Changes, n)
}

// carried are changes as an event carries them.
func carried(changes map[string]any) map[string][]any {
	data, err := json.Marshal(map[string]any{"changes": changes})
	if err != nil {
		return nil // ids, words and tags always marshal
	}
	return decode(ledger.Event{Data: data}).Changes
}

// inWords says changes, as an event carries them, in words.
func (s *Service) inWords(changed map[string][]any, n names) []FieldChange {
	out := []FieldChange{}
	for _, f := range fieldNames {
		if v := changed[f.field]; len(v) == 2 {
			out = append(out, FieldChange{f.title, s.value(f.field, v[0], n), s.value(f.field, v[1], n)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		key, attribute := strings.CutPrefix(name, "attributes.")
		if v := changed[name]; attribute && len(v) == 2 {
			out = append(out, s.attributeChange(key, v, n.say))
		}
	}
	return out
}

// attributeChange says the change of an attribute; what people wrote is not told again.
func (s *Service) attributeChange(name string, v []any, l *lang.Language) FieldChange {
	f := s.config().Fields.Named("ticket", name)
	switch {
	case v[0] == nil && v[1] == nil:
		return FieldChange{strings.ReplaceAll(name, "_", " "), "", l.Word("changed")}
	case f == nil:
		return FieldChange{strings.ReplaceAll(name, "_", " "), valueWords(v[0]), valueWords(v[1])}
	default:
		return FieldChange{f.Title, f.Words(v[0]), f.Words(v[1])}
	}
}

// valueWords says the value of a field that is gone.
func valueWords(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (s *Service) value(field string, v any, n names) string {
	id, isID := v.(float64)
	switch {
	case v == nil || isID && id == 0:
		return ""
	case field == "status":
		return n.say.Word(statusWords[Status(fmt.Sprint(v))])
	case field == "type":
		return n.say.Word(typeWords[Type(fmt.Sprint(v))])
	case field == "task_due":
		return n.say.Time(db.Time(int64(id)), "2 January 2006 15:04 UTC")
	case field == "problem_id" || field == "merged_into":
		return fmt.Sprintf("#%d", int64(id))
	case field == "assignee_id" || field == "requester_id" || field == "submitter_id":
		return n.people[int64(id)].Name
	case field == "team_id":
		if t := s.config().Team(int64(id)); t != nil {
			return t.Title
		}
		return n.say.Word("a retired team")
	case field == "entitlement_id":
		return s.entitlementTitle(int64(id))
	case field == "refused":
		return refusedWords(n.say, entitle.Reason(fmt.Sprint(v)))
	case field == "form_id":
		return s.formTitle(int64(id))
	case field == "organization_id":
		return n.orgs[int64(id)]
	case field == "tags":
		list, _ := v.([]any)
		tags := make([]string, len(list))
		for i, t := range list {
			tags[i] = fmt.Sprint(t)
		}
		return strings.Join(tags, ", ")
	default:
		return fmt.Sprint(v)
	}
}

//lang:texts
var typeWords = map[Type]string{TypeQuestion: "Question", TypeIncident: "Incident", TypeProblem: "Problem", TypeTask: "Task"}

//lang:texts
var statusWords = map[Status]string{StatusNew: "New", StatusOpen: "Open", StatusPending: "Pending", StatusHold: "On hold", StatusSolved: "Solved", StatusClosed: "Closed"}
