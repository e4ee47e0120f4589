package portal_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
)

// each runs a test on a fresh instance on each engine.
func each(t *testing.T, test func(t *testing.T, v *visitor)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			test(t, &visitor{Instance: i, server: i.Serve(), client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}})
		})
	}
}

// visitor is somebody with a browser that runs no script.
type visitor struct {
	*apptest.Instance
	server *httptest.Server
	client *http.Client
	page   string // as it was shown last
	status int
	at     string // path of the page
	fields url.Values
}

func (v *visitor) open(path string) {
	v.T.Helper()
	if u, err := url.Parse(path); err == nil {
		path = u.RequestURI()
	}
	res, err := v.client.Get(v.server.URL + path)
	if err != nil {
		v.T.Fatal(err)
	}
	v.show(res, path)
}

func (v *visitor) show(res *http.Response, path string) {
	v.T.Helper()
	defer res.Body.Close()
	if res.StatusCode == http.StatusSeeOther {
		v.open(res.Header.Get("Location"))
		return
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.T.Fatal(err)
	}
	v.page, v.status, v.at, v.fields = string(b), res.StatusCode, path, url.Values{}
	doc, err := html.ParseWithOptions(bytes.NewReader(b), html.ParseOptionEnableScripting(false))
	if err != nil {
		v.T.Fatal(err)
	}
	v.read(doc)
}

// read takes the fields of the page's form as a browser would send them.
func (v *visitor) read(n *html.Node) {
	attr := func(n *html.Node, key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
	name, named := attr(n, "name")
	switch {
	case n.Type == html.ElementNode && n.Data == "form":
		if to, ok := attr(n, "action"); ok {
			v.at = to
		}
	case named && n.Data == "input":
		kind, _ := attr(n, "type")
		_, checked := attr(n, "checked")
		value, _ := attr(n, "value")
		if kind != "file" && (kind != "checkbox" || checked) {
			v.fields.Add(name, value)
		}
	case named && n.Data == "textarea":
		if n.FirstChild != nil {
			v.fields.Add(name, strings.TrimPrefix(n.FirstChild.Data, "\n"))
		} else {
			v.fields.Add(name, "")
		}
	case named && n.Data == "select":
		picked := ""
		var walk func(*html.Node)
		walk = func(n *html.Node) {
			if _, ok := attr(n, "selected"); ok {
				picked, _ = attr(n, "value")
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(n)
		v.fields.Add(name, picked)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		v.read(c)
	}
}

// fill types values over those of the page.
func (v *visitor) fill(values map[string]string) *visitor {
	for name, value := range values {
		v.fields.Set(name, value)
	}
	return v
}

// send presses the button, a minute after the page was opened.
func (v *visitor) send(files map[string]string) {
	v.T.Helper()
	v.Clock.Advance(time.Minute)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, list := range v.fields {
		for _, value := range list {
			_ = w.WriteField(name, value)
		}
	}
	for name, content := range files {
		p, err := w.CreateFormFile("files", name)
		if err != nil {
			v.T.Fatal(err)
		}
		_, _ = io.WriteString(p, content)
	}
	_ = w.Close()
	res, err := v.client.Post(v.server.URL+v.at, w.FormDataContentType(), &b)
	if err != nil {
		v.T.Fatal(err)
	}
	v.show(res, v.at)
}

func (v *visitor) shows(want ...string) {
	v.T.Helper()
	text := html.UnescapeString(v.page)
	for _, w := range want {
		if !strings.Contains(text, w) {
			v.T.Fatalf("the page (%d) does not say %q:\n%s", v.status, w, text)
		}
	}
}

func (v *visitor) tickets() (out []*desk.Ticket) {
	v.T.Helper()
	v.Read(func(ctx context.Context, tx db.Tx) (err error) {
		out, _, err = v.Desk.List(ctx, tx, v.Root(), desk.Filter{Sort: "created"}, db.Page{})
		return err
	})
	slices.SortFunc(out, func(a, b *desk.Ticket) int { return int(a.ID - b.ID) })
	return out
}

// link is the newest mail's link to a public page.
func (v *visitor) link(of string) string {
	v.T.Helper()
	v.Settle()
	all := v.Peer.All()
	for i := len(all) - 1; i >= 0; i-- {
		if m := regexp.MustCompile(`/portal/` + of + `/[\w.-]+`).FindString(all[i].Message().Text); m != "" {
			return m
		}
	}
	v.T.Fatalf("no mail links to %s", of)
	return ""
}

// known makes somebody whom the directory knows.
func (v *visitor) known(email string) act.Actor { return v.Person(email, "Ann") }

var order = map[string]string{"name": "Ann", "email": "ann@acme.example", "subject": "The printer", "text": "It burns."}

func TestRequestOfAKnownPersonBecomesATicketWithItsFiles(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(map[string]string{"a.log": "line", "evil.html": "<script>evil()</script>"})
		v.shows("Your request has number", "You hear from us by", "ann@acme.example")
		all := v.tickets()
		if len(all) != 1 || all[0].Channel != "web" || all[0].Subject != "The printer" || all[0].FormID == 0 || all[0].BrandID == 0 {
			t.Fatalf("got %+v", all)
		}
		v.open(v.link("requests"))
		v.shows("It burns.", "a.log", "evil.html", "Received")
		file := regexp.MustCompile(`/portal/requests/[\w.-]+/files/\d+`).FindAllString(v.page, -1)
		res, err := v.client.Get(v.server.URL + file[0])
		if err != nil || res.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") ||
			res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("a file came as %v %v", err, res.Header)
		}
	})
}

func TestRequestOfSomebodyUnknownWaitsForTheirConfirmation(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(map[string]string{"a.log": "line"})
		v.shows("Please confirm your address")
		if n := len(v.tickets()); n != 0 {
			t.Fatalf("%d tickets before it was confirmed", n)
		}
		link := v.link("confirm")
		v.Clock.Advance(50 * time.Hour) // longer than a file waits for its message
		v.Settle()
		v.open(link)
		v.open(link) // scanners open links, too
		if n := len(v.tickets()); n != 0 {
			t.Fatalf("opening the link made %d tickets", n)
		}
		v.send(nil)
		v.shows("Your request has number")
		v.open(link)
		v.shows("Your request has number")
		if n := len(v.tickets()); n != 1 {
			t.Fatalf("%d tickets", n)
		}
		v.open(v.link("requests"))
		v.shows("a.log")
		if n := v.Count(`SELECT count(*) FROM web_request WHERE content <> '{}'`); n != 0 {
			t.Errorf("%d requests still hold words that are on a ticket", n)
		}
	})
}

func TestNothingTypedIsLostWhenSomethingIsWrong(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"subject": "", "f.severity": "s2"}).send(map[string]string{"a.log": "line"})
		v.shows("Say in a few words", "It burns.", "a.log", "Your answers lead to more questions: Version")
		v.fill(map[string]string{"subject": "The printer", "f.version": "seventeen"}).send(nil)
		v.shows("does not look like what is asked here. The version you use, such as 18.4.2.", "a.log")
		if strings.Contains(v.page, `\d+`) {
			t.Error("customers are shown the pattern")
		}
		v.fill(map[string]string{"f.version": "18.4"}).send(nil)
		v.shows("Your request has number")
		v.open(v.link("requests"))
		v.shows("a.log")
		got := v.DeskConfig().Fields.Show("ticket", v.tickets()[0].Attributes, true)
		if got["severity"] != "s2" || got["version"] != "18.4" {
			t.Errorf("attributes %v", got)
		}
	})
}

func TestFormChangedWhileSomebodyFillsItIn(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		const fields = "kind: field\nname: colour\ntitle: Colour\non: ticket\ntype: text\nsee: everyone\nedit: everyone\n---\nkind: field\nname: size\ntitle: Size\non: ticket\ntype: decimal\nsee: everyone\nedit: everyone\n---\n"
		v.Apply(fields + "kind: form\nname: request\ntitle: Request\ndefault: true\ncustomers: true\nfields: [severity, colour]\n")
		v.open("/portal/request")
		v.Apply("kind: form\nname: request\ntitle: Request\ndefault: true\ncustomers: true\nfields: [severity, { field: size, customers_required: true }]\n")
		v.fill(order).fill(map[string]string{"f.severity": "s4", "f.colour": "teal"}).send(nil)
		v.shows("The form was changed while you filled it in. Colour is no longer asked", "It asks for this now: Size", "It burns.")
		v.send(nil)
		v.shows("Size must be filled.")
		v.fill(map[string]string{"f.size": "2,5"}).send(nil)
		v.shows("Your request has number")
		v.open(v.link("requests"))
		v.shows("It burns.", "Colour: teal")
		if got := v.DeskConfig().Fields.Show("ticket", v.tickets()[0].Attributes, true); got["size"] != 2.5 {
			t.Errorf("attributes %v", got)
		}
	})
}

func TestEveryKindOfFieldWorksOnTheForm(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		text, names := "", []string{}
		for kind, more := range map[string]string{"checkbox": "", "date": "", "decimal": "", "integer": "", "regexp": "pattern: '(a+)+'\n", "text": "", "textarea": "",
			"dropdown": "options: [europe::france, europe::spain, asia]\n", "multiselect": "options: [one, deep::two]\n", "lookup": "to: person\n"} {
			text += "kind: field\nname: my-" + kind + "\nkey: my_" + kind + "\ntitle: My " + kind + "\non: ticket\ntype: " + kind + "\nsee: everyone\nedit: everyone\n" + more + "---\n"
			names = append(names, "my-"+kind)
		}
		v.Apply(text + "kind: form\nname: request\ntitle: Request\ndefault: true\ncustomers: true\nfields: [" + strings.Join(names, ", ") + "]\n")
		v.open("/portal/request")
		v.shows(`<optgroup label="europe">`)
		began := time.Now()
		v.fill(order).fill(map[string]string{"f.my_checkbox": "yes", "f.my_date": "2026-03-09", "f.my_decimal": "1.5", "f.my_integer": "7", "f.my_regexp": strings.Repeat("a", 900) + "!", "f.my_text": "t",
			"f.my_textarea": "two\r\nlines", "f.my_dropdown": "europe::france", "f.my_multiselect": "deep::two", "f.my_lookup": "ann@acme.example"}).send(nil)
		v.shows("does not look like what is asked here")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("a hostile pattern took %s", took)
		}
		v.fill(map[string]string{"f.my_regexp": "aaa"}).send(nil)
		v.shows("Your request has number")
		ticket := v.tickets()[0]
		want := map[string]any{"my_checkbox": true, "my_date": "2026-03-09", "my_decimal": 1.5, "my_integer": 7.0, "my_regexp": "aaa", "my_text": "t", "my_textarea": "two\nlines",
			"my_dropdown": "europe::france", "my_multiselect": []any{"deep::two"}, "my_lookup": float64(ticket.RequesterID)}
		got := v.DeskConfig().Fields.Show("ticket", ticket.Attributes, true)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

func TestSpamIsHeldAndNothingIsLost(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\nper_address: 2\n")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4", "reference_2": "http://spam.example"}).send(nil)
		v.shows("Somebody looks at it")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4", "email": "new@else.example", "text": strings.Repeat("https://spam.example ", 9)}).send(nil)
		v.shows("Somebody looks at it")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"})
		v.Clock.Advance(-time.Minute + time.Second) // a second after it was opened
		v.send(nil)
		v.shows("That was very quick", "It burns.")
		v.send(nil)
		v.shows("Your request has number")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(nil)
		v.shows("More requests came", "It burns.", apptest.Mailbox)
		if v.status != http.StatusTooManyRequests {
			t.Errorf("status %d", v.status)
		}
		v.fields.Set("stamp", "forged.forged")
		v.fill(map[string]string{"email": "other@else.example"}).send(nil)
		v.shows("had to be renewed", "It burns.")
		agent, customer := v.Person("maria@company.example", "Maria", "agent"), v.known("bo@acme.example")
		v.Write(func(ctx context.Context, tx db.Tx) error {
			if _, _, err := v.Desk.Requests(ctx, tx, customer, desk.RequestReview, db.Page{}); err == nil {
				t.Error("a customer reads other people's requests")
			}
			if _, err := v.Desk.Accept(ctx, tx, customer, 1); err == nil {
				t.Error("a customer accepts a request")
			}
			list, _, err := v.Desk.Requests(ctx, tx, agent, desk.RequestReview, db.Page{})
			if err != nil || len(list) != 2 {
				t.Fatalf("%d to look at, %v", len(list), err)
			}
			if r, err := v.Desk.Accept(ctx, tx, agent, list[1].ID); err != nil || r.TicketID == 0 {
				t.Errorf("accepted: %+v, %v", r, err)
			}
			_, err = v.Desk.Refuse(ctx, tx, agent, list[0].ID)
			return err
		})
		v.Clock.Advance(31 * 24 * time.Hour)
		v.Settle()
		if n := v.Count(`SELECT count(*) FROM web_request`); n != 0 {
			t.Errorf("%d requests stay for ever", n)
		}
	})
}

func TestSamePageSentTwiceIsOneRequest(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"})
		fields, at := v.fields, v.at
		v.send(nil)
		v.fields, v.at = fields, at
		v.send(nil)
		v.shows("Your request has number")
		if n := len(v.tickets()); n != 1 {
			t.Errorf("%d tickets", n)
		}
	})
}

func TestFormsOfOtherBrandsAreNotOffered(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply("kind: brand\nname: second\ntitle: Second\n---\nkind: form\nname: theirs\ntitle: Theirs\ncustomers: true\nbrands: [second]\nfields: [severity]\n---\n" +
			"kind: portal\nname: second\ntitle: Second\nbrand: second\norder: 5\n---\nkind: portal\nname: first\ntitle: First\nbrand: main\norder: 1\n")
		v.open("/portal/request/theirs")
		if strings.Contains(v.page, "Theirs") {
			t.Error("a form of another brand is shown")
		}
		v.open("/portal/request?portal=second")
		v.shows("Theirs", "Request")
		v.open("/portal/request/theirs?portal=second")
		v.shows("Theirs", "Second")
	})
}

func TestRequesterReadsAndAnswersByTheirLink(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.open("/portal/request")
		v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(nil)
		link, id := v.link("requests"), v.tickets()[0].ID
		agent := v.Person("maria@company.example", "Maria", "agent")
		v.Write(func(ctx context.Context, tx db.Tx) error {
			note := desk.PlainMessage("Do not tell them")
			note.Agent, note.Channel = true, "web"
			if _, _, err := v.Desk.Reply(ctx, tx, agent, id, note, ""); err != nil {
				return err
			}
			m := desk.PlainMessage("Put it out <b>first</b>.")
			m.Agent, m.Public, m.Channel = true, true, "web"
			_, _, err := v.Desk.Reply(ctx, tx, agent, id, m, desk.StatusSolved)
			return err
		})
		v.open(link)
		v.shows("Put it out <b>first</b>.", "Solved", "It is not solved")
		if strings.Contains(v.page, "Do not tell them") || strings.Contains(v.page, "<b>first</b>") {
			t.Errorf("an internal note or markup is shown:\n%s", v.page)
		}
		v.send(nil)
		v.shows("Write something")
		v.fill(map[string]string{"unsolved": "1"}).send(nil)
		v.shows("Your message was sent.", "It is not solved.", "In progress")
		if got := v.tickets()[0]; got.Status != desk.StatusOpen {
			t.Errorf("state %s", got.Status)
		}
		v.open(link[:len(link)-1] + map[bool]string{true: "y", false: "x"}[strings.HasSuffix(link, "x")])
		if v.status != http.StatusNotFound {
			t.Errorf("a changed link: %d", v.status)
		}
	})
}

func TestWhoeverTypesThePortalsAddressFindsTheForms(t *testing.T) {
	v, _ := reader(t)
	v.open("/portal/")
	v.shows("Request")
	if v.at != "/portal/request" && !strings.HasPrefix(v.at, "/portal/request/") {
		t.Errorf("the portal's address leads to %s", v.at)
	}
}
