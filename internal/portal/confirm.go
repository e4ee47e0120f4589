package portal

import (
	"context"
	"net/http"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/lang"
)

// getSent says what became of a request and what happens next.
func (s *Portal) getSent(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Signer.Verify(sentPurpose, r.PathValue("token"))
	if !ok {
		s.refuse(w, r, s.portalOf(r), incomplete())
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
		s.refuse(w, r, p, err)
		return
	}
	p = s.DeskSet().PortalByID(req.PortalID)
	l := lang.In(r.Context())
	v := say{shell: s.around(r, p, l.Word("Thank you, we have your request"))}
	v.Home = "/portal/request"
	switch req.State {
	case desk.RequestOpened:
		v.Title = l.Say("Your request has number %d", req.TicketID)
		v.Paragraphs = []string{promise.Sentence, l.Say("We sent a mail to %s with a link to your request. You can answer there or by mail.", req.Email)}
	case desk.RequestWaiting:
		v.Title = l.Word("Please confirm your address")
		v.Paragraphs = []string{l.Say("We sent a mail to %s. Open the link in it and press the button: then your request reaches us.", req.Email),
			l.Say("The link works until %s. Nothing arrived? Look into the spam folder, or send the request again with another address.", l.Time(req.Expires, "2 January 2006"))}
	default:
		v.Paragraphs = []string{l.Say("Somebody looks at it before it gets a number. You hear from us by mail to %s.", req.Email)}
	}
	s.render(w, http.StatusOK, "say", v)
}

// getConfirm shows a button, because mail programs and scanners open links too.
func (s *Portal) getConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, r, s.portalOf(r), incomplete())
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
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	if req.State != desk.RequestWaiting {
		s.tellRequest(w, r, id)
		return
	}
	l := lang.In(r.Context())
	v := say{shell: s.around(r, s.DeskSet().PortalByID(req.PortalID), l.Word("Send your request")), Paragraphs: []string{l.Say("“%s”", req.Subject)}, Action: r.URL.Path, Button: l.Word("Confirm and send")}
	s.render(w, http.StatusOK, "say", v)
}

func (s *Portal) postConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, r, s.portalOf(r), incomplete())
		return
	}
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := s.Desk.Confirm(ctx, tx, id)
		return err
	})
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, "/portal/sent/"+s.Signer.Sign(sentPurpose, id), http.StatusSeeOther)
}
