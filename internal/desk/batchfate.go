package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// Fate is what becomes of the tickets of a batch as a whole.
type Fate string

// The fates.
const (
	FateDelete  Fate = "delete"
	FateSpam    Fate = "spam"
	FateRestore Fate = "restore" // of deleted tickets or spam
)

// BatchMerge says into which ticket those of a batch are merged.
type BatchMerge struct {
	Into    int64 `json:"into" minimum:"1" doc:"The ticket that goes on."`
	People  *bool `json:"people,omitempty" doc:"Whether requesters and people copied are copied on the ticket that goes on, and followers follow it; true when left out."`
	Confirm bool  `json:"confirm,omitempty" doc:"Merge also when the tickets are of different customers."`
}

// fated reports whether a change is about tickets as a whole, not about what stands on them.
func (c BatchChange) fated() bool { return c.Fate != "" || c.Merge != nil }

// action is the right that a batch asks for.
func (c BatchChange) action() string {
	switch c.Fate {
	case FateDelete, FateSpam:
		return "delete"
	case FateRestore:
		return "restore"
	}
	return "edit"
}

// does is what a batch does, in one word for whoever shows it.
func (c BatchChange) does() string {
	if c.Merge != nil {
		return "merge"
	}
	return cmp.Or(string(c.Fate), "change")
}

// checkFate refuses a change about tickets as a whole that does something besides.
func (c BatchChange) checkFate(by act.Actor) error {
	if !slices.Contains([]Fate{"", FateDelete, FateSpam, FateRestore}, c.Fate) {
		return fault.Field("change.fate", c.Fate, "delete, spam or restore", "Tickets cannot be made %q.", c.Fate)
	}
	if c.Block != "" {
		if c.Fate != FateSpam {
			return fault.Field("change.block", c.Block, "spam as well", "Senders are blocked where their tickets are marked as spam.")
		}
		if err := mayBlock(by, "change.block", c.Block); err != nil {
			return err
		}
	}
	some := c
	if some.Confirm, some.Block = nil, ""; c.Fate != "" {
		some.Fate = ""
	} else {
		some.Merge = nil
	}
	if !reflect.ValueOf(some).IsZero() {
		return fault.Field("change", c.does(), "nothing besides", "Deleting, marking as spam, restoring and merging go alone. Make the other changes first.")
	}
	return nil
}

// checkMerge refuses a merge of many that the single one would refuse, and returns those that would go into the
// other. Whoever works on the ticket that goes on may; each of the others is looked at when its turn comes.
func (s *Service) checkMerge(ctx context.Context, tx db.Tx, by act.Actor, tickets []int64, in BatchMerge) ([]int64, error) {
	tickets = slices.DeleteFunc(tickets, func(id int64) bool { return id == in.Into })
	if n := len(tickets); n == 0 || n > maxMerged {
		return nil, fault.Field("tickets", n, "1 to 100 other tickets", "One merge takes 1 to 100 tickets besides the one that goes on; these are %d.", n)
	}
	winner, err := s.working(ctx, tx, by, in.Into)
	if err != nil {
		return nil, err
	}
	if err := mergeable(winner, nil, nil); err != nil {
		return nil, err
	}
	seen, err := s.some(ctx, tx, by, tickets)
	if err != nil || in.Confirm {
		return tickets, err
	}
	known := Merge{WinnerID: winner.ID}
	for _, id := range tickets {
		if seen[id] != nil {
			known.Tickets = append(known.Tickets, id)
		}
	}
	if seen == nil {
		seen = map[int64]*Ticket{}
	}
	seen[winner.ID] = winner
	err = s.sameCustomer(ctx, tx, seen, known, in.apart())
	if f := fault.As(err); f != nil && len(f.Details) == 1 {
		f.Details[0].Field = "change.merge.confirm"
	}
	return tickets, err
}

func (m BatchMerge) apart() bool { return m.People != nil && !*m.People }

// wholly is what a batch has done with a ticket as a whole, so that it can be undone.
type wholly struct {
	Hidden Hidden `json:"hidden,omitempty"`
	Merge  int64  `json:"merge,omitempty"`
}

// fateOne does with one ticket what a batch does with each: with the rights of its person, as one by one.
func (s *Service) fateOne(ctx context.Context, tx db.Tx, by act.Actor, b *Batch, item batchItem) (outcome, error) {
	var was, became wholly
	var err error
	o := outcome{state: itemDone}
	switch m := b.Change.Merge; {
	case m != nil:
		var done Merge
		done, err = s.Merge(ctx, tx, by, NewMerge{WinnerID: m.Into, Tickets: []int64{item.ticket}, Message: Message{Channel: "web"}, Confirm: m.Confirm, Apart: m.apart(), Quiet: true})
		became.Merge = done.ID
	case b.Change.Fate == FateRestore:
		if was.Hidden, err = s.hiddenAs(ctx, tx, item.ticket); err == nil {
			_, err = s.Restore(ctx, tx, by, item.ticket)
		}
	case b.Change.Fate == FateSpam:
		became.Hidden = HiddenSpam
		o.note, err = s.spamOne(ctx, tx, by, item.ticket, b.Change)
	default:
		became.Hidden = HiddenDeleted
		_, err = s.Delete(ctx, tx, by, item.ticket, b.Change.Confirm...)
	}
	if err != nil {
		return outcome{}, err
	}
	before, err := json.Marshal(was)
	if err != nil {
		return o, err
	}
	after, err := json.Marshal(became)
	o.was, o.became = string(before), string(after)
	return o, err
}

// spamOne marks one ticket of a batch as spam, and blocks its sender where that is asked for. One who cannot be blocked
// is left alone, and the note says why.
func (s *Service) spamOne(ctx context.Context, tx db.Tx, by act.Actor, id int64, c BatchChange) (note string, err error) {
	t, err := s.MarkSpam(ctx, tx, by, id, "", c.Confirm...)
	if err != nil || c.Block == "" {
		return "", err
	}
	err = s.blockSender(ctx, tx, by, t, c.Block)
	if f := fault.As(err); f != nil && f.Code == fault.Invalid {
		return "Marked as spam. " + f.Message, nil
	}
	return "", err
}

// unfateOne takes back what a batch did with one ticket as a whole, unless somebody has since.
func (s *Service) unfateOne(ctx context.Context, tx db.Tx, by act.Actor, item batchItem) (outcome, error) {
	var was, became wholly
	if item.was == "" {
		return outcome{state: itemKept, note: "How it was before is not kept any more."}, nil
	}
	if err := json.Unmarshal([]byte(item.was), &was); err != nil {
		return outcome{}, err
	}
	if err := json.Unmarshal([]byte(item.became), &became); err != nil {
		return outcome{}, err
	}
	if became.Merge != 0 {
		_, err := s.undoMerge(ctx, tx, by, item.ticket, became.Merge, true)
		return outcome{state: itemUndone}, err
	}
	now, err := s.hiddenAs(ctx, tx, item.ticket)
	switch {
	case err != nil:
	case now != became.Hidden:
		return outcome{state: itemKept, note: "Somebody has changed this since."}, nil
	case was.Hidden != "":
		_, err = s.putAway(ctx, tx, by, item.ticket, was.Hidden, []string{ConfirmIncidents})
	default:
		_, err = s.Restore(ctx, tx, by, item.ticket)
	}
	return outcome{state: itemUndone}, err
}

// hiddenAs says how a ticket is put away; "" when it is not.
func (s *Service) hiddenAs(ctx context.Context, tx db.Tx, id int64) (Hidden, error) {
	t, err := s.loadAny(ctx, tx, id)
	if err != nil {
		return "", err
	}
	return t.Hidden, nil
}

// sayMerged leaves one note on the ticket that goes on, about all that a batch has merged into it or taken out again.
func (s *Service) sayMerged(ctx context.Context, tx db.Tx, by act.Actor, b *Batch) error {
	state, text := itemDone, "Merged into this ticket: %s."
	if b.State == BatchUndone {
		state, text = itemUndone, "The merge of %s was undone."
	}
	ids, err := ticketIDs(ctx, tx, `SELECT ticket_id FROM ticket_batch_item WHERE batch_id = $1 AND state = $2 ORDER BY n`, b.ID, string(state))
	if err != nil || len(ids) == 0 {
		return err
	}
	t, err := s.lock(ctx, tx, b.Change.Merge.Into)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return err
	}
	_, err = s.jot(ctx, tx, by.Still(), t, fmt.Sprintf(text, numbers(ids)))
	return err
}
