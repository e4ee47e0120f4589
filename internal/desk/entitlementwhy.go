package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// judgedData is what the event of a decision carries.
type judgedData struct {
	EntitlementID  int64          `json:"entitlement_id"`
	OrganizationID int64          `json:"organization_id"`
	Refused        entitle.Reason `json:"refused"`
	LastDay        int64          `json:"last_day"`
	Until          int64          `json:"until"`
	Contacts       int            `json:"contacts"`
}

// judgedWords says what was decided.
func (s *Service) judgedWords(e ledger.Event, l *lang.Language) string {
	var d judgedData
	_ = e.Decode(&d) // an event of another shape has none of these
	title := ""
	if d.EntitlementID != 0 {
		title = s.entitlementTitle(d.EntitlementID)
	}
	switch {
	case d.Refused == "":
		return l.Say("Entitled: %s", title)
	case d.Refused == entitle.Expired:
		return l.Say("Not entitled: %s ended on %s", title, l.Time(db.Time(d.LastDay), "2 Jan 2006"))
	default:
		return l.Say("Not entitled: %s", lang.Term(reasonWords[d.Refused]))
	}
}

// whyJudged adds to the explanation of a decision what the condition does not say.
func (s *Service) whyJudged(e ledger.Event, w *explain.Why, l *lang.Language) {
	var d judgedData
	_ = e.Decode(&d)
	day := func(us int64) string { return l.Time(db.Time(us), "Mon 2 Jan 2006 15:04 MST") }
	w.Title = l.Word("Why may this not be worked on?")
	switch d.Refused {
	case "":
		w.Title = l.Word("Why is this entitled?")
		w.Otherwise = append(w.Otherwise, l.Word("another entitlement had come first, or what the organization bought had ended"))
	case entitle.OnHold:
		w.Because = append(w.Because, explain.Reason{Text: l.Word("Support for the organization was on hold; its page says since when and why."), Link: &explain.Link{Kind: "organization", ID: &d.OrganizationID}})
		w.Otherwise = append(w.Otherwise, l.Word("the hold had been lifted"))
	case entitle.Expired:
		w.Because = append(w.Because, explain.Reason{Text: l.Say("Its last day was %s; the time after it was over on %s.", l.Time(db.Time(d.LastDay), "Mon 2 Jan 2006"), day(d.Until))})
		w.Otherwise = append(w.Otherwise, l.Word("the organization's last day had been later"))
	case entitle.NotListed:
		w.Because = append(w.Because, explain.Reason{Text: l.Say("The organization listed %d contacts, and the requester was none of them.", d.Contacts), Link: &explain.Link{Kind: "organization", ID: &d.OrganizationID}})
		w.Otherwise = append(w.Otherwise, l.Word("the requester had been one of the organization's contacts"))
	case entitle.WrongForm:
		w.Otherwise = append(w.Otherwise, l.Word("another form had been chosen"))
	case entitle.NoOrganization:
		w.Because = append(w.Because, explain.Reason{Text: l.Word("The requester belonged to no organization.")})
		w.Otherwise = append(w.Otherwise, l.Word("the requester had belonged to an organization that bought support"))
	case entitle.Unsupported:
		w.Otherwise = append(w.Otherwise, l.Word("the organization had bought something that includes support"))
	}
}

// Entitled is how a ticket stands: what it was judged by, and for a refused one why, what its
// requester can do and what proves a purchase.
type Entitled struct {
	Entitlement *TeamRef           `json:"entitlement"`
	Refused     entitle.Reason     `json:"refused"`
	Sentence    string             `json:"sentence" doc:"Why it may not be worked on; empty when it may."`
	Advice      string             `json:"advice" doc:"What the requester can do."`
	Since       *time.Time         `json:"since" doc:"When it was refused."`
	AnsweredAt  *time.Time         `json:"answered_at" doc:"When the requester was told."`
	EventID     *int64             `json:"event_id" doc:"What decided it."`
	Proofs      []entitle.Accepted `json:"proofs" nullable:"false" doc:"What is taken as proof of a purchase."`
	Admitted    *Admission         `json:"admitted"`
	Offered     string             `json:"offered" doc:"What the customer gave as proof in the ticket's own fields, by the name of the proof."`
	OfferedName string             `json:"offered_name"`
	CanList     bool               `json:"can_list" doc:"Whether you may list the requester as a contact, after which the ticket is let in."`
}

// Admission is a refused ticket that somebody let in.
type Admission struct {
	At     time.Time `json:"at"`
	By     PersonRef `json:"by"`
	Reason string    `json:"reason"`
}

// refused is what is kept of a ticket that was refused.
type refused struct {
	event, by              int64
	at                     time.Time
	answeredAt, admittedAt time.Time
	reason                 entitle.Reason
	why                    string
}

// Entitled says how a ticket stands now. Whoever works on it may ask.
func (s *Service) Entitled(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Entitled, error) {
	t, err := s.working(ctx, tx, by, id)
	if err != nil {
		return Entitled{}, err
	}
	out := Entitled{Entitlement: s.entitlementRef(t.EntitlementID), Refused: t.Refused, Proofs: []entitle.Accepted{}}
	r, err := s.refusalOf(ctx, tx, t.ID)
	if err != nil {
		return out, err
	}
	if r != nil && !r.admittedAt.IsZero() {
		people, err := s.directory.Names(ctx, tx, []int64{r.by})
		if err != nil {
			return out, err
		}
		out.Admitted = &Admission{r.admittedAt, PersonRef{ID: r.by, Name: people[r.by].Name}, r.why}
	}
	if t.Refused == "" {
		return out, nil
	}
	if r != nil {
		out.Since, out.EventID = &r.at, &r.event
		if !r.answeredAt.IsZero() {
			out.AnsweredAt = &r.answeredAt
		}
	}
	// What is shown is how it would be decided now, unless that has changed: then it says what was.
	d, err := s.entitle.Judge(ctx, tx, t.RequesterID, t.OrganizationID, "")
	if err != nil {
		return out, err
	}
	if d.Refused != t.Refused {
		d = entitle.Decision{Refused: t.Refused, Entitlement: s.config().Entitle.ByID(t.EntitlementID)}
	}
	name, err := s.organizationName(ctx, tx, t.OrganizationID)
	if err != nil {
		return out, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return out, err
	}
	out.Sentence, out.Advice = lang.In(ctx).Say("Not entitled: %s.", lang.Term(reasonWords[t.Refused])), d.Advice()
	if d.Entitlement != nil && (t.Refused != entitle.Expired || !d.LastDay.IsZero()) || t.Refused == entitle.OnHold {
		out.Sentence = d.Inside(people[t.RequesterID].Name, name)
	}
	out.CanList = mayList(by, t, people[t.RequesterID])
	if e := s.prover(t); e != nil {
		out.Proofs = e.Spec.Proof.Accepts
		out.OfferedName, out.Offered = s.offered(e, t)
	}
	return out, nil
}

// prover is the entitlement whose proof of purchase counts for a refused ticket; nil for none.
func (s *Service) prover(t *Ticket) *entitle.Entitlement {
	if e := s.config().Entitle.ByID(t.EntitlementID); e != nil && e.Spec.Proof != nil {
		return e
	}
	return nil
}

// offered is what the customer gave as proof in the ticket's own fields.
func (s *Service) offered(e *entitle.Entitlement, t *Ticket) (name, value string) {
	shown := s.config().Fields.Show("ticket", t.Attributes, true)
	for i, a := range e.Spec.Proof.Accepts {
		if text, ok := shown[e.GivenIn(i)].(string); ok && text != "" {
			return a.Name, text
		}
	}
	return "", ""
}

// Association says which organization a refused requester belongs to, and what proves it.
type Association struct {
	OrganizationID int64
	Proof          *entitle.Given // nil where nothing needs to be proved
	Contact        bool           // list them as a contact as well
}

// Associate puts the requester of a refused ticket into an organization, and decides about the
// ticket anew. Where the entitlement names proofs of purchase, one must hold. Whoever may edit the
// ticket and write the person may.
func (s *Service) Associate(ctx context.Context, tx db.Tx, by act.Actor, id int64, in Association) (*Ticket, error) {
	t, before, err := s.refusedTicket(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	p, err := s.directory.Get(ctx, tx, by, t.RequesterID)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "write", "person").Covers(p.Record()) {
		return nil, by.Denied("write", "person")
	}
	if p.OrganizationID != 0 && p.OrganizationID != in.OrganizationID {
		return nil, fault.Field("organization_id", in.OrganizationID, "the requester's own organization", "%s belongs to another organization already. Change that on their page first.", p.Name)
	}
	e := s.prover(t)
	if e != nil && in.Proof == nil {
		return nil, fault.Field("proof", nil, "a proof of purchase", "A proof of purchase is needed. To go on without one, let the request in and say why.")
	}
	given := entitle.Given{}
	if in.Proof != nil {
		given = *in.Proof
	}
	o, err := s.entitle.Prove(ctx, tx, by, e, p, in.OrganizationID, t.ID, given)
	if err != nil {
		return nil, err
	}
	if p.OrganizationID != o.ID {
		if p, err = s.directory.Update(ctx, tx, by, p.ID, directory.Change{Version: p.Version, OrganizationID: &o.ID}); err != nil {
			return nil, err
		}
	}
	if in.Contact {
		if _, err := s.entitle.AddContact(ctx, tx, by, o.ID, entitle.NewContact{Email: p.Email}); err != nil {
			return nil, err
		}
	}
	t.OrganizationID = o.ID
	return t, s.lookAgain(ctx, tx, by, t, before)
}

// CheckAgain decides about a refused ticket anew: what its organization bought, or which
// organization its requester belongs to, may have changed. Whoever may edit it may.
func (s *Service) CheckAgain(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, before, err := s.refusedTicket(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if t.OrganizationID == 0 {
		people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
		if err != nil {
			return nil, err
		}
		t.OrganizationID = people[t.RequesterID].OrganizationID
	}
	return t, s.lookAgain(ctx, tx, by, t, before)
}

// Admit lets a refused request in although its requester is not entitled; what they write later
// on this ticket is let in, too. Whoever may edit it may.
func (s *Service) Admit(ctx context.Context, tx db.Tx, by act.Actor, id int64, reason string) (*Ticket, error) {
	t, before, err := s.refusedTicket(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if reason, err = entitle.CleanReason(reason); err != nil {
		return nil, err
	}
	by = by.Still()
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketAdmitted, Subject: ledger.Ref{Kind: "ticket", ID: id}, Data: map[string]any{"refused": t.Refused}})
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ticket_refusal (ticket_id, person_id, event_id, reason, at, priority_was, admitted_at, admitted_by, admitted_why) VALUES ($1, $2, $3, $4, $5, '', $5, $6, $7)
		ON CONFLICT (ticket_id) DO UPDATE SET admitted_at = excluded.admitted_at, admitted_by = excluded.admitted_by, admitted_why = excluded.admitted_why`,
		id, t.RequesterID, event, string(t.Refused), db.Micros(by.Now()), by.PersonID, reason)
	if err != nil {
		return nil, err
	}
	if err := s.readmit(ctx, tx, t, entitle.Decision{}); err != nil {
		return nil, err
	}
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now(), event: event})
}

// refusedTicket locks a refused ticket that the actor may edit; before is how it is stored.
func (s *Service) refusedTicket(ctx context.Context, tx db.Tx, by act.Actor, id int64) (t *Ticket, before Ticket, err error) {
	if _, err = s.working(ctx, tx, by, id); err != nil {
		return nil, before, err
	}
	if t, err = s.lock(ctx, tx, id); err != nil {
		return nil, before, err
	}
	if t.Refused == "" {
		return nil, before, fault.New(fault.Invalid, "Ticket %d is not refused, so there is nothing to let in.", id)
	}
	if t.Status == StatusClosed {
		return nil, before, checkStatus(StatusClosed, "") // nothing about a closed ticket changes
	}
	return t, *t, nil
}
