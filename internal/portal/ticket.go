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
	Opened                    string
	Notices                   []string
	Messages                  []messageView
	More                      bool
	Followed                  string
	Action, Once              string
	Wrong, Text, Ask, AskHint string
	Kept                      []kept
	MaxFiles                  int
	MaxFile, MaxAll           string
	Solved                    bool
}

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

func (s *Portal) openTicket(r *http.Request) (page desk.TicketPage, by act.Actor, err error) {
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		page, by, err = s.Desk.TicketPage(ctx, tx, r.PathValue("token"))
		return err
	})
	return page, by, err
}

func (s *Portal) getTicket(w http.ResponseWriter, r *http.Request) {
	page, _, err := s.openTicket(r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	v := s.ticketView(r, page)
	if r.URL.Query().Get("sent") != "" {
		v.Notices = append(v.Notices, v.Language.Word("Your message was sent."))
	}
	s.render(w, http.StatusOK, "ticket", v)
}

func (s *Portal) ticketView(r *http.Request, page desk.TicketPage) *ticketPage {
	t, l := page.Ticket, lang.In(r.Context())
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	zone, name := time.UTC, " UTC"
	if loc, err := time.LoadLocation(page.Requester.TimeZone); err == nil && page.Requester.TimeZone != "" {
		zone, name = loc, ""
	}
	when := func(at time.Time) string { return l.Time(at.In(zone), "2 January 2006, 15:04") + name }
	v := &ticketPage{shell: s.around(r, s.DeskSet().PortalFor(t), t.Subject), ID: t.ID, State: string(t.Status), StateWord: l.Word(states[t.Status][0]), StateText: l.Word(states[t.Status][1]), Opened: when(t.Created),
		Action: r.URL.Path, Once: base64.RawURLEncoding.EncodeToString(b), Ask: l.Word("Your answer"), MaxFiles: maxFiles, MaxFile: size(l, s.Files.Max()), MaxAll: size(l, maxAll),
		Solved: t.Status == desk.StatusSolved, More: len(page.Comments) == 200}
	v.Home = "/portal/request"
	if t.Status == desk.StatusClosed {
		v.Ask = l.Word("Write again")
	}
	if page.Followed != 0 {
		v.Followed = s.Desk.TicketLink(&desk.Ticket{ID: page.Followed, RequesterID: t.RequesterID})
	}
	for _, c := range page.Comments {
		m := messageView{Who: page.Names[c.AuthorID], When: when(c.At), ISO: c.At.Format(time.RFC3339), Text: strings.TrimSpace(c.Text), Mine: !c.Agent}
		for _, f := range c.Files {
			m.Files = append(m.Files, fileLink{f.Filename, size(l, f.Size), r.URL.Path + "/files/" + strconv.FormatInt(f.ID, 10)})
		}
		v.Messages = append(v.Messages, m)
	}
	return v
}

// postTicket takes an answer. Nothing typed or uploaded is lost when it cannot be taken.
func (s *Portal) postTicket(w http.ResponseWriter, r *http.Request) {
	page, by, err := s.openTicket(r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
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
		http.Redirect(w, r, r.URL.Path+"?sent=1", http.StatusSeeOther)
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
			u, perr := url.Parse(s.Desk.TicketLink(t))
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
	http.Redirect(w, r, to+"?sent=1", http.StatusSeeOther)
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
	s.refuse(w, r, s.portalOf(r), err)
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
