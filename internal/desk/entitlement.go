package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/job"
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
	form := ""
	if f := cfg.form(t.FormID); f != nil && t.FormID != 0 {
		form = f.Name
	}
	d, err := s.entitle.Judge(ctx, tx, t.RequesterID, t.OrganizationID, form)
	if err != nil || d.Entitlement == nil && d.Allowed() {
		return nil, err
	}
	customer := changedBy(by) == "customer"
	r := &ruling{d, customer && !in.Message.Automatic, t.Priority}
	if !d.Allowed() && r.answer && !in.released && d.Entitlement != nil && d.Entitlement.Spec.WhenRefused == "answer" {
		name, err := s.organizationName(ctx, tx, t.OrganizationID)
		if err != nil {
			return nil, err
		}
		f := fault.New(fault.Forbidden, "%s %s", d.Sentence(name), d.Advice())
		f.Err = &refusal{d}
		return nil, f
	}
	t.stand(d)
	if !customer {
		t.Priority = r.asked // a colleague or the system has set it
	}
	return r, nil
}

// judgeAgain decides anew when the customer writes on a ticket: its requester and organization
// count, whoever wrote. nil: nothing was decided.
func (s *Service) judgeAgain(ctx context.Context, tx db.Tx, t *Ticket, m Message) (*ruling, error) {
	if m.Agent || !m.Public || m.Automatic {
		return nil, nil
	}
	d, err := s.standing(ctx, tx, t)
	if err != nil || d == nil || d.Allowed() && t.Refused == "" {
		return nil, err
	}
	if d.Allowed() {
		err = s.readmit(ctx, tx, t, *d)
	} else {
		t.stand(*d)
	}
	return &ruling{Decision: *d, answer: true}, err
}

// standing is what is decided about a ticket now; nil when nothing is, or somebody let it in.
func (s *Service) standing(ctx context.Context, tx db.Tx, t *Ticket) (*entitle.Decision, error) {
	if s.config().Entitle.None() {
		return nil, nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil || people[t.RequesterID].Agent {
		return nil, err
	}
	d, err := s.entitle.Judge(ctx, tx, t.RequesterID, t.OrganizationID, "")
	if err != nil {
		return nil, err
	}
	if !d.Allowed() {
		var admitted bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket_refusal WHERE ticket_id = $1 AND admitted_at IS NOT NULL)`, t.ID).Scan(&admitted)
		if err != nil || admitted {
			return nil, err
		}
	}
	return &d, nil
}

// stand gives a ticket the standing that was decided. A refused one waits for somebody to look at it.
func (t *Ticket) stand(d entitle.Decision) {
	if d.Entitlement != nil {
		t.EntitlementID = d.Entitlement.ID
	}
	t.Refused = d.Refused
	if d.Allowed() {
		return
	}
	priority, tag := triage(d.Entitlement)
	t.Priority = priority
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
	priority, tag := triage(s.config().Entitle.ByID(t.EntitlementID))
	var was Priority
	err := tx.QueryRow(ctx, `SELECT priority_was FROM ticket_refusal WHERE ticket_id = $1`, t.ID).Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if was != "" && t.Priority == priority { // nobody has set another
		t.Priority = was
	}
	t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(have string) bool { return have == tag })
	t.Refused = ""
	if d.Entitlement != nil {
		t.EntitlementID = d.Entitlement.ID
	}
	return nil
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
	if before == nil || before.Refused != t.Refused || before.EntitlementID != t.EntitlementID {
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
		ON CONFLICT (ticket_id) DO UPDATE SET event_id = excluded.event_id, reason = excluded.reason, at = excluded.at`,
		t.ID, t.RequesterID, event, string(r.Refused), db.Micros(by.Now()), string(was))
	if err != nil || !r.answer {
		return err
	}
	return s.answerRefused(ctx, tx, by, t, m, *r, event)
}

// priorityWas is the priority the ticket had, or was asked to have, before it was refused.
func (m moment) priorityWas(before *Ticket) Priority {
	if before != nil {
		return before.Priority
	}
	return m.ruling.asked
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

// reconsiderJob looks again at the refused tickets of an organization.
const reconsiderJob = "desk.reconsider"

// reconsiderBatch is how many tickets one run looks at.
const reconsiderBatch = 200

// judgesAgain registers the job, and has it set when an organization's record changes.
func (s *Service) judgesAgain() {
	if s.entitle == nil {
		return
	}
	s.jobs.Handle(reconsiderJob, job.Options{}, s.reconsider)
	s.entitle.OnChange(func(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) error {
		return s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: reconsiderJob, Key: fmt.Sprint(organizationID), Subject: ledger.Ref{Kind: "organization", ID: organizationID}, Due: by.Now()})
	})
}

// reconsider is the job's handler: what is refused and may be let in now is.
func (s *Service) reconsider(ctx context.Context, tx db.Tx, j job.Job) error {
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM ticket WHERE organization_id = $1 AND refused <> '' AND done = FALSE AND deleted_at IS NULL ORDER BY id LIMIT $2`, j.Subject.ID, reconsiderBatch)
	if err != nil {
		return err
	}
	for _, id := range ids {
		t, err := s.lock(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.lookAgain(ctx, tx, s.system(), t, *t); err != nil {
			return err
		}
	}
	return nil
}

// lookAgain judges a refused ticket anew and stores what changed since before.
func (s *Service) lookAgain(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, before Ticket) error {
	by = by.Still()
	d, err := s.standing(ctx, tx, t)
	if err != nil {
		return err
	}
	m := moment{at: by.Now(), event: by.Cause.Event}
	switch {
	case d == nil:
		d = &entitle.Decision{}
		err = s.readmit(ctx, tx, t, *d)
	case d.Allowed():
		m.ruling = &ruling{Decision: *d}
		err = s.readmit(ctx, tx, t, *d)
	default:
		m.ruling = &ruling{Decision: *d}
		t.stand(*d)
	}
	if err != nil || before.Refused == t.Refused && before.EntitlementID == t.EntitlementID && before.OrganizationID == t.OrganizationID {
		return err
	}
	return s.change(ctx, tx, by, &before, t, m)
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
