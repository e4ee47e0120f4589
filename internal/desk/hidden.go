package desk

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// HiddenFor is how long a deleted ticket or spam can be restored; then it goes for good.
const HiddenFor = 30 * 24 * time.Hour

// purgeJob is the timer that takes a hidden ticket away for good.
const purgeJob = "ticket.purge"

// tidied reports whether a change puts a ticket away or takes it back: triggers do not look
// at such changes, because nothing happened with the customer's request.
func tidied(before, t *Ticket) bool {
	return before.Hidden != t.Hidden || before.MergedInto != t.MergedInto
}

// seenHidden reports whether the actor may look at the ticket while it is hidden.
func (t *Ticket) seenHidden(by act.Actor) bool {
	return auth.Scope(by, "delete", "ticket").Covers(t.Record()) || auth.Scope(by, "restore", "ticket").Covers(t.Record())
}

// Delete hides a ticket everywhere; within 30 days Restore brings it back. Its clocks stand
// in no list and tell nobody. A problem with incidents asks first; confirm answers. Whoever may delete the ticket may.
func (s *Service) Delete(ctx context.Context, tx db.Tx, by act.Actor, id int64, confirm ...string) (*Ticket, error) {
	return s.putAway(ctx, tx, by, id, HiddenDeleted, confirm)
}

// MarkSpam hides a ticket as spam; within 30 days Restore brings it back. block says whether
// its requester's mail is set aside from now on: "" not at all, address, or domain, which
// asks for the right to write mail. A problem with incidents asks first. Whoever may delete the ticket may.
func (s *Service) MarkSpam(ctx context.Context, tx db.Tx, by act.Actor, id int64, block string, confirm ...string) (*Ticket, error) {
	t, err := s.putAway(ctx, tx, by, id, HiddenSpam, confirm)
	if err != nil || block == "" {
		return t, err
	}
	if err := mayBlock(by, "block", block); err != nil {
		return nil, err
	}
	return t, s.blockSender(ctx, tx, by, t, block)
}

// What marking a ticket as spam can block.
const (
	blockAddress = "address"
	blockDomain  = "domain"
)

// mayBlock refuses to block what is no sender, or a domain for who may not write mail.
func mayBlock(by act.Actor, field, block string) error {
	switch block {
	case blockAddress:
		return nil
	case blockDomain:
		return by.Require("write", "mail")
	}
	return fault.Field(field, block, "address, domain or nothing", "%q cannot be blocked.", block)
}

// blockSender has the mail of a ticket's requester, or of their whole domain, set aside from now on.
func (s *Service) blockSender(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, block string) error {
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return err
	}
	p := people[t.RequesterID]
	switch {
	case p.Email == "":
		return fault.Field("block", block, "nothing", "The requester has no address that could be blocked.")
	case p.Agent:
		return fault.Field("block", block, "nothing", "%s is a colleague, so their mail is not blocked.", p.Name)
	}
	_, err = s.mail.BlockRequester(ctx, tx, by, p.Email, block == blockDomain, t.ID)
	return err
}

func (s *Service) putAway(ctx context.Context, tx db.Tx, by act.Actor, id int64, as Hidden, confirm []string) (*Ticket, error) {
	t, err := s.loadAny(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) || t.Hidden != "" && !t.seenHidden(by) {
		return nil, fault.Missing("ticket", id)
	}
	if !auth.Scope(by, "delete", "ticket").Covers(t.Record()) {
		return nil, by.Denied("delete", "ticket")
	}
	if t.Hidden != "" {
		return nil, fault.New(fault.Invalid, "Ticket %d is %s already.", id, hiddenWords[t.Hidden])
	}
	if t, err = s.lock(ctx, tx, id); err != nil {
		return nil, err
	}
	if err := s.askDelete(ctx, tx, t, confirm); err != nil {
		return nil, err
	}
	before := *t
	t.Hidden = as
	by = by.Still()
	if err := dropMentions(ctx, tx, t.ID); err != nil {
		return nil, err
	}
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

// Restore brings a deleted ticket or spam back as it was; its clocks have run on. Whom marking it as spam has blocked is
// let through again. Whoever may restore the ticket may.
func (s *Service) Restore(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	q := `SELECT ` + ticketFields + ` FROM ticket t WHERE t.id = $1`
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	t, err := found(scanTicket(tx.QueryRow(ctx, q, id)))(id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) || t.Hidden != "" && !t.seenHidden(by) {
		return nil, fault.Missing("ticket", id)
	}
	if !auth.Scope(by, "restore", "ticket").Covers(t.Record()) {
		return nil, by.Denied("restore", "ticket")
	}
	switch t.Hidden {
	case "":
		return nil, fault.New(fault.Invalid, "Ticket %d is neither deleted nor spam, so there is nothing to restore.", id)
	case hiddenPurged:
		return nil, fault.New(fault.Invalid, "Ticket %d was deleted for good, so it cannot be restored.", id)
	}
	before := *t
	if t.Hidden == HiddenSpam {
		if err := s.mail.UnblockRequester(ctx, tx, by, t.ID); err != nil {
			return nil, err
		}
	}
	t.Hidden = ""
	if t.ProblemID != 0 {
		if t.ProblemID, err = s.restoredProblem(ctx, tx, t.ProblemID); err != nil {
			return nil, err
		}
	}
	by = by.Still()
	return t, s.change(ctx, tx, by, &before, t, moment{at: by.Now()})
}

//lang:texts
var hiddenWords = map[Hidden]string{HiddenDeleted: "deleted", HiddenSpam: "spam", hiddenPurged: "deleted for good"}

// hide stores that a ticket was put away or taken back, and keeps its timers in step.
func (s *Service) hide(ctx context.Context, tx db.Tx, now time.Time, t *Ticket) error {
	at := timeZero
	purge := job.Spec{Kind: purgeJob, Key: fmt.Sprint(t.ID), Subject: ledger.Ref{Kind: "ticket", ID: t.ID}}
	if t.Hidden != "" {
		at, purge.Due = now, now.Add(HiddenFor)
		if err := s.jobs.Set(ctx, tx, now, purge); err != nil {
			return err
		}
	} else if err := s.jobs.Cancel(ctx, tx, purge.Kind, purge.Key); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket SET hidden = $1, deleted_at = $2 WHERE id = $3`, string(t.Hidden), db.NullMicros(at), t.ID); err != nil {
		return err
	}
	if t.Hidden == "" { // a timer that fired meanwhile found nothing to do
		st, err := s.standingOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if st != nil && !st.Due.IsZero() && st.OverdueAt.IsZero() {
			if err := s.jobs.Set(ctx, tx, now, job.Spec{Kind: stageDue, Key: fmt.Sprint(t.ID), Subject: purge.Subject, Due: st.Due}); err != nil {
				return err
			}
		}
	}
	for _, c := range known(tx, t.ID).clocks {
		var err error
		switch {
		case !c.Ended.IsZero():
		case t.Hidden != "":
			err = s.jobs.Cancel(ctx, tx, clockDue, fmt.Sprint(c.ID))
		case !c.timer().Due.IsZero():
			err = s.jobs.Set(ctx, tx, now, c.timer())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// PutAway is a hidden ticket as its list shows it.
type PutAway struct {
	*Ticket
	At time.Time // when it was hidden
}

// PutAwayList lists deleted tickets or spam, the latest first. Whoever may delete or restore
// tickets may, within the scope of both rights.
func (s *Service) PutAwayList(ctx context.Context, tx db.Tx, by act.Actor, as Hidden, page db.Page) (list []PutAway, next string, err error) {
	if as != HiddenDeleted && as != HiddenSpam {
		return nil, "", fault.Field("hidden", as, "deleted or spam", "No tickets are put away as %q.", as)
	}
	w := (&db.Where{}).And("t.deleted_at IS NOT NULL").And("t.hidden = ?", string(as))
	right := "restore"
	if auth.Scope(by, right, "ticket").None() {
		right = "delete"
	}
	for _, action := range []string{"read", right} {
		if err := auth.Scope(by, action, "ticket").Where(w, columns); err != nil {
			return nil, "", err
		}
	}
	at, id, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(t.deleted_at, t.id) < (?, ?)", at, id)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+`, t.deleted_at FROM ticket t WHERE `+w.SQL()+` ORDER BY t.deleted_at DESC, t.id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	list, err = db.Collect(rows, err, func(r db.Scanner) (p PutAway, err error) {
		var at sql.NullInt64
		p.Ticket, err = scanTicket(and{r, &at})
		p.At = db.NullTime(at)
		return p, err
	})
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].At), list[n-1].ID)
	}
	return list, next, err
}

// and scans one column more than the columns of a ticket.
type and struct {
	row  db.Scanner
	more any
}

// Scan implements db.Scanner.
func (a and) Scan(into ...any) error { return a.row.Scan(append(into, a.more)...) }

// hiddenAt is when a ticket was hidden; zero for one that is not.
func hiddenAt(ctx context.Context, tx db.Tx, id int64) (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT deleted_at FROM ticket WHERE id = $1`, id).Scan(&at)
	return db.NullTime(at), err
}

// onPurge takes a ticket away that nobody restored in time.
func (s *Service) onPurge(ctx context.Context, tx db.Tx, j job.Job) error {
	t, err := s.loadAny(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) || err == nil && t.Hidden == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return s.purge(ctx, tx, s.system(), t)
}

// purge removes what was written on a ticket: messages, files, mails, and the words its events
// keep apart. Its number stays, and the ledger's events, which hold none.
func (s *Service) purge(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) error {
	event, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketPurged, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"hidden": t.Hidden}})
	if err != nil {
		return err
	}
	files, err := ticketIDs(ctx, tx, `SELECT f.file_id FROM comment_file f JOIN comment c ON c.id = f.comment_id WHERE c.ticket_id = $1
		UNION SELECT u.file_id FROM upload u JOIN upload_link l ON l.id = u.link_id WHERE l.ticket_id = $1 AND u.file_id IS NOT NULL
		UNION SELECT w.file_id FROM web_request_file w JOIN web_request r ON r.id = w.request_id WHERE r.ticket_id = $1
		UNION SELECT f.file_id FROM side_file f JOIN side_message m ON m.id = f.message_id JOIN side ON side.id = m.side_id WHERE side.ticket_id = $1`, t.ID)
	if err != nil {
		return err
	}
	for _, statement := range append([]string{
		`DELETE FROM comment_file WHERE comment_id IN (SELECT id FROM comment WHERE ticket_id = $1)`,
		`DELETE FROM reply_link WHERE comment_id IN (SELECT id FROM comment WHERE ticket_id = $1)`,
		`DELETE FROM comment WHERE ticket_id = $1`,
		`DELETE FROM comment_split WHERE from_id = $1 OR ticket_id = $1`,
		`DELETE FROM web_request_file WHERE request_id IN (SELECT id FROM web_request WHERE ticket_id = $1)`,
		`DELETE FROM web_request WHERE ticket_id = $1`,
		`DELETE FROM upload WHERE link_id IN (SELECT id FROM upload_link WHERE ticket_id = $1)`,
		`DELETE FROM upload_link WHERE ticket_id = $1`,
		`DELETE FROM external_id WHERE kind = 'ticket' AND record_id = $1`,
		`DELETE FROM message_ref WHERE ticket_id = $1`,
		`DELETE FROM draft WHERE ticket_id = $1`,
		`DELETE FROM ticket_once WHERE ticket_id = $1`,
		`DELETE FROM ticket_spell WHERE ticket_id = $1`,
		`DELETE FROM ticket_send WHERE ticket_id = $1`,
		`DELETE FROM ticket_person WHERE ticket_id = $1`,
		`DELETE FROM work_item WHERE source = 'mention' AND subject_id = $1`,
		`DELETE FROM ticket_queue WHERE ticket_id = $1`,
		`DELETE FROM ticket_stage WHERE ticket_id = $1`,
		`DELETE FROM ticket_link WHERE ticket_id = $1`,
		`DELETE FROM known_issue_ticket WHERE ticket_id = $1`,
		`DELETE FROM issue_report WHERE ticket_id = $1`,
		`DELETE FROM attention WHERE ticket_id = $1`,
		`DELETE FROM handover WHERE ticket_id = $1`,
		`DELETE FROM ticket_refusal WHERE ticket_id = $1`,
		`DELETE FROM purchase_proof WHERE ticket_id = $1`,
		`DELETE FROM clock WHERE ticket_id = $1`,
		forgetBatches,
	}, purgeSides...) {
		if _, err := tx.Exec(ctx, statement, t.ID); err != nil {
			return err
		}
	}
	if err := s.files.Remove(ctx, tx, files, by.Now()); err != nil {
		return err
	}
	if err := s.mail.PurgeTicket(ctx, tx, t.ID); err != nil {
		return err
	}
	for _, also := range s.purges {
		if err := also(ctx, tx, t.ID); err != nil {
			return err
		}
	}
	if err := s.config().Fields.Index(ctx, tx, "ticket", t.ID, t.Attributes, nil); err != nil {
		return err
	}
	if err := storeTags(ctx, tx, t.ID, t.Tags, nil); err != nil {
		return err
	}
	if _, err := s.ledger.EraseHolding(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, event, func([]byte) bool { return true }); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE ticket SET hidden = $1, subject = $2, tags = '[]', attributes = '{}', people = '', version = version + 1 WHERE id = $3`, string(hiddenPurged), Removed, t.ID)
	if err != nil || t.Type != TypeProblem {
		return err
	}
	by = by.Because(act.Cause{Event: event}).Still()
	return s.moveIncidents(ctx, tx, by, incidentsMove{From: t.ID, Event: event, Depth: by.Cause.Depth})
}

// forgetBatches empties what bulk changes keep of a ticket to put it back.
const forgetBatches = `UPDATE ticket_batch_item SET was = '', became = '' WHERE ticket_id = $1 AND became <> ''`

// OnPurge names what else holds words about a ticket that goes for good; called when the
// application is put together.
func (s *Service) OnPurge(also func(ctx context.Context, tx db.Tx, ticketID int64) error) {
	s.purges = append(s.purges, also)
}

// hiddenSentence says that a ticket was put away or taken back.
func hiddenSentence(change []any, l *lang.Language) (string, bool) {
	if len(change) != 2 {
		return "", false
	}
	switch Hidden(fmt.Sprint(change[1])) {
	case HiddenDeleted:
		return l.Word("Deleted"), true
	case HiddenSpam:
		return l.Word("Marked as spam"), true
	}
	return l.Say("Restored, was %s", l.Small(l.Word(hiddenWords[Hidden(fmt.Sprint(change[0]))]))), true
}
