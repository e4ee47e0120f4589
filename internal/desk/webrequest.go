package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// RequestState says where a request from the web form stands.
type RequestState string

// The states of a web request.
const (
	RequestWaiting RequestState = "waiting" // for its sender to confirm their address
	RequestReview  RequestState = "review"  // for a colleague to look at it
	RequestOpened  RequestState = "opened"  // it is a ticket
	RequestRefused RequestState = "refused" // a colleague decided against it
)

// How long requests stay: unconfirmed ones and those to look at, and the trace of decided ones.
const (
	waitingFor = 7 * 24 * time.Hour
	reviewFor  = 30 * 24 * time.Hour
	decidedFor = 30 * 24 * time.Hour
)

// confirmationsPerDay is how many confirmations are mailed to one address within a day: nobody's
// mailbox is filled by somebody else's typing.
const confirmationsPerDay = 5

// WebRequest is what somebody sent with the web request form.
type WebRequest struct {
	ID       int64
	Nonce    string // of the page it was sent from
	State    RequestState
	Reason   string // why somebody looks at it
	Created  time.Time
	Expires  time.Time
	PortalID int64
	FormID   int64
	Email    string
	Name     string
	PersonID int64 // of a signed-in sender
	Subject  string
	Content  RequestContent
	Remote   string // network it came from
	TicketID int64
	Files    []file.File
}

// RequestContent is what a request says.
type RequestContent struct {
	Text    string            `json:"text"`
	Values  map[string]any    `json:"values,omitempty"`  // attributes by name
	Lookups map[string]string `json:"lookups,omitempty"` // what was written for fields that point to records
	Left    []LeftAnswer      `json:"left,omitempty"`    // answers to what is no longer asked
}

// LeftAnswer is an answer to a question that the form no longer asks.
type LeftAnswer struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Submit takes a request from the web form. Anybody may send one: known people's become tickets
// at once, others' when they have confirmed their address; one with a Reason waits for a colleague.
// The same page sent twice is one request.
func (s *Service) Submit(ctx context.Context, tx db.Tx, in WebRequest) (WebRequest, error) {
	if r, err := s.requestBy(ctx, tx, "nonce", in.Nonce); !errors.Is(err, sql.ErrNoRows) {
		return r, err
	}
	var err error
	if in.Email, err = directory.CleanEmail("email", in.Email); err != nil {
		return in, err
	}
	if in.Subject, err = cleanSubject(in.Subject); err != nil {
		return in, err
	}
	p := s.config().portal(in.PortalID)
	sender, known, err := s.knownSender(ctx, tx, in)
	if err != nil {
		return in, err
	}
	if f := s.config().form(in.FormID); in.FormID != 0 && f != nil && !f.open(toCustomers) && !(in.PersonID != 0 && f.open(askerOf(sender))) {
		return in, fault.New(fault.Forbidden, "The form %s is for colleagues. Sign in first, then send it.", f.Title)
	}
	by := s.visitor(sender).Still()
	in.Created, in.State, in.Expires = by.Now(), RequestWaiting, by.Now().Add(waitingFor)
	switch {
	case known && !sender.Suspended.IsZero():
		in.Reason = "Its sender is suspended."
	case known && in.PersonID != 0:
		in.Reason = "" // who is signed in is nobody's robot
	case !known && strings.Count(in.Content.Text, "://") > p.MaxLinks:
		in.Reason = fmt.Sprintf("It has more than %d links and its sender is not known.", p.MaxLinks)
	case !known && !p.Confirm && in.Reason == "":
		known = true
	}
	if known && sender.Agent && in.PersonID == 0 {
		known = false // anybody can type a colleague's address
	}
	if in.Reason != "" {
		known, in.State, in.Expires = false, RequestReview, in.Created.Add(reviewFor)
	}
	if err := s.insertRequest(ctx, tx, &in); err != nil {
		return in, err
	}
	if known {
		return in, s.openRequest(ctx, tx, &in)
	}
	if in.State == RequestWaiting {
		return in, s.askToConfirm(ctx, tx, by, p, in)
	}
	return in, s.decided(ctx, tx, by, in, RequestHeld)
}

// knownSender is the person who sends a request, and whether the directory knows them.
func (s *Service) knownSender(ctx context.Context, tx db.Tx, in WebRequest) (directory.Person, bool, error) {
	if in.PersonID == 0 {
		return s.directory.ByEmail(ctx, tx, in.Email)
	}
	people, err := s.directory.Names(ctx, tx, []int64{in.PersonID})
	p, ok := people[in.PersonID]
	return p, ok, err
}

// visitor is somebody on the public pages: they may write about what is theirs.
func (s *Service) visitor(p directory.Person) act.Actor {
	return act.Actor{Kind: act.Person, PersonID: p.ID, OrganizationID: p.OrganizationID, Clock: s.clock, Generation: s.config().Generation,
		Grants: []act.Grant{{Action: "read", Kind: "ticket", Scope: act.Own}, {Action: "write", Kind: "ticket", Scope: act.Own}}}
}

const requestColumns = `nonce, state, reason, created, expires, portal_id, form_id, email, name, person_id, subject, content, remote, ticket_id`

func (s *Service) insertRequest(ctx context.Context, tx db.Tx, r *WebRequest) error {
	content, err := json.Marshal(r.Content)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `INSERT INTO web_request (`+requestColumns+`) VALUES `+db.Values(14, 1)+` RETURNING id`, r.Nonce, r.State, r.Reason,
		db.Micros(r.Created), db.Micros(r.Expires), r.PortalID, r.FormID, r.Email, directory.CleanName(r.Name, r.Email), db.NullID(r.PersonID), r.Subject, string(content), r.Remote, nil).Scan(&r.ID)
	if err != nil {
		return err
	}
	for _, f := range r.Files {
		if _, err := tx.Exec(ctx, `INSERT INTO web_request_file (request_id, file_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, r.ID, f.ID); err != nil {
			return err
		}
	}
	return nil
}

func scanRequest(row db.Scanner) (r WebRequest, err error) {
	var created, expires int64
	var person, ticket sql.NullInt64
	var content string
	err = row.Scan(&r.ID, &r.Nonce, &r.State, &r.Reason, &created, &expires, &r.PortalID, &r.FormID, &r.Email, &r.Name, &person, &r.Subject, &content, &r.Remote, &ticket)
	if err != nil {
		return r, err
	}
	r.Created, r.Expires, r.PersonID, r.TicketID = db.Time(created), db.Time(expires), person.Int64, ticket.Int64
	return r, json.Unmarshal([]byte(content), &r.Content)
}

func (s *Service) requestBy(ctx context.Context, tx db.Tx, column string, value any) (WebRequest, error) {
	r, err := scanRequest(tx.QueryRow(ctx, `SELECT id, `+requestColumns+` FROM web_request WHERE `+column+` = $1`, value))
	if err != nil {
		return r, err
	}
	rows, err := tx.Query(ctx, `SELECT f.id, f.hash, f.filename, f.content_type, f.size FROM web_request_file w JOIN file f ON f.id = w.file_id WHERE w.request_id = $1 ORDER BY f.id`, r.ID)
	r.Files, err = db.Collect(rows, err, func(sc db.Scanner) (f file.File, err error) {
		return f, sc.Scan(&f.ID, &f.Hash, &f.Filename, &f.ContentType, &f.Size)
	})
	return r, err
}

// request is a request by its id.
func (s *Service) request(ctx context.Context, tx db.Tx, id int64) (WebRequest, error) {
	r, err := s.requestBy(ctx, tx, "id", id)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("request", id)
	}
	return r, err
}

// Confirm opens the ticket of a request whose sender has shown that the address is theirs.
// Whoever holds the signed link may; a second time it finds the same ticket.
func (s *Service) Confirm(ctx context.Context, tx db.Tx, id int64) (WebRequest, error) {
	r, err := s.request(ctx, tx, id)
	if err != nil {
		return r, fault.New(fault.NotFound, "This request was not confirmed within 7 days, so it was deleted. Please send it again.")
	}
	if r.State == RequestWaiting {
		err = s.openRequest(ctx, tx, &r)
	}
	return r, err
}

// Held is a request as it is, for the page of its signed link.
func (s *Service) Held(ctx context.Context, tx db.Tx, id int64) (WebRequest, error) {
	return s.request(ctx, tx, id)
}

// mayReview refuses those who may not look at other people's requests.
func mayReview(by act.Actor) error {
	if !auth.Scope(by, "edit", "ticket").All() {
		return by.Denied("edit", "ticket")
	}
	return nil
}

// Requests lists web requests in a state, the newest first. Whoever may edit all tickets may.
func (s *Service) Requests(ctx context.Context, tx db.Tx, by act.Actor, state RequestState, page db.Page) (list []WebRequest, next string, err error) {
	if err := mayReview(by); err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("state = ?", state)
	return db.Newest(ctx, tx, `id, `+requestColumns+` FROM web_request`, "id", w, page, scanRequest, func(r WebRequest) int64 { return r.ID })
}

// Accept opens the ticket of a request. Whoever may edit all tickets may.
func (s *Service) Accept(ctx context.Context, tx db.Tx, by act.Actor, id int64) (WebRequest, error) {
	if err := mayReview(by); err != nil {
		return WebRequest{}, err
	}
	r, err := s.request(ctx, tx, id)
	if err != nil || r.State == RequestOpened {
		return r, err
	}
	if err := s.decided(ctx, tx, by, r, RequestAccepted); err != nil {
		return r, err
	}
	return r, s.openRequest(ctx, tx, &r)
}

// The verbs of web requests that colleagues look at. Their subject is the request.
const (
	RequestHeld     = "web_request.held" // it waits for a colleague
	RequestAccepted = "web_request.accepted"
	RequestSetAside = "web_request.refused"
)

func (s *Service) decided(ctx context.Context, tx db.Tx, by act.Actor, r WebRequest, verb string) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "web_request", ID: r.ID}, Visibility: ledger.Internal, Data: map[string]any{"state": r.State}})
	return err
}

// Refuse sets a request aside; it is deleted 30 days later. Whoever may edit all tickets may.
func (s *Service) Refuse(ctx context.Context, tx db.Tx, by act.Actor, id int64) (WebRequest, error) {
	if err := mayReview(by); err != nil {
		return WebRequest{}, err
	}
	r, err := s.request(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if r.State == RequestOpened {
		return r, fault.New(fault.Conflict, "This request is ticket %d already.", r.TicketID)
	}
	if err := s.decided(ctx, tx, by, r, RequestSetAside); err != nil {
		return r, err
	}
	r.State, r.Expires = RequestRefused, by.Now().Add(decidedFor)
	_, err = tx.Exec(ctx, `UPDATE web_request SET state = $1, expires = $2 WHERE id = $3`, r.State, db.Micros(r.Expires), id)
	return r, err
}

// openRequest makes a ticket of a request and tells its sender.
func (s *Service) openRequest(ctx context.Context, tx db.Tx, r *WebRequest) error {
	sender, known, err := s.knownSender(ctx, tx, *r)
	if err != nil {
		return err
	}
	if !known {
		if sender, err = s.directory.Resolve(ctx, tx, s.system(), r.Email, r.Name); err != nil {
			return err
		}
	}
	by := s.visitor(sender).Still()
	p := s.config().portal(r.PortalID)
	n, err := s.ticketOf(ctx, tx, *r, p, sender)
	if err != nil {
		return err
	}
	t, _, err := s.Create(ctx, tx, by, n)
	if err != nil {
		return err
	}
	r.State, r.TicketID, r.Expires = RequestOpened, t.ID, by.Now().Add(decidedFor)
	// The words are on the ticket now, where they can be redacted.
	_, err = tx.Exec(ctx, `UPDATE web_request SET state = $1, ticket_id = $2, expires = $3, content = '{}', subject = '' WHERE id = $4`, r.State, t.ID, db.Micros(r.Expires), r.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM web_request_file WHERE request_id = $1`, r.ID); err != nil {
		return err
	}
	return s.acknowledge(ctx, tx, by, p, t, sender)
}

// ticketOf is the ticket that a request opens. What no longer fits its field goes under the
// message: nothing is lost.
func (s *Service) ticketOf(ctx context.Context, tx db.Tx, r WebRequest, p *Portal, sender directory.Person) (NewTicket, error) {
	cfg := s.config()
	n := NewTicket{Subject: r.Subject, Requester: sender, Channel: "web", FormID: r.FormID, BrandID: p.BrandID, MailboxID: p.MailboxID, taken: true, Attributes: map[string]any{}}
	if box := cfg.Mailbox(p.MailboxID); box != nil {
		n.TeamID = box.TeamID
	}
	left := slices.Clone(r.Content.Left)
	form, signed := cfg.form(r.FormID), r.PersonID != 0 && sender.Agent
	for _, name := range slices.Sorted(maps.Keys(r.Content.Lookups)) {
		f, text := cfg.Fields.Named("ticket", name), r.Content.Lookups[name]
		if f == nil {
			left = append(left, LeftAnswer{name, text})
			continue
		}
		id, err := s.point(ctx, tx, f, text, sender)
		if err != nil {
			return n, err
		}
		if id == 0 {
			left = append(left, LeftAnswer{f.Title, text})
			continue
		}
		n.Attributes[name] = id
	}
	for _, name := range slices.Sorted(maps.Keys(r.Content.Values)) {
		f, value := cfg.Fields.Named("ticket", name), r.Content.Values[name]
		if _, err := cfg.Fields.Set("ticket", nil, name, value); f == nil || err != nil || f.Edit != "everyone" && !(signed && form.takes(name, toColleagues)) {
			left = append(left, LeftAnswer{name, fmt.Sprint(value)})
			continue
		}
		n.Attributes[name] = value
	}
	text := r.Content.Text
	for _, a := range left {
		text += "\n\n" + a.Title + ": " + a.Text
	}
	n.Message = PlainMessage(text)
	n.Message.Public, n.Message.Channel, n.Message.AuthorID = true, "web", sender.ID
	for _, f := range r.Files {
		n.Message.Files = append(n.Message.Files, Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename})
	}
	return n, nil
}

// acknowledge mails the sender the number of their ticket and a link to its page.
func (s *Service) acknowledge(ctx context.Context, tx db.Tx, by act.Actor, p *Portal, t *Ticket, sender directory.Person) error {
	words := "Hello " + mail.EscapeMarkdown(sender.Name) + ",\n\nwe have your request. It is number " + fmt.Sprint(t.ID) + ".\n\n" +
		s.Promise(tx, p, t, sender).Sentence + "\n\n[See and answer your request](" + s.TicketLink(t) + ")\n\nYou can also answer this mail."
	html, text := mail.FromMarkdown(words)
	events, err := s.ledger.Of(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, 0, 1)
	if err != nil {
		return err
	}
	copyOf := 0
	if len(events) > 0 {
		copyOf = -int(events[0].ID) // as triggers count: by an event that no other mail is about
	}
	return s.mailOut(ctx, tx, by, t, []mail.Address{{Name: sender.Name, Email: sender.Email}}, "", mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true},
		mail.MessageRef{TicketID: t.ID, Copy: copyOf})
}

// askToConfirm mails the link that opens the ticket.
func (s *Service) askToConfirm(ctx context.Context, tx db.Tx, by act.Actor, p *Portal, r WebRequest) error {
	box := s.config().Mailbox(p.MailboxID)
	var sent int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM web_request WHERE email = $1 AND created > $2 AND state = 'waiting' LIMIT 100) AS bounded`, r.Email, db.Micros(by.Now().Add(-24*time.Hour))).Scan(&sent)
	if err != nil {
		return err
	}
	if box == nil || sent > confirmationsPerDay {
		reason := "There is no mailbox to send the confirmation from."
		if box != nil {
			reason = fmt.Sprintf("More than %d requests were sent for this address within a day without being confirmed.", confirmationsPerDay)
		}
		_, err := tx.Exec(ctx, `UPDATE web_request SET state = $1, reason = $2, expires = $3 WHERE id = $4`, RequestReview, reason, db.Micros(r.Created.Add(reviewFor)), r.ID)
		return err
	}
	html, text := mail.FromMarkdown("Hello " + mail.EscapeMarkdown(directory.CleanName(r.Name, r.Email)) + ",\n\nplease confirm that you sent us the request “" + mail.EscapeMarkdown(r.Subject) +
		"”. Then we begin to work on it.\n\n[Confirm and send](" + s.ConfirmLink(r.ID) + ")\n\nThe link works for 7 days. If it was not you, do nothing: the request is deleted then.")
	_, domain := splitAddress(box.Spec.Address)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	id := fmt.Sprintf("confirm-%d-%s@%s", r.ID, r.Nonce, domain)
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{{Name: directory.CleanName(r.Name, r.Email), Email: r.Email}},
		Subject: "Please confirm your request", HTML: html, Text: text, Date: by.Now(), MessageID: id, LoopDomain: domain, Automatic: true})
	if err != nil {
		return err
	}
	_, err = s.mail.Queue(ctx, tx, by, mail.NewOut{MessageID: id, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{r.Email}, Subject: "Please confirm your request", Raw: raw})
	return err
}
