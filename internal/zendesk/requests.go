package zendesk

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// request is a ticket as whoever asks for help sees it.
type request struct {
	URL              string       `json:"url"`
	ID               number       `json:"id"`
	Status           desk.Status  `json:"status"`
	CustomStatusID   int64        `json:"custom_status_id"`
	Priority         string       `json:"priority"`
	Type             desk.Type    `json:"type"`
	Subject          string       `json:"subject"`
	Description      string       `json:"description"`
	OrganizationID   number       `json:"organization_id"`
	Via              via          `json:"via"`
	CustomFields     []fieldValue `json:"custom_fields"`
	Fields           []fieldValue `json:"fields"`
	RequesterID      number       `json:"requester_id"`
	CollaboratorIDs  []int64      `json:"collaborator_ids"`
	EmailCCIDs       []int64      `json:"email_cc_ids"`
	IsPublic         bool         `json:"is_public"`
	DueAt            stamp        `json:"due_at"`
	CanBeSolvedByMe  bool         `json:"can_be_solved_by_me"`
	CreatedAt        stamp        `json:"created_at"`
	UpdatedAt        stamp        `json:"updated_at"`
	Recipient        *string      `json:"recipient"`
	FollowupSourceID number       `json:"followup_source_id"`
	AssigneeID       number       `json:"assignee_id"`
	GroupID          number       `json:"group_id"`
	TicketFormID     number       `json:"ticket_form_id"`
	Solved           bool         `json:"solved"`
}

// requestIn is a request as callers write it.
type requestIn struct {
	ticketIn
	Solved bool
}

// UnmarshalJSON reads both halves.
func (in *requestIn) UnmarshalJSON(b []byte) error {
	var more struct {
		Solved bool `json:"solved"`
	}
	if err := decodeEither(b, &more, func(string) {}); err != nil {
		return err
	}
	in.Solved = more.Solved
	return decodeEither(b, &in.ticketIn, func(string) {})
}

// limitStrangers bounds what comes without a token, as the web form is bounded unless its portal says otherwise.
func (s *Server) limitStrangers() {
	s.byAddress, s.byNetwork = &mail.Rate{Limit: 10, Window: time.Hour, Clock: s.Clock}, &mail.Rate{Limit: 60, Window: time.Hour, Clock: s.Clock}
}

func (s *Server) requestEndpoints() []endpoint {
	mine := func(of func(c *call, l *desk.Listing) error) handler {
		return func(c *call) (any, error) { return c.listRequests(of) }
	}
	own := func(c *call, l *desk.Listing) error { l.RequesterID = c.by.PersonID; return nil }
	anonymous := post("/requests", postRequest).partly("what a form must have filled is asked of the person's token, not of anonymous callers; these get no id until their address is confirmed, unless the portal asks for no confirmation")
	anonymous.public = true
	return asCustomers([]endpoint{
		get("/requests", mine(func(c *call, l *desk.Listing) error {
			for _, s := range splitList(c.query("status")) {
				l.Statuses = append(l.Statuses, desk.Status(s))
			}
			return own(c, l)
		})),
		get("/requests/open", mine(func(c *call, l *desk.Listing) error { l.Open = true; return own(c, l) })),
		get("/requests/solved", mine(func(c *call, l *desk.Listing) error { l.Done = true; return own(c, l) })),
		get("/requests/ccd", mine(func(c *call, l *desk.Listing) error { l.CopiedID = c.by.PersonID; return nil })),
		get("/requests/search", mine(searchRequests)).partly("query looks at subjects alone; status and organization_id narrow"),
		get("/requests/{id}", showRequest),
		anonymous,
		put("/requests/{id}", putRequest),
		get("/requests/{id}/comments", requestComments),
		get("/requests/{id}/comments/{comment}", requestComment),
		get("/users/{id}/requests", mine(func(c *call, l *desk.Listing) (err error) { l.RequesterID, err = c.personID(); return err })),
		get("/organizations/{id}/requests", mine(func(c *call, l *desk.Listing) (err error) { l.OrganizationID, err = c.organizationID(); return err })),
	})
}

// asCustomers makes endpoints serve people without a role, too: as customers, for what is their own.
func asCustomers(list []endpoint) []endpoint {
	for i, e := range list {
		list[i].do = func(c *call) (any, error) {
			if c.by.PersonID != 0 && len(c.by.Roles) == 0 {
				err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
					c.by, err = c.Auth.AsCustomer(ctx, tx, c.by)
					return err
				})
				if err != nil {
					return nil, err
				}
			}
			return e.do(c)
		}
	}
	return list
}

func searchRequests(c *call, l *desk.Listing) error {
	l.RequesterID, l.Subject = c.by.PersonID, c.query("query")
	for _, s := range splitList(c.query("status")) {
		l.Statuses = append(l.Statuses, desk.Status(s))
	}
	if id := c.query("organization_id"); id != "" {
		var n number
		if err := n.UnmarshalJSON([]byte(id)); err != nil {
			return badRequest("InvalidValue", "Invalid parameter: organization_id must be an integer")
		}
		l.RequesterID, l.OrganizationID = 0, int64(n)
	}
	return nil
}

// tellRequests tells tickets as their requesters see them.
func (c *call) tellRequests(ctx context.Context, tx db.Tx, tickets []*desk.Ticket) ([]request, error) {
	beside, err := c.Desk.BesideOf(ctx, tx, c.by, tickets)
	if err != nil {
		return nil, err
	}
	out := make([]request, len(tickets))
	for i, t := range tickets {
		v := c.tellTicket(t, beside[t.ID], nil)
		var fields []fieldValue
		for _, f := range c.DeskSet().Fields.On("ticket") {
			if f.Everyone() {
				fields = append(fields, fieldValue{f.ID, t.Attributes.Of(f)})
			}
		}
		out[i] = request{URL: c.url("/requests/%d.json", t.ID), ID: number(t.ID), Status: t.Status, CustomStatusID: v.CustomStatusID, Priority: v.Priority, Type: v.Type, Subject: v.Subject,
			Description: v.Description, OrganizationID: v.OrganizationID, Via: v.Via, CustomFields: fields, Fields: fields, RequesterID: number(v.RequesterID), CollaboratorIDs: v.EmailCCIDs,
			EmailCCIDs: v.EmailCCIDs, IsPublic: v.IsPublic, DueAt: v.DueAt, CanBeSolvedByMe: t.RequesterID == c.by.PersonID && !t.Status.Done(), CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
			Recipient: v.Recipient, FollowupSourceID: number(t.FollowupOf), AssigneeID: v.AssigneeID, GroupID: v.GroupID, TicketFormID: v.TicketFormID, Solved: t.Status.Done()}
		if out[i].CustomFields == nil {
			out[i].CustomFields, out[i].Fields = []fieldValue{}, []fieldValue{}
		}
	}
	return out, nil
}

func (c *call) listRequests(of func(c *call, l *desk.Listing) error) (any, error) {
	if err := c.by.Require("read", "ticket"); err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var l desk.Listing
	if err := of(c, &l); err != nil {
		return nil, err
	}
	if err := c.sorted(&p, &l); err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		tickets, more, err := c.Desk.Window(ctx, tx, c.by, l, p.Window)
		if err != nil {
			return err
		}
		told, err := c.tellRequests(ctx, tx, tickets)
		if err != nil {
			return err
		}
		out, err = list(c, p, "requests", told, func(r request) int64 { return int64(r.ID) }, more, func() (int64, error) { return c.Desk.Counted(ctx, tx, c.by, l) })
		if err != nil {
			return err
		}
		return c.besideTickets(ctx, tx, out, tickets)
	})
	return out, err
}

// oneRequest answers with a ticket as its requester sees it.
func (c *call) oneRequest(ctx context.Context, tx db.Tx, t *desk.Ticket) (any, error) {
	told, err := c.tellRequests(ctx, tx, []*desk.Ticket{t})
	if err != nil {
		return nil, err
	}
	out := map[string]any{"request": told[0]}
	return out, c.besideTickets(ctx, tx, out, []*desk.Ticket{t})
}

func showRequest(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err == nil {
			out, err = c.oneRequest(ctx, tx, t)
		}
		return err
	})
	return out, err
}

// postRequest opens a ticket for whoever calls; without a token it is a request of the web form.
func postRequest(c *call) (any, error) {
	in, err := sentRecord[requestIn](c, "request")
	if err != nil {
		return nil, err
	}
	if in.Comment == nil {
		in.Comment = &commentIn{Body: in.Description}
	}
	if c.by.PersonID == 0 {
		return c.anonymous(in)
	}
	// What a requester says of their own ticket; the rest is for those who work on it.
	t := ticketIn{Subject: in.Subject, Comment: &commentIn{Body: in.Comment.Body, HTMLBody: in.Comment.HTMLBody, Uploads: in.Comment.Uploads}, Priority: in.Priority, Type: in.Type, DueAt: in.DueAt,
		CustomFields: in.custom(), TicketFormID: in.TicketFormID, FollowupOf: in.FollowupOf, Via: in.Via}
	if c.by.May("edit", "ticket") {
		t.Requester, t.Collaborators, t.EmailCCs, t.CollaboratorIDs, t.BrandID = in.Requester, in.Collaborators, in.EmailCCs, in.CollaboratorIDs, in.BrandID
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		made, _, err := c.createTicket(ctx, tx, c.by, &t)
		if err == nil {
			out, err = c.oneRequest(ctx, tx, made)
		}
		return err
	})
	return out, err
}

// anonymous hands a request to the web form of the portal that the host names: what the portal asks of
// strangers it asks here, too.
func (c *call) anonymous(in *requestIn) (any, error) {
	if in.Requester == nil || in.Requester.Email == "" {
		return nil, fault.New(fault.SignedOut, "Send a token, or name the requester with their address.")
	}
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		host = c.r.RemoteAddr
	}
	if !c.byAddress.Allow(strings.ToLower(in.Requester.Email)) || !c.byNetwork.Allow(host) {
		return nil, fault.New(fault.TooMany, "Too many requests came from here within an hour. Try again later.")
	}
	cfg := c.DeskSet()
	portal := cfg.Portal("", c.r.Host)
	if id := int64(in.TicketFormID.Value); id != 0 {
		offered := false
		for _, f := range cfg.FormsFor(portal, directory.Person{}) {
			offered = offered || f.ID == id
		}
		if !offered {
			return nil, fault.Field("ticket_form_id", id, "a form that customers may use", "There is no form %d.", id)
		}
	}
	body := in.Comment.Body
	if in.Comment.HTMLBody != "" {
		body = mail.HTMLToText(mail.Sanitise(in.Comment.HTMLBody).HTML)
	}
	if strings.TrimSpace(body) == "" {
		return nil, fault.Field("description", "", "some text", "Description: cannot be blank")
	}
	if len(body) > maxText {
		return nil, fault.New(fault.TooLarge, "This message is longer than 1 MB, the most one message may have.")
	}
	values := map[string]any{}
	for _, f := range cfg.Fields.On("ticket") {
		if v, ok := in.custom()[f.ID]; ok && f.Everyone() && f.Edit == "everyone" {
			values[f.Name] = v
		}
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		r, err := c.Desk.Submit(ctx, tx, desk.WebRequest{Nonce: uuid.NewString(), PortalID: portal.ID, FormID: int64(in.TicketFormID.Value), Email: in.Requester.Email, Name: in.Requester.Name,
			Subject: in.Subject.Value, Content: desk.RequestContent{Text: body, Values: values}, Remote: host})
		if err != nil {
			return err
		}
		now := stamp(c.Clock())
		out = map[string]any{"request": request{ID: number(r.TicketID), URL: c.url("/requests/%d.json", r.TicketID), Status: desk.StatusNew, CustomStatusID: 1, Priority: "normal", Type: desk.TypeQuestion,
			Subject: r.Subject, Description: body, Via: viaOf("web"), CustomFields: []fieldValue{}, Fields: []fieldValue{}, CollaboratorIDs: []int64{}, EmailCCIDs: []int64{}, IsPublic: true, CreatedAt: now, UpdatedAt: now}}
		return nil
	})
	return out, err
}

// putRequest adds a message of whoever calls, copies people and solves the ticket.
func putRequest(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	in, err := sentRecord[requestIn](c, "request")
	if err != nil {
		return nil, err
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		by := c.by.Still()
		t, err := c.Desk.Locked(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if t, err = c.changePeople(ctx, tx, by, t, &ticketIn{Collaborators: in.AdditionalCollaborators, EmailCCs: in.EmailCCs}); err != nil {
			return err
		}
		if in.Comment != nil {
			m, err := c.message(ctx, tx, by, commentIn{Body: in.Comment.Body, HTMLBody: in.Comment.HTMLBody, Uploads: in.Comment.Uploads}, t.RequesterID, by.PersonID)
			if err != nil {
				return err
			}
			if t, _, err = c.Desk.Reply(ctx, tx, by, t.ID, m, ""); err != nil {
				return err
			}
		}
		if in.Solved {
			if t, err = c.Desk.Solve(ctx, tx, by, t.ID); err != nil {
				return err
			}
		}
		c.status = http.StatusOK
		out, err = c.oneRequest(ctx, tx, t)
		return err
	})
	return out, err
}

func (c *call) asRequest(id int64) func(comment) comment {
	return func(m comment) comment {
		m.RequestID, m.URL, m.AuditID, m.Metadata = id, c.url("/requests/%d/comments/%d.json", id, m.ID), 0, nil
		return m
	}
}

// requestComments tells public messages only, also to those who work on the ticket.
func requestComments(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.commentsOf(true, c.asRequest(id))
}

func requestComment(c *call) (any, error) {
	ticketID, id, err := c.commentInPath()
	if err != nil {
		return nil, err
	}
	var m *desk.Comment
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		_, m, err = c.Desk.CommentOf(ctx, tx, c.by, ticketID, id)
		if err == nil && !m.Public {
			err = fault.Missing("comment", id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"comment": c.asRequest(ticketID)(c.tellComment(m, true))}, nil
}
