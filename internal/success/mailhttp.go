package success

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/rest"
)

// mailRoutes registers the routes of mail that waits for an account.
func (s *Service) mailRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/timeline-mail", "List mail for timelines whose account is not known"), s.getWaiting)
	rest.Write(a, rest.POST("/timeline-mail/{id}/claim", "Put a mail on an account's timeline").Status(http.StatusOK), s.postClaimMail)
	rest.Write(a, rest.DELETE("/timeline-mail/{id}", "Remove a mail that no timeline needs"), s.deleteMail)
}

// WaitingView is a mail that waits for an account, as the API shows it.
type WaitingView struct {
	ID         int64           `json:"id"`
	ReceivedAt time.Time       `json:"received_at"`
	At         time.Time       `json:"at" doc:"When it was written, as it says."`
	By         *Ref            `json:"by" doc:"The colleague who sent it; null when that is not sure."`
	Sender     string          `json:"sender"`
	People     []string        `json:"people" nullable:"false" doc:"Addresses that it names, without colleagues."`
	Title      string          `json:"title"`
	Body       string          `json:"body"`
	Reason     string          `json:"reason" doc:"Why it waits."`
	Files      []EntryFileView `json:"files,omitempty"`
}

// WaitingPage is a page of mail that waits, and the address that takes it.
type WaitingPage struct {
	Items   []WaitingView `json:"items" nullable:"false"`
	Next    string        `json:"next"`
	Count   db.Count      `json:"count"`
	Address string        `json:"address" doc:"Where colleagues send mail for timelines; empty when there is no such mailbox."`
}

func (s *Service) getWaiting(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (out WaitingPage, err error) {
	list, next, err := s.WaitingMails(ctx, tx, by, in.Page())
	if err != nil {
		return out, err
	}
	if out.Count, err = s.CountWaitingMails(ctx, tx, by); err != nil {
		return out, err
	}
	var people, ids []int64
	for _, m := range list {
		people, ids = append(people, m.ByID), append(ids, m.ID)
	}
	files, err := filesOf(ctx, tx, ofMail, ids)
	if err != nil {
		return out, err
	}
	who, err := s.directory.Names(ctx, tx, people)
	out.Items, out.Next, out.Address = []WaitingView{}, next, s.mailbox()
	for _, m := range list {
		v := WaitingView{m.ID, m.Received, m.At, nil, m.Sender, append([]string{}, m.People...), m.Title, m.Body, lang.In(ctx).Word(m.Reason), files[m.ID]}
		if p, ok := who[m.ByID]; ok {
			v.By = &Ref{p.ID, p.Name}
		}
		out.Items = append(out.Items, v)
	}
	return out, err
}

type claimMailInput struct {
	Path
	Body struct {
		AccountID int64 `json:"account_id" minimum:"1"`
		Effort    int64 `json:"effort,omitempty" doc:"Minutes that it took."`
	}
}

func (s *Service) postClaimMail(_ context.Context, by act.Actor, in *claimMailInput) (rest.Change[EntryView], error) {
	return func(ctx context.Context, tx db.Tx) (EntryView, error) {
		e, err := s.ClaimMail(ctx, tx, by, in.ID, in.Body.AccountID, in.Body.Effort)
		return EntryView{e.ID, e.At, e.EventID}, err
	}, nil
}

func (s *Service) deleteMail(_ context.Context, by act.Actor, in *Path) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.DismissMail(ctx, tx, by, in.ID)
	}, nil
}

// mailAddress is where mail for one account's timeline goes: timeline+48@company.example.
func (s *Service) mailAddress(account int64) string {
	if box := s.mailbox(); box != "" {
		return withNumber(box, account)
	}
	return ""
}
