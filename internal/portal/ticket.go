package portal

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
)

// repliesPerHour is how many messages one request's page takes within an hour.
const repliesPerHour = 30

// ticketPage is a request as its requester sees it.
type ticketPage struct {
	shell
	ID                        int64
	State                     string
	StateWord, StateText      string
	Opened, From              string
	Notices                   []string
	Messages                  []messageView
	More                      bool
	Followed                  string
	Action, Once              string
	Wrong, Text, Ask, AskHint string
	Kept                      []kept
	MaxFiles                  int
	MaxFile, MaxAll           string
	Solved, Answers           bool
	Numbered                  bool // whether it is seen by being signed in and not by its link
	Others                    bool // whether it is somebody else's
	Survey                    *surveyLink
}

// surveyLink is the question how somebody was served, as a link.
type surveyLink struct{ Title, Href, Text string }

type messageView struct {
	Who, When, ISO, Text string
	Mine                 bool
	Files                []fileLink
}

type fileLink struct{ Name, Size, Href string }

// states are a ticket's states in the words of a customer.
//
//lang:texts
var states = map[desk.Status][2]string{
	desk.StatusNew: {"Received", "We have it and begin soon."}, desk.StatusOpen: {"In progress", "We are working on it."},
	desk.StatusPending: {"Waiting for you", "We asked you something. Your answer goes on with it."}, desk.StatusHold: {"In progress", "We wait for somebody else and keep you informed."},
	desk.StatusSolved: {"Solved", "If it is not, say so below and it is open again."}, desk.StatusClosed: {"Closed", "An answer opens a new request that refers to this one."},
}

// openTicket is the request of a page: of a signed link, or of a number for whoever is signed in and may see it.
func (s *Portal) openTicket(r *http.Request) (page desk.TicketPage, by act.Actor, err error) {
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		id, numbered := s.numbered(r)
		if !numbered {
			page, by, err = s.Desk.TicketPage(ctx, tx, r.PathValue("token"))
			return err
		}
		if by, err = s.asker(ctx, tx, r, s.portalOf(r)); err != nil {
			return err
		}
		page, err = s.Desk.TicketPageFor(ctx, tx, by, id)
		return err
	})
	return page, by, err
}

// numbered reports whether a request's page is asked for by its number, as signed-in people do.
func (s *Portal) numbered(r *http.Request) (id int64, yes bool) {
	id, err := strconv.ParseInt(r.PathValue("token"), 10, 64)
	return id, err == nil
}

// refuseTicket says that there is no such request; who is not signed in may do so first.
func (s *Portal) refuseTicket(w http.ResponseWriter, r *http.Request, err error) {
	if _, numbered := s.numbered(r); numbered && s.signedIn(r).PersonID == 0 && fault.Is(err, fault.NotFound) {
		http.Redirect(w, r, "/portal/signin", http.StatusSeeOther)
		return
	}
	s.refuse(w, r, s.portalOf(r), err)
}

func (s *Portal) getTicket(w http.ResponseWriter, r *http.Request) {
	page, by, err := s.openTicket(r)
	if err != nil {
		s.refuseTicket(w, r, err)
		return
	}
	v := s.ticketView(r, page)
	if v.Survey, err = s.surveyOf(r, page, by); err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	if r.URL.Query().Get("sent") != "" {
		v.Notices = append(v.Notices, v.Language.Word("Your message was sent."))
	}
	s.render(w, http.StatusOK, "ticket", v)
}

// timesOf says times as a reader has them: in their zone, or in UTC.
func timesOf(l *lang.Language, who directory.Person) func(time.Time) string {
	zone, name := time.UTC, " UTC"
	if loc, err := time.LoadLocation(who.TimeZone); err == nil && who.TimeZone != "" {
		zone, name = loc, ""
	}
	return func(at time.Time) string { return l.Time(at.In(zone), "2 January 2006, 15:04") + name }
}

// onwards is the page of another request, reached as the one that is open: nobody gets a link that is somebody else's.
func (s *Portal) onwards(r *http.Request, t *desk.Ticket) string {
	if _, numbered := s.numbered(r); numbered {
		return within(r, requestPath(t.ID))
	}
	return s.Desk.TicketLink(t)
}

// surveyOf is the survey that who looks was asked to answer about a request, as long as it takes answers.
func (s *Portal) surveyOf(r *http.Request, page desk.TicketPage, by act.Actor) (link *surveyLink, err error) {
	l := lang.In(r.Context())
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		o, err := s.Outreach.OfTicket(ctx, tx, page.Ticket.ID)
		if err != nil || o == nil || o.PersonID != by.PersonID || !s.Clock().Before(o.Expires) {
			return err
		}
		sv, ok := s.Outreach.Survey(*o)
		if !ok {
			return nil
		}
		link = &surveyLink{sv.Title, s.Outreach.Link(o.ID), l.Word("Tell us how we did")}
		if o.Score != 0 {
			link.Text = l.Say("You answered %d of 7. Change your answer", o.Score)
		}
		return nil
	})
	return link, err
}

// stateOf says a request's state to who reads: what waits for its requester waits for nobody else.
func stateOf(l *lang.Language, t *desk.Ticket, reader int64) (word, text string) {
	if t.Status == desk.StatusPending && t.RequesterID != reader {
		return l.Word("Waiting for an answer"), l.Word("We asked something. An answer goes on with it.")
	}
	return l.Word(states[t.Status][0]), l.Word(states[t.Status][1])
}

func (s *Portal) ticketView(r *http.Request, page desk.TicketPage) *ticketPage {
	t, l := page.Ticket, lang.In(r.Context())
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	reader := page.Requester
	_, numbered := s.numbered(r)
	if numbered {
		reader = s.visitor(r)
	}
	when := timesOf(l, reader)
	v := &ticketPage{shell: s.around(r, s.DeskSet().PortalFor(t), t.Subject), ID: t.ID, State: string(t.Status), Others: reader.ID != t.RequesterID, From: page.Requester.Name, Opened: when(t.Created),
		Action: within(r, r.URL.Path), Numbered: numbered, Answers: page.Answers, Once: base64.RawURLEncoding.EncodeToString(b), Ask: l.Word("Your answer"), MaxFiles: maxFiles, MaxFile: size(l, s.Files.Max()), MaxAll: size(l, maxAll),
		Solved: t.Status == desk.StatusSolved, More: len(page.Comments) == 200}
	v.StateWord, v.StateText = stateOf(l, t, reader.ID)
	v.Home = "/portal/request"
	if t.Status == desk.StatusClosed {
		v.Ask = l.Word("Write again")
	}
	if page.Followed != 0 {
		v.Followed = s.onwards(r, &desk.Ticket{ID: page.Followed, RequesterID: t.RequesterID})
	}
	for _, c := range page.Comments {
		m := messageView{Who: page.Names[c.AuthorID], When: when(c.At), ISO: c.At.Format(time.RFC3339), Text: strings.TrimSpace(c.Text), Mine: !c.Agent}
		for _, f := range c.Files {
			m.Files = append(m.Files, fileLink{f.Filename, size(l, f.Size), within(r, r.URL.Path+"/files/"+strconv.FormatInt(f.ID, 10))})
		}
		v.Messages = append(v.Messages, m)
	}
	return v
}

// postTicket takes an answer. Nothing typed or uploaded is lost when it cannot be taken.
func (s *Portal) postTicket(w http.ResponseWriter, r *http.Request) {
	page, by, err := s.openTicket(r)
	if err != nil {
		s.refuseTicket(w, r, err)
		return
	}
	l := lang.In(r.Context())
	in, err := s.receive(w, r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	again := func(status int, text string) {
		v := s.ticketView(r, page)
		v.Wrong, v.Text, v.Kept = text, in.Get("text"), in.Kept
		s.render(w, status, "ticket", v)
	}
	text := strings.TrimSpace(in.Get("text"))
	if text == "" && in.Get("unsolved") != "" {
		text = l.Word("It is not solved.")
	}
	if in.Wrong != "" {
		again(http.StatusUnprocessableEntity, in.Wrong)
		return
	}
	if text == "" && len(in.Kept) == 0 {
		again(http.StatusUnprocessableEntity, l.Word("Write something or choose a file, then send it."))
		return
	}
	if !s.limits.allow(1, "once:"+r.PathValue("token")+in.Get("once")) { // pressed twice
		http.Redirect(w, r, sentTo(r, r.URL.Path), http.StatusSeeOther)
		return
	}
	if !s.limits.allow(repliesPerHour, "reply:"+r.PathValue("token")) {
		again(http.StatusTooManyRequests, l.Say("This request took %d messages within an hour. Everything you typed is here; send it in a while.", repliesPerHour))
		return
	}
	to := r.URL.Path
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		files, err := s.stored(ctx, tx, in.Kept)
		if err != nil {
			return err
		}
		m := desk.PlainMessage(text)
		m.Public, m.Channel, m.AuthorID = true, "web", by.PersonID
		for _, f := range files {
			m.Files = append(m.Files, desk.Attachment{Blob: file.Blob{Hash: f.Hash, Size: f.Size, ContentType: f.ContentType}, Filename: f.Filename})
		}
		t, _, err := s.Desk.Reply(ctx, tx, by, page.Ticket.ID, m, "")
		if err == nil && t.ID != page.Ticket.ID {
			u, perr := url.Parse(s.onwards(r, t))
			if perr != nil {
				return perr
			}
			to = u.Path
		}
		return err
	})
	if f := fault.As(err); f != nil {
		again(f.Code.Status(), f.In(l).Message)
		return
	}
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, sentTo(r, to), http.StatusSeeOther)
}

// sentTo is a request's page when a message was sent.
func sentTo(r *http.Request, path string) string {
	q := url.Values{"sent": {"1"}}
	if name := r.URL.Query().Get("portal"); name != "" {
		q.Set("portal", name)
	}
	return path + "?" + q.Encode()
}

// getTicketFile sends a file of the request's messages as a download, never as a page of ours.
func (s *Portal) getTicketFile(w http.ResponseWriter, r *http.Request) {
	page, _, err := s.openTicket(r)
	if err == nil {
		for _, c := range page.Comments {
			for _, f := range c.Files {
				if strconv.FormatInt(f.ID, 10) == r.PathValue("id") {
					download(w, f.Filename, f.Size)
					_ = s.Files.Copy(r.Context(), w, f.Hash) // the client is gone or sees a short file
					return
				}
			}
		}
		err = fault.New(fault.NotFound, "This file is not part of the request.")
	}
	s.refuseTicket(w, r, err)
}

func download(w http.ResponseWriter, name string, size int64) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
}
