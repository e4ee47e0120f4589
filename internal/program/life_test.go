package program_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/program"
)

const education = `kind: field
name: edu-role
key: position
title: Your role
on: application
type: dropdown
options: [teacher, researcher, student]
see: everyone
edit: everyone
---
kind: field
name: edu-course
key: course
title: Course
on: application
type: text
see: everyone
edit: everyone
---
kind: team
name: programs
title: Programs
---
kind: program
name: education
title: Education
team: programs
welcome: Free licences for those who **teach**.
who: [People who teach at an accredited institution.]
sections:
  - title: What you do
    questions:
      - { field: edu-role, required: true }
      - { field: edu-course, required: true, when: 'application.attributes.position == "teacher"' }
verify:
  checks:
    - { name: academic, title: An academic address, kind: domains, list: academic }
    - { name: email, title: A school email address, kind: email, when: has(application.website_domain) }
    - { name: document, title: A document, kind: document, max_age_days: 60 }
screening: { words: [naval], domains: [mil] }
eligibility:
  - { name: staff, when: 'application.attributes.position != "student"', say: The program is for people who work at the institution., otherwise: reject }
  - { name: one-per-school, when: application.similar == 0, say: Your institution has applied already. }
decision: { calendar: office-hours, within: 40h, approve_when: application.verified }
life: { months: 12 }
`

// world is an instance with the program, served.
type world struct {
	*apptest.Instance
	at     db.Options
	before []apptest.Delivery // what left before it was opened again
	server *httptest.Server
	client *http.Client
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			w := &world{at: apptest.Options(t, e)}
			w.Instance = apptest.New(t, w.at)
			w.Apply(education)
			w.Settle()
			w.server = w.Serve()
			w.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			test(t, w)
		})
	}
}

// reopen goes on with a new instance on the same data, as a restart does. Mails that left before are kept.
func (w *world) reopen() {
	w.T.Helper()
	peer := w.Peer
	w.DB.Close()
	w.Instance = apptest.Open(w.T, w.at, w.Clock)
	w.before = append(w.before, peer.All()...)
}

func (w *world) get(path string) string {
	w.T.Helper()
	req, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, w.server.URL+path, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0")
	res, err := w.client.Do(req)
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return string(b)
}

// post sends a form and returns the answer's status, text and Location.
func (w *world) post(path string, in url.Values) (int, string, string) {
	w.T.Helper()
	res, err := w.client.PostForm(w.server.URL+path, in)
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b), res.Header.Get("Location")
}

var stampText = regexp.MustCompile(`name="stamp" value="([^"]+)"`)

// apply fills the form in and sends it, or saves it.
func (w *world) apply(in url.Values, button string) (int, string, string) {
	w.T.Helper()
	page := w.get("/portal/programs/education/apply")
	stamp := stampText.FindStringSubmatch(page)
	if stamp == nil {
		w.T.Fatal("no form:", page)
	}
	w.Clock.Advance(10 * time.Second)
	in = clone(in)
	in.Set("stamp", stamp[1])
	in.Set(button, "1")
	in["asked"] = []string{"position", "course"}
	return w.post("/portal/programs/education/apply", in)
}

func clone(in url.Values) url.Values {
	out := url.Values{}
	for k, v := range in {
		out[k] = append([]string(nil), v...)
	}
	return out
}

func teacher(email, site string) url.Values {
	return url.Values{"name": {"Tess Teacher"}, "email": {email}, "organization": {"Cinderhall University"}, "website": {site}, "f.position": {"teacher"}, "f.course": {"Compilers"}}
}

// mailed returns the newest path of a kind that was mailed to somebody.
func (w *world) mailed(to, kind string) string {
	w.T.Helper()
	w.Settle()
	return w.found(to, kind)
}

// found is mailed without waiting for what is due.
func (w *world) found(to, kind string) string {
	w.T.Helper()
	path := ""
	for _, d := range slices.Concat(w.before, w.Peer.All()) {
		if d.To[0] != to {
			continue
		}
		m := d.Message()
		for _, found := range regexp.MustCompile(`(/portal/applications/`+kind+`[\w.=-]+)`).FindAllStringSubmatch(m.Text+" "+m.HTML, -1) {
			path = found[1]
		}
	}
	if path == "" {
		w.T.Fatalf("nothing was mailed to %s with a link to %s", to, kind)
	}
	return path
}

func (w *world) one(id int64) (a *program.Application) {
	w.T.Helper()
	w.Read(func(ctx context.Context, tx db.Tx) (err error) {
		a, _, err = w.Programs.Get(ctx, tx, w.Root(), id)
		return err
	})
	return a
}

func (w *world) last() int64 { return int64(w.Count(`SELECT max(id) FROM application`)) }

func TestAnAcademicAddressIsApprovedWithoutAnybody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if page := w.get("/portal/programs/education"); !strings.Contains(page, "<strong>teach</strong>") || !strings.Contains(page, "accredited institution") {
			t.Error("the page of the program:", page)
		}
		status, page, _ := w.apply(url.Values{"name": {"T"}, "email": {"t@tudelft.nl"}, "f.position": {"teacher"}}, "send")
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Course must be filled") || !strings.Contains(page, "name of your organization") {
			t.Error(status, page)
		}
		if status, page, _ = w.apply(teacher("tess@tudelft.nl", "tudelft.nl"), "send"); status != http.StatusOK || !strings.Contains(page, "confirm your address") {
			t.Fatal(status, page)
		}
		id := w.last()
		if a := w.one(id); a.State != program.Confirming || a.PersonID != 0 {
			t.Errorf("%+v", a)
		}
		path := w.mailed("tess@tudelft.nl", "confirm/")
		if page := w.get(path); !strings.Contains(page, "Confirm and send") || w.one(id).State != program.Confirming {
			t.Error("looking is not confirming:", page)
		}
		status, _, to := w.post(path, nil)
		if status != http.StatusSeeOther || !strings.HasPrefix(to, "/portal/applications/") {
			t.Fatal(status, to)
		}
		w.Settle()
		a := w.one(id)
		if a.State != program.Approved || a.DecidedBy != 0 || a.TicketID == 0 || a.PersonID == 0 {
			t.Errorf("%+v", a)
		}
		if page := w.get(to); !strings.Contains(page, "Approved") || !strings.Contains(page, "Claim what you get by") {
			t.Error(page)
		}
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = 'application.approved' AND actor_kind = 'rule' AND cause_blueprint IS NOT NULL`); n != 1 {
			t.Error("the approval names its cause and its actor", n)
		}
		w.T.Log(w.Programs.StoreShown(t.Context()))
		if n := w.Count(`SELECT sum(shown) FROM program_view WHERE page = 'page'`); n != 1 {
			t.Error("shown", n)
		}
		w.Verify()
	})
}

func TestAColleagueAsksAndDecides(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(teacher("tess@private.example", "cinderhall.example"), "send")
		id := w.last()
		_, _, to := w.post(w.mailed("tess@private.example", "confirm/"), nil)
		w.Settle()
		a := w.one(id)
		if a.State != program.Verifying || !a.RunningSince.IsZero() {
			t.Fatalf("the document is awaited: %+v", a)
		}
		page := w.get(to)
		if !strings.Contains(page, "is not a domain of cinderhall.example") || !strings.Contains(page, "Upload a document") || !strings.Contains(page, "Choose the proof") {
			t.Error(page)
		}
		w.upload(to, "evil.pdf", []byte("PK\x03\x04 a zip"), http.StatusUnprocessableEntity, "is not of a type")
		w.upload(to, "contract.pdf", []byte("%PDF-1.7 contract"), http.StatusSeeOther, "")
		w.Settle()
		if a = w.one(id); a.State != program.Review || a.Promised.IsZero() || a.Held {
			t.Fatalf("%+v", a)
		}
		jane := w.Person("jane@company.example", "Jane", "admin")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			next, err := w.Programs.Next(ctx, tx, jane, 0)
			if err == nil && (next == nil || next.ID != id || next.AssigneeID != jane.PersonID) {
				return fmt.Errorf("next: %+v", next)
			}
			if err == nil {
				_, err = w.Programs.AskApplicant(ctx, tx, jane, id, next.Version, "Which courses do you teach?")
			}
			return err
		})
		w.Settle()
		promised := w.one(id)
		if promised.State != program.Asked || !promised.Promised.IsZero() {
			t.Fatalf("the clock stands still: %+v", promised)
		}
		w.Clock.Advance(7 * 24 * time.Hour)
		if page := w.get(to); !strings.Contains(page, "Which courses do you teach?") {
			t.Error(page)
		}
		if status, page, _ := w.post(to, url.Values{"do": {"reply"}, "text": {"Compilers and types."}}); status != http.StatusSeeOther {
			t.Fatal(status, page)
		}
		w.Settle()
		if a = w.one(id); a.State != program.Review || !a.Dialogue || a.Spent > time.Minute {
			t.Fatalf("%+v", a)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if _, err := w.Programs.Settle(ctx, tx, jane, id, "document", true, ""); err != nil {
				return err
			}
			_, err := w.Programs.Decide(ctx, tx, jane, id, program.DecisionInput{Approve: true, Words: "Welcome."})
			return err
		})
		w.Settle()
		if a = w.one(id); a.State != program.Approved || a.DecidedBy != jane.PersonID {
			t.Errorf("%+v", a)
		}
		last := w.Peer.All()[len(w.Peer.All())-1].Message()
		if !strings.Contains(last.Text, "is approved") || !strings.Contains(last.Text, "Welcome.") {
			t.Error(last.Text)
		}
		stale := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.Decide(ctx, tx, jane, id, program.DecisionInput{Version: 3, Words: "No"})
			return err
		})
		if stale == nil {
			t.Error("an old version decided")
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.Reconsider(ctx, tx, jane, id, 0, "The contract is of another person.")
			if err == nil {
				_, err = w.Programs.Decide(ctx, tx, jane, id, program.DecisionInput{Rules: []string{"staff"}})
			}
			return err
		})
		w.Settle()
		if page := w.get(to); !strings.Contains(page, "Not approved") || !strings.Contains(page, "people who work at the institution") {
			t.Error(page)
		}
		w.Verify()
	})
}
