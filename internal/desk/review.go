package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/ledger"
	"steward/internal/rule"
	"steward/internal/work"
)

// ReviewSpec is the spec of kind review: whose replies somebody reads before they leave.
type ReviewSpec struct {
	Roles  []string           `yaml:"roles" doc:"Replies of colleagues with one of these roles wait." ref:"role" required:"true"`
	When   string             `yaml:"when" doc:"On which tickets; on every ticket when empty." format:"cel:ticket"`
	Team   string             `yaml:"team" doc:"The team whose members read them." ref:"team" required:"true"`
	Mentor string             `yaml:"mentor" doc:"Field of people that names the author's mentor, who is asked first; the whole team when empty." ref:"field"`
	Within blueprint.Duration `yaml:"within" doc:"How soon they should be read, around the clock; 4h when empty."`
}

// Review is a review in force.
type Review struct {
	Named
	Spec   ReviewSpec
	TeamID int64
	When   *rule.Program // nil: every ticket

	mentor *field.Field // nil: the whole team
}

func (r *Review) within() time.Duration {
	if r.Spec.Within > 0 {
		return r.Spec.Within.Std()
	}
	return 4 * time.Hour
}

// lintReview finds mentors that name nobody.
func lintReview(c *blueprint.Context, r ReviewSpec) {
	if len(r.Roles) == 0 {
		c.Error("roles", "Say whose replies wait: one role at least.")
	}
	if r.Mentor == "" {
		return
	}
	if spec, ok := blueprint.Get[field.Spec](c.Set, r.Mentor); ok && (spec.On != "person" || spec.Type != "lookup" || spec.To != "person") {
		c.Error("mentor", "%s does not name a person; it takes a lookup field of people that leads to a person.", r.Mentor)
	}
}

// reviewsOf takes the reviews from a set.
func reviewsOf(set *blueprint.Set, teams map[string]int64, fields *field.Schema) (out []*Review) {
	byID := map[string]*field.Field{}
	for _, f := range fields.All() {
		if e, ok := set.ByID(f.ID); ok {
			byID[e.Name] = f
		}
	}
	for _, b := range blueprint.All[ReviewSpec](set) {
		out = append(out, &Review{named(b.Entry), b.Spec, teams[b.Spec.Team], set.Rule("review", b.Name, "when"), byID[b.Spec.Mentor]})
	}
	return out
}

// reviewOf is the review that a public reply of the actor waits for; nil when it may leave.
func (s *Service) reviewOf(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) *Review {
	cfg := s.config()
	for _, r := range cfg.Reviews {
		if !slices.ContainsFunc(r.Spec.Roles, func(role string) bool { return slices.Contains(by.Roles, role) }) || slices.Contains(by.TeamIDs, r.TeamID) {
			continue
		}
		if r.When == nil {
			return r
		}
		// A condition that costs too much was warned about when applied; better read once too often.
		if ok, err := r.When.Eval(cfg.vars(t, s.about(ctx, tx, t))); err != nil || ok {
			return r
		}
	}
	return nil
}

// mustBeRead refuses a reply that somebody has to read first, however it is sent.
func (s *Service) mustBeRead(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message) error {
	if !m.Public || !m.Agent || m.approved || by.Kind != act.Person {
		return nil
	}
	r := s.reviewOf(ctx, tx, by, t)
	if r == nil {
		return nil
	}
	return fault.New(fault.Forbidden, "Your replies here are read first (%s), so they cannot be sent this way. Write the reply on the ticket; it waits there until it is approved.", r.Title)
}

// reviewSource is the name of replies to be read as a source of work.
const reviewSource = "review"

// askReview tells that a reply waits to be read, and puts it on its reader's list.
func (s *Service) askReview(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, w Wait, r *Review) (event int64, err error) {
	by = by.Because(act.Cause{Event: by.Cause.Event, Blueprint: r.ID, Version: r.Version})
	by.Cause.Depth = 0 // asking is no consequence of anything
	event, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: ReviewAsked, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Visibility: ledger.Internal,
		Data: map[string]any{"send": w.ID, "review_id": r.ID, "review_version": r.Version, "due": db.Micros(w.Due)}})
	if err != nil {
		return 0, err
	}
	item := work.Item{Source: reviewSource, Key: fmt.Sprint(w.ID), TeamID: r.TeamID, Due: w.Due, Urgency: 2, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, EventID: event}
	if item.PersonID, err = s.mentorOf(ctx, tx, w.AuthorID, r); err != nil {
		return 0, err
	}
	return event, work.Put(ctx, tx, by.Now(), item)
}

// mentorOf is who is asked first; 0 for the whole team.
func (s *Service) mentorOf(ctx context.Context, tx db.Tx, author int64, r *Review) (int64, error) {
	if r.mentor == nil {
		return 0, nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{author})
	if err != nil {
		return 0, err
	}
	id, _ := number(s.config().Fields.Show("person", people[author].Attributes, true)[r.mentor.Name])
	mentor, err := s.directory.Names(ctx, tx, []int64{int64(id)})
	if p, ok := mentor[int64(id)]; !ok || !p.Agent || !p.Suspended.IsZero() {
		return 0, err
	}
	return int64(id), err
}

// mayApprove reports whether the actor reads the replies of a review: members of its team and the
// author's mentor do, their own excepted.
func (s *Service) mayApprove(ctx context.Context, tx db.Tx, by act.Actor, w Wait) (bool, error) {
	if by.PersonID == w.AuthorID || by.PersonID == 0 {
		return false, nil
	}
	for _, r := range s.config().Reviews {
		if r.ID != w.ReviewID {
			continue
		}
		if slices.Contains(by.TeamIDs, r.TeamID) {
			return true, nil
		}
		mentor, err := s.mentorOf(ctx, tx, w.AuthorID, r)
		return mentor != 0 && mentor == by.PersonID, err
	}
	return by.May("edit", "ticket"), nil // the review is gone: any colleague may let it go
}

// toRead returns a reply that waits to be read, on a ticket that the transaction has locked.
func (s *Service) toRead(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (*Ticket, Wait, error) {
	t, w, err := s.wait(ctx, tx, by, ticketID, id, true)
	if err != nil {
		return nil, w, err
	}
	if w.Kind != ForReview || w.State != Waiting {
		return nil, w, fault.New(fault.Invalid, "This reply does not wait to be read.")
	}
	may, err := s.mayApprove(ctx, tx, by, w)
	if err == nil && !may {
		err = fault.New(fault.Forbidden, "Replies are approved by the team or the mentor who reads them, and never by their author.")
	}
	return t, w, err
}

// Approve lets a reply leave in its author's name, with other words when text is not nil. Who reads
// the replies of its review may.
func (s *Service) Approve(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, text *string) (*Ticket, *Comment, error) {
	t, w, err := s.toRead(ctx, tx, by, ticketID, id)
	if err != nil {
		return nil, nil, err
	}
	changed := text != nil && strings.TrimSpace(*text) != strings.TrimSpace(w.Said.Text)
	if changed {
		w.Said.Text, w.Said.HTML = *text, ""
	}
	by = by.Still()
	event, err := s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: w.EventID}), ledger.Entry{Verb: ReviewApproved, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Visibility: ledger.Internal, Data: map[string]any{"send": w.ID, "changed": changed}})
	if err != nil {
		return nil, nil, err
	}
	author, err := s.auth.As(ctx, tx, w.AuthorID)
	if err != nil {
		return nil, nil, err
	}
	if !Agent(author, t) {
		return nil, nil, fault.New(fault.Forbidden, "Its author may no longer write on this ticket. Take the words over into a reply of your own.")
	}
	author.Clock = by.Clock
	w.approved = true
	if err := work.Finish(ctx, tx, by.Now(), reviewSource, fmt.Sprint(w.ID)); err != nil {
		return nil, nil, err
	}
	return s.leaves(ctx, tx, author.Because(act.Cause{Event: event}), t, w)
}

// Return gives a reply back to its author with a remark; its words become their draft. Who reads
// the replies of its review may.
func (s *Service) Return(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, remark string) error {
	t, w, err := s.toRead(ctx, tx, by, ticketID, id)
	if err != nil {
		return err
	}
	remark = strings.TrimSpace(remark)
	if remark == "" || len(remark) > 4000 {
		return fault.Field("remark", len(remark), "1 to 4,000 characters", "Say what should be different, so that its author can learn from it.")
	}
	by = by.Still()
	event, err := s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: w.EventID}), ledger.Entry{Verb: ReviewReturned, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Visibility: ledger.Internal, Data: map[string]any{"send": w.ID}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket_send SET state = 'held', why = $1, updated = $2 WHERE id = $3`, remark, db.Micros(by.Now()), w.ID); err != nil {
		return err
	}
	if err := s.toDraft(ctx, tx, by, w); err != nil {
		return err
	}
	if err := work.Finish(ctx, tx, by.Now(), reviewSource, fmt.Sprint(w.ID)); err != nil {
		return err
	}
	return work.Put(ctx, tx, by.Now(), work.Item{Source: heldSource, Key: fmt.Sprint(w.ID), PersonID: w.AuthorID, Due: by.Now(), Urgency: 2,
		Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, EventID: event})
}

// ReviewSource shows replies to be read on their readers' lists.
func (s *Service) ReviewSource() work.Source {
	return work.Source{Name: reviewSource, Title: "Reply to read", Cards: s.reviewCards}
}

func (s *Service) reviewCards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	var causes []int64
	for _, i := range items {
		causes = append(causes, i.EventID)
	}
	events, err := s.ledger.Some(ctx, tx, causes)
	if err != nil {
		return nil, err
	}
	var authors []int64
	for _, e := range events {
		authors = append(authors, e.ActorID)
	}
	people, err := s.directory.Names(ctx, tx, authors)
	if err != nil {
		return nil, err
	}
	return s.ticketCards(ctx, tx, by, items, func(i work.Item, t *Ticket) (work.Card, bool) {
		return work.Card{Title: t.Subject, About: people[events[i.EventID].ActorID].Name, Why: "Their reply waits to be read before it leaves", Mine: true}, Agent(by, t)
	})
}
