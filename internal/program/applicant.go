package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
)

// Withdraw ends an application that its applicant no longer wants. Whoever holds its link may.
func (s *Service) Withdraw(ctx context.Context, tx db.Tx, a *Application) error {
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	by := s.applicant(a).Still()
	if _, err = s.step(ctx, tx, by, p, a, Withdraw, nil, nil); err != nil {
		return err
	}
	return s.schedulePurge(ctx, tx, p, a, by.Now())
}

// Reply takes what the applicant wrote or uploaded on their page: the answer to a question, or a word at any time.
// It goes into the application's ticket. Whoever holds its link may.
func (s *Service) Reply(ctx context.Context, tx db.Tx, a *Application, text string, files []file.File) error {
	text, err := words("text", text, len(files) == 0)
	if err != nil {
		return err
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	if a.TicketID == 0 || a.State == Withdrawn {
		return fault.New(fault.Conflict, "Nobody waits for an answer now.")
	}
	if text == "" {
		text = "I uploaded a file."
	}
	by := s.applicant(a).Still()
	for _, f := range files {
		if err := s.addFile(ctx, tx, a, f, "answer"); err != nil {
			return err
		}
	}
	ticket, err := s.Tickets.Hear(ctx, tx, by, a.TicketID, text, nil)
	if err != nil {
		return err
	}
	if ticket != a.TicketID {
		a.TicketID, a.Updated = ticket, by.Now()
		if err := s.update(ctx, tx, a); err != nil {
			return err
		}
		if err := s.tie(ctx, tx, a, ticket, by.Now()); err != nil {
			return err
		}
	}
	if a.State != Asked {
		return nil
	}
	return s.answered(ctx, tx, by, p, a, "page")
}

// answered goes on with an application whose applicant has answered.
func (s *Service) answered(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, way string) error {
	_, err := s.step(ctx, tx, by, p, a, Answer, map[string]any{"by": way}, func() { a.Dialogue = true })
	return err
}

// Paper is what an applicant sends for a proof.
type Paper struct {
	Proof string
	Dated string // the day that the document bears, YYYY-MM-DD; "" when they did not say
	Files []file.File
}

// Upload takes documents for a proof. Whoever holds the application's link may.
func (s *Service) Upload(ctx context.Context, tx db.Tx, a *Application, in Paper) error {
	name, files := in.Proof, in.Files
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	c, ok := p.check(name)
	if !ok || c.Kind != "document" {
		return fault.Missing("proof", name)
	}
	if len(files) == 0 {
		return fault.Field("files", nil, "a file", "Choose a file first.")
	}
	u := Uploads{}.filled()
	if c.Document != nil {
		u = c.Document.filled()
	}
	if len(files) > u.Most {
		return fault.Field("files", len(files), "fewer files", "At most %d files can be sent for this.", u.Most)
	}
	for _, f := range files {
		if err := u.Takes(f); err != nil {
			return err
		}
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	by := s.applicant(a).Still()
	run := newest(runs)[name]
	if !slices.Contains([]State{Verifying, Review, Asked}, a.State) || run.State == Passed || len(runs) >= maxRuns {
		return fault.New(fault.Conflict, "No document is needed here now.")
	}
	if err := c.tried(runs); err != nil {
		return err
	}
	age, err := c.age(in.Dated, by.Now())
	if err != nil {
		return err
	}
	if run.State != Waiting {
		if run, err = s.record(ctx, tx, by, a, c); err != nil {
			return err
		}
	}
	f := Finding{State: Unclear, Say: "Your document is here. A colleague looks at it.", Evidence: age}
	for _, x := range files {
		if err := s.addFile(ctx, tx, a, x, name); err != nil {
			return err
		}
		f.Evidence.FileIDs = append(f.Evidence.FileIDs, x.ID)
	}
	if err := s.found(ctx, tx, by, a, run, f, 0); err != nil || a.State != Asked {
		return err
	}
	return s.answered(ctx, tx, by, p, a, "page")
}

// age is how old a document is by the day that its applicant says, for the reviewer; one that is too old, or of a day to
// come, is refused. Without a limit nobody asks.
func (c Check) age(dated string, now time.Time) (Evidence, error) {
	if c.MaxAge == 0 {
		return Evidence{}, nil
	}
	if dated == "" {
		return Evidence{Seen: []Seen{{What: fmt.Sprintf("The applicant did not say of when it is; at most %d days are asked for.", c.MaxAge)}}}, nil
	}
	on, err := time.Parse(time.DateOnly, dated)
	if err != nil {
		return Evidence{}, fault.Field("dated", dated, "a date written YYYY-MM-DD", "This is not a date.")
	}
	days := int64(now.UTC().Sub(on) / (24 * time.Hour))
	switch {
	case on.After(now.UTC().AddDate(0, 0, 1)): // it may be tomorrow already where they are
		return Evidence{}, fault.Field("dated", dated, "the day on the document", "This day lies ahead. Type the day that the document bears.")
	case days > int64(c.MaxAge):
		return Evidence{}, fault.Field("dated", dated, fmt.Sprintf("a day within the last %d days", c.MaxAge), "Your document is %d days old, and at most %d days are accepted. Send a newer one.", days, c.MaxAge)
	}
	days = max(days, 0)
	return Evidence{Figures: map[string]any{"age_days": days}, Seen: []Seen{{Good: true, What: fmt.Sprintf("Dated %s, as the applicant says: %d days old when it was sent, at most %d are accepted.", on.Format("2 January 2006"), days, c.MaxAge)}}}, nil
}

// Prove notes that an address given as a proof is the applicant's. Whoever holds the link mailed there may; a second
// time nothing happens.
func (s *Service) Prove(ctx context.Context, tx db.Tx, a *Application, run CheckRun) error {
	if run.State != Waiting || run.Kind != "email" {
		return nil
	}
	by := s.applicant(a).Still()
	return s.found(ctx, tx, by, a, run, Finding{State: Passed, Say: "The address is confirmed.", Evidence: run.Evidence}, 0)
}

// Retry lets a proof that failed be looked at once more: the applicant has put something right. Whoever holds the
// application's link may, so many times.
func (s *Service) Retry(ctx context.Context, tx db.Tx, a *Application, name string) error {
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	c, ok := p.check(name)
	if !ok {
		return fault.Missing("proof", name)
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	run := newest(runs)[name]
	if a.State != Verifying && a.State != Review && a.State != Asked || run.State != Failed {
		return fault.New(fault.Conflict, "This proof cannot be tried again now.")
	}
	if err := c.tried(runs); err != nil {
		return err
	}
	return s.begin(ctx, tx, s.applicant(a).Still(), p, a, c)
}

// maxTries is how often one proof can be tried for an application, where the program says nothing.
const maxTries = 10

// tried refuses one more try of a proof that was tried as often as it may be.
func (c Check) tried(runs []CheckRun) error {
	tries := 0
	for _, r := range runs {
		if r.Name == c.Name && r.State.Done() {
			tries++
		}
	}
	if tries >= cmp.Or(c.Tries, maxTries) {
		return fault.New(fault.TooMany, "This proof was tried %d times, which is the most. Answer our mail instead, and a colleague looks at it.", tries)
	}
	return nil
}
