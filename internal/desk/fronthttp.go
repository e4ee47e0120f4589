package desk

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// frontRoutes are the routes of web requests, upload links and what is known of a customer.
func (s *Service) frontRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/tickets/{id}/head", "Get what is known of a ticket's customer"), s.getHead)
	rest.Read(a, rest.POST("/forms/{name}/asked", "Say what a form asks of a ticket that is about to be opened").Status(http.StatusOK), s.postAsked)
	rest.Read(a, rest.GET("/web-requests", "List what came by the web form and is no ticket"), s.getWebRequests)
	rest.Write(a, rest.POST("/web-requests/{id}/accept", "Make a ticket of a web request").Status(http.StatusOK), s.postAccept)
	rest.Write(a, rest.POST("/web-requests/{id}/refuse", "Set a web request aside").Status(http.StatusOK), s.postRefuse)
	rest.Read(a, rest.GET("/tickets/{id}/upload-links", "List a ticket's links for large files"), s.getUploadLinks)
	rest.Write(a, rest.POST("/tickets/{id}/upload-links", "Make a link for large files"), s.postUploadLink)
	rest.Write(a, rest.DELETE("/tickets/{id}/upload-links/{link}", "Revoke a link for large files").Status(http.StatusOK), s.deleteUploadLink)
	rest.Read(a, rest.GET("/tickets/{id}/traces", "List what attached strace logs say"), s.getTraces)
	rest.Write(a, rest.POST("/tickets/{id}/traces/{file}/again", "Analyse an attached strace log again").Status(http.StatusOK), s.postTraceAgain)
}

func (s *Service) getHead(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (HeadView, error) {
	return s.Head(ctx, tx, by, in.ID)
}

// WebRequestView is a web request as the API shows it.
type WebRequestView struct {
	ID       int64          `json:"id"`
	State    RequestState   `json:"state" enum:"waiting,review,opened,refused"`
	Reason   string         `json:"reason"`
	At       time.Time      `json:"at"`
	Expires  time.Time      `json:"expires_at" doc:"When it is deleted."`
	Email    string         `json:"email"`
	Name     string         `json:"name"`
	Subject  string         `json:"subject"`
	Text     string         `json:"text"`
	Values   map[string]any `json:"attributes" nullable:"false"`
	Form     *TeamRef       `json:"form"`
	Network  string         `json:"network"`
	TicketID *int64         `json:"ticket_id"`
}

func (s *Service) webRequestView(r WebRequest) WebRequestView {
	v := WebRequestView{ID: r.ID, State: r.State, Reason: r.Reason, At: r.Created, Expires: r.Expires, Email: r.Email, Name: r.Name, Subject: r.Subject,
		Text: r.Content.Text, Values: r.Content.Values, Network: r.Remote, TicketID: rest.ID(r.TicketID)}
	if v.Values == nil {
		v.Values = map[string]any{}
	}
	for _, f := range s.config().Forms {
		if f.ID == r.FormID {
			v.Form = &TeamRef{f.Name, f.Title}
		}
	}
	return v
}

type webRequestsInput struct {
	rest.Paging
	State RequestState `query:"state" enum:"waiting,review,opened,refused" default:"review"`
}

func (s *Service) getWebRequests(ctx context.Context, tx db.Tx, by act.Actor, in *webRequestsInput) (rest.List[WebRequestView], error) {
	list, next, err := s.Requests(ctx, tx, by, in.State, in.Page())
	items := []WebRequestView{}
	for _, r := range list {
		items = append(items, s.webRequestView(r))
	}
	return rest.NewList(items, next), err
}

func (s *Service) postAccept(_ context.Context, by act.Actor, in *IDPath) (rest.Change[WebRequestView], error) {
	return func(ctx context.Context, tx db.Tx) (WebRequestView, error) {
		r, err := s.Accept(ctx, tx, by, in.ID)
		return s.webRequestView(r), err
	}, nil
}

func (s *Service) postRefuse(_ context.Context, by act.Actor, in *IDPath) (rest.Change[WebRequestView], error) {
	return func(ctx context.Context, tx db.Tx) (WebRequestView, error) {
		r, err := s.Refuse(ctx, tx, by, in.ID)
		return s.webRequestView(r), err
	}, nil
}

// UploadLinkView is a link for large files as the API shows it.
type UploadLinkView struct {
	ID        int64        `json:"id"`
	URL       string       `json:"url" doc:"What to send to the customer."`
	CreatedAt time.Time    `json:"created_at"`
	CreatedBy *PersonRef   `json:"created_by"`
	ExpiresAt time.Time    `json:"expires_at"`
	RevokedAt *time.Time   `json:"revoked_at"`
	Open      bool         `json:"open" doc:"Whether it takes files now."`
	MaxBytes  int64        `json:"max_bytes" doc:"Of all files together."`
	Uploads   []UploadView `json:"uploads" nullable:"false"`
}

// UploadView is a file that comes, or came, through a link.
type UploadView struct {
	ID       int64  `json:"id"`
	FileID   *int64 `json:"file_id" doc:"Null when its content was removed."`
	Filename string `json:"filename"`
	Size     int64  `json:"size" doc:"In bytes, as announced; 0 when nobody said."`
	Received int64  `json:"received" doc:"In bytes."`
	State    string `json:"state" enum:"open,done,removed"`
	SHA256   string `json:"sha256"`
}

func (s *Service) uploadLinkViews(ctx context.Context, tx db.Tx, links ...UploadLink) ([]UploadLinkView, error) {
	var ids []int64
	for _, l := range links {
		ids = append(ids, l.CreatedBy)
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []UploadLinkView{}
	for _, l := range links {
		v := UploadLinkView{ID: l.ID, URL: s.UploadURL(l), CreatedAt: l.Created, ExpiresAt: l.Expires, RevokedAt: rest.Time(l.Revoked), Open: l.Open(s.clock()), MaxBytes: l.MaxBytes, Uploads: []UploadView{}}
		if p, ok := people[l.CreatedBy]; ok {
			v.CreatedBy = &PersonRef{ID: p.ID, Name: p.Name}
		}
		for _, u := range l.Uploads {
			v.Uploads = append(v.Uploads, UploadView{u.ID, rest.ID(u.FileID), u.Filename, u.Size, u.Received, u.State, hex.EncodeToString(u.SHA256)})
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Service) getUploadLinks(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[UploadLinkView], error) {
	links, err := s.UploadLinks(ctx, tx, by, in.ID)
	if err != nil {
		return rest.List[UploadLinkView]{}, err
	}
	views, err := s.uploadLinkViews(ctx, tx, links...)
	return rest.NewList(views, ""), err
}

func (s *Service) postUploadLink(_ context.Context, by act.Actor, in *IDPath) (rest.Change[UploadLinkView], error) {
	return func(ctx context.Context, tx db.Tx) (UploadLinkView, error) {
		l, err := s.LinkUpload(ctx, tx, by, in.ID)
		if err != nil {
			return UploadLinkView{}, err
		}
		views, err := s.uploadLinkViews(ctx, tx, l)
		if err != nil {
			return UploadLinkView{}, err
		}
		return views[0], nil
	}, nil
}

type uploadLinkPath struct {
	IDPath
	Link int64 `path:"link" minimum:"1"`
}

func (s *Service) deleteUploadLink(_ context.Context, by act.Actor, in *uploadLinkPath) (rest.Change[UploadLinkView], error) {
	return func(ctx context.Context, tx db.Tx) (UploadLinkView, error) {
		l, err := s.RevokeUpload(ctx, tx, by, in.ID, in.Link)
		if err != nil {
			return UploadLinkView{}, err
		}
		views, err := s.uploadLinkViews(ctx, tx, l)
		if err != nil {
			return UploadLinkView{}, err
		}
		return views[0], nil
	}, nil
}
