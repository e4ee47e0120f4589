package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/program"
)

// world is an instance with somebody of every sort and something of everything.
type world struct {
	*apptest.Instance
	server *httptest.Server
	tokens map[string]string // by actor
	ids    map[string]int64  // of records, for {name} in paths
	sends  []int64           // replies that wait
}

// actors from the least to the most powerful. narrow is an administrator's token that may
// only read tickets.
var actors = []string{"nobody", "customer", "observer", "narrow", "agent", "admin"}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, newWorld(t, apptest.Options(t, e))) })
	}
}

const secretNote = "The customer must not read this"

func newWorld(t *testing.T, o db.Options) *world {
	w := &world{Instance: apptest.New(t, o), tokens: map[string]string{}, ids: map[string]int64{}}
	w.server = w.Serve()
	admin := w.holder(apptest.Admin)
	w.ids["admin"], w.tokens["admin"] = admin.PersonID, w.Token
	w.tokens["narrow"] = w.TokenFor(admin, "ticket.read")
	for name, roles := range map[string][]string{"customer": nil, "observer": {"observer"}, "agent": {"agent"}} {
		p := w.Person(name+"@"+map[bool]string{true: "acme", false: "company"}[name == "customer"]+".example", "The "+name, roles...)
		w.ids[name], w.tokens[name] = p.PersonID, w.TokenFor(p, "*")
	}
	w.Apply("kind: trigger\nname: vip\ntitle: Very important\nwhen: '\"vip\" in ticket.tags'\ndo: [{ priority: high }]\n")
	w.Apply("kind: macro\nname: ask-version\ntitle: Ask for the version\nreply: Which version, {{requester}}?\ndo: [{ status: pending }]\n---\nkind: macro\nname: old-answer\ntitle: An old answer\ndisabled: true\nreply: No\n")
	w.Apply("kind: form\nname: operations-request\ntitle: Operations\norder: 90\nfields: []\n---\nkind: pipeline\nname: operations\ntitle: Operations\nform: operations-request\nstages:\n  - { name: triage, title: Triage }\n  - { name: done, title: Done, status: solved }\n")
	w.Apply("kind: mailbox\nname: silent\ntitle: Silent\naddress: silent@company.example\n")
	w.Mail("customer@acme.example", apptest.Mailbox, []byte("From: The customer <customer@acme.example>\r\nMessage-ID: <c1@acme.example>\r\nSubject: <script>alert(1)</script> stuck\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p onclick=evil()>Hi<script>evil()</script><a href=\"javascript:evil()\">x</a></p>\r\n"+
		"--b\r\nContent-Type: text/html; name=page.html\r\nContent-Disposition: attachment\r\n\r\n<script>evil()</script>\r\n--b--\r\n"))
	w.Mail("x@acme.example", apptest.Mailbox, []byte("\r\n\r\n"))
	w.Settle()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		name, domains := "Acme", []string{"acme.example"}
		o, err := w.Directory.CreateOrganization(ctx, tx, w.Root(), directory.OrganizationInput{Name: &name, Domains: &domains})
		if err != nil {
			return err
		}
		w.ids["organization"] = o.ID
		tickets, _, err := w.Desk.List(ctx, tx, w.Root(), desk.Filter{}, db.Page{Limit: 1})
		if err != nil {
			return err
		}
		w.ids["ticket"] = tickets[0].ID
		agent := act.Actor{Kind: act.Person, PersonID: w.ids["agent"], Grants: w.Root().Grants, Clock: w.Clock.Now}
		if _, _, err = w.Desk.Reply(ctx, tx, agent, w.ids["ticket"], desk.Message{Agent: true, Text: secretNote, HTML: "<p>" + secretNote + "</p>", Channel: "web"}, ""); err != nil {
			return err
		}
		_, _, err = w.Desk.Reply(ctx, tx, agent, w.ids["ticket"], desk.Message{Agent: true, Public: true, Text: "An answer", HTML: "<p>An answer</p>", Channel: "web"}, "")
		return err
	})
	w.Settle()
	w.Write(func(ctx context.Context, tx db.Tx) error { // work of the agent's own
		agent := act.Actor{Kind: act.Person, PersonID: w.ids["agent"], Grants: w.Root().Grants, Clock: w.Clock.Now}
		t, _, err := w.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "Also stuck", Requester: directory.Person{ID: w.ids["customer"]}, AssigneeID: w.ids["agent"],
			Message: desk.Message{Text: "It is stuck", Public: true, Channel: "web"}})
		if err == nil {
			var staged *desk.Ticket
			staged, _, err = w.Desk.Create(ctx, tx, agent, desk.NewTicket{Subject: "A staged request", Requester: directory.Person{ID: w.ids["agent"]}, FormID: w.DeskConfig().FormNamed("operations-request").ID,
				Message: desk.Message{Text: "Please", Public: true, Channel: "web"}})
			if err == nil {
				w.ids["staged"] = staged.ID
			}
			w.ids["second"] = t.ID
		}
		return err
	})
	w.Settle()
	w.ids["work"] = int64(w.Count(`SELECT max(id) FROM work_item WHERE subject_id = $1`, w.ids["second"]))
	w.ids["file"] = int64(w.Count(`SELECT max(file_id) FROM comment_file`))
	w.ids["event"] = int64(w.Count(`SELECT max(id) FROM events WHERE subject_kind = 'ticket' AND verb = 'clock.met'`))
	w.ids["mail"] = int64(w.Count(`SELECT max(id) FROM mail_in`))
	w.ids["out"] = int64(w.Count(`SELECT max(id) FROM outbox`))
	w.ids["change"] = int64(w.Count(`SELECT max(number) FROM change`))
	w.Apply("kind: entitlement\nname: tryout\ntitle: Tryout\norder: 1\nsupport: true\nterm: { at_once: 30, lasts: 720h, extensions: 2 }\n")
	w.Apply("kind: entitlement\nname: everybody\ntitle: Everybody\norder: 2\nsupport: true\n")
	w.call("admin", "POST", "/accounts", obj{"organization_id": w.ids["organization"], "plan": "premium", "revenue": 1200000, "currency": "EUR"})
	var contact struct{ Person struct{ ID int64 } }
	w.call("admin", "POST", fmt.Sprintf("/organizations/%d/contacts", w.ids["organization"]), obj{"email": "listed@acme.example"}).json(t, &contact)
	w.ids["contact"] = contact.Person.ID
	w.runs()
	w.ids["missing"] = 999999
	w.Apply("kind: program\nname: grants\ntitle: Grants\nteam: support\ndecision: { calendar: office-hours }\n")
	w.Write(func(ctx context.Context, tx db.Tx) error { // from somebody signed in, so that it is confirmed
		p := w.Programs.Config().Named("grants")
		a, err := w.Programs.Send(ctx, tx, p, 0, program.Sent{Nonce: "once", Name: "The <b>applicant</b>", Email: "applicant@acme.example", Organization: "Acme"}, true)
		w.ids["application"] = a.ID
		return err
	})
	w.aside()
	w.Settle()
	return w
}

// previewCard is a scorecard that an account is scored by without being applied.
const previewCard = `kind: scorecard
name: proposed
title: Proposed
bands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]
groups: [{ name: all, measures: [{ name: open, measure: desk.open, bands: [{ colour: green, when: value < 100 }, { colour: red, when: value >= 100 }] }] }]
`

// holder is somebody acting with all their rights.
func (w *world) holder(email string) act.Actor {
	by, err := w.Auth.ByToken(w.T.Context(), w.Token)
	if err != nil {
		w.T.Fatal(err)
	}
	return by
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// path puts ids into a path.
func (w *world) path(p string) string {
	for name, id := range w.ids {
		p = strings.ReplaceAll(p, "{"+name+"}", fmt.Sprint(id))
	}
	return p
}

// call calls the API as an actor. A string goes out as it is, anything else as JSON.
func (w *world) call(actor, method, path string, in any, headers ...string) answer {
	w.T.Helper()
	h := http.Header{}
	if token := w.tokens[actor]; token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	for n := 0; n < len(headers); n += 2 {
		h.Set(headers[n], headers[n+1])
	}
	return w.do(method, "/api/v1"+w.path(path), in, h)
}

func (w *world) do(method, path string, in any, h http.Header) answer {
	w.T.Helper()
	var body io.Reader
	switch in := in.(type) {
	case nil:
	case string:
		body = strings.NewReader(in)
	case []byte:
		body = bytes.NewReader(in)
	default:
		b, err := json.Marshal(in)
		if err != nil {
			w.T.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(w.T.Context(), method, w.server.URL+path, body)
	if err != nil {
		w.T.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, h)
	client := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		w.T.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.T.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

type obj = map[string]any

// scene is one route called by everybody.
type scene struct {
	method, path string
	body         any
	prepare      func(w *world) (path string, body any) // before every call; replaces path and body
	status       string                                 // of nobody, customer, observer, narrow, agent, admin
	shows        map[string]string                      // by actor: what must be in the answer
	hides        map[string]string                      // by actor: what must not
}

func (w *world) teamVersion(name string) (v int64) {
	var list struct {
		Items []struct {
			Name    string
			Version int64
		}
	}
	w.call("admin", "GET", "/teams", nil).json(w.T, &list)
	for _, t := range list.Items {
		if t.Name == name {
			v = t.Version
		}
	}
	return v
}

func version(w *world, path string) int64 {
	var v struct{ Version int64 }
	w.call("admin", "GET", path, nil).json(w.T, &v)
	return v.Version
}

func patch(path string, body obj) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		b := maps.Clone(body)
		b["version"] = version(w, path)
		return path, b
	}
}

// waiting makes a reply that waits, for a call about it.
func waiting(path string, body obj) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		var made struct{ Waiting struct{ ID int64 } }
		w.call("admin", "POST", "/tickets/{second}/comments", obj{"public": true, "text": "waits", "send_at": "2027-01-01T09:00:00Z"}).json(w.T, &made)
		if path != "/now" { // keep few enough on the ticket
			defer func() { w.sends = append(w.sends, made.Waiting.ID) }()
		}
		if len(w.sends) > 5 {
			for _, id := range w.sends {
				w.call("admin", "POST", fmt.Sprintf("/tickets/{second}/sends/%d/undo", id), obj{})
			}
			w.sends = nil
		}
		return fmt.Sprintf("/tickets/{second}/sends/%d%s", made.Waiting.ID, path), body
	}
}

var number int

// two makes two records for a call about one of them; a merge takes the other.
func two(kind, path string, body obj) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		var id [2]int64
		for n := range id {
			number++
			where, in := "/people", obj{"email": fmt.Sprintf("two%d@acme.example", number)}
			if kind == "organization" {
				where, in = "/organizations", obj{"name": fmt.Sprintf("Two %d", number)}
			}
			var made struct{ ID int64 }
			w.call("admin", "POST", where, in).json(w.T, &made)
			id[n] = made.ID
		}
		b := obj{}
		maps.Copy(b, body)
		if strings.HasSuffix(path, "/merge") {
			b["other"] = id[1]
		}
		return fmt.Sprintf(path, id[0]), b
	}
}

// merged makes a merge.
func merged(path string) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		where, body := two("person", "/people/%d/merge", nil)(w)
		var m struct{ ID int64 }
		w.call("admin", "POST", where, body).json(w.T, &m)
		w.Settle()
		if path == "" {
			return fmt.Sprintf("/merges/%d", m.ID), nil
		}
		return fmt.Sprintf("/merges/%d%s", m.ID, path), obj{}
	}
}

// batched makes a bulk change that has ended.
func batched(path string, body any) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		number++
		var b struct{ ID int64 }
		w.call("agent", "POST", "/bulk", obj{"tickets": []int64{w.ids["second"]}, "change": obj{"add_tags": []string{fmt.Sprintf("t%d", number)}}}).json(w.T, &b)
		w.Settle()
		return fmt.Sprintf("/bulk/%d%s", b.ID, path), body
	}
}

// fresh makes two tickets of one customer for a call about the first; {other} in the body
// stands for the second, {message} for the first one's message.
func fresh(path string, body obj, before ...string) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		var id [2]int64
		for n := range id {
			number++
			var made struct{ ID int64 }
			w.call("admin", "POST", "/tickets", obj{"subject": fmt.Sprintf("Fresh %d", number), "text": "It is wrong", "requester_id": w.ids["customer"]}).json(w.T, &made)
			id[n] = made.ID
		}
		for _, b := range before { // METHOD path
			method, where, _ := strings.Cut(b, " ")
			if a := w.call("admin", method, fmt.Sprintf(where, id[0]), obj{}); a.status >= 400 {
				w.T.Fatalf("%s: %s", b, a.body)
			}
		}
		w.ids["first"], w.ids["other"] = id[0], id[1]
		b := obj{}
		for name, v := range body {
			switch v {
			case "{other}":
				v = []int64{id[1]}
			case "{message}":
				v = []int64{int64(w.Count(`SELECT min(id) FROM comment WHERE ticket_id = $1`, id[0]))}
			}
			b[name] = v
		}
		return fmt.Sprintf(path, id[0]), b
	}
}

// mergedTickets makes a merge of two tickets.
func mergedTickets(path string) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		where, body := fresh("/tickets/%d/merge", obj{"tickets": "{other}"})(w)
		var m struct{ Merge struct{ ID int64 } }
		w.call("admin", "POST", where, body).json(w.T, &m)
		return strings.Replace(where, "/merge", "/merges", 1) + fmt.Sprintf(path, m.Merge.ID), obj{}
	}
}

// blocked makes a blocked sender.
func blocked(w *world) (string, any) {
	number++
	var b struct{ ID int64 }
	w.call("admin", "POST", "/mail/blocks", obj{"sender": fmt.Sprintf("b%d@spam.example", number)}).json(w.T, &b)
	return fmt.Sprintf("/mail/blocks/%d", b.ID), nil
}

// uploaded makes an import that waits to be started.
func uploaded(path string) func(w *world) (string, any) {
	return func(w *world) (string, any) {
		var made struct{ ID int64 }
		w.call("admin", "POST", "/imports?kind=people", "Email,Name\ny@acme.example,Y\n", "Content-Type", "text/csv").json(w.T, &made)
		if path == "/run" {
			return fmt.Sprintf("/imports/%d/run", made.ID), obj{}
		}
		return fmt.Sprintf("/imports/%d%s", made.ID, path), nil
	}
}

// scenes name every route of the API.
var scenes = []scene{
	{method: "GET", path: "/me", status: "401 200 200 200 200 200", hides: map[string]string{"narrow": "ticket.edit", "customer": "ticket.read"}, shows: map[string]string{"agent": "ticket.edit", "narrow": "ticket.read"}},
	{method: "POST", path: "/session", body: obj{"email": "nobody@x.example", "password": "wrong wrong wrong"}, status: "401 401 401 401 401 401"},
	{method: "DELETE", path: "/session", status: "204 204 204 204 204 204"},

	{method: "GET", path: "/tickets", status: "401 403 200 200 200 200", shows: map[string]string{"observer": "stuck", "narrow": "stuck"}, hides: map[string]string{"customer": "stuck", "nobody": "stuck"}},
	{method: "GET", path: "/tickets?view=open", status: "401 403 200 200 200 200"},
	{method: "GET", path: "/views", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "unassigned", "customer": "/access/why?action=read"}},
	{method: "POST", path: "/views", body: obj{"title": "Mine", "selection": obj{"status": "open"}, "columns": []string{"team"}, "group": "team"}, status: "401 403 201 201 201 201", shows: map[string]string{"agent": "Mine"}},
	{method: "POST", path: "/views", body: obj{"title": "Mine", "selection": obj{"status": "lost"}}, status: "401 403 422 422 422 422"},
	{method: "POST", path: "/views", body: obj{"title": strings.Repeat("x", 81), "selection": obj{}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/views", body: obj{"title": 7, "selection": obj{"no": "such"}}, status: "422 422 422 422 422 422"},
	{method: "PUT", path: "/views/999999", body: obj{"title": "Mine", "selection": obj{}, "version": 1}, status: "401 403 404 404 404 404"},
	{method: "DELETE", path: "/views/999999", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}", status: "401 404 200 200 200 200", hides: map[string]string{"customer": "stuck"}},
	{method: "GET", path: "/tickets/{ticket}/timeline", status: "401 404 200 200 200 200", shows: map[string]string{"agent": secretNote, "admin": secretNote},
		hides: map[string]string{"nobody": secretNote, "customer": secretNote, "observer": secretNote, "narrow": secretNote}},
	{method: "POST", path: "/tickets", body: obj{"subject": "New", "text": "Hello", "requester": obj{"email": "new@acme.example"}}, status: "401 403 403 403 201 201"},
	{method: "PATCH", path: "/tickets/{id}", prepare: patch("/tickets/{ticket}", obj{"tags": []string{"a"}}), status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{ticket}/comments", body: obj{"public": false, "text": "a note"}, status: "401 404 403 403 201 201"},
	{method: "GET", path: "/tickets/{ticket}/form", status: "401 404 200 200 200 200", shows: map[string]string{"agent": "severity"}},
	{method: "GET", path: "/forms", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "version", "customer": "severity"}},
	{method: "GET", path: "/fields", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "plan", "customer": "severity"}, hides: map[string]string{"customer": "plan"}},
	{method: "GET", path: "/fields?on=ticket", status: "401 200 200 200 200 200", hides: map[string]string{"admin": "plan"}},
	{method: "GET", path: "/tickets?filter=ticket.attributes.severity+%3D%3D+%22s1%22", status: "401 403 200 200 200 200", hides: map[string]string{"agent": "stuck"}},
	{method: "GET", path: "/tickets?filter=ticket.organization.attributes.plan+%3D%3D+%22premium%22+%26%26+%22vip%22+in+ticket.tags", status: "401 422 200 422 200 200", shows: map[string]string{"customer": "or you may not see it"}},
	{method: "GET", path: "/tickets?filter=ticket.attributes.severty+%3D%3D+%22s1%22", status: "401 422 422 422 422 422", shows: map[string]string{"agent": "Did you mean \\\"severity\\\"?"}},
	{method: "GET", path: "/tickets/{ticket}/draft", status: "401 404 200 200 200 200"},
	{method: "PUT", path: "/tickets/{ticket}/draft", body: obj{"text": "begun", "public": true}, status: "401 404 200 200 200 200"},
	{method: "DELETE", path: "/tickets/{ticket}/draft", status: "401 404 204 204 204 204"},
	{method: "GET", path: "/tickets/{ticket}/side-conversations", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "vera@supplier.example"}},
	{method: "GET", path: "/tickets/{missing}/side-conversations", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "Is it known?", "to": []obj{{"email": "w@supplier.example"}, {"team": "support"}}, "ticket_files": []int64{}}, status: "401 404 403 403 201 201", shows: map[string]string{"agent": "w@supplier.example"}},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "Hello", "to": []obj{{"id": 999999}}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "Hello", "to": []obj{{"team": "nowhere"}}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "Hello", "to": []obj{{"email": "customer@acme.example"}}}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "Write them a reply"}},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": " ", "text": "Hello", "to": []obj{{"team": "support"}}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "", "to": []obj{{"team": "support"}}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": "Disk", "text": "Hello", "to": []obj{{"team": "support"}}, "ticket_files": []int64{999999}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": strings.Repeat("x", 501), "text": "Hello", "to": []obj{{"team": "support"}}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations", body: obj{"subject": 7, "no": "such"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/side-conversations/{side}", status: "401 404 403 403 200 200", shows: map[string]string{"agent": sideSecret}, hides: map[string]string{"observer": sideSecret}},
	{method: "GET", path: "/tickets/{second}/side-conversations/{side}", status: "401 404 403 403 404 404"},
	{method: "GET", path: "/tickets/{ticket}/side-conversations/{missing}", status: "401 404 403 403 404 404"},
	{method: "PATCH", path: "/tickets/{ticket}/side-conversations/{side}", body: obj{"state": "closed"}, status: "401 404 403 403 200 200"},
	{method: "PATCH", path: "/tickets/{ticket}/side-conversations/{side}", body: obj{"state": "lost"}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/tickets/{second}/side-conversations/{side}", body: obj{"state": "open"}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{side}/messages", body: obj{"text": "And now?", "to": []obj{{"email": "vera@supplier.example"}}}, status: "401 404 403 403 201 201", shows: map[string]string{"agent": "And now?"}},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{side}/messages", body: obj{"text": "And now?", "to": []obj{}}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{missing}/messages", body: obj{"text": "And now?"}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{side}/messages", body: obj{"text": strings.Repeat("x", 1<<20+1)}, status: "401 413 413 413 413 413"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{side}/messages/{missing}/undo", body: obj{}, status: "401 404 403 403 409 409"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{side}/read", body: obj{}, status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{ticket}/side-conversations/{missing}/read", body: obj{}, status: "401 404 403 403 404 404"},
	{method: "PUT", path: "/tickets/{ticket}/side-conversations/0/draft", body: obj{"subject": "Disk", "text": "begun", "people": []int64{1}, "teams": []string{"support"}}, status: "401 404 403 403 200 200"},
	{method: "PUT", path: "/tickets/{ticket}/side-conversations/{missing}/draft", body: obj{"text": "begun"}, status: "401 404 403 403 404 404"},
	{method: "GET", path: "/tickets/{ticket}/side-conversations/0/draft", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "begun"}},
	{method: "DELETE", path: "/tickets/{ticket}/side-conversations/0/draft", status: "401 404 403 403 204 204"},
	{method: "GET", path: "/tickets/{ticket}/people", status: "401 404 200 200 200 200", shows: map[string]string{"observer": "max_copies"}},
	{method: "GET", path: "/tickets/{missing}/people", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "cc", "email": "copied@acme.example"}, status: "401 404 403 403 200 200", shows: map[string]string{"agent": "copied@acme.example"}},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "cc", "email": "support@company.example"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "cc", "email": "not an address"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "boss", "id": 1}, status: "401 404 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "cc", "id": 999999}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/people", body: obj{"role": "cc", "colour": "red"}, status: "422 422 422 422 422 422"},
	{method: "DELETE", path: "/tickets/{ticket}/people/{admin}", status: "401 404 403 403 200 200"},
	{method: "GET", path: "/tickets/{ticket}/sends", status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{second}/comments", body: obj{"public": true, "text": "later", "send_at": "2027-01-01T09:00:00Z"}, status: "401 404 403 403 201 201", shows: map[string]string{"agent": "planned"}},
	{method: "POST", path: "/tickets/{second}/comments", body: obj{"public": true, "text": "later", "send_at": "2020-01-01T09:00:00Z"}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "is past"}},
	{method: "POST", path: "/tickets/{second}/comments", body: obj{"public": true, "text": "later", "send_at": "2029-01-01T09:00:00Z"}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "year ahead"}},
	{method: "POST", path: "/tickets/{second}/comments", body: obj{"public": true, "text": "later", "send_at": "tomorrow"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{second}/comments", body: obj{"public": true, "text": "copied to itself", "copies": []obj{{"email": "help@company.example"}}}, status: "401 404 403 403 422 422"},
	{method: "PATCH", path: "/tickets/{second}/sends/{id}", prepare: waiting("", obj{"send_at": "2027-02-01T09:00:00Z"}), status: "401 404 403 403 403 200"},
	{method: "PATCH", path: "/tickets/{second}/sends/{id}", prepare: waiting("", obj{"send_at": "2027-02-01T09:00:00Z", "if_changed": "perhaps"}), status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{second}/sends/{id}/undo", prepare: waiting("/undo", obj{}), status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{second}/sends/{id}/now", prepare: waiting("/now", obj{}), status: "401 404 403 403 403 200"},
	{method: "POST", path: "/tickets/{second}/sends/{id}/approve", prepare: waiting("/approve", obj{}), status: "401 404 403 403 422 422", shows: map[string]string{"agent": "does not wait to be read"}},
	{method: "POST", path: "/tickets/{second}/sends/{id}/return", prepare: waiting("/return", obj{"remark": "Say more"}), status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{second}/sends/{missing}/approve", body: obj{}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{second}/sends/{missing}/undo", body: obj{}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/presence", body: obj{"writing": true}, status: "401 404 200 200 200 200"},
	{method: "GET", path: "/tickets/{ticket}/presence", status: "401 404 200 200 200 200", shows: map[string]string{"agent": "\"here\":"}},
	{method: "POST", path: "/tickets/{ticket}/presence", body: obj{"writing": false, "leaving": true}, status: "401 404 200 200 200 200"},
	{method: "GET", path: "/tickets/{ticket}/clocks/first_reply/why", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "promise"}},
	{method: "GET", path: "/tickets/{ticket}/clocks/first_reply/why?clock=999999999", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/clocks/total_resolution/why", status: "401 404 404 404 404 404", shows: map[string]string{"agent": "no clock for the total resolution"}},
	{method: "GET", path: "/tickets/{ticket}/clocks", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "first_reply"}},
	{method: "GET", path: "/tickets/999999999/clocks", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/metrics", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "requester_wait"}},
	{method: "GET", path: "/tickets/999999999/metrics", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/events/{event}/why", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/tickets/{ticket}/fields/status/why", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "chain"}},
	{method: "GET", path: "/tickets/{ticket}/fields/colour/why", status: "401 404 403 403 422 422"},
	{method: "GET", path: "/access/why?action=edit&kind=ticket&id={ticket}", status: "401 404 200 200 200 200", shows: map[string]string{"observer": "No.", "narrow": "No.", "agent": "Yes."}},
	{method: "GET", path: "/access/why?action=edit&kind=ticket&person_id={agent}", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/macros", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "ask-version"}},
	{method: "GET", path: "/tickets/{ticket}/macros", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "ask-version"}},
	{method: "GET", path: "/tickets/{ticket}/macros/ask-version", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "Which version"}},
	{method: "GET", path: "/tickets/{ticket}/macros/nothing", status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/macros/ask-version", body: obj{"text": ""}, status: "401 404 403 403 200 200"},
	{method: "GET", path: "/triggers", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "Very important"}},
	{method: "GET", path: "/triggers/vip/firings", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/triggers/nothing/firings", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/tickets/{ticket}/triggers?on=created", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "conditions"}},
	{method: "GET", path: "/rules", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "Very important"}},
	{method: "GET", path: "/rules?kind=time_rule", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "since it was solved"}},
	{method: "GET", path: "/rules?kind=view", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/rules?kind=macro", status: "401 403 403 403 200 200", shows: map[string]string{"agent": `"title":"An old answer","version":1},"order":0,"disabled":true`}},
	{method: "GET", path: "/rules/macro/ask-version/firings", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/rules/macro/old-answer/firings", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/rules/time_rule/nothing/firings", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/rules/view/nothing/firings", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/rules", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "7 days since it was solved"}},
	{method: "GET", path: "/tickets/{ticket}/rules?kind=macro", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "A reply"}, hides: map[string]string{"agent": "Very important"}},
	{method: "GET", path: "/tickets/999999/rules", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/rules?on=never", status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/rules", body: obj{"text": "kind: trigger\nname: new\ntitle: New one\nwhen: ticket.priority == \"low\"\ndo: [{ add_tags: [low] }]\n"},
		status: "401 404 403 403 200 200", shows: map[string]string{"agent": "Priority is low"}, hides: map[string]string{"agent": "Very important"}},
	{method: "POST", path: "/tickets/{ticket}/rules", body: obj{"text": "kind: trigger\nname: new\ntitle: New one\nwhen: ticket.prio == \"low\"\ndo: [{ add_tags: [low] }]\n"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/rules", body: obj{"text": "kind: team\nname: new\ntitle: New one\n"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/rules", body: obj{"text": strings.Repeat("#", 200_001)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/rules", body: obj{"words": "x"}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/tickets/{id}", prepare: patch("/tickets/{ticket}", obj{"type": "incident", "task_due_at": nil}), status: "401 404 403 403 200 200"},
	{method: "PATCH", path: "/tickets/{id}", prepare: patch("/tickets/{ticket}", obj{"type": "riddle"}), status: "401 404 403 403 422 422"},
	{method: "PATCH", path: "/tickets/{id}", prepare: patch("/tickets/{ticket}", obj{"type": "question", "task_due_at": "2026-04-01T12:00:00Z"}), status: "401 404 403 403 422 422", shows: map[string]string{"agent": "Only a task"}},
	{method: "GET", path: "/docs/pages", status: "401 403 200 200 200 200"},
	{method: "GET", path: "/docs/pages?days=0", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/help", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "service-levels"}},
	{method: "GET", path: "/help?q=merge+people", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "directory"}},
	{method: "GET", path: "/help?q=" + strings.Repeat("x", 301), status: "422 422 422 422 422 422"},
	{method: "GET", path: "/help?limit=51", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/help/tickets", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "Redact"}},
	{method: "GET", path: "/help/nothing", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/articles", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "runners-wait"}},
	{method: "GET", path: "/articles?q=runner", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "runners-wait"}, hides: map[string]string{"agent": "find-your-version"}},
	{method: "GET", path: "/articles?ticket={ticket}", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/articles?ticket={missing}", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/articles?q=" + strings.Repeat("x", 301), status: "422 422 422 422 422 422"},
	{method: "GET", path: "/articles?ticket=x", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/articles/find-your-version", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "About"}},
	{method: "GET", path: "/articles/nothing", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/pipelines", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "operations"}},
	{method: "GET", path: "/pipelines/operations/tickets?stage=triage", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "staged"}, hides: map[string]string{"customer": "staged"}},
	{method: "GET", path: "/pipelines/operations/tickets?stage=nothing", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/pipelines/nothing/tickets?stage=triage", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/pipelines/operations/tickets?stage=triage&cursor=x", status: "401 403 422 422 422 422"},
	{method: "GET", path: "/tickets/{staged}/stage", status: "401 404 200 200 200 200", shows: map[string]string{"agent": "Triage"}},
	{method: "GET", path: "/tickets/{ticket}/stage", status: "401 404 200 200 200 200", shows: map[string]string{"agent": "\"pipeline\":null"}},
	{method: "POST", path: "/tickets/{staged}/stage", body: obj{"stage": "triage"}, status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{staged}/stage", body: obj{"stage": "nothing"}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "triage, done"}},
	{method: "POST", path: "/tickets/{ticket}/stage", body: obj{"stage": "triage"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/bulk", prepare: func(w *world) (string, any) {
		return "/bulk", obj{"tickets": []int64{w.ids["second"]}, "change": obj{"add_tags": []string{"seen"}}}
	}, status: "401 403 403 403 201 201"},
	{method: "POST", path: "/bulk", body: obj{"list": obj{"view": "open"}, "change": obj{"priority": "high"}}, status: "401 403 403 403 201 201"},
	{method: "POST", path: "/bulk", body: obj{"list": obj{"view": "nothing"}, "change": obj{"priority": "high"}}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{1}, "change": obj{}}, status: "401 403 403 403 422 422", shows: map[string]string{"agent": "Say what to change"}},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{1}, "change": obj{"colour": "red"}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"fate": "delete"}}, status: "401 403 403 403 201 201", shows: map[string]string{"agent": "\"does\":\"delete\""}},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"fate": "spam", "block": "address"}}, status: "401 403 403 403 201 201", shows: map[string]string{"agent": "block the senders"}},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"fate": "spam", "block": "domain"}}, status: "401 403 403 403 403 201"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"fate": "delete", "block": "address"}}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"task_due_at": nil}}, status: "401 403 403 403 201 201", shows: map[string]string{"agent": "Take away the task's day"}},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"fate": "burn"}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"merge": obj{"into": 999_998}}}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/bulk", body: obj{"tickets": []int{999_999}, "change": obj{"merge": obj{"into": "x"}}}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/bulk", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "Add the tags seen"}, hides: map[string]string{"observer": "Add the tags"}},
	{method: "GET", path: "/bulk/{id}", prepare: batched("", nil), status: "401 404 404 404 200 200", shows: map[string]string{"agent": "undo_until"}},
	{method: "GET", path: "/bulk/{id}/tickets", prepare: batched("/tickets", nil), status: "401 404 404 404 200 200", shows: map[string]string{"agent": "Also stuck"}},
	{method: "POST", path: "/bulk/{id}/undo", prepare: batched("/undo", obj{}), status: "401 404 404 404 200 200"},
	{method: "POST", path: "/bulk/{id}/cancel", prepare: batched("/cancel", obj{}), status: "401 404 404 404 422 422", shows: map[string]string{"agent": "ended already"}},
	{method: "POST", path: "/bulk/{id}/confirm", prepare: batched("/confirm", obj{"guards": []string{"nobody-asked"}}), status: "401 404 404 404 422 422", shows: map[string]string{"agent": "No ticket of this bulk change"}},
	{method: "POST", path: "/bulk/{missing}/confirm", body: obj{"guards": []string{"x"}}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/bulk/{missing}/confirm", body: obj{"guards": []string{}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk/{missing}/confirm", body: obj{"guards": "x"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk/{missing}/confirm", body: obj{"guard": "x"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk/{missing}/cancel", body: obj{}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/events?subject=ticket/{ticket}", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "ticket.noted"}},
	{method: "GET", path: "/events?subject=person/{agent}", status: "401 403 403 403 403 200", shows: map[string]string{"admin": "person.created"}},

	{method: "POST", path: "/tickets/{id}/merge", prepare: fresh("/tickets/%d/merge", obj{"tickets": "{other}"}), status: "401 404 403 403 200 200", shows: map[string]string{"agent": "undo_until"}},
	{method: "POST", path: "/tickets/{ticket}/merge", body: obj{"tickets": []int64{999999}}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{missing}/merge", body: obj{"tickets": []int64{1}}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/merge", body: obj{"tickets": []int64{}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/merge", body: obj{"tickets": "7"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/merge", body: obj{"ticket": 7}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/merge", body: obj{"tickets": []int64{7}, "people": "yes"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/merge?tickets={second}", status: "401 404 403 403 200 200", shows: map[string]string{"agent": `"copied":`}},
	{method: "GET", path: "/tickets/{ticket}/merge?tickets=999999", status: "401 404 403 403 404 404"},
	{method: "GET", path: "/tickets/{missing}/merge?tickets={ticket}", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/merge?tickets={ticket}", status: "401 404 403 403 422 422", shows: map[string]string{"agent": "into itself"}},
	{method: "GET", path: "/tickets/{ticket}/merge?tickets=seven", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/merge", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/merges", status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{id}/merges/{merge}/undo", prepare: mergedTickets("/%d/undo"), status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{ticket}/merges/{missing}/undo", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{id}/split", prepare: fresh("/tickets/%d/split", obj{"comments": "{message}"}), status: "401 404 403 403 201 201", shows: map[string]string{"agent": `"split_from":{first}`}},
	{method: "POST", path: "/tickets/{ticket}/split", body: obj{"comments": []int64{999999}}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/split", body: obj{"comments": []int64{1}, "subject": strings.Repeat("x", 501)}, status: "422 422 422 422 422 422"},
	{method: "PUT", path: "/tickets/{ticket}/problem", body: obj{"problem": nil}, status: "401 404 403 403 200 200"},
	{method: "PUT", path: "/tickets/{ticket}/problem", body: obj{"problem": 999999}, status: "401 404 403 403 404 404"},
	{method: "GET", path: "/tickets/{ticket}/incidents", status: "401 404 200 200 200 200"},
	{method: "POST", path: "/tickets/{ticket}/incidents/answer", body: obj{"text": "Fixed"}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "no incident"}},
	{method: "GET", path: "/tickets/hidden?hidden=spam", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/tickets/hidden?hidden=gone", status: "422 422 422 422 422 422"},
	{method: "DELETE", path: "/tickets/{id}", prepare: fresh("/tickets/%d", nil), status: "401 404 403 403 200 200", shows: map[string]string{"agent": "purge_at"}},
	{method: "DELETE", path: "/tickets/{missing}", status: "401 404 404 404 404 404"},
	{method: "DELETE", path: "/tickets/{id}?confirm=incidents", prepare: fresh("/tickets/%d?confirm=incidents", nil), status: "401 404 403 403 200 200"},
	{method: "GET", path: "/tickets/{id}", prepare: fresh("/tickets/%d", nil, "DELETE /tickets/%d"), status: "401 404 404 404 200 200", shows: map[string]string{"agent": `"hidden":"deleted"`}},
	{method: "POST", path: "/tickets/{id}/spam", prepare: fresh("/tickets/%d/spam", obj{"confirm": []string{"incidents"}}), status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{id}/spam", prepare: fresh("/tickets/%d/spam", nil), status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{id}/spam", prepare: fresh("/tickets/%d/spam", obj{"block": "domain"}), status: "401 404 403 403 403 200"},
	{method: "POST", path: "/tickets/{ticket}/spam", body: obj{"block": "planet"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{id}/restore", prepare: fresh("/tickets/%d/restore", nil, "DELETE /tickets/%d"), status: "401 404 404 404 200 200"},
	{method: "POST", path: "/tickets/{ticket}/restore", status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{id}/redact", prepare: fresh("/tickets/%d/redact", obj{"words": []string{"wrong"}}), status: "401 404 403 403 403 200", shows: map[string]string{"admin": `"characters":5`}},
	{method: "POST", path: "/tickets/{ticket}/redact", body: obj{"dry_run": true}, status: "401 404 403 403 403 422"},
	{method: "POST", path: "/tickets/{ticket}/redact", body: obj{"file_ids": []int64{999999}}, status: "401 404 403 403 403 404"},
	{method: "POST", path: "/tickets/{missing}/redact", body: obj{"words": []string{"wrong"}}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/queues", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "on_request"}},
	{method: "GET", path: "/queues/support", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "items"}},
	{method: "GET", path: "/queues/nothing", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/queue/next", body: obj{}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": "\"say\""}},
	{method: "POST", path: "/queue/next", body: obj{"queue": "nothing"}, status: "401 403 403 403 422 422", shows: map[string]string{"agent": "one of support"}},
	{method: "POST", path: "/queue/next", body: obj{"queues": "support"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{ticket}/weight", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "parts"}},
	{method: "GET", path: "/tickets/{missing}/weight", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/ticket-reports", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "very-breached"}},
	{method: "GET", path: "/ticket-reports/very-breached", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/ticket-reports/nothing", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/ticket-reports/very-breached/run", body: obj{}, status: "401 403 403 403 201 201"},
	{method: "GET", path: "/attention", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/attention?for=me", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/attention?for=nobody", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/desk/places", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "suspended_mail"}},
	{method: "GET", path: "/tickets/{ticket}/help", status: "401 404 403 403 200 200", shows: map[string]string{"agent": "can_ask"}},
	{method: "POST", path: "/tickets/{ticket}/attention", body: obj{"urgency": "now", "reason": "x"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/attention", body: obj{"urgency": "urgent", "reason": ""}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/attention/{missing}/take", body: obj{}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/attention/{missing}/close", body: obj{"reason": "done"}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/handovers", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/handovers?region=nowhere", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/handover", body: obj{"kind": "handover", "to": "nowhere", "reason": "r", "next_step": "n"}, status: "401 404 403 403 422 422", shows: map[string]string{"agent": "apac"}},
	{method: "POST", path: "/tickets/{ticket}/handover", body: obj{"kind": "throw", "to": "emea", "reason": "r", "next_step": "n"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/handovers/{missing}/take", body: obj{}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/regions", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "EMEA"}},
	{method: "GET", path: "/me/availability", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "available"}},
	{method: "PUT", path: "/me/availability", body: obj{"state": "busy"}, status: "401 422 200 200 200 200"},
	{method: "PUT", path: "/me/availability", body: obj{"state": "gone"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/me/time-off", body: obj{"from": "2030-05-02", "to": "2030-05-01", "zone": "UTC"}, status: "401 422 422 422 422 422", shows: map[string]string{"agent": "cannot end before it starts"}},
	{method: "POST", path: "/me/time-off", body: obj{"from": "2030-05-01", "to": "2030-05-02", "zone": "Mars/Olympus"}, status: "401 422 422 422 422 422"},
	{method: "DELETE", path: "/time-off/{missing}", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/people/{agent}/availability", status: "401 404 200 404 200 200"},
	{method: "PUT", path: "/people/{agent}/availability", body: obj{"state": "available"}, status: "401 404 403 404 200 200"},
	{method: "POST", path: "/people/{agent}/time-off", prepare: func(*world) (string, any) {
		number++
		day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 2*number).Format("2006-01-02")
		return "/people/{agent}/time-off", obj{"from": day, "to": day, "zone": "UTC", "reason": "training"}
	}, status: "401 404 403 404 201 201"},

	{method: "GET", path: "/people", status: "401 403 200 403 200 200", hides: map[string]string{"customer": "@", "narrow": "@"}},
	{method: "GET", path: "/people/{customer}", status: "401 404 200 404 200 200"},
	{method: "POST", path: "/people", prepare: func(*world) (string, any) {
		number++
		return "/people", obj{"email": fmt.Sprintf("p%d@acme.example", number)}
	}, status: "401 403 403 403 201 201"},
	{method: "PATCH", path: "/people/{id}", prepare: patch("/people/{customer}", obj{"name": "Another"}), status: "401 404 403 404 200 200"},
	{method: "GET", path: "/organizations", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/organizations/{organization}", status: "401 404 200 404 200 200"},
	{method: "POST", path: "/organizations", body: obj{"name": "Beta"}, status: "401 403 403 403 201 201"},
	{method: "PATCH", path: "/organizations/{id}", prepare: patch("/organizations/{organization}", obj{"attributes": obj{"plan": "premium"}}), status: "401 404 403 404 200 200"},
	{method: "POST", path: "/people/{id}/merge", prepare: two("person", "/people/%d/merge", obj{"dry_run": true}), status: "401 404 403 404 403 200", shows: map[string]string{"admin": "addresses"}},
	{method: "POST", path: "/people/{id}/merge", prepare: two("person", "/people/%d/merge", nil), status: "401 404 403 404 403 200", shows: map[string]string{"admin": "moving"}},
	{method: "POST", path: "/organizations/{id}/merge", prepare: two("organization", "/organizations/%d/merge", nil), status: "401 404 403 404 403 200"},
	{method: "GET", path: "/organizations/{organization}/entitlement", status: "401 404 200 404 200 200", hides: map[string]string{"observer": "unpaid invoices"}},
	{method: "GET", path: "/organizations/{missing}/entitlement", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/organizations/{organization}/contacts", status: "401 404 200 404 200 200"},
	{method: "GET", path: "/organizations/{missing}/contacts", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/contacts", prepare: func(*world) (string, any) {
		number++
		return "/organizations/{organization}/contacts", obj{"email": fmt.Sprintf("contact%d@acme.example", number)}
	}, status: "401 404 403 404 201 201"},
	{method: "POST", path: "/organizations/{missing}/contacts", body: obj{"email": "a@acme.example"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/contacts", body: obj{"email": "no address"}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{organization}/contacts", body: obj{"email": "a@acme.example", "boss": true}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/organizations/{organization}/contacts", body: obj{"email": 7}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/organizations/{organization}/contacts/{contact}", body: obj{"editor": true}, status: "401 404 403 404 200 200"},
	{method: "PATCH", path: "/organizations/{organization}/contacts/{missing}", body: obj{"editor": true}, status: "401 404 403 404 404 404"},
	{method: "DELETE", path: "/organizations/{organization}/contacts/{id}", prepare: func(w *world) (string, any) {
		number++
		var c struct{ Person struct{ ID int64 } }
		w.call("admin", "POST", "/organizations/{organization}/contacts", obj{"email": fmt.Sprintf("contact%d@acme.example", number)}).json(w.T, &c)
		return fmt.Sprintf("/organizations/{organization}/contacts/%d", c.Person.ID), nil
	}, status: "401 404 403 404 204 204"},
	{method: "DELETE", path: "/organizations/{organization}/contacts/{missing}", status: "401 404 403 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/contacts/export", status: "401 404 403 404 200 200", shows: map[string]string{"agent": "contacts:"}},
	{method: "POST", path: "/organizations/{organization}/contacts/plan", body: obj{"text": "contacts: [{ email: planned@acme.example }]"}, status: "401 404 403 404 200 200", shows: map[string]string{"agent": "added"}},
	{method: "POST", path: "/organizations/{organization}/contacts/plan", body: obj{"text": "contacts: [{ mail: x }]"}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{organization}/contacts/plan", body: obj{"text": strings.Repeat("x", 300_000)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/organizations/{organization}/contacts/apply", body: obj{"text": "contacts: [{ email: listed@acme.example }, { email: customer@acme.example }]"}, status: "401 404 403 404 200 200"},
	{method: "POST", path: "/organizations/{organization}/contacts/apply", body: obj{"text": "contacts: []", "seen": "another"}, status: "401 404 403 404 409 409"},
	{method: "POST", path: "/organizations/{id}/hold", prepare: two("organization", "/organizations/%d/hold", obj{"reason": "unpaid invoices"}), status: "401 404 403 404 201 201", shows: map[string]string{"agent": "unpaid invoices"}},
	{method: "POST", path: "/organizations/{organization}/hold", body: obj{"reason": ""}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{missing}/hold", body: obj{"reason": "x"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/hold/lift", body: obj{"reason": "paid"}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{id}/terms", prepare: two("organization", "/organizations/%d/terms", obj{"entitlement": "tryout"}), status: "401 404 403 404 201 201", shows: map[string]string{"agent": "ends_at"}},
	{method: "POST", path: "/organizations/{organization}/terms", body: obj{"entitlement": "everybody"}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{organization}/terms/{missing}/extend", status: "401 404 403 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/terms/{missing}/end", status: "401 404 403 404 404 404"},
	{method: "POST", path: "/organizations/{organization}/shares", body: obj{"email": "guest@elsewhere.example", "access": "read", "accepted_by": "The buyer", "accepted_at": "2026-01-02T00:00:00Z", "text_version": "1", "ticket_id": 999999}, status: "401 404 403 404 422 422"},
	{method: "POST", path: "/organizations/{organization}/shares", body: obj{"email": "guest@elsewhere.example", "access": "all", "accepted_by": "The buyer", "accepted_at": "2026-01-02T00:00:00Z", "text_version": "1", "ticket_id": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/organizations/{organization}/shares/{missing}/revoke", status: "401 404 403 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/entitlement", status: "401 404 403 403 200 200"},
	{method: "GET", path: "/tickets/{missing}/entitlement", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/contact", status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{missing}/entitlement/contact", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/check", status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/admit", body: obj{"reason": "x"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{missing}/entitlement/admit", body: obj{"reason": "x"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/admit", body: obj{"reason": strings.Repeat("x", 3000)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/organization", body: obj{"organization_id": 1}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/entitlement/organization", body: obj{"organization_id": "one"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts?sort=name", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts?cursor=x", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/accounts?csm=somebody", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/sums", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "1200000"}},
	{method: "POST", path: "/accounts/look", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/accounts/{organization}", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts/{missing}", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/accounts", body: obj{"organization_id": 999999}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/accounts", prepare: func(w *world) (string, any) {
		return "/accounts", obj{"organization_id": w.ids["organization"], "coverage": "P2"}
	}, status: "401 404 403 404 403 422"}, // it is one already
	{method: "POST", path: "/accounts", body: obj{"organization_id": "seven"}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/accounts/{organization}", body: obj{"version": 99, "plan": "x"}, status: "401 404 404 404 403 409", shows: map[string]string{"admin": "premium"}},
	{method: "PATCH", path: "/accounts/{organization}", body: obj{"version": 1, "plan": strings.Repeat("x", 200)}, status: "401 404 404 404 403 422"},
	{method: "PATCH", path: "/accounts/{organization}", body: obj{"version": 1, "renewal": "soon"}, status: "401 422 422 422 422 422"},
	{method: "PATCH", path: "/accounts/{organization}", body: obj{"version": 1, "boss": 1}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/accounts/{missing}", body: obj{"version": 1}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/account-views", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "at-risk"}},
	{method: "POST", path: "/account-views", body: obj{"title": "Mine", "selection": obj{"csm": "me", "renews": 90}, "columns": []string{"plan"}, "show": "board"}, status: "401 403 403 403 201 201", shows: map[string]string{"agent": "Mine"}},
	{method: "POST", path: "/account-views", body: obj{"title": "Mine", "selection": obj{"coverage": "P9"}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/account-views", body: obj{"title": "Mine", "selection": obj{}, "columns": []string{"mood"}}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/account-views", body: obj{"title": strings.Repeat("x", 81), "selection": obj{}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/account-views", body: obj{"title": "Mine", "selection": obj{"no": "such"}}, status: "422 422 422 422 422 422"},
	{method: "PUT", path: "/account-views/999999", body: obj{"title": "Mine", "selection": obj{}, "version": 1}, status: "401 403 403 403 404 404"},
	{method: "DELETE", path: "/account-views/999999", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/export?table=accounts&format=csv", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts/export?table=timeline&format=xlsx&account={organization}", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/export?table=timeline&format=csv&account={missing}", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/export?table=gossip&format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/export?table=accounts&format=pdf", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/export?table=accounts&format=csv&account=one", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/report?by=plan", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts/report?by=mood", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/accounts/report?by=revenue&edges=few", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/report?filter=account.mood", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/accounts/report?by=" + strings.Repeat("x", 300), status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/report/accounts?columns=plan,success.age", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts/report/accounts?columns=mood", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/accounts/report/accounts?cursor=x", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/accounts/report/fields", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "success.since_contact"}},
	{method: "GET", path: "/accounts/export?table=report&by=plan&format=csv", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "premium"}},
	{method: "GET", path: "/accounts/export?table=report&by=revenue&edges=few&format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/export?table=report_accounts&columns=plan&format=xlsx", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/accounts/counters", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "counters"}},
	{method: "GET", path: "/accounts/counters?by=mood", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/export?table=counters&by=mood&format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/accounts/{organization}/roles", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{missing}/roles", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/{organization}/contacts", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{organization}/health", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "way"}},
	{method: "GET", path: "/accounts/{missing}/health", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/{organization}/health?at=yesterday", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/{organization}/health/history", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{missing}/health/history", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/{organization}/health/trend", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{organization}/health/trend?from=2020-01-01T00:00:00Z", status: "401 404 404 404 422 422"},
	{method: "GET", path: "/accounts/{missing}/health/trend", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/{organization}/health/explain?from=2026-03-01T00:00:00Z", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "parts"}},
	{method: "GET", path: "/accounts/{organization}/health/explain", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/{organization}/health/explain?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", status: "401 404 404 404 422 422"},
	{method: "GET", path: "/accounts/{missing}/health/explain?from=2026-03-01T00:00:00Z", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/accounts/{organization}/health/preview", body: obj{"text": previewCard}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": "proposed"}},
	{method: "POST", path: "/accounts/{organization}/health/preview", body: obj{"text": "kind: scorecard"}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/accounts/{organization}/health/preview", body: obj{"text": strings.Repeat("x", 300_000)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/accounts/{organization}/health/preview", body: obj{"words": "x"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/accounts/{missing}/health/preview", body: obj{"text": previewCard}, status: "401 403 403 403 404 404"},
	{method: "GET", path: "/scorecards/run", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "total"}},
	{method: "POST", path: "/scorecards/run", status: "401 403 403 403 403 202"},
	{method: "GET", path: "/scorecards", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/scorecards/nothing/backtest", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/scorecards/nothing/backtest?days=soon", status: "401 422 422 422 422 422"},
	{method: "PUT", path: "/accounts/{organization}/contacts/{customer}/sponsor", status: "401 404 404 404 403 200"},
	{method: "PUT", path: "/accounts/{organization}/contacts/{missing}/sponsor", status: "401 404 404 404 403 422"},
	{method: "DELETE", path: "/accounts/{organization}/contacts/{customer}/champion", status: "401 404 404 404 403 404"},
	{method: "POST", path: "/usage", body: obj{"points": []obj{{"organization": 999999, "metric": "users", "time": "2026-03-01", "value": 7}}}, status: "401 403 403 403 403 200", shows: map[string]string{"admin": "unknown_metric"}},
	{method: "POST", path: "/usage", body: "neither this nor that", status: "401 403 403 403 403 400"},
	{method: "GET", path: "/usage/unknown", status: "401 403 403 403 403 200"},
	{method: "POST", path: "/usage/unknown/{missing}/claim", body: obj{"organization_id": 1}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/usage/unknown/{missing}/claim", body: obj{"organization_id": "one"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/measures", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "success.since_contact"}},
	{method: "GET", path: "/accounts/observed?account={organization}&measure=success.age", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "success.age"}},
	{method: "GET", path: "/accounts/observed?account={organization}&measure=success.unknown", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/accounts/{organization}/usage", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{organization}/usage/users", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/accounts/{organization}/instances/{missing}/primary", body: obj{"chosen": true}, status: "401 404 404 404 403 404"},
	{method: "GET", path: "/accounts/{organization}/judgements", status: "401 404 404 404 200 200"},
	{method: "POST", path: "/accounts/{organization}/judgements", body: obj{"measure": "mood", "word": "good", "reason": "x"}, status: "401 404 404 404 403 422"},
	{method: "DELETE", path: "/accounts/{organization}/judgements/{missing}", status: "401 404 404 404 403 404"},
	{method: "GET", path: "/accounts/{organization}/timeline", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "account.created"}},
	{method: "GET", path: "/accounts/{missing}/timeline", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/accounts/{organization}/documents", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{missing}/documents", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/accounts/{organization}/timeline", body: obj{"kind": "document", "files": []int64{1 << 40}}, status: "401 404 404 404 403 404"},
	{method: "GET", path: "/accounts/report?by=segment&on=2026-01-31", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/accounts/report?by=segment&on=soon", status: "401 403 403 403 422 422"},
	{method: "POST", path: "/accounts/{organization}/timeline", body: obj{"kind": "call", "title": "Talked"}, status: "401 404 404 404 403 201"},
	{method: "POST", path: "/accounts/{organization}/timeline", body: obj{"kind": "gossip", "title": "Talked"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/accounts/{organization}/timeline", body: obj{"kind": "call", "title": strings.Repeat("x", 500)}, status: "401 404 404 404 403 422"},
	{method: "DELETE", path: "/accounts/{organization}/timeline/{missing}", status: "401 404 404 404 403 404"},
	{method: "PATCH", path: "/accounts/{organization}/timeline/{missing}", body: obj{"effort": 5}, status: "401 404 404 404 403 404"},
	{method: "PATCH", path: "/accounts/{organization}/timeline/{missing}", body: obj{"effort": "long"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/accounts/{organization}/followers", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/accounts/{missing}/followers", status: "401 404 404 404 404 404"},
	{method: "PUT", path: "/accounts/{organization}/follow", status: "401 404 404 404 200 200"},
	{method: "DELETE", path: "/accounts/{organization}/follow", status: "401 404 404 404 204 204"},
	{method: "GET", path: "/timeline-mail", status: "401 403 403 403 403 200"},
	{method: "POST", path: "/timeline-mail/{missing}/claim", body: obj{"account_id": 1}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/timeline-mail/{missing}/claim", body: obj{"account_id": 0}, status: "422 422 422 422 422 422"},
	{method: "DELETE", path: "/timeline-mail/{missing}", status: "401 403 403 403 403 404"},
	{method: "GET", path: "/calls", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/calls?owner=somebody", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/calls/counters", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/accounts/{organization}/calls", body: obj{"type": "risk", "title": "Ask them"}, status: "401 404 404 404 403 201"},
	{method: "POST", path: "/accounts/{organization}/calls", body: obj{"type": "risk", "title": "Ask them", "owner_id": 999999}, status: "401 404 404 404 403 422"},
	{method: "POST", path: "/accounts/{organization}/calls", body: obj{"type": "party", "title": "Ask them"}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/calls/{missing}", body: obj{"version": 1, "closure": "success"}, status: "401 404 404 404 404 404"},
	{method: "PATCH", path: "/calls/{missing}", body: obj{"version": 0}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/merges", status: "401 403 200 403 200 200", shows: map[string]string{"observer": "loser"}, hides: map[string]string{"customer": "winner"}},
	{method: "GET", path: "/merges/{id}", prepare: merged(""), status: "401 404 200 404 200 200"},
	{method: "POST", path: "/merges/{id}/undo", prepare: merged("/undo"), status: "401 404 403 404 403 200"},
	{method: "POST", path: "/people/{id}/suspend", prepare: two("person", "/people/%d/suspend", obj{"reason": "left", "hand_over": "team"}), status: "401 404 403 404 403 200", shows: map[string]string{"admin": "suspended_reason\":\"left"}},
	{method: "POST", path: "/people/{missing}/suspend", body: obj{"reason": "x", "hand_over": "person"}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/people/{customer}/unsuspend", status: "401 404 403 404 403 422"},
	{method: "POST", path: "/people/{id}/erase", prepare: two("person", "/people/%d/erase", obj{"dry_run": true}), status: "401 404 403 404 403 200", shows: map[string]string{"admin": "names and addresses"}},
	{method: "POST", path: "/people/{id}/erase", prepare: two("person", "/people/%d/erase", obj{"reason": "asked"}), status: "401 404 403 404 403 422"},
	{method: "GET", path: "/erasures", status: "401 403 403 403 403 200"},

	{method: "POST", path: "/imports?kind=people", body: "Email,Name\nx@acme.example,X\n", status: "401 403 403 403 403 201", shows: map[string]string{"admin": "uploaded"}},
	{method: "GET", path: "/imports", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/imports/{id}", prepare: uploaded(""), status: "401 404 404 404 404 200"},
	{method: "POST", path: "/imports/{id}/run", prepare: uploaded("/run"), status: "401 404 404 404 404 200", shows: map[string]string{"admin": "running"}},
	{method: "GET", path: "/imports/{id}/errors", prepare: uploaded("/errors"), status: "401 404 404 404 404 200", shows: map[string]string{"admin": "_line,_error"}},

	{method: "GET", path: "/teams", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/teams/support", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "unassigned"}},
	{method: "GET", path: "/teams/nothing", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/teams/" + strings.Repeat("x", 201), status: "422 422 422 422 422 422"},
	{method: "GET", path: "/teams/support/history", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/teams/nothing/history", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/organizations/{organization}/history", status: "401 404 200 404 200 200"},
	{method: "GET", path: "/organizations/{organization}/history?what=for", status: "401 404 200 404 200 200", hides: map[string]string{"nobody": "stuck"}},
	{method: "GET", path: "/organizations/{missing}/history", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/organizations/{organization}/history?what=by", status: "422 422 422 422 422 422"},
	{method: "PUT", path: "/teams/support/members", prepare: func(w *world) (string, any) {
		return "/teams/support/members", obj{"version": w.teamVersion("support"), "person_ids": []int64{}}
	}, status: "401 403 403 403 403 200"},

	{method: "GET", path: "/search?q=stuc", status: "401 403 200 200 200 200", shows: map[string]string{"observer": `"hit":true`, "narrow": "/tickets/{ticket}"}, hides: map[string]string{"customer": "stuck"}},
	{method: "GET", path: "/search?q=customer", status: "401 403 200 200 200 200", shows: map[string]string{"agent": `"kind":"person"`}, hides: map[string]string{"narrow": `"kind":"person"`}},
	{method: "GET", path: "/search?q=in:notes+%22must+not+read%22", status: "401 403 200 200 200 200", shows: map[string]string{"agent": `"kind":"ticket"`, "admin": `"kind":"ticket"`},
		hides: map[string]string{"observer": `"id"`, "narrow": `"id"`}},
	{method: "GET", path: "/search?q=agent+kind:blueprint", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "/configuration/role/agent"}, hides: map[string]string{"observer": "/configuration", "narrow": "/configuration"}},
	{method: "GET", path: "/search?q=statsu:open", status: "401 403 422 422 422 422"},
	{method: "GET", path: "/search/completions?q=org:ac", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "org:Acme"}, hides: map[string]string{"narrow": "Acme"}},
	{method: "GET", path: "/search/completions?q=tag:a", status: "401 403 200 200 200 200"},
	{method: "GET", path: "/search/completions?q=team:s", status: "401 403 200 200 200 200", shows: map[string]string{"agent": "team:support"}},
	{method: "GET", path: "/search/completions?q=requester:cus", status: "401 403 200 200 200 200"},

	{method: "GET", path: "/tokens", status: "401 200 200 403 200 200"},
	{method: "POST", path: "/tokens", body: obj{"name": "t", "scopes": []string{"*"}}, status: "401 201 201 403 201 201"},
	{method: "GET", path: "/sessions", status: "401 200 200 403 200 200"},
	{method: "DELETE", path: "/sessions/0123456789abcdef", status: "401 404 404 403 404 404"},
	{method: "GET", path: "/people/{customer}/history", status: "401 404 200 404 200 200", hides: map[string]string{"observer": "person.signed_in"}},
	{method: "GET", path: "/people/{customer}/history?what=for&kind=ticket", status: "401 404 200 404 200 200", hides: map[string]string{"nobody": "stuck"}},
	{method: "GET", path: "/people/{missing}/history", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/people/{customer}/history?what=with", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/notifications", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "unread"}},
	{method: "POST", path: "/notifications/read", body: obj{"up_to": 5}, status: "401 200 200 200 200 200"},
	{method: "POST", path: "/notifications/read", body: obj{"up_to": "all", "more": 1}, status: "422 422 422 422 422 422"},
	{method: "PATCH", path: "/me/choices", body: obj{"choices": obj{"signature": strings.Repeat("x", 2001)}}, status: "401 422 422 422 422 422"},
	{method: "GET", path: "/first-run", status: "200 200 200 200 200 200", shows: map[string]string{"nobody": "false"}},
	{method: "POST", path: "/first-run", body: obj{"code": "x", "email": "x@x.example", "password": "long enough to be one"}, status: "422 422 422 422 422 422", shows: map[string]string{"nobody": "set up already"}},
	{method: "GET", path: "/first-run/progress", status: "401 403 403 403 403 200", shows: map[string]string{"admin": "service_level"}},
	{method: "PUT", path: "/first-run/steps/invite", body: obj{"skip": true}, status: "401 403 403 403 403 200"},
	{method: "PUT", path: "/first-run/steps/nothing", body: obj{"skip": true}, status: "401 403 403 403 403 422"},
	{method: "PUT", path: "/first-run/steps/invite", body: obj{"skip": "yes", "more": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/first-run/try", body: obj{"name": "support", "address": "support@company.example"}, status: "401 403 403 403 403 200"},
	{method: "POST", path: "/first-run/try", body: obj{"name": "../x", "address": "support@company.example"}, status: "401 403 403 403 403 422"},
	{method: "POST", path: "/first-run/test-mail", body: obj{"mailbox": "nowhere"}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/first-run/test-mail", body: obj{"mailbox": strings.Repeat("x", 101)}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/invitations", status: "401 403 403 403 403 200"},
	{method: "POST", path: "/invitations", body: obj{"email": "new.colleague@company.example", "roles": []string{"agent"}}, status: "401 403 403 403 403 201", shows: map[string]string{"admin": "/welcome?invite="}},
	{method: "POST", path: "/invitations", body: obj{"email": "no address", "roles": []string{"agent"}}, status: "401 403 403 403 403 422"},
	{method: "POST", path: "/invitations", body: obj{"email": "x@company.example", "roles": []string{}, "more": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/invitations/{missing}/resend", status: "401 403 403 403 403 404"},
	{method: "DELETE", path: "/invitations/{missing}", status: "401 403 403 403 403 404"},
	{method: "GET", path: "/invitation?token=1.x", status: "404 404 404 404 404 404"},
	{method: "POST", path: "/invitation", body: obj{"token": "1.x", "password": "long enough to be one"}, status: "404 404 404 404 404 404"},
	{method: "PATCH", path: "/me/choices", body: obj{"choices": obj{"theme": "dark", "zone": "Europe/Amsterdam"}}, status: "401 200 200 200 200 200", shows: map[string]string{"agent": "Europe/Amsterdam"}},
	{method: "PATCH", path: "/me/choices", body: obj{"choices": obj{"zone": "Nowhere/Town"}}, status: "401 422 422 422 422 422"},
	{method: "PATCH", path: "/me/choices", body: obj{"choices": obj{"colour": "red"}}, status: "401 422 422 422 422 422"},
	{method: "DELETE", path: "/tokens/{missing}", status: "401 404 404 403 404 404"},

	{method: "GET", path: "/blueprints", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/blueprints/role/agent", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/kinds", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/schemas/sla", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/lint", body: obj{"documents": []obj{}}, status: "401 403 403 403 200 200"},
	{method: "GET", path: "/configuration/subjects/ticket", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "ticket.priority"}},
	{method: "GET", path: "/configuration/subjects/nothing", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/templates/sla", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "kind: sla"}},
	{method: "GET", path: "/configuration/templates/nothing", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/lint", body: obj{"documents": []obj{{"path": "v.yaml", "text": "kind: view\nname: v\ntitle: V\nmatch: ticket.priority == \"urgent\"\n"}}}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": "Priority is urgent"}},
	{method: "POST", path: "/plan", body: obj{"documents": []obj{{"path": "", "text": "", "remove": "team/support"}}}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": "is retired"}},
	{method: "POST", path: "/plan", body: obj{"documents": []obj{}}, status: "401 403 403 403 200 200"},
	{method: "POST", path: "/apply", body: obj{"documents": []obj{}}, status: "401 403 403 403 403 200"},
	{method: "GET", path: "/changes", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/changes/{change}", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/changes/{change}/rollback", status: "401 403 403 403 403 200"},

	{method: "POST", path: "/changes/{change}/review", status: "401 403 403 403 403 422"},
	{method: "GET", path: "/configuration/requests", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/configuration/requests/{missing}", status: "401 403 403 403 404 404"},
	{method: "PUT", path: "/configuration/requests/{missing}", body: obj{"documents": []obj{}}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/configuration/requests/{missing}/replan", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/configuration/requests/{missing}/approve", body: obj{"revision": 1}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/configuration/requests/{missing}/reject", body: obj{"reason": "no"}, status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/requests/{missing}/remarks", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/requests/x/remarks", status: "422 422 422 422 422 422"},
	{method: "POST", path: "/configuration/requests/{missing}/remarks", body: obj{"text": "Why?"}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/configuration/requests/{missing}/remarks", body: obj{"text": ""}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/configuration/requests/{missing}/remarks", body: obj{"text": strings.Repeat("x", 5001)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/configuration/requests/{missing}/remarks", body: obj{"words": "Why?"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/configuration/requests/{missing}/apply", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/team/support/uses", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "mailbox"}},
	{method: "PATCH", path: "/configuration/team/support", prepare: func(w *world) (string, any) {
		number++
		return "/configuration/team/support", obj{"version": version(w, "/blueprints/team/support"), "fields": []obj{{"path": "title", "value": fmt.Sprintf("Support %d", number)}}}
	}, status: "401 403 403 403 403 200"},
	{method: "POST", path: "/configuration/drift", body: obj{"documents": []obj{}}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": "only_in_installation"}},
	{method: "GET", path: "/configuration/replays", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/configuration/replays", body: obj{"documents": []obj{}}, status: "401 403 403 403 403 201"},
	{method: "GET", path: "/configuration/replays/{missing}", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/configuration/replays/{missing}/cancel", status: "401 403 403 403 403 404"},

	{method: "GET", path: "/mail/outbox", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/mail/outbox/{out}/retry", status: "401 403 403 403 403 422"},
	{method: "POST", path: "/mail/outbox/{out}/cancel", status: "401 403 403 403 403 422"},
	{method: "POST", path: "/mail/outbox/release", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/mail/received", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/received/{mail}/raw", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/mail/received/{mail}/process", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/mail/received/{mail}", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/received/{missing}", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/mail/received/{mail}/discard", status: "401 403 403 403 403 422"},
	{method: "POST", path: "/mail/received/review", body: obj{"ids": []int64{999999}, "action": "recover"}, status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"left":[{"id":999999`}},
	{method: "POST", path: "/mail/received/review", body: obj{"ids": []int64{1}, "action": "burn"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/mail/received/review", body: obj{"ids": []int64{}, "action": "discard"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/mail/blocks", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/mail/blocks", body: obj{"sender": "evil.example", "reason": "spam"}, status: "401 403 403 403 403 201", shows: map[string]string{"admin": `"sender":"evil.example"`}},
	{method: "POST", path: "/mail/blocks", body: obj{"sender": "nonsense"}, status: "401 403 403 403 403 422"},
	{method: "DELETE", path: "/mail/blocks/{id}", prepare: blocked, status: "401 403 403 403 403 204"},
	{method: "DELETE", path: "/mail/blocks/{missing}", status: "401 403 403 403 403 404"},
	{method: "GET", path: "/mail/refused", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/folders", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/trace?q=customer@acme.example", status: "401 403 403 403 200 200", shows: map[string]string{"agent": `"kind":"received"`, "admin": `"kind":"sent"`}},
	{method: "GET", path: "/mail/trace?q=nothing", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/mail/trace", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/mail/suppressions", status: "401 403 403 403 200 200"},
	{method: "POST", path: "/mail/suppressions/{missing}/lift", status: "401 403 403 403 403 404"},
	{method: "GET", path: "/health", status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"check":"ledger"`}, hides: map[string]string{"agent": `"check"`}},
	{method: "GET", path: "/mail/counts", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/catcher", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/mail/catcher/{missing}", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/mail/catcher/{missing}/reply", body: obj{"text": "x"}, status: "401 404 404 404 404 404"},

	{method: "GET", path: "/indicators", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/indicators/satisfaction/records", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/indicators?name=satisfaction&name=backlog", status: "401 403 200 403 200 200", shows: map[string]string{"agent": `"name":"backlog"`}, hides: map[string]string{"agent": `"name":"bounces"`}},
	{method: "GET", path: "/indicators?name=nothing", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/indicators/populations", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "ticket.first_reply"}},
	{method: "GET", path: "/indicators/openmetrics", status: "401 403 200 403 200 200", shows: map[string]string{"observer": "# EOF"}},
	{method: "GET", path: "/indicators/backlog/series?group=ticket.team&every=day&compare=previous&zone=Asia/Kolkata", status: "401 403 200 403 200 200", shows: map[string]string{"agent": `"groups"`}},
	{method: "GET", path: "/indicators/nothing/series", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/indicators/backlog/series?group=ticket.taem", status: "401 403 422 403 422 422", shows: map[string]string{"agent": "ticket.team"}},
	{method: "GET", path: "/indicators/backlog/series?from=soon", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/indicators/backlog/series?from=2026-03-01&to=2026-02-01", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/backlog/series?zone=Mars", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/backlog/series?filter=ticket.team%3D%3D", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/backlog/series?from=1990-01-01&every=hour", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/opened/breakdown?by=ticket.priority&from=2026-01-01&to=2026-02-01", status: "401 403 200 403 200 200", shows: map[string]string{"agent": `"parts"`}},
	{method: "GET", path: "/indicators/opened/breakdown?by=", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/opened/breakdown", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/nothing/breakdown?by=ticket.priority", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/indicators/opened/records?by=ticket.priority&key=normal", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/indicators/nothing/records", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/indicators/opened/export?what=series&format=csv&every=week", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "Tickets opened"}},
	{method: "GET", path: "/indicators/opened/export?what=breakdown&by=ticket.priority&format=xlsx", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/indicators/opened/export?what=records&format=csv", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "Kind,Id"}},
	{method: "GET", path: "/indicators/opened/records?part=denominator-3", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/opened/export?what=series&format=pdf", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/indicators/export?what=summary&format=csv", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "Tickets opened"}},
	{method: "GET", path: "/indicators/export?what=steps&names=opened,opened&format=csv", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "Of the step before"}},
	{method: "GET", path: "/indicators/export?what=steps&names=opened,nothing&format=xlsx", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/indicators/export?what=steps&names=&format=csv", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/export?what=everything&format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/indicators/opened/export?what=everything&format=csv", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/indicators/nothing/export?what=series&format=csv", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/periods?zone=Asia/Kolkata", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "last-30-days"}},
	{method: "GET", path: "/periods?on=2026-02-03", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "January 2026"}},
	{method: "GET", path: "/periods?on=soon", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/own-reports", status: "401 403 200 403 200 200", hides: map[string]string{"agent": "Mine"}},
	{method: "POST", path: "/own-reports", body: obj{"title": "Mine", "indicator": "opened", "chart": "bar", "by": "ticket.priority"}, status: "401 403 201 403 201 201", shows: map[string]string{"agent": `"Mine"`}},
	{method: "POST", path: "/own-reports", body: obj{"title": "Mine", "indicator": "nothing", "chart": "bar"}, status: "401 403 422 403 422 422", shows: map[string]string{"agent": "nothing"}},
	{method: "POST", path: "/own-reports", body: obj{"title": "Mine", "indicator": "opened", "chart": "bar", "by": "ticket.taem"}, status: "401 403 422 403 422 422", shows: map[string]string{"agent": "ticket.team"}},
	{method: "POST", path: "/own-reports", body: obj{"title": "Mine", "indicator": "opened", "chart": "pie"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/own-reports", body: obj{"title": strings.Repeat("x", 121), "indicator": "opened", "chart": "bar"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/own-reports", body: obj{"title": 7, "chart": "bar", "no": "such"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/own-reports/999999", status: "401 403 404 403 404 404"},
	{method: "PUT", path: "/own-reports/999999", body: obj{"title": "Mine", "indicator": "opened", "chart": "bar", "version": 1}, status: "401 403 404 403 404 404"},
	{method: "DELETE", path: "/own-reports/999999", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/periods?zone=Mars", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/dashboards", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "support-operations"}},
	{method: "GET", path: "/dashboards/support-operations", status: "401 403 200 403 200 200", shows: map[string]string{"agent": `"dimensions"`}},
	{method: "GET", path: "/dashboards/service-level-by-month", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/dashboards/support-operations/mails", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/dashboards/nothing/mails", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/reports", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "service-level-by-month"}},
	{method: "GET", path: "/reports/service-level-by-month", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/reports/nothing", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/reports/service-level-by-month/mails", status: "401 403 200 403 200 200"},
	{method: "POST", path: "/indicators/nothing/rebuild", status: "401 403 403 403 403 404"},
	{method: "POST", path: "/indicators/bounces/rebuild", status: "401 403 403 403 403 202"},

	{method: "GET", path: "/webhooks", status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"state":"off"`}},
	{method: "GET", path: "/webhooks/tickets/deliveries", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/webhooks/tickets/deliveries/{missing}", status: "401 403 403 403 403 404"},
	{method: "POST", path: "/webhooks/tickets/deliveries/{missing}/redeliver", status: "401 403 403 403 403 422"},
	{method: "POST", path: "/webhooks/tickets/test", status: "401 403 403 403 403 422"}, // it is disabled

	{method: "GET", path: "/tickets/{ticket}/engineering", status: "401 404 200 200 200 200", shows: map[string]string{"agent": `"links":[]`}},
	{method: "GET", path: "/tickets/{missing}/engineering", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/links", body: obj{"reference": "hello"}, status: "401 404 403 403 422 422"},
	{method: "POST", path: "/tickets/{ticket}/links", body: obj{"reference": 5}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{ticket}/links", body: obj{"ref": "x"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/tickets/{missing}/links", body: obj{"reference": "a/b#1"}, status: "401 404 404 404 404 404"},
	{method: "PATCH", path: "/tickets/{ticket}/links/{missing}", body: obj{"waiting": true}, status: "401 404 403 403 404 404"},
	{method: "DELETE", path: "/tickets/{ticket}/links/{missing}", status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/reports/preview", body: obj{"template": "nothing"}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/reports", body: obj{"template": "nothing"}, status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{ticket}/reports/{missing}/retry", status: "401 404 403 403 404 404"},
	{method: "DELETE", path: "/tickets/{ticket}/reports/{missing}", status: "401 404 403 403 404 404"},
	{method: "GET", path: "/trackers", status: "401 403 403 403 200 200", shows: map[string]string{"agent": `"state":"off"`}},
	{method: "GET", path: "/issues", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/issues?sort=size", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/issues/{missing}", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/issues/{missing}/tickets", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/issues", body: obj{"reference": "nonsense"}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/issues", body: obj{"reference": ""}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/known-issues", body: obj{"title": ""}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/known-issues", body: obj{"title": "Sync stops", "workaround": "Restart"}, status: "401 403 403 403 201 201"},
	{method: "GET", path: "/known-issues", status: "401 403 403 403 200 200", shows: map[string]string{"agent": `Sync stops`}},
	{method: "GET", path: "/known-issues/{missing}", status: "401 403 403 403 404 404"},
	{method: "PATCH", path: "/known-issues/{missing}", body: obj{"version": 1, "title": "x"}, status: "401 403 403 403 404 404"},
	{method: "GET", path: "/known-issues/{missing}/tickets", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/known-issues/{missing}/answer", body: obj{"text": "x"}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/known-issues/{missing}/issues", body: obj{"reference": "a/b#1"}, status: "401 403 403 403 404 404"},
	{method: "DELETE", path: "/known-issues/{missing}/issues/{missing}", status: "401 403 403 403 404 404"},
	{method: "PUT", path: "/tickets/{ticket}/known-issues/{missing}", status: "401 403 403 403 404 404"},
	{method: "DELETE", path: "/tickets/{ticket}/known-issues/{missing}", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/programs", status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"path":"/portal/programs/grants"`}},
	{method: "GET", path: "/programs/bookings.csv?from=2026-01-01&to=2027-01-01", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/programs/bookings.csv?from=yesterday&to=2027-01-01", status: "401 403 403 403 403 422"},
	{method: "GET", path: "/applications", status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"state":"review"`}},
	{method: "GET", path: "/applications?queue=true&program=grants", status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"sort":"new"`}},
	{method: "GET", path: "/applications?held=true", status: "401 403 403 403 403 200", hides: map[string]string{"admin": `"id":`}},
	{method: "GET", path: "/applications?state=dreaming", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/applications?program=nothing", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/applications/{application}", status: "401 404 404 404 404 200", shows: map[string]string{"admin": `"actions":["approve","ask","reject"]`}},
	{method: "GET", path: "/applications/{missing}", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/applications/x", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/applications/{application}/preview", status: "401 404 404 404 404 200", shows: map[string]string{"admin": `"word":"In review"`}},
	{method: "GET", path: "/applications/{missing}/preview", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/next", body: obj{"program": "nothing"}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/applications/next", body: obj{"team": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/next", body: obj{}, status: "401 403 403 403 403 200", shows: map[string]string{"admin": `"state":"review"`}},
	{method: "POST", path: "/applications/{application}/take", body: obj{"assignee_id": 0}, status: "401 404 404 404 404 200"},
	{method: "POST", path: "/applications/{application}/take", body: obj{"assignee_id": "me"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/take", body: obj{"assignee_id": 0}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/ask", body: obj{"question": ""}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/applications/{application}/ask", body: obj{"question": strings.Repeat("x", 10001)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/ask", body: obj{"question": "Why?"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/decide", body: obj{"approve": false}, status: "401 404 404 404 404 422", shows: map[string]string{"admin": "Say why"}},
	{method: "POST", path: "/applications/{application}/decide", body: obj{"approve": true, "version": 1}, status: "401 404 404 404 404 409"},
	{method: "POST", path: "/applications/{application}/decide", body: obj{"yes": true}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/decide", body: obj{"approve": true}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/reconsider", body: obj{"reason": "A mistake"}, status: "401 404 404 404 404 409"},
	{method: "POST", path: "/applications/{missing}/reconsider", body: obj{"reason": "A mistake"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/proofs/nothing", body: obj{"passed": true}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/proofs/nothing", body: obj{"passed": "yes"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/proofs/nothing", body: obj{"passed": true}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/release", status: "401 404 404 404 404 200"},
	{method: "POST", path: "/applications/{missing}/release", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/comply", body: obj{"action": "warn", "reason": "x"}, status: "401 404 404 404 404 409"},
	{method: "POST", path: "/applications/{application}/comply", body: obj{"action": "hug"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/comply", body: obj{"action": "cure"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/transfer", body: obj{"email": "none"}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/transfer", body: obj{"email": "new@acme.example"}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/add-on", body: obj{"bought": true}, status: "401 404 404 404 404 200"},
	{method: "POST", path: "/applications/{missing}/add-on", body: obj{"bought": true}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/benefits/nothing/quoted", status: "401 404 404 404 404 409"},
	{method: "POST", path: "/applications/{missing}/benefits/nothing/quoted", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/tickets", body: obj{"ticket_id": 999999}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/applications/{application}/tickets", body: obj{"ticket_id": "one"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{application}/tickets", body: obj{"ticket": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/applications/{missing}/tickets", body: obj{"ticket_id": 1}, status: "401 404 404 404 404 404"},
	{method: "GET", path: "/pools/nothing/alerts", status: "401 403 403 403 403 404"},
	{method: "POST", path: "/pools/nothing/alerts/1", body: obj{"note": "Looked into"}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/pools/nothing/alerts/one", body: obj{"note": "Looked into"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/pools/nothing/alerts/1", body: obj{"note": strings.Repeat("x", 10001)}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/pools/nothing/codes", body: obj{"codes": []string{"A"}, "check": true}, status: "401 403 403 403 403 404"},
	{method: "GET", path: "/pools", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/pools/nothing/reserved", status: "401 403 403 403 403 404"},
	{method: "GET", path: "/provisioning/differences", status: "401 403 403 403 403 200"},
	{method: "GET", path: "/provisioning/differences?limit=many", status: "422 422 422 422 422 422"},
	{method: "POST", path: "/pools/nothing/codes", body: obj{"codes": []string{"A"}}, status: "401 403 403 403 403 404"},
	{method: "POST", path: "/pools/nothing/codes", body: obj{"codes": "A"}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/pools/nothing/redeemed", body: obj{"codes": []string{"A"}}, status: "401 403 403 403 403 404"},

	{method: "GET", path: "/measures", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "desk.open_urgent"}},
	{method: "GET", path: "/measures/desk.open?subject=organization/{organization}", status: "401 403 200 403 200 200", shows: map[string]string{"agent": `"evidence":`}},
	{method: "GET", path: "/measures/desk.open?subject=organization/{missing}", status: "401 403 404 403 404 404"},
	{method: "GET", path: "/measures/desk.open?subject=person/{customer}", status: "401 403 422 403 422 422"},
	{method: "GET", path: "/measures/desk.opne?subject=organization/{organization}", status: "401 403 404 403 404 404", shows: map[string]string{"agent": "desk.open"}},
	{method: "GET", path: "/measures/desk.open?subject=7", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/measures/desk.open/history?subject=organization/{organization}", status: "401 403 200 403 200 200"},
	{method: "GET", path: "/measures/values?subjects=organization/{organization},organization/{missing}", status: "401 403 200 403 200 200", shows: map[string]string{"agent": "desk.since_last_ticket"}},

	{method: "GET", path: "/work", status: "401 200 200 200 200 200", hides: map[string]string{"customer": "stuck", "observer": "stuck"}, shows: map[string]string{"agent": "stuck"}},
	{method: "GET", path: "/work?due=overdue&kind=ticket", status: "401 200 200 200 200 200"},
	{method: "GET", path: "/work?kind=dream", status: "401 422 422 422 422 422"},
	{method: "POST", path: "/work/{work}/snooze", body: obj{"until": "2026-03-11T09:00:00Z", "reason": "waits for the vendor"}, status: "401 404 404 404 200 404"},
	{method: "GET", path: "/work?due=snoozed", status: "401 200 200 200 200 200", shows: map[string]string{"agent": "vendor"}, hides: map[string]string{"admin": "vendor"}},
	{method: "POST", path: "/work/{work}/done", status: "401 404 404 404 422 404", shows: map[string]string{"agent": "Put it off instead"}},
	{method: "DELETE", path: "/work/{work}/done", status: "401 404 404 404 422 404"},
	{method: "POST", path: "/work/{missing}/done", status: "401 404 404 404 404 404"},
	{method: "DELETE", path: "/work/{work}/snooze", status: "401 404 404 404 200 404"},

	{method: "GET", path: "/files/{file}", status: "401 404 200 200 200 200"},
	{method: "GET", path: "/files/{file}/members", status: "401 404 200 200 200 200", shows: map[string]string{"agent": `"kind":"text"`}},
	{method: "GET", path: "/files/{file}/preview", status: "401 404 200 200 200 200", shows: map[string]string{"agent": "evil()"}},
	{method: "GET", path: "/files/{file}/preview?member=nothing", status: "401 404 422 422 422 422"},
	{method: "GET", path: "/files/{file}/preview?offset=-1", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/files/{file}/preview?colour=red", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/files/{file}/matches?words=EVIL", status: "401 404 200 200 200 200", shows: map[string]string{"agent": `"n":1`}},
	{method: "GET", path: "/files/{file}/matches", status: "401 404 422 422 422 422"},
	{method: "GET", path: "/files/{missing}/members", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/files/x/members", status: "404 404 404 404 404 404"},
	{method: "GET", path: "/files/{file}/trace", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/files/{missing}/trace", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/files/x/trace", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/traces", status: "401 404 403 403 200 200", shows: map[string]string{"agent": `"items":[]`}},
	{method: "POST", path: "/tickets/{ticket}/traces/{file}/again", status: "401 404 403 403 404 404"},
	{method: "POST", path: "/tickets/{missing}/traces/{file}/again", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/tickets/{ticket}/traces/x/again", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{missing}/traces", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/tickets/{ticket}/head", status: "401 404 200 200 200 200", shows: map[string]string{"agent": `"open":{`, "observer": `"open":null`}},
	{method: "POST", path: "/forms/request/asked", body: obj{"attributes": obj{"severity": "s1"}}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": `"version"`}},
	{method: "POST", path: "/forms/nothing/asked", body: obj{}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/forms/request/asked", body: obj{"colour": "red"}, status: "422 422 422 422 422 422"},
	{method: "GET", path: "/tickets/{missing}/head", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/web-requests", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/web-requests?state=nothing", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/configuration/replays/{missing}/records?part=0", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/replays/{missing}/records?part=x", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/configuration/replays/{missing}/export?part=0&format=csv", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/configuration/replays/x/export?part=0&format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/configuration/replays/{missing}/export?part=0&format=doc", status: "401 422 422 422 422 422"},
	{method: "POST", path: "/web-requests/{missing}/accept", status: "401 403 403 403 404 404"},
	{method: "POST", path: "/web-requests/{missing}/refuse", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/tickets/{ticket}/upload-links", status: "401 404 403 403 200 200"},
	{method: "POST", path: "/tickets/{ticket}/upload-links", status: "401 404 403 403 201 201", shows: map[string]string{"agent": "/portal/upload/"}},
	{method: "DELETE", path: "/tickets/{ticket}/upload-links/{missing}", status: "401 404 403 403 404 404"},
	{method: "GET", path: "/files/{file}/inline", status: "401 404 200 200 200 200"},
	{method: "POST", path: "/files", body: "no form", status: "401 403 403 403 400 400"},
	{method: "GET", path: "/stream", status: "401"},
	{method: "GET", path: "/nothing", status: "404 404 404 404 404 404"},
	{method: "BREW", path: "/tickets", status: "404 404 404 404 404 404"},
}

func TestEveryRouteForEverybody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, s := range scenes {
			for n, want := range strings.Fields(s.status) {
				actor := actors[n]
				path, body := s.path, s.body
				if s.prepare != nil {
					path, body = s.prepare(w)
				}
				a := w.call(actor, s.method, path, body)
				if fmt.Sprint(a.status) != want {
					t.Errorf("%s %s by %s: %d, want %s: %s", s.method, s.path, actor, a.status, want, clip(a.body))
				}
				if text := w.path(s.shows[actor]); !strings.Contains(a.body, text) {
					t.Errorf("%s %s by %s does not show %q: %s", s.method, s.path, actor, text, clip(a.body))
				}
				if text, ok := s.hides[actor]; ok && strings.Contains(a.body, text) {
					t.Errorf("%s %s by %s shows %q: %s", s.method, s.path, actor, text, clip(a.body))
				}
				checkShape(t, s.method+" "+s.path+" by "+actor, a)
			}
		}
		w.Verify()
	})
}

// checkShape holds for every answer: errors have one shape, and nothing of a stored script
// is ever markup.
func checkShape(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status >= 400 {
		var p struct {
			Status       int
			Detail, Code string
			Details      *[]any
		}
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Status != a.status || p.Detail == "" || p.Code == "" || p.Details == nil || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: not the one error shape: %d %s %s", what, a.status, a.header.Get("Content-Type"), clip(a.body))
		}
	}
	if a.status >= 500 && a.status != 503 {
		t.Errorf("%s: %d %s", what, a.status, clip(a.body))
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s: unprotected headers %v", what, a.header)
	}
	if strings.Contains(a.body, "onclick") || strings.Contains(a.body, "javascript:") || strings.Contains(a.body, "<script>evil") && !strings.Contains(a.header.Get("Content-Disposition"), "attachment") && !strings.Contains(what, "/raw") {
		t.Errorf("%s: carries a script: %s", what, clip(a.body))
	}
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}

// TestTheScenesNameEveryRoute fails when somebody adds a route and no scene.
func TestTheScenesNameEveryRoute(t *testing.T) {
	w := newWorld(t, apptest.Options(t, db.SQLite))
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	w.call("nobody", "GET", "/openapi.json", nil).json(t, &doc)
	var named []string
	for _, s := range scenes {
		path, _, _ := strings.Cut(s.path, "?")
		named = append(named, s.method+" "+path)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			found := slices.ContainsFunc(named, func(n string) bool {
				m, p, _ := strings.Cut(n, " ")
				return strings.EqualFold(m, method) && fits(path, p)
			})
			if !found {
				t.Errorf("no scene for %s %s", strings.ToUpper(method), path)
			}
		}
	}
	if len(doc.Paths) < 30 {
		t.Errorf("only %d paths in the OpenAPI document", len(doc.Paths))
	}
}

func fits(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

// form is a file as a browser uploads it.
func form(name string, data []byte) (body []byte, contentType string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	p, _ := m.CreateFormFile("file", name)
	_, _ = p.Write(data)
	m.Close()
	return b.Bytes(), m.FormDataContentType()
}
