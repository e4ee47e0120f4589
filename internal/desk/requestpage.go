package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/lang"
)

// Purposes of signed links on public pages.
const (
	ticketPage  = "desk.ticket_page"
	confirmPage = "desk.confirm"
)

// TicketLink is the address of a ticket's page for its requester: whoever holds it may read and
// answer in their name. It ends working when the ticket gets another requester.
func (s *Service) TicketLink(t *Ticket) string {
	return s.base() + "/portal/requests/" + s.signer.SignText(ticketPage, fmt.Sprintf("%d.%d", t.ID, t.RequesterID))
}

// ConfirmLink is the address where the sender of a web request confirms it.
func (s *Service) ConfirmLink(id int64) string {
	return s.base() + "/portal/confirm/" + s.signer.Sign(confirmPage, id)
}

// ConfirmID is the request that a link stands for.
func (s *Service) ConfirmID(token string) (int64, bool) { return s.signer.Verify(confirmPage, token) }

// TicketPage is a ticket as its requester sees it.
type TicketPage struct {
	Ticket    *Ticket
	Requester directory.Person
	Comments  []*Comment // public ones, oldest first; the newest 200
	Names     map[int64]string
	Followed  int64 // the ticket that goes on from this closed one; 0 for none
	Answers   bool  // whether who looks may write
}

// pageComments is how many messages the page of a request shows.
const pageComments = 200

var errLink = fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address.")

// TicketPage returns the ticket of a signed link, with the right to answer it. Whoever holds the
// link may.
func (s *Service) TicketPage(ctx context.Context, tx db.Tx, token string) (page TicketPage, by act.Actor, err error) {
	text, ok := s.signer.VerifyText(ticketPage, token)
	first, second, _ := strings.Cut(text, ".")
	id, err1 := strconv.ParseInt(first, 10, 64)
	person, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return page, by, errLink
	}
	t, err := s.load(ctx, tx, id)
	if err != nil {
		return page, by, errLink
	}
	people, err := s.directory.Names(ctx, tx, []int64{person})
	if err != nil {
		return page, by, err
	}
	p := people[person] // one that was merged leads to who they are now
	if p.ID == 0 || p.ID != t.RequesterID || !p.Suspended.IsZero() {
		return page, by, errLink
	}
	page, err = s.pageOf(ctx, tx, t, p)
	page.Answers = true
	return page, s.visitor(p), err
}

// TicketPageFor returns a ticket as its requester sees it, for whoever may read it on the public pages: by has the rights that
// auth.Visitor leaves. What others may not see and what is not there are told alike, and so is what nobody said publicly yet.
func (s *Service) TicketPageFor(ctx context.Context, tx db.Tx, by act.Actor, id int64) (page TicketPage, err error) {
	t, err := s.load(ctx, tx, id)
	if err != nil {
		return page, errNotTheirs
	}
	record := t.Record()
	record.Owners = []int64{t.RequesterID} // whoever works on it does so in the workspace
	if !auth.Scope(by, "read", "ticket").Covers(record) {
		return page, errNotTheirs
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return page, err
	}
	if page, err = s.pageOf(ctx, tx, t, people[t.RequesterID]); err == nil && len(page.Comments) == 0 {
		err = errNotTheirs
	}
	page.Answers = auth.Scope(by, "write", "ticket").Covers(record)
	return page, err
}

var errNotTheirs = fault.New(fault.NotFound, "There is no such request, or it is none of those that you may see.")

// pageOf puts a ticket's page together.
func (s *Service) pageOf(ctx context.Context, tx db.Tx, t *Ticket, requester directory.Person) (page TicketPage, err error) {
	page = TicketPage{Ticket: t, Requester: requester, Names: map[int64]string{}}
	if page.Comments, err = s.publicComments(ctx, tx, t.ID); err != nil {
		return page, err
	}
	var authors []int64
	for _, c := range page.Comments {
		authors = append(authors, c.AuthorID)
	}
	names, err := s.directory.Names(ctx, tx, authors)
	for id, n := range names {
		page.Names[id] = n.Name
	}
	if err == nil && t.Status == StatusClosed {
		var next []int64
		if next, err = s.followUps(ctx, tx, t.ID); len(next) > 0 {
			page.Followed = next[len(next)-1]
		}
	}
	return page, err
}

// PublicComments are the newest messages of a ticket that its requester sees, oldest first. It checks no permission: for
// other parts of the system that show a ticket's correspondence.
func (s *Service) PublicComments(ctx context.Context, tx db.Tx, ticketID int64) ([]*Comment, error) {
	return s.publicComments(ctx, tx, ticketID)
}

// publicComments are the newest messages that a requester sees, oldest first, with their files.
func (s *Service) publicComments(ctx context.Context, tx db.Tx, ticketID int64) ([]*Comment, error) {
	rows, err := tx.Query(ctx, `SELECT id, ticket_id, event_id, author_id, agent, public, channel, at, body_text, body_html, quoted_html, message_id
		FROM comment WHERE ticket_id = $1 AND public = TRUE ORDER BY id DESC LIMIT $2`, ticketID, pageComments)
	if err != nil {
		return nil, err
	}
	var out []*Comment
	byID := map[int64]*Comment{}
	if err := scanComments(rows, func(c *Comment) { out = append(out, c); byID[c.ID] = c }); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b *Comment) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out, s.attachFiles(ctx, tx, byID)
}

// Promised is when a requester will hear of a new ticket.
type Promised struct {
	Due      time.Time // zero without a promise
	Sentence string
}

// Promise says in words when the first answer to a ticket is due, in the requester's time.
func (s *Service) Promise(l *lang.Language, tx db.Tx, p *Portal, t *Ticket, requester directory.Person) Promised {
	out := Promised{Sentence: p.Spec.Next}
	for _, c := range known(tx, t.ID).clocks {
		if c.Metric == FirstReply && c.Ended.IsZero() && !c.Due.IsZero() {
			out.Due = c.Due
		}
	}
	if out.Due.IsZero() {
		out.Sentence = cmp.Or(out.Sentence, l.Word("We answer as soon as we can."))
		return out
	}
	zone, name := time.UTC, "UTC"
	if loc, err := time.LoadLocation(requester.TimeZone); err == nil && requester.TimeZone != "" {
		zone, name = loc, requester.TimeZone
	}
	out.Sentence = strings.TrimSpace(l.Say("You hear from us by %s (%s).", l.Time(out.Due.In(zone), "Monday 2 January, 15:04"), name) + " " + out.Sentence)
	return out
}

// PromiseOf is Promise for a ticket of an earlier transaction.
func (s *Service) PromiseOf(ctx context.Context, tx db.Tx, portalID, ticketID int64) (Promised, error) {
	t, p, err := s.Requester(ctx, tx, ticketID)
	if err != nil {
		return Promised{}, err
	}
	k := known(tx, t.ID)
	if k.clocks == nil {
		if k.clocks, err = s.Clocks(ctx, tx, t.ID); err != nil {
			return Promised{}, err
		}
	}
	return s.Promise(lang.In(ctx), tx, s.config().portal(portalID), t, p), nil
}

// KeepFile keeps a stored blob for somebody who fills in a public page, for two days, until a
// request takes it up. The surface limits who may and how much.
func (s *Service) KeepFile(ctx context.Context, tx db.Tx, in Attachment) (int64, error) {
	f, err := s.Upload(ctx, tx, act.Actor{Kind: act.Person, Clock: s.clock, Generation: s.config().Generation}, in.Blob, in.Filename)
	return f.ID, err
}

// SweepRequests removes web requests that expired, with their files, some at a time.
func (s *Service) SweepRequests(ctx context.Context, tx db.Tx, now time.Time) error {
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM web_request WHERE expires < $1 ORDER BY expires, id LIMIT 200`, db.Micros(now))
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.dropRequests(ctx, tx, ids, now)
}

func (s *Service) dropRequests(ctx context.Context, tx db.Tx, ids []int64, now time.Time) error {
	files, err := ticketIDs(ctx, tx, `DELETE FROM web_request_file WHERE request_id IN (`+idList(ids)+`) RETURNING file_id`)
	if err != nil {
		return err
	}
	if err := s.files.Remove(ctx, tx, files, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM web_request WHERE id IN (`+idList(ids)+`)`)
	return err
}

// sentRequests are what somebody sent with the web request form and is no ticket.
type sentRequests struct{ s *Service }

var _ directory.Eraser = sentRequests{}

// What implements directory.Eraser.
func (sentRequests) What() string { return "requests they sent with the web form" }

func (sentRequests) where(who directory.Erasing) string {
	w := []string{"person_id IN (" + idList(who.IDs) + ")"}
	for _, a := range who.Addresses {
		w = append(w, "email = '"+strings.ReplaceAll(a, "'", "''")+"'")
	}
	return strings.Join(w, " OR ")
}

// Count implements directory.Eraser.
func (r sentRequests) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM web_request WHERE `+r.where(who))
}

// Erase implements directory.Eraser.
func (r sentRequests) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM web_request WHERE `+r.where(who)+` LIMIT $1`, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), r.s.dropRequests(ctx, tx, ids, by.Now())
}
