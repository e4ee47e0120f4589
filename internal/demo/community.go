package demo

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/file"
	"steward/internal/outreach"
	"steward/internal/program"
)

// community lets people apply to the programs of the starter kit: some in each state that an application can be in, through
// the services, at times of the fourteen months before now.
type community struct {
	player
	now   time.Time
	page  file.Blob // what applicants upload
	steps []appStep
	n     int // applications so far
	rated int // members asked so far
}

// appStep is something that happens to an application, or to a pool.
type appStep struct {
	at time.Time
	do func(ctx context.Context, tx db.Tx) error
}

// applicant is somebody who applies, and what the steps know of it.
type applicant struct {
	c       *community
	sent    program.Sent
	program string
	answers map[string][]string
	file    string
	id      int64 // of the application, once it is sent
	last    time.Time
}

// community makes applications, and a stock of codes that they draw from.
func (d *Demo) community(ctx context.Context, o Options, clock *Clock) error {
	if len(d.company.people) < 100 {
		return nil // a company made for a test
	}
	own := d.App.Programs.Client
	d.App.Programs.Client = &http.Client{Transport: forge{}}
	defer func() { d.App.Programs.Client = own }()
	c := &community{player: player{cast: &cast{company: d.company}, app: d.App, clock: clock, now: o.Now}, now: o.Now}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.script()
	slices.SortStableFunc(c.steps, func(a, b appStep) int { return a.at.Compare(b.at) })
	for i, step := range c.steps {
		if step.at.After(o.Now) {
			continue
		}
		if err := c.until(ctx, step.at); err != nil {
			return err
		}
		if err := d.App.DB.Write(ctx, step.do); err != nil {
			return fmt.Errorf("step %d of applications, on %s: %w", i, step.at.Format(time.DateOnly), err)
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
		o.Progress("applications", i+1, len(c.steps))
	}
	if err := c.until(ctx, o.Now); err != nil {
		return err
	}
	return d.shown(ctx, clock, o.Now)
}

// prepare says who looks at applications.
func (c *community) prepare(ctx context.Context) (err error) {
	if c.page, err = c.app.Files.PutBytes(ctx, page("A sample document, made for the demo"), c.now); err != nil {
		return err
	}
	return c.app.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		team := c.app.DeskConfig().TeamNamed("programs")
		if team == nil {
			return fmt.Errorf("demo: there is no team for programs")
		}
		var ids []int64
		for _, a := range c.company.agents[:4] {
			ids = append(ids, a.ID)
		}
		for _, id := range ids[1:] {
			if err := c.app.Auth.SetRoles(ctx, tx, c.app.Root(), id, []string{"agent", "program-reviewer"}); err != nil {
				return err
			}
		}
		return c.app.Directory.SetMembers(ctx, tx, c.app.Root(), team.ID, ids)
	})
}

// shown counts views of the programs' pages in the weeks before now.
func (d *Demo) shown(ctx context.Context, clock *Clock, now time.Time) error {
	for day := range 56 {
		at := now.AddDate(0, 0, -day)
		clock.Set(at)
		for i, p := range d.App.Programs.Config().Programs {
			views := (40 - 9*i) * (7 + (day*day+3*i)%6) / 10
			if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
				views /= 3
			}
			for n := range max(views, 0) {
				if d.App.Programs.Shown(p, "page"); n%4 == 0 {
					d.App.Programs.Shown(p, "form")
				}
			}
		}
	}
	clock.Set(now)
	if err := d.App.Programs.StoreShown(ctx); err != nil {
		return err
	}
	return d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return d.App.Programs.Sweep(ctx, tx, now) })
}

// on is so many days before now, at an hour of a working day.
func (c *community) on(days int, hour float64) time.Time {
	at := c.now.AddDate(0, 0, -days)
	switch at.Weekday() {
	case time.Saturday:
		at = at.AddDate(0, 0, -1)
	case time.Sunday:
		at = at.AddDate(0, 0, -2)
	}
	return at.Truncate(24 * time.Hour).Add(time.Duration(hour * float64(time.Hour)))
}

func (c *community) step(at time.Time, do func(ctx context.Context, tx db.Tx) error) {
	c.steps = append(c.steps, appStep{at, do})
}

// applies begins a story: somebody fills in a program's form.
func (c *community) applies(name, organization, domain string, answers ...string) *applicant {
	c.n++
	first := given[(c.n*7)%len(given)]
	a := &applicant{c: c, program: name, answers: map[string][]string{}}
	a.sent = program.Sent{Nonce: fmt.Sprintf("demo.%d", c.n), Name: fmt.Sprintf("%s Sample %d", first, 9000+c.n), Email: fmt.Sprintf("%s.%d@%s", strings.ToLower(first), 9000+c.n, cmp.Or(domain, "mail.example")), Organization: organization, Website: domain}
	for i := 0; i+1 < len(answers); i += 2 {
		a.answers[answers[i]] = append(a.answers[answers[i]], answers[i+1])
	}
	return a
}

// with has a file come along with the form.
func (a *applicant) with(name string) *applicant {
	a.file = name
	return a
}

func (a *applicant) load(ctx context.Context, tx db.Tx) (*program.Application, *program.Program, error) {
	return a.c.app.Programs.Get(ctx, tx, a.c.app.Root(), a.id)
}

// colleague is one of those who look at applications.
func (a *applicant) colleague(n int) act.Actor {
	by := a.c.app.Root()
	by.Kind, by.PersonID = act.Person, a.c.company.agents[n].ID
	return by
}

// page is a document of one page, made for the demo.
func page(words string) []byte {
	text := "BT /F1 18 Tf 72 720 Td (" + words + ") Tj ET"
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"+
		"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n", len(text), text)
}

func (c *community) paper(ctx context.Context, tx db.Tx, name string) (file.File, error) {
	id, err := c.app.Desk.KeepFile(ctx, tx, desk.Attachment{Blob: c.page, Filename: name})
	if err != nil {
		return file.File{}, err
	}
	return c.app.Files.Get(ctx, tx, id)
}

// fill makes what is sent of the answers.
func (a *applicant) fill(ctx context.Context, tx db.Tx) (*program.Program, program.Sent, error) {
	p := a.c.app.Programs.Config().Named(a.program)
	if p == nil {
		return nil, a.sent, fmt.Errorf("demo: there is no program %s", a.program)
	}
	in := a.sent
	in.Filled = a.c.app.Programs.Fill(nil, p, &program.Application{ProgramID: p.ID, Name: in.Name, Email: in.Email}, a.answers)
	if len(in.Filled.Wrong) > 0 {
		return nil, in, fmt.Errorf("demo: answers that cannot be taken: %v", in.Filled.Wrong)
	}
	if a.file != "" {
		f, err := a.c.paper(ctx, tx, a.file)
		if err != nil {
			return nil, in, err
		}
		in.Files = []file.File{f}
	}
	return p, in, nil
}

// saves keeps the form as a draft.
func (a *applicant) saves(at time.Time) {
	a.c.step(at, func(ctx context.Context, tx db.Tx) error {
		p, in, err := a.fill(ctx, tx)
		if err == nil {
			_, err = a.c.app.Programs.Save(ctx, tx, p, 0, in)
		}
		return err
	})
}

// sends sends the form, and confirms the address unless silent.
func (a *applicant) sends(at time.Time, silent bool) *applicant {
	a.last = at
	a.c.step(at, func(ctx context.Context, tx db.Tx) error {
		p, in, err := a.fill(ctx, tx)
		if err != nil {
			return err
		}
		got, err := a.c.app.Programs.Send(ctx, tx, p, 0, in, false)
		if err == nil {
			a.id = got.ID
		}
		return err
	})
	if !silent {
		a.does(at.Add(4*time.Minute), func(ctx context.Context, tx db.Tx, x *program.Application) error {
			return a.c.app.Programs.Confirm(ctx, tx, x)
		})
	}
	return a
}

// does lets something happen to the application as it is then.
func (a *applicant) does(at time.Time, do func(ctx context.Context, tx db.Tx, x *program.Application) error) *applicant {
	if at.Before(a.last) {
		at = a.last.Add(20 * time.Minute) // a weekend was in between
	}
	a.last = at
	a.c.step(at, func(ctx context.Context, tx db.Tx) error {
		x, _, err := a.load(ctx, tx)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, x); err != nil {
			return fmt.Errorf("application %d of %s: %w", x.ID, a.sent.Organization, err)
		}
		return nil
	})
	return a
}

// proves confirms the address that was given as a proof.
func (a *applicant) proves(at time.Time) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		var id int64
		if err := tx.QueryRow(ctx, `SELECT max(id) FROM application_check WHERE application_id = $1 AND kind = 'email' AND state = 'waiting'`, x.ID).Scan(&id); err != nil {
			return err
		}
		own, run, err := a.c.app.Programs.ByProofLink(ctx, tx, path.Base(a.c.app.Programs.ProofLink(program.CheckRun{ID: id})))
		if err != nil {
			return err
		}
		return a.c.app.Programs.Prove(ctx, tx, own, run)
	})
}

// uploads sends a document for a proof.
func (a *applicant) uploads(at time.Time, name string) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		f, err := a.c.paper(ctx, tx, name)
		if err != nil {
			return err
		}
		return a.c.app.Programs.Upload(ctx, tx, x, program.Paper{Proof: "document", Dated: at.AddDate(0, 0, -20).Format(time.DateOnly), Files: []file.File{f}})
	})
}

func (a *applicant) takes(at time.Time, who int) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, err := a.c.app.Programs.Take(ctx, tx, a.colleague(who), x.ID, 0, a.c.company.agents[who].ID)
		return err
	})
}

func (a *applicant) asked(at time.Time, who int, question string) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, err := a.c.app.Programs.AskApplicant(ctx, tx, a.colleague(who), x.ID, 0, question)
		return err
	})
}

func (a *applicant) replies(at time.Time, text string) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		return a.c.app.Programs.Reply(ctx, tx, x, text, nil)
	})
}

func (a *applicant) decided(at time.Time, who int, approve bool, words string, rules ...string) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, err := a.c.app.Programs.Decide(ctx, tx, a.colleague(who), x.ID, program.DecisionInput{Approve: approve, Words: words, Rules: rules})
		return err
	})
}

func (a *applicant) claims(at time.Time) *applicant {
	a.rates(at.AddDate(0, 0, 4))
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, p, err := a.load(ctx, tx)
		if err != nil {
			return err
		}
		shown, err := a.c.app.Programs.Page(ctx, tx, p, x)
		if err != nil {
			return err
		}
		return a.c.app.Programs.Claim(ctx, tx, x, shown.TermsVersion)
	})
}

// scores are what members answer when they are asked how easy it was; 0 is no answer.
var scores = []int{7, 6, 0, 6, 5, 7, 2, 6, 0, 7, 4, 6}

// rates answers the survey about the correspondence, where it was offered.
func (a *applicant) rates(at time.Time) {
	score := scores[a.c.rated%len(scores)]
	if a.c.rated++; score == 0 {
		return
	}
	a.c.step(at, func(ctx context.Context, tx db.Tx) error {
		x, _, err := a.load(ctx, tx)
		if err != nil || x.TicketID == 0 {
			return err
		}
		o, err := a.c.app.Outreach.OfTicket(ctx, tx, x.TicketID)
		if err != nil || o == nil || o.State != outreach.Offered || !at.Before(o.Expires) {
			return err
		}
		_, err = a.c.app.Outreach.Answer(ctx, tx, o.ID, score, "")
		return err
	})
}

func (a *applicant) complied(at time.Time, action program.Action, reason string) *applicant {
	return a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		_, err := a.c.app.Programs.Comply(ctx, tx, a.colleague(1), x.ID, 0, action, reason)
		return err
	})
}

// renews applies again with what was said last time, and returns the new application.
func (a *applicant) renews(at time.Time) *applicant {
	next := &applicant{c: a.c, program: a.program, sent: a.sent, answers: a.answers, last: at}
	a.does(at, func(ctx context.Context, tx db.Tx, x *program.Application) error {
		draft, err := a.c.app.Programs.StartRenewal(ctx, tx, x)
		if err != nil {
			return err
		}
		p, in, err := next.fill(ctx, tx)
		if err != nil {
			return err
		}
		in.RenewalOf, in.Nonce, next.id = x.ID, draft.Nonce, draft.ID
		_, err = a.c.app.Programs.Send(ctx, tx, p, draft.ID, in, true)
		return err
	})
	return next
}
