package program

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/rest"
	"steward/internal/work"
)

// quoteSource names the items of work about quotes that members wait for: they bought an add-on, so no code can be handed out.
const quoteSource = "quote"

// Quoted says that a member got the quote for a benefit that waited for one. Whoever may decide applications may.
func (s *Service) Quoted(ctx context.Context, tx db.Tx, by act.Actor, id int64, name string) (*Application, error) {
	a, p, err := s.working(ctx, tx, by, "decide", id, 0)
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `UPDATE application_grant SET state = $1, updated = $2 WHERE application_id = $3 AND name = $4 AND state = $5`, string(GrantGiven), db.Micros(by.Now()), a.ID, name, string(GrantManual))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "Nobody waits for a quote for %s.", name)
	}
	by = by.Still()
	if _, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: QuoteSent, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "benefit": name}}); err != nil {
		return nil, err
	}
	still, err := bounded(ctx, tx, `SELECT 1 FROM application_grant WHERE application_id = $1 AND state = 'manual'`, a.ID)
	if err != nil || still.Count > 0 {
		return a, err
	}
	return a, work.Finish(ctx, tx, by.Now(), quoteSource, fmt.Sprint(a.ID))
}

// quoteWork makes a quote that a member waits for the team's work.
func (s *Service) quoteWork(ctx context.Context, tx db.Tx, by act.Actor, a *Application) error {
	return work.Put(ctx, tx, by.Now(), work.Item{Source: quoteSource, Key: fmt.Sprint(a.ID), TeamID: a.TeamID, Urgency: 2, Subject: a.Ref(), EventID: by.Cause.Event})
}

// QuoteSource shows quotes that members wait for on people's lists.
func (s *Service) QuoteSource() work.Source {
	return work.Source{Name: quoteSource, Title: "Quote", Cards: func(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
		cards, err := s.cards(ctx, tx, by, items)
		for id, c := range cards {
			c.Why, c.Promise = "An add-on was bought, so the renewal is a quote", ""
			cards[id] = c
		}
		return cards, err
	}}
}

// MemberBenefit is a benefit of a member, as colleagues see it.
type MemberBenefit struct {
	Name  string     `json:"name"`
	Title string     `json:"title"`
	Kind  string     `json:"kind" enum:"code,http,text"`
	State GrantState `json:"state" enum:"pending,given,manual,taken"`
	Code  string     `json:"code" doc:"Its last characters; the whole is the member's alone."`
	Error string     `json:"error" doc:"Why it is not there yet."`
	Asked *time.Time `json:"compared" doc:"When the other system was last asked whether it has it."`
	Lacks *time.Time `json:"differed" doc:"When it was last found not to have it, and was told again."`
}

// benefits are what a member has, with titles of the version they applied under.
func (s *Service) benefits(ctx context.Context, tx db.Tx, p *Program, a *Application) ([]MemberBenefit, error) {
	out := []MemberBenefit{}
	list, err := s.grants(ctx, tx, a.ID)
	if err != nil {
		return out, err
	}
	seen, err := s.comparisons(ctx, tx, a.ID)
	for _, g := range list {
		b := MemberBenefit{Name: g.Name, Title: g.Name, Kind: g.Kind, State: g.State, Code: tail(g.Code), Error: g.Error, Asked: rest.Time(seen[g.Name].compared), Lacks: rest.Time(seen[g.Name].differed)}
		for _, known := range p.Spec.Benefits {
			if known.Name == g.Name {
				b.Title = known.Title
			}
		}
		out = append(out, b)
	}
	return out, err
}

// tail is the end of a code, by which two can be told apart.
func tail(code string) string {
	if len(code) > 4 {
		return "…" + code[len(code)-4:]
	}
	return code
}

// drafts are the letters that decisions would send, in Markdown without the applicant's link; {{reason}} stands where the reasons go.
func (s *Service) drafts(by act.Actor, p *Program, a *Application, granted []Benefit) map[Action]string {
	out := map[Action]string{}
	for action, l := range map[Action]Letter{Approve: LetterApproved, Reject: LetterRejected, Warn: LetterNotice, Revoke: LetterRevoked, Cure: LetterCured, Restore: LetterRestored} {
		to, err := Next(a.State, action)
		if err != nil || !auth.Scope(by, "decide", "application").Covers(a.Record()) {
			continue
		}
		after := *a
		after.State = to
		if after.Due = after.nextDue(p, s.Clock().UTC()); action == Warn {
			after.Due = s.Clock().UTC().Add(p.cure())
		}
		out[action] = s.wording(p, &after, l, granted, "{{reason}}", "")
	}
	return out
}
