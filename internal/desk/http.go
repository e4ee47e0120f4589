package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/rest"
)

func cidURL(contentID string) string { return "cid:" + url.PathEscape(contentID) }
func inlineURL(fileID int64) string {
	return rest.Prefix + "/files/" + strconv.FormatInt(fileID, 10) + "/inline"
}

// Routes registers the desk's routes.
func (s *Service) Routes(a *rest.API) {
	s.frontRoutes(a)
	s.queueRoutes(a)
	s.helpRoutes(a)
	s.placesRoutes(a)
	s.viewRoutes(a)
	rest.Read(a, rest.GET("/tickets", "List tickets"), s.getTickets)
	rest.Write(a, rest.POST("/tickets", "Open a ticket"), s.postTicket)
	rest.Read(a, rest.GET("/tickets/{id}", "Get a ticket"), s.getTicket)
	rest.Write(a, rest.PATCH("/tickets/{id}", "Change a ticket"), s.patchTicket)
	rest.Read(a, rest.GET("/tickets/{id}/form", "Get what a ticket's form asks for now"), s.getTicketForm)
	rest.Read(a, rest.GET("/forms", "List forms"), s.getForms)
	rest.Read(a, rest.GET("/tickets/{id}/timeline", "Get what happened to a ticket"), s.getTimeline)
	rest.Write(a, rest.POST("/tickets/{id}/comments", "Reply to a ticket or add a note"), s.postComment)
	rest.Read(a, rest.GET("/tickets/{id}/people", "List who is on a ticket"), s.getPeople)
	rest.Write(a, rest.POST("/tickets/{id}/people", "Copy somebody on a ticket, or let a colleague follow it").Status(http.StatusOK), s.postPerson)
	rest.Write(a, rest.DELETE("/tickets/{id}/people/{person}", "Take somebody off a ticket").Status(http.StatusOK), s.deletePerson)
	rest.Read(a, rest.GET("/tickets/{id}/sends", "List the replies that wait on a ticket"), s.getWaits)
	rest.Write(a, rest.PATCH("/tickets/{id}/sends/{send}", "Give a waiting reply another time"), s.patchSend)
	rest.Write(a, rest.POST("/tickets/{id}/sends/{send}/undo", "Take a waiting reply back").Status(http.StatusOK), s.postUndo)
	rest.Write(a, rest.POST("/tickets/{id}/sends/{send}/approve", "Let a reply leave that waited to be read").Status(http.StatusOK), s.postApprove)
	rest.Write(a, rest.POST("/tickets/{id}/sends/{send}/return", "Give a reply back to its author with a remark").Status(http.StatusOK), s.postReturn)
	rest.Write(a, rest.POST("/tickets/{id}/sends/{send}/now", "Send a waiting reply now").Status(http.StatusOK), s.postSendNow)
	s.entitlementRoutes(a)
	rest.Read(a, rest.GET("/macros", "List the macros for a bulk change"), s.getMacrosForMany)
	rest.Read(a, rest.GET("/tickets/{id}/macros", "List the macros offered on a ticket"), s.getMacros)
	rest.Read(a, rest.GET("/tickets/{id}/macros/{name}", "Say what a macro would do to a ticket"), s.getMacro)
	rest.Write(a, rest.POST("/tickets/{id}/macros/{name}", "Apply a macro to a ticket").Status(http.StatusOK), s.postMacro)
	rest.Read(a, rest.GET("/triggers", "List triggers with when they fired"), s.getAllTriggers)
	rest.Read(a, rest.GET("/triggers/{name}/firings", "List when a trigger fired and on what"), s.getFirings)
	rest.Read(a, rest.GET("/rules", "List triggers, time rules, macros or guards with how they are used"), s.getRules)
	rest.Read(a, rest.GET("/rules/{kind}/{name}/firings", "List when a rule fired or a macro was used, and on what"), s.getRuleFirings)
	rest.Read(a, rest.GET("/tickets/{id}/triggers", "Say which triggers would fire on a ticket"), s.getTriggers)
	rest.Read(a, rest.GET("/tickets/{id}/rules", "Try every rule on a ticket"), s.getTrials)
	rest.Read(a, rest.POST("/tickets/{id}/rules", "Try rules on a ticket that are not applied").Status(http.StatusOK), s.postTrials)
	rest.Read(a, rest.GET("/tickets/{id}/draft", "Get your draft on a ticket"), s.getDraft)
	rest.Write(a, rest.PUT("/tickets/{id}/draft", "Keep your draft on a ticket"), s.putDraft)
	rest.Write(a, rest.DELETE("/tickets/{id}/draft", "Drop your draft on a ticket"), s.deleteDraft)
	rest.Read(a, rest.GET("/tickets/{id}/presence", "See who else looks at a ticket"), s.getPresence)
	rest.Do(a, rest.POST("/tickets/{id}/presence", "Say that you look at a ticket").Status(http.StatusOK), s.postPresence)
	rest.Read(a, rest.GET("/tickets/{id}/metrics", "Say how a ticket's time went, whatever was promised"), s.getTimes)
	rest.Read(a, rest.GET("/tickets/{id}/clocks", "List every clock of a ticket, the newest first"), s.getClocks)
	s.batchRoutes(a)
	s.fateRoutes(a)
	s.sideRoutes(a)
	s.stageRoutes(a)
	s.engineeringRoutes(a)
	s.articleRoutes(a)
	rest.Read(a, rest.GET("/docs/pages", "List the pages of the documentation that answered most tickets"), s.getDocsPages)
	rest.Read(a, rest.GET("/tickets/{id}/clocks/{metric}/why", "Explain a clock"), s.getClockWhy)
	rest.Read(a, rest.GET("/tickets/{id}/fields/{field}/why", "Explain the value of a field"), s.getFieldWhy)
}

// IDPath is the id in a path.
type IDPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// RequesterInput names who asks, by address.
type RequesterInput struct {
	Email string `json:"email" maxLength:"254"`
	Name  string `json:"name,omitempty" maxLength:"1000"`
}

type postTicketInput struct {
	Body struct {
		Subject     string          `json:"subject,omitempty"`
		Text        string          `json:"text,omitempty" doc:"The message in Markdown."`
		HTML        string          `json:"html,omitempty" doc:"The message in HTML, instead of text."`
		Requester   *RequesterInput `json:"requester,omitempty"`
		RequesterID int64           `json:"requester_id,omitempty"`
		Priority    Priority        `json:"priority,omitempty"`
		Team        string          `json:"team,omitempty"`
		AssigneeID  int64           `json:"assignee_id,omitempty"`
		Tags        []string        `json:"tags,omitempty"`
		Public      *bool           `json:"public,omitempty" doc:"Whether the customer sees the message; true when left out."`
		FileIDs     []int64         `json:"file_ids,omitempty"`
		Attributes  map[string]any  `json:"attributes,omitempty" doc:"Custom attributes by name."`
		Form        string          `json:"form,omitempty" doc:"A form by name; the default form when left out."`
		Copies      []PersonInput   `json:"copies,omitempty" maxItems:"48" doc:"People who get every reply too."`
		ExternalIDs []ExternalID    `json:"external_ids,omitempty" maxItems:"20" doc:"Ids that other systems know it by."`
		Type        Type            `json:"type,omitempty" doc:"question, incident, problem or task; question when left out."`
		TaskDueAt   time.Time       `json:"task_due_at,omitempty" doc:"When a task shall be done."`
		Confirm     []string        `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
	}
}

func (s *Service) postTicket(ctx context.Context, by act.Actor, in *postTicketInput) (rest.Change[Full], error) {
	b := &in.Body
	msg, err := written(b.Text, b.HTML, b.FileIDs)
	if err != nil {
		return nil, err
	}
	msg.Public = b.Public == nil || *b.Public
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		msg := msg
		n := NewTicket{Subject: b.Subject, Priority: b.Priority, AssigneeID: b.AssigneeID, Tags: b.Tags, Attributes: b.Attributes, Channel: "api", Type: b.Type, TaskDue: b.TaskDueAt, Confirm: b.Confirm}
		if by.TokenID == 0 {
			n.Channel = "web"
		}
		msg.Channel = n.Channel
		if box := s.config().DefaultMailbox(); box != nil {
			n.MailboxID, n.BrandID = box.ID, box.BrandID
		}
		to, err := s.audience(ctx, tx, by)
		if err != nil {
			return Full{}, err
		}
		if n.FormID, err = s.config().formIDFor(b.Form, to, n.BrandID); err != nil {
			return Full{}, err
		}
		switch {
		case b.RequesterID != 0:
			n.Requester, err = s.directory.Get(ctx, tx, by, b.RequesterID)
		case b.Requester != nil:
			if auth.Scope(by, "write", "ticket").None() {
				return Full{}, by.Denied("write", "ticket")
			}
			n.Requester, err = s.directory.Resolve(ctx, tx, by, b.Requester.Email, b.Requester.Name)
		default:
			var people map[int64]directory.Person // everybody knows themselves, whatever they may read
			people, err = s.directory.Names(ctx, tx, []int64{by.PersonID})
			n.Requester = people[by.PersonID]
		}
		if err != nil {
			return Full{}, err
		}
		n.External = b.ExternalIDs
		if len(b.Copies) > 0 {
			if err := by.Require("edit", "ticket"); err != nil {
				return Full{}, err
			}
			if n.Copies, err = s.named(ctx, tx, by, b.Copies); err != nil {
				return Full{}, err
			}
		}
		if b.Team != "" {
			t := s.config().TeamNamed(b.Team)
			if t == nil {
				return Full{}, fault.Field("team", b.Team, "the name of a team", "There is no team %q.", b.Team)
			}
			n.TeamID = t.ID
		}
		// What is entered for a customer is their message; what an agent opens for themselves too.
		msg.AuthorID = n.Requester.ID
		n.Message = msg
		t, _, err := s.Create(ctx, tx, by, n)
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}, nil
}

// written makes a message of what somebody typed.
func written(text, html string, files []int64) (Message, error) {
	if len(text) > maxBody || len(html) > maxBody {
		return Message{}, fault.New(fault.TooLarge, "This message is longer than 1 MB, the most one message may have.")
	}
	m := Message{}
	if html != "" {
		m.HTML = mail.Sanitise(html).HTML
		m.Text = mail.HTMLToText(m.HTML)
	} else if text != "" {
		m.HTML, m.Text = mail.FromMarkdown(text)
	}
	for _, id := range files {
		m.Files = append(m.Files, Attachment{FileID: id})
	}
	return m, nil
}

func (s *Service) getTicket(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Full, error) {
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return Full{}, err
	}
	return s.full(ctx, tx, by, t)
}

type patchTicketInput struct {
	IDPath
	Body struct {
		Version    int64             `json:"version" minimum:"1" doc:"The version you saw; a newer one conflicts."`
		Subject    *string           `json:"subject,omitempty"`
		Status     *Status           `json:"status,omitempty"`
		Priority   *Priority         `json:"priority,omitempty"`
		AssigneeID rest.Null[int64]  `json:"assignee_id,omitempty"`
		Team       rest.Null[string] `json:"team,omitempty"`
		Tags       *[]string         `json:"tags,omitempty"`
		Attributes map[string]any    `json:"attributes,omitempty" doc:"Custom attributes by name: null takes one away, what is left out stays."`
		Form       rest.Null[string] `json:"form,omitempty" doc:"A form by name; null for the default form."`

		Requester   *PersonInput         `json:"requester,omitempty" doc:"Who asks from now on."`
		ExternalIDs *[]ExternalID        `json:"external_ids,omitempty" maxItems:"20" doc:"All ids that other systems know it by."`
		Type        *Type                `json:"type,omitempty" doc:"question, incident, problem or task."`
		TaskDueAt   rest.Null[time.Time] `json:"task_due_at,omitempty" doc:"When a task shall be done; null for no day."`
		Confirm     []string             `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
	}
}

func (s *Service) patchTicket(_ context.Context, by act.Actor, in *patchTicketInput) (rest.Change[Full], error) {
	b := &in.Body
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		e := Edit{Version: b.Version, Subject: b.Subject, Status: b.Status, Priority: b.Priority, Tags: b.Tags, Attributes: b.Attributes, Type: b.Type, Confirm: b.Confirm}
		e.ExternalIDs = b.ExternalIDs
		if b.Requester != nil {
			ids, err := s.named(ctx, tx, by, []PersonInput{*b.Requester})
			if err != nil {
				return Full{}, err
			}
			e.RequesterID = &ids[0]
		}
		if b.TaskDueAt.Sent {
			e.TaskDue = &b.TaskDueAt.Value
		}
		if b.Form.Sent {
			id, err := s.config().formID(b.Form.Value)
			if err != nil {
				return Full{}, err
			}
			e.FormID = &id
		}
		if b.AssigneeID.Sent {
			e.AssigneeID = &b.AssigneeID.Value
		}
		if b.Team.Sent {
			id := int64(0)
			if b.Team.Value != "" {
				t := s.config().TeamNamed(b.Team.Value)
				if t == nil {
					return Full{}, fault.Field("team", b.Team.Value, "the name of a team", "There is no team %q.", b.Team.Value)
				}
				id = t.ID
			}
			e.TeamID = &id
		}
		t, err := s.Update(ctx, tx, by, in.ID, e)
		if f := fault.As(err); f != nil && f.Code == fault.Conflict && t == nil {
			if now, ok := f.Current.(*Ticket); ok { // show the other's version as the client knows tickets
				if f.Current, _ = s.full(ctx, tx, by, now); f.Current == nil {
					f.Current = now
				}
			}
		}
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}, nil
}
