package portal

import (
	"context"
	"fmt"
	"net/http"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// getSent says what became of a request and what happens next.
func (s *Portal) getSent(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Signer.Verify(sentPurpose, r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete."))
		return
	}
	s.tellRequest(w, r, id)
}

func (s *Portal) tellRequest(w http.ResponseWriter, r *http.Request, id int64) {
	p := s.portalOf(r)
	var req desk.WebRequest
	var promise desk.Promised
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if req, err = s.Desk.Held(ctx, tx, id); err == nil && req.TicketID != 0 {
			promise, err = s.Desk.PromiseOf(ctx, tx, req.PortalID, req.TicketID)
		}
		return err
	})
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	p = s.DeskSet().PortalByID(req.PortalID)
	v := say{shell: s.around(p, "Thank you, we have your request")}
	v.Home = "/portal/request"
	switch req.State {
	case desk.RequestOpened:
		v.Title = fmt.Sprintf("Your request has number %d", req.TicketID)
		v.Paragraphs = []string{promise.Sentence, "We sent a mail to " + req.Email + " with a link to your request. You can answer there or by mail."}
	case desk.RequestWaiting:
		v.Title = "Please confirm your address"
		v.Paragraphs = []string{"We sent a mail to " + req.Email + ". Open the link in it and press the button: then your request reaches us.",
			"The link works until " + req.Expires.Format("2 January 2006") + ". Nothing arrived? Look into the spam folder, or send the request again with another address."}
	default:
		v.Paragraphs = []string{"Somebody looks at it before it gets a number. You hear from us by mail to " + req.Email + "."}
	}
	s.render(w, http.StatusOK, "say", v)
}

// getConfirm shows a button, because mail programs and scanners open links too.
func (s *Portal) getConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address."))
		return
	}
	var req desk.WebRequest
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		req, err = s.Desk.Held(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "This request was not confirmed within 7 days, so it was deleted. Please send it again.")
	}
	if err != nil {
		s.refuse(w, s.portalOf(r), err)
		return
	}
	if req.State != desk.RequestWaiting {
		s.tellRequest(w, r, id)
		return
	}
	v := say{shell: s.around(s.DeskSet().PortalByID(req.PortalID), "Send your request"), Paragraphs: []string{"“" + req.Subject + "”"}, Action: r.URL.Path, Button: "Confirm and send"}
	s.render(w, http.StatusOK, "say", v)
}

func (s *Portal) postConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address."))
		return
	}
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := s.Desk.Confirm(ctx, tx, id)
		return err
	})
	if err != nil {
		s.refuse(w, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, "/portal/sent/"+s.Signer.Sign(sentPurpose, id), http.StatusSeeOther)
}
