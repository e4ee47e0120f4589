package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Sent is what somebody sent with a program's form.
type Sent struct {
	Nonce        string // of the page; the same page twice is one application
	Name         string
	Email        string
	Organization string
	Website      string
	Filled       Filled
	Files        []file.File
	PersonID     int64 // of somebody signed in, 0 for nobody
	RenewalOf    int64
}

// Limits of what applicants write about themselves, in characters.
const (
	maxName    = 300
	maxWebsite = 500
)

// check brings what was sent into shape and says what is wrong with it, by the name of the field. A draft may lack
// everything but its address.
func (in *Sent) check(l *lang.Language, p *Program, draft bool) map[string]string {
	out := map[string]string{}
	var err error
	if in.Email, err = directory.CleanEmail("email", in.Email); err != nil {
		out["email"] = l.Word("Type an email address, such as ada@example.com. We answer there.")
	}
	for name, text := range map[string]*string{"name": &in.Name, "organization": &in.Organization, "website": &in.Website} {
		*text = directory.OneLine(*text)
		if most := map[bool]int{true: maxWebsite, false: maxName}[name == "website"]; len([]rune(*text)) > most {
			out[name] = l.Say("At most %d characters.", most)
		}
	}
	if draft {
		return out
	}
	if in.Name == "" {
		out["name"] = l.Word("Type your name.")
	}
	if p.ForOrganization() {
		if in.Organization == "" {
			out["organization"] = l.Word("Type the name of your organization.")
		}
		if h := host(in.Website); in.Website != "" && (!strings.Contains(h, ".") || strings.ContainsAny(h, " \"<>")) {
			out["website"] = l.Word("This is no website. Type its address, such as university.example.")
		}
	}
	return out
}

// Problems is what keeps a form from being sent, by the name of the field; empty when nothing does.
func (in *Sent) Problems(l *lang.Language, p *Program) map[string]string {
	out := in.check(l, p, false)
	for name, text := range in.Filled.Missing {
		out["f."+name] = text
	}
	for name, text := range in.Filled.Wrong {
		out["f."+name] = text
	}
	if u := p.Spec.Uploads; u != nil && u.Required && len(in.Files) == 0 {
		out["files"] = l.Word("A file is needed here.")
	}
	return out
}

// Save keeps a form as a draft for its applicant to come back to, and mails them the link. id is the draft that
// it came from, 0 for a new one. Anybody may; whoever holds a draft's link may change it.
func (s *Service) Save(ctx context.Context, tx db.Tx, p *Program, id int64, in Sent) (*Application, error) {
	if wrong := in.check(lang.In(ctx), p, true); len(wrong) > 0 {
		return nil, invalid(wrong)
	}
	a, other, err := s.draft(ctx, tx, p, id, in)
	if err != nil || a.State != Draft {
		return a, err
	}
	if other != nil {
		return s.twice(ctx, tx, p, a, other)
	}
	if err := s.saved(ctx, tx, p, a, in.Files); err != nil {
		return nil, err
	}
	return a, s.mailLink(ctx, tx, s.applicant(a), p, a, "Your application is saved",
		"your application to "+esc(p.Title)+" is saved. Nothing is sent yet.\n\n[Go on with it]("+s.Link(a)+")\n\nThe link works until "+a.Due.Format("2 January 2006")+".")
}

// Send takes a form as an application. Its applicant confirms their address first, unless known says that the
// form came through a link that was mailed to it or from somebody signed in. Anybody may send one.
func (s *Service) Send(ctx context.Context, tx db.Tx, p *Program, id int64, in Sent, known bool) (*Application, error) {
	now := s.Clock().UTC()
	if why := p.Closed(nil, now); why != "" && in.RenewalOf == 0 {
		return nil, fault.New(fault.Invalid, "%s takes no applications now. %s", p.Title, why)
	}
	if wrong := in.Problems(lang.In(ctx), p); len(wrong) > 0 {
		return nil, invalid(wrong)
	}
	a, other, err := s.draft(ctx, tx, p, id, in)
	if err != nil || a.State != Draft {
		return a, err
	}
	if other != nil {
		return s.twice(ctx, tx, p, a, other)
	}
	by := s.applicant(a).Still()
	if err := s.tooMany(ctx, tx, p, a, now); err != nil {
		return nil, err
	}
	a.ProgramVersion = p.Version
	_, err = s.step(ctx, tx, by, p, a, Submit, map[string]any{"renewal_of": a.RenewalOf}, func() { a.Submitted = by.Now() })
	if err != nil {
		return nil, err
	}
	if err := s.addFiles(ctx, tx, a, in.Files); err != nil {
		return nil, err
	}
	if known {
		return a, s.Confirm(ctx, tx, a)
	}
	return a, s.mailLink(ctx, tx, by, p, a, "Please confirm your application",
		"please confirm that you applied to "+esc(p.Title)+". Then we begin to work on it.\n\n[Confirm]("+s.ConfirmLink(a)+")\n\nIf it was not you, do nothing: it is deleted then.")
}

// twice answers somebody who has an open application for the same organization already: the new one goes, and
// the link of the other is mailed to its applicant, so that nobody else learns of it.
func (s *Service) twice(ctx context.Context, tx db.Tx, p *Program, a, other *Application) (*Application, error) {
	by := s.applicant(other)
	if a.ID != 0 {
		if err := s.drop(ctx, tx, []int64{a.ID}, by.Now()); err != nil {
			return nil, err
		}
	}
	err := s.mailLink(ctx, tx, by, p, other, "You have applied already",
		fmt.Sprintf("you have an application to %s already: number %d. There can be one at a time.\n\n[See where it stands](%s)", esc(p.Title), other.ID, s.Link(other)))
	a.State = Confirming // to who sent it, both look alike
	return a, err
}

// tooMany refuses an applicant who has sent as many applications to the program within a day, or a year, as it takes, and
// says when they can send the next.
func (s *Service) tooMany(ctx context.Context, tx db.Tx, p *Program, a *Application, now time.Time) error {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	d := p.Spec.Decision
	again, err := s.nextAfter(ctx, tx, a, cmp.Or(d.PerDay, 5), day, now)
	if err != nil || !again.IsZero() {
		return tooManySent(err, "At most %d applications to this program are taken from one address within a day. You can send the next one after %s.", cmp.Or(d.PerDay, 5), again)
	}
	if d.PerYear == 0 {
		return nil
	}
	again, err = s.nextAfter(ctx, tx, a, d.PerYear, year, now)
	if err != nil || !again.IsZero() {
		return tooManySent(err, "At most %d applications to this program are verified for one address within a year. You can send the next one after %s. If you cannot wait, write to us.", d.PerYear, again)
	}
	return nil
}

func tooManySent(err error, format string, most int, again time.Time) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, format, most, lang.At(again, "2 January 2006, 15:04 MST"))
}

// nextAfter is when an applicant who has sent the most applications to a program that it takes within some time can send
// the next; zero when they can now.
func (s *Service) nextAfter(ctx context.Context, tx db.Tx, a *Application, most int, within time.Duration, now time.Time) (time.Time, error) {
	rows, err := tx.Query(ctx, `SELECT submitted_at FROM application WHERE person_key = $1 AND program_id = $2 AND submitted_at > $3 ORDER BY submitted_at DESC LIMIT $4`,
		a.personKey(), a.ProgramID, db.Micros(now.Add(-within)), most)
	sent, err := db.Collect(rows, err, func(r db.Scanner) (at int64, err error) { return at, r.Scan(&at) })
	if err != nil || len(sent) < most {
		return time.Time{}, err
	}
	return db.Time(sent[most-1]).Add(within), nil
}

// draft is the draft that a form belongs to, with what the form says, yet to be stored: the one of the link, the one of the
// same page, or a new one. An application that was sent already is returned as it is. other is the open application of the
// same person for the same organization, when there is one.
func (s *Service) draft(ctx context.Context, tx db.Tx, p *Program, id int64, in Sent) (a, other *Application, err error) {
	now := s.Clock().UTC().Truncate(time.Microsecond)
	if id != 0 {
		a, err = s.load(ctx, tx, id)
	} else {
		a, err = s.one(ctx, tx, "nonce = $1", in.Nonce)
	}
	if err != nil || a != nil && a.State != Draft {
		return a, nil, err
	}
	if a == nil {
		a = &Application{ProgramID: p.ID, State: Draft, Nonce: in.Nonce, Created: now, TeamID: p.TeamID, RenewalOf: in.RenewalOf}
	}
	if a.RenewalOf == 0 && a.Email != in.Email {
		a.Email = in.Email
		a.Link++ // the link belongs to the address it was mailed to
	}
	a.Name, a.Organization, a.Website, a.Attributes, a.PersonID = in.Name, in.Organization, in.Website, in.Filled.Values, in.PersonID
	a.ProgramVersion, a.Updated = p.Version, now
	a.Due = a.nextDue(p, now)
	member, other, err := s.family(ctx, tx, a)
	if err != nil {
		return a, nil, err
	}
	if member != nil && a.RenewalOf == 0 {
		a.RenewalOf = member.ID
	}
	if other == nil || other.State != Draft {
		return a, other, nil
	}
	return a, nil, s.drop(ctx, tx, []int64{other.ID}, now) // the newer draft counts
}

// saved stores a draft.
func (s *Service) saved(ctx context.Context, tx db.Tx, p *Program, a *Application, files []file.File) error {
	if err := s.store(ctx, tx, a); err != nil {
		return err
	}
	if _, err := s.Ledger.Append(ctx, tx, s.applicant(a), ledger.Entry{Verb: Saved, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID}}); err != nil {
		return err
	}
	if err := s.addFiles(ctx, tx, a, files); err != nil {
		return err
	}
	return s.timer(ctx, tx, a.Updated, a)
}

func (s *Service) addFiles(ctx context.Context, tx db.Tx, a *Application, files []file.File) error {
	for _, f := range files {
		if err := s.addFile(ctx, tx, a, f, "form"); err != nil {
			return err
		}
	}
	return nil
}

// renews makes the application of somebody who is a member already, for the same organization, a renewal: few know
// that one renews with the form for applications.
func (s *Service) renews(ctx context.Context, tx db.Tx, a *Application) error {
	if a.RenewalOf != 0 {
		return nil
	}
	member, _, err := s.family(ctx, tx, a)
	if err == nil && member != nil {
		a.RenewalOf = member.ID
	}
	return err
}

// Confirm begins the work on an application whose applicant has shown that the address is theirs. Whoever holds
// the confirming link may; a second time nothing happens.
func (s *Service) Confirm(ctx context.Context, tx db.Tx, a *Application) error {
	if a.State != Confirming {
		return nil
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	person, err := s.Directory.Resolve(ctx, tx, s.system(act.System), a.Email, a.Name)
	if err != nil {
		return err
	}
	a.PersonID, a.OrganizationID = person.ID, person.OrganizationID
	by := s.applicant(a).Still()
	event, err := s.step(ctx, tx, by, p, a, Confirm, nil, func() { a.Confirmed = by.Now() })
	if err != nil {
		return err
	}
	by = s.system(act.Rule).Because(act.Cause{Event: event, Blueprint: p.ID, Version: p.Version}).Still()
	if err := s.screen(ctx, tx, by, p, a); err != nil {
		return err
	}
	return s.advance(ctx, tx, by, p, a)
}

// drop removes drafts and what was never confirmed, with their files.
func (s *Service) drop(ctx context.Context, tx db.Tx, ids []int64, now time.Time) error {
	for _, id := range ids {
		if _, err := s.purge(ctx, tx, id, now); err != nil {
			return err
		}
		if err := s.Jobs.Cancel(ctx, tx, dueJob, fmt.Sprint(id)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM application WHERE id = $1 AND state IN ('draft', 'confirming')`, id); err != nil {
			return err
		}
	}
	return nil
}

// invalid is what is wrong with a form as one error.
func invalid(wrong map[string]string) error {
	f := fault.New(fault.Invalid, "Something is missing or cannot be taken. It is marked below; everything else is kept.")
	for name, text := range wrong {
		f.Details = append(f.Details, fault.Detail{Field: name, Message: text})
	}
	slices.SortFunc(f.Details, func(a, b fault.Detail) int { return strings.Compare(a.Field, b.Field) })
	return f
}
