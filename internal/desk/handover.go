package desk

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// The kinds of hand-over between regions.
const (
	// Rehome moves a ticket to another region for good: its customer works in that region's day.
	Rehome = "rehome"
	// HandOn lets another region go on for this day; whoever takes it has it.
	HandOn = "handover"
	// Satellite asks another region for one step while the assignee keeps the ticket.
	Satellite = "satellite"
	// HotRehome is a rehome that cannot wait for the region's day to begin: it is shown at once.
	HotRehome = "hot_rehome"
)

// HandoverKinds are all of them.
var HandoverKinds = []string{Rehome, HandOn, Satellite, HotRehome}

// Handover is a ticket handed to another region, with what the next colleague must know.
type Handover struct {
	ID         int64
	TicketID   int64
	Kind       string
	FromRegion int64 // 0: whoever handed it over is of no region
	ToRegion   int64
	ByID       int64
	Reason     string
	NextStep   string
	Created    time.Time
	Taken      time.Time
	TakenBy    int64
}

// NewHandover is what HandOver takes.
type NewHandover struct {
	Kind     string
	To       string // a region by name
	Reason   string
	NextStep string
}

// handoverWindow is how near a region's beginning of work hand-overs are shown to it; source: the
// hand-overs of a large software company's support (within 2 h of a region's start).
const handoverWindow = 2 * time.Hour

const handoverFields = `h.id, h.ticket_id, h.kind, h.from_region, h.to_region, h.by_id, h.reason, h.next_step, h.created, h.taken, h.taken_by`

func scanHandover(r db.Scanner) (h Handover, err error) {
	var from, by, taken, takenBy sql.NullInt64
	var created int64
	err = r.Scan(&h.ID, &h.TicketID, &h.Kind, &from, &h.ToRegion, &by, &h.Reason, &h.NextStep, &created, &taken, &takenBy)
	h.FromRegion, h.ByID, h.TakenBy, h.Created, h.Taken = from.Int64, by.Int64, takenBy.Int64, db.Time(created), db.NullTime(taken)
	return h, err
}

// waiting reports whether hand-overs are shown to a region's colleagues as waiting: around the
// beginning of its day.
func handoversShown(r *availability.Region, now time.Time) bool {
	if !r.Calendar.Active(now) {
		at, ok := r.Calendar.After(now, 0)
		return ok && at.Sub(now) <= handoverWindow
	}
	begun := r.Calendar.Intervals(now.Add(-handoverWindow), now)
	return len(begun) == 0 || begun[len(begun)-1].From.After(now.Add(-handoverWindow))
}

// HandToRegion hands a ticket to another region, with a note that tells what is next. But for a
// satellite the ticket is given up by its assignee and waits for that region. Whoever works on
// the ticket may.
func (s *Service) HandToRegion(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in NewHandover) (Handover, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return Handover{}, err
	}
	if _, err := s.working(ctx, tx, by, ticketID); err != nil {
		return Handover{}, err
	}
	by = by.Still()
	cfg := s.config()
	h := Handover{TicketID: ticketID, Kind: in.Kind, ByID: by.PersonID, Created: by.Now()}
	known := false
	for _, k := range HandoverKinds {
		known = known || k == in.Kind
	}
	if !known {
		return h, fault.Field("kind", in.Kind, strings.Join(HandoverKinds, ", "), "There is no kind of hand-over %q.", in.Kind)
	}
	to := cfg.Regions.Named(in.To)
	if to == nil {
		return h, fault.Field("to", in.To, oneOf(cfg.Regions.Regions, func(r *availability.Region) string { return r.Name }), "There is no region %q.", in.To)
	}
	h.ToRegion = to.ID
	if t.Status.Done() {
		return h, fault.New(fault.Invalid, "This ticket is %s: there is nothing to hand over.", t.Status)
	}
	if h.Reason, err = cleanReason("reason", in.Reason, "Say how it stands"); err != nil {
		return h, err
	}
	if h.NextStep, err = cleanReason("next_step", in.NextStep, "Say what the next colleague does first"); err != nil {
		return h, err
	}
	st, err := s.people.Of(ctx, tx, by.PersonID)
	if err != nil {
		return h, err
	}
	if st.Region != nil {
		h.FromRegion = st.Region.ID
	}
	if err := s.keepHandover(ctx, tx, t, &h); err != nil {
		return h, err
	}
	event, err := s.ledger.Append(ctx, tx, by, h.told())
	if err != nil {
		return h, err
	}
	return h, s.noteHandover(ctx, tx, by, t, h, to, event)
}

// keepHandover stores a hand-over. What was handed over before and not taken is answered by it.
func (s *Service) keepHandover(ctx context.Context, tx db.Tx, t *Ticket, h *Handover) error {
	if _, err := tx.Exec(ctx, `UPDATE handover SET taken = $1, taken_by = $2 WHERE ticket_id = $3 AND taken IS NULL`, db.Micros(h.Created), db.NullID(h.ByID), t.ID); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, `INSERT INTO handover (ticket_id, kind, from_region, to_region, by_id, reason, next_step, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		t.ID, h.Kind, db.NullID(h.FromRegion), h.ToRegion, db.NullID(h.ByID), h.Reason, h.NextStep, db.Micros(h.Created)).Scan(&h.ID); err != nil {
		return err
	}
	return t.mark(ctx, tx, besideHandovers)
}

// told is the event of a hand-over.
func (h Handover) told() ledger.Entry {
	return ledger.Entry{Verb: TicketHandedOn, Subject: ledger.Ref{Kind: "ticket", ID: h.TicketID}, Visibility: ledger.Internal,
		Data: map[string]any{"handover": h.ID, "kind": h.Kind, "from_region": h.FromRegion, "to_region": h.ToRegion}}
}

// noteHandover writes the note and gives the ticket up.
func (s *Service) noteHandover(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, h Handover, to *availability.Region, event int64) error {
	m := handoverNote(h.Kind, to.Title, h.Reason, h.NextStep)
	m.AuthorID = by.PersonID
	because := by.Because(act.Cause{Event: event})
	note, err := s.ledger.Append(ctx, tx, because, m.written(t.ID))
	if err != nil {
		return err
	}
	if _, err := s.insertComment(ctx, tx, because, t, m, note); err != nil {
		return err
	}
	before := *t
	if h.Kind != Satellite {
		t.AssigneeID = 0
	}
	return s.change(ctx, tx, because, &before, t, m.moment(by.Now(), note))
}

//lang:texts
var handoverTitles = map[string]string{Rehome: "Rehomed", HandOn: "Handed over", Satellite: "Satellite asked", HotRehome: "Rehomed at once"}

// TakeHandover makes a hand-over the actor's: the ticket becomes theirs, but for a satellite,
// which its assignee keeps. Whoever works on the ticket may.
func (s *Service) TakeHandover(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Handover, error) {
	h, err := scanHandover(tx.QueryRow(ctx, `SELECT `+handoverFields+` FROM handover h WHERE h.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return h, fault.Missing("handover", id)
	}
	if err != nil {
		return h, err
	}
	if _, err := s.working(ctx, tx, by, h.TicketID); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.Missing("handover", id)
		}
		return h, err
	}
	if by.PersonID == 0 {
		return h, fault.New(fault.Invalid, "Only people take tickets; this is no person.")
	}
	t, err := s.lock(ctx, tx, h.TicketID)
	if err != nil {
		return h, err
	}
	by = by.Still()
	if h.Kind == Satellite || t.AssigneeID != 0 {
		return s.markTaken(ctx, tx, by, h)
	}
	if !h.Taken.IsZero() {
		return h, fault.New(fault.Conflict, "A colleague has taken this already.")
	}
	if err := s.takesTickets(ctx, tx, by.PersonID); err != nil {
		return h, err
	}
	before := *t
	t.assign(by.PersonID, false)
	h.Taken, h.TakenBy = by.Now(), by.PersonID
	return h, s.change(ctx, tx, by, &before, t, moment{at: by.Now()}) // which marks it
}

func (s *Service) markTaken(ctx context.Context, tx db.Tx, by act.Actor, h Handover) (Handover, error) {
	n, err := tx.Exec(ctx, `UPDATE handover SET taken = $1, taken_by = $2 WHERE id = $3 AND taken IS NULL`, db.Micros(by.Now()), db.NullID(by.PersonID), h.ID)
	if err != nil {
		return h, err
	}
	if n == 0 {
		return h, fault.New(fault.Conflict, "A colleague has taken this already.")
	}
	h.Taken, h.TakenBy = by.Now(), by.PersonID
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: HandoverTaken, Subject: ledger.Ref{Kind: "ticket", ID: h.TicketID}, Visibility: ledger.Internal,
		Data: map[string]any{"handover": h.ID}})
	return h, err
}

// takeHandover marks what was handed over as taken when somebody gets the ticket, or it is done.
func (s *Service) takeHandover(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket) error {
	got := t.AssigneeID != 0 && t.AssigneeID != before.AssigneeID
	if !got && !t.Status.Done() || len(s.config().Regions.Regions) == 0 || !t.beside.has(besideHandovers) {
		return nil
	}
	who := t.AssigneeID
	if who == 0 {
		who = by.PersonID
	}
	return tx.Later(ctx, nil, `UPDATE handover SET taken = $1, taken_by = $2 WHERE ticket_id = $3 AND taken IS NULL AND (kind <> 'satellite' OR $4 = TRUE)`,
		db.Micros(by.Now()), db.NullID(who), t.ID, t.Status.Done())
}

// handedSentence says what a hand-over's event tells.
func (s *Service) handedSentence(e ledger.Event, l *lang.Language) string {
	d := decode(e)
	region := l.Word("a retired region")
	if r := s.config().Regions.Region(d.ToRegion); r != nil {
		region = r.Title
	}
	return l.Say("%s to %s", lang.Term(handoverTitles[d.Kind]), region)
}
