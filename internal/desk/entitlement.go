package desk

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// ruling is whether a requester may ask for help, as it was decided in a moment.
type ruling struct {
	entitle.Decision
	answer bool     // a customer wrote, so they are told when they are refused
	asked  Priority // of a new ticket, before it was refused
}

// refusal is the fault of a request that is not taken: nothing of it is stored.
type refusal struct{ entitle.Decision }

// Error implements error.
func (r *refusal) Error() string { return "refused: " + string(r.Refused) }

// refusedBy is the decision that an error carries; nil when it is another error.
func refusedBy(err error) *entitle.Decision {
	var r *refusal
	if errors.As(err, &r) {
		return &r.Decision
	}
	return nil
}

// judge decides whether the requester of a new ticket may ask for help, and gives the ticket its
// standing before triggers look at it. Colleagues are not judged. nil: nothing was decided.
func (s *Service) judge(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, in NewTicket) (*ruling, error) {
	cfg := s.config()
	if cfg.Entitle.None() || in.Requester.Agent {
		return nil, nil
	}
	d, err := s.entitle.Judge(ctx, tx, t.RequesterID, t.OrganizationID, cfg.chosenForm(t))
	if err != nil {
		return nil, err
	}
	r := cfg.rule(t, d, by, in)
	if r != nil && !d.Allowed() && r.answer && !in.released && d.Entitlement != nil && d.Entitlement.Spec.WhenRefused == "answer" {
		name, err := s.organizationName(ctx, tx, t.OrganizationID)
		if err != nil {
			return nil, err
		}
		f := fault.New(fault.Forbidden, "%s %s", d.Sentence(name), d.Advice())
		f.Err = &refusal{d}
		return nil, f
	}
	return r, nil
}

// chosenForm is the name of the form that was chosen for a ticket; "" for none.
func (cfg *Config) chosenForm(t *Ticket) string {
	if f := cfg.form(t.FormID); f != nil && t.FormID != 0 {
		return f.Name
	}
	return ""
}

// rule gives a new ticket the standing that was decided; nil when nothing was.
func (cfg *Config) rule(t *Ticket, d entitle.Decision, by act.Actor, in NewTicket) *ruling {
	if d.Entitlement == nil && d.Allowed() {
		return nil
	}
	customer := changedBy(by) == "customer"
	r := &ruling{d, customer && !in.Message.Automatic, t.Priority}
	cfg.stand(t, d)
	if !customer {
		t.Priority = r.asked // a colleague or the system has set it
	}
	return r
}

// judgeAgain decides anew when the customer writes on a ticket: its requester and organization
// count, whoever wrote. nil: nothing was decided.
func (s *Service) judgeAgain(ctx context.Context, tx db.Tx, t *Ticket, m Message) (*ruling, error) {
	if !m.judges() {
		return nil, nil
	}
	d, err := s.standing(ctx, tx, t)
	if err != nil || d == nil || !s.config().turns(t, *d) {
		return nil, err
	}
	if d.Allowed() {
		err = s.readmit(ctx, tx, t, *d)
	} else {
		s.config().stand(t, *d)
	}
	return &ruling{Decision: *d, answer: true}, err
}

// judges reports whether the message has its ticket judged anew: the customer wrote it.
func (m Message) judges() bool { return !m.Agent && m.Public && !m.Automatic }

// turns reports whether a decision, when a customer writes, is one about their ticket: that it is
// refused, or refused no longer.
func (cfg *Config) turns(t *Ticket, d entitle.Decision) bool {
	return !(d.Allowed() && t.Refused == "" || cfg.kept(t, d))
}

// stand gives a ticket the standing that was decided. A refused one waits for somebody to look at
// it, with the priority that somebody gave it since, if anybody did.
func (cfg *Config) stand(t *Ticket, d entitle.Decision) {
	was, raised := t.Refused != "", false
	if was {
		priority, tag := triage(cfg.Entitle.ByID(t.EntitlementID))
		raised = t.Priority != priority
		t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(have string) bool { return have == tag })
	}
	if d.Entitlement != nil {
		t.EntitlementID = d.Entitlement.ID
	}
	t.Refused = d.Refused
	if d.Allowed() {
		return
	}
	priority, tag := triage(d.Entitlement)
	if !raised {
		t.Priority = priority
	}
	if tags, err := cleanTags(append(slices.Clone(t.Tags), tag)); err == nil { // a hundred are enough
		t.Tags = tags
	}
}

// triage is the priority and the tag of a refused ticket.
func triage(e *entitle.Entitlement) (Priority, string) {
	priority, tag := Priority("low"), "needs_org"
	if e != nil && e.Spec.Priority != "" {
		priority = Priority(e.Spec.Priority)
	}
	if e != nil && e.Spec.Tag != "" {
		tag = e.Spec.Tag
	}
	return priority, tag
}

// readmit gives a ticket that was refused its priority back and takes its tag away.
func (s *Service) readmit(ctx context.Context, tx db.Tx, t *Ticket, d entitle.Decision) error {
	var was Priority
	err := tx.QueryRow(ctx, `SELECT priority_was FROM ticket_refusal WHERE ticket_id = $1`, t.ID).Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	s.config().readmit(t, d, was)
	return nil
}

// readmit is the same with the priority that the ticket had before; "" when it is not known.
func (cfg *Config) readmit(t *Ticket, d entitle.Decision, was Priority) {
	priority, tag := triage(cfg.Entitle.ByID(t.EntitlementID))
	if was != "" && t.Priority == priority { // nobody has set another
		t.Priority = was
	}
	t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(have string) bool { return have == tag })
	t.Refused = ""
	if d.Entitlement != nil {
		t.EntitlementID = d.Entitlement.ID
	}
}

// ruled is the moment with what was decided in it.
func (m moment) ruled(r *ruling) moment {
	m.ruling = r
	return m
}

// judged records what was decided in a moment and tells who was refused.
func (s *Service) judged(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket, m moment) error {
	r := m.ruling
	if r == nil {
		return nil
	}
	event := m.event
	if r.tells(before, t) {
		var err error
		if event, err = s.ledger.Append(ctx, tx, r.actor(by, m.event), r.event(t)); err != nil {
			return err
		}
	}
	if r.Allowed() {
		return nil
	}
	was := m.priorityWas(before)
	err := tx.Later(ctx, nil, `INSERT INTO ticket_refusal (ticket_id, person_id, event_id, reason, at, priority_was, admitted_why) VALUES ($1, $2, $3, $4, $5, $6, '')
		ON CONFLICT (ticket_id) DO UPDATE SET event_id = excluded.event_id, reason = excluded.reason, at = excluded.at,
		priority_was = CASE WHEN excluded.priority_was = '' THEN ticket_refusal.priority_was ELSE excluded.priority_was END`,
		t.ID, t.RequesterID, event, string(r.Refused), db.Micros(by.Now()), string(was))
	if err != nil || !r.answer {
		return err
	}
	return s.answerRefused(ctx, tx, by, t, m, *r, event)
}

// tells reports whether a decision is told by an event: it is another one than before.
func (r *ruling) tells(before, t *Ticket) bool {
	return before == nil || before.Refused != t.Refused || before.EntitlementID != t.EntitlementID
}

// priorityWas is the priority the ticket had, or was asked to have, before it was refused; "" when
// it was refused already.
func (m moment) priorityWas(before *Ticket) Priority {
	switch {
	case before == nil:
		return m.ruling.asked
	case before.Refused != "":
		return ""
	default:
		return before.Priority
	}
}

// actor is the entitlement deciding because of an event.
func (r *ruling) actor(by act.Actor, cause int64) act.Actor {
	c := act.Cause{Event: cause}
	if r.Entitlement != nil {
		c.Blueprint, c.Version = r.Entitlement.ID, r.Entitlement.Version
	}
	by = by.Because(c)
	by.Kind, by.PersonID, by.TokenID, by.OnBehalfOf = act.Rule, 0, 0, 0
	return by
}

// event tells what was decided and what the condition read.
func (r *ruling) event(t *Ticket) ledger.Entry {
	data := map[string]any{"entitlement_id": t.EntitlementID, "refused": r.Refused, "organization_id": t.OrganizationID, "condition": "match"}
	if !r.LastDay.IsZero() {
		data["last_day"], data["until"] = db.Micros(r.LastDay), db.Micros(r.Until)
	}
	if r.Refused == entitle.NotListed {
		data["contacts"] = r.Contacts
	}
	if len(r.Read) > 0 {
		data["read"] = r.Read
	}
	e := ledger.Entry{Verb: TicketJudged, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: data}
	if len(r.Private) > 0 {
		e.Private, e.PersonID = map[string]any{"read": r.Private}, t.RequesterID
	}
	return e
}

// standing puts into what conditions read of a ticket how it stands.
func (cfg *Config) standing(t *Ticket, ticket map[string]any) {
	ticket["entitled"] = t.Refused == ""
	if t.Refused != "" {
		ticket["refused"] = string(t.Refused)
	}
	if e := cfg.Entitle.ByID(t.EntitlementID); e != nil {
		ticket["entitlement"] = e.Name
	}
}

// entitlementColumn is the name of a ticket's entitlement in filters.
func (cfg *Config) entitlementColumn() rule.Column {
	all := map[int64]*entitle.Entitlement{}
	for _, e := range cfg.Entitle.All() {
		all[e.ID] = e
	}
	return namedColumn(all, "t.entitlement_id", func(e *entitle.Entitlement) string { return e.Name })
}

func (s *Service) organizationName(ctx context.Context, tx db.Tx, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	names, err := s.directory.OrganizationNames(ctx, tx, []int64{id})
	return names[id], err
}
