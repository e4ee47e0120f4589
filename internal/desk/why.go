package desk

import (
	"context"
	"unicode"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// The desk speaks for tickets.
var _ explain.Teller = (*Service)(nil)

// MayExplain implements explain.Teller: whoever works on the ticket may.
func (s *Service) MayExplain(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	_, err := s.working(ctx, tx, by, id)
	return err
}

// Record implements explain.Teller.
func (s *Service) Record(ctx context.Context, tx db.Tx, id int64) (auth.Record, error) {
	t, err := s.load(ctx, tx, id)
	if err != nil {
		return auth.Record{}, err
	}
	return t.Record(), nil
}

// Tell implements explain.Teller.
func (s *Service) Tell(ctx context.Context, tx db.Tx, events []ledger.Event) ([]explain.Told, error) {
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i].Event = e
	}
	n, err := s.names(ctx, tx, nil, mentioned(entries)...)
	if err != nil {
		return nil, err
	}
	out := make([]explain.Told, len(events))
	for i, e := range events {
		out[i] = explain.Told{Who: s.actorView(e, n).Name, What: s.sentence(e, n)}
	}
	return out, nil
}

// Expand implements explain.Teller: events of clocks are explained by the whole clock.
func (s *Service) Expand(ctx context.Context, tx db.Tx, _ act.Actor, chain []ledger.Event, w *explain.Why) error {
	e := chain[0]
	if d := decode(e); d.Metric != "" {
		t, err := s.load(ctx, tx, e.Subject.ID)
		if err != nil {
			return err
		}
		c, err := s.clockOf(ctx, tx, t.ID, d.Metric, d.Clock)
		if err != nil {
			return err
		}
		of, err := s.whyClock(ctx, tx, t, c)
		of.Chain = w.Chain
		*w = of
		return err
	}
	if e.Verb == TicketJudged {
		s.whyJudged(e, w, lang.In(ctx))
		return nil
	}
	if decode(e).Imported {
		w.Because = append(w.Because, explain.Reason{Text: elsewhere(e, lang.In(ctx))})
		return nil
	}
	for _, one := range chain[:min(len(chain), 2)] { // the change it led to is explained by it, too
		if one.Verb == TicketRouted {
			n, err := s.names(ctx, tx, nil, routedPeople(one)...)
			if err != nil {
				return err
			}
			s.whyRouted(one, n, w)
			w.Rule, err = s.explain.Rule(ctx, tx, one)
			return err
		}
	}
	if e.Verb == TriggerStopped {
		w.Title = lang.In(ctx).Word("Why was this stopped?")
		w.Otherwise = append(w.Otherwise, lang.In(ctx).Word("the triggers did not lead to each other; an administrator can see in Configuration what each one does"))
		return nil
	}
	if waited := decode(e).Waited; waited != nil && w.Rule != nil {
		s.whyWaited(e, *waited, w, lang.In(ctx))
		return nil
	}
	if e.Verb == GuardPassed {
		w.Otherwise = append(w.Otherwise, lang.In(ctx).Word("a part of the guard's condition had not held"))
	}
	if e.Verb == TicketChanged && len(chain) > 1 {
		w.Otherwise = append(w.Otherwise, otherwiseStatus(lang.In(ctx), chain[1].Verb))
	}
	return nil
}

// elsewhere says what is known of an event that happened in another system.
func elsewhere(e ledger.Event, l *lang.Language) string {
	switch {
	case e.Verb != TicketCreated:
		return l.Word("It happened in the system that the ticket was brought over from; which rule there did it, if any, is not known here")
	case decode(e).Told:
		return l.Word("The ticket was brought over from another system, with what had happened to it there")
	default:
		return l.Word("The ticket was brought over from another system; what had happened to its fields there is not known whole")
	}
}

// whyWaited adds to what a time rule decided the time it waited out.
func (s *Service) whyWaited(e ledger.Event, waited waitedData, w *explain.Why, l *lang.Language) {
	text := l.Word("It had lasted long enough")
	if r := s.config().timeRule(e.Cause.Blueprint); r != nil && r.Version == e.Cause.Version {
		text = capital(r.term(l))
	}
	value := l.Say("since %s", l.Time(db.Time(waited.Since), stamp))
	if waited.Metric != "" {
		value = l.Say("%s, due from %s", l.Within(l.Word(metricWords[waited.Metric])), l.Time(db.Time(waited.Due), stamp))
	}
	w.Rule.Conditions = append([]explain.Condition{{Text: text, Value: value, Held: true}}, w.Rule.Conditions...)
	w.Otherwise = append(w.Otherwise, l.Say("the ticket had changed before %s so that the rule had nothing to wait for", l.Time(db.Time(waited.Due), stamp)))
}

// otherwiseStatus says when a message would have left the state alone.
func otherwiseStatus(l *lang.Language, cause string) string {
	switch cause {
	case TicketCommented:
		return l.Word("the message had been automatic, such as an absence notice")
	case TicketReplied:
		return l.Word("the message had been an internal note")
	default:
		return l.Word("what led to it had not happened")
	}
}

// WhyField explains the value a field of a ticket has: the event that set it last. Whoever
// works on the ticket may.
func (s *Service) WhyField(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, field string) (explain.Why, error) {
	if _, err := s.working(ctx, tx, by, ticketID); err != nil {
		return explain.Why{}, err
	}
	column, ok := fieldColumn(field)
	if !ok {
		return explain.Why{}, fault.Field("field", field, "status, priority, assignee, team, tags, subject, organization or requester", "A ticket has no field %q.", field)
	}
	set, after := int64(0), int64(0)
	for { // a ticket's events are few enough to be read
		events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: ticketID}, after, timelineMax)
		if err != nil {
			return explain.Why{}, err
		}
		for _, e := range events {
			if _, changed := decode(e).Changes[column]; changed || e.Verb == TicketCreated || e.Verb == TicketJudged && (column == "entitlement_id" || column == "refused") {
				set = e.ID
			}
		}
		if len(events) < timelineMax {
			break
		}
		after = events[len(events)-1].ID
	}
	if set == 0 {
		return explain.Why{}, fault.New(fault.NotFound, "Nothing tells how ticket %d came by its %s.", ticketID, field)
	}
	w, err := s.explain.Event(ctx, tx, by, set)
	w.Title = lang.In(ctx).Word(fieldWhys[field])
	return w, err
}

// fieldWhys ask for the reason of a field's value.
//
//lang:texts
var fieldWhys = map[string]string{"status": "Why this status?", "priority": "Why this priority?", "assignee": "Why this assignee?", "team": "Why this team?", "tags": "Why these tags?",
	"subject": "Why this subject?", "form": "Why this form?", "entitlement": "Why this entitlement?", "entitled": "Why this entitled?", "organization": "Why this organization?", "requester": "Why this requester?",
	"type": "Why this type?", "task due": "Why this task due?", "problem": "Why this problem?", "merged into": "Why this merged into?", "submitter": "Why this submitter?"}

// fieldColumn is the name a field has in events.
func fieldColumn(title string) (string, bool) {
	for _, f := range fieldNames {
		if f.title == title {
			return f.field, true
		}
	}
	return "", false
}

type fieldPath struct {
	ID    int64  `path:"id" minimum:"1"`
	Field string `path:"field" maxLength:"50"`
}

func (s *Service) getFieldWhy(ctx context.Context, tx db.Tx, by act.Actor, in *fieldPath) (explain.Why, error) {
	return s.WhyField(ctx, tx, by, in.ID, in.Field)
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" {
		return text
	}
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

func lowerFirst(text string) string {
	if text == "" {
		return text
	}
	b := []byte(text)
	if b[0] >= 'A' && b[0] <= 'Z' {
		b[0] |= 0x20
	}
	return string(b)
}
