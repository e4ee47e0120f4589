package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/ledger"
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
	Seen     []int64 // articles that the form offered before it was sent; counted, not kept
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
	for _, id := range in.Seen {
		if err := articleCount(ctx, tx, in.Created, id, 0, 1); err != nil {
			return in, err
		}
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
