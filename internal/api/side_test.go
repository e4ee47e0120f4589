package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
)

// sideSecret stands in a side conversation, sideAnswer in what came back and sideFile in a file of it: no customer may read any.
const (
	sideSecret = "supplierwords"
	sideAnswer = "answeredaside"
	sideFile   = "filedaside.log"
)

// aside begins a side conversation of the agent's about the ticket, with a file, and lets it be answered by mail.
func (w *world) aside() {
	agent := act.Actor{Kind: act.Person, PersonID: w.ids["agent"], Grants: w.Root().Grants, Clock: w.Clock.Now}
	blob, err := w.Files.PutBytes(w.T.Context(), []byte("aside"), w.Clock.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	w.Write(func(ctx context.Context, tx db.Tx) error {
		vera, err := w.Directory.Resolve(ctx, tx, agent, "vera@supplier.example", "Vera")
		if err != nil {
			return err
		}
		m := desk.PlainMessage("About " + sideSecret + ".")
		m.Channel, m.Files = "web", []desk.Attachment{{Blob: blob, Filename: sideFile}}
		_, side, err := w.Desk.BeginSide(ctx, tx, agent, desk.NewSide{TicketID: w.ids["ticket"], Subject: "For " + sideSecret, Party: desk.SideParty{People: []int64{vera.ID}}, Said: desk.SideSaid{Message: m}})
		if err == nil {
			w.ids["side"], w.ids["supplier"] = side.ID, vera.ID
		}
		return err
	})
	w.Settle()
	sent := w.Peer.All()
	out := sent[len(sent)-1].Message()
	w.Mail("vera@supplier.example", out.ReplyTo[0].Email, []byte("From: Vera <vera@supplier.example>\r\nTo: "+out.ReplyTo[0].Email+"\r\nMessage-ID: <v1@supplier.example>\r\nIn-Reply-To: <"+out.MessageID+">\r\nSubject: Re: x\r\n\r\nIt is "+sideAnswer+".\r\n"))
	w.Settle()
	w.ids["sidefile"] = int64(w.Count(`SELECT max(file_id) FROM side_file`))
}

// TestCustomersNeverSeeSideConversations looks for what is said aside wherever a customer can look, and finds
// it where an agent does.
func TestCustomersNeverSeeSideConversations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply("kind: role\nname: manager\ntitle: Manager\ngrants:\n  - { actions: [read, write], kinds: [ticket, person, organization], scope: organization }\n  - { actions: [read], kinds: [ticket], scope: own }\n")
		w.tokens["manager"] = w.TokenFor(w.Person("manager@acme.example", "Manager", "manager"), "*")
		w.tokens["vera"] = w.TokenFor(act.Actor{Kind: act.Person, PersonID: w.ids["supplier"], Clock: w.Clock.Now}, "*")
		if got := w.Count(`SELECT messages FROM side WHERE id = $1`, w.ids["side"]); got != 2 {
			t.Fatalf("%d messages in the conversation, want the question and the answer", got)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ticket SET organization_id = $1 WHERE id = $2`, w.ids["organization"], w.ids["ticket"])
			return err
		})
		secrets := []string{sideSecret, sideAnswer, sideFile, "supplier.example", "side_begun", "ide conversation"}
		clean := func(who, what, body string) {
			t.Helper()
			for _, secret := range secrets {
				if strings.Contains(body, secret) && !(who == "vera" && secret == "supplier.example") {
					t.Errorf("%s sees %q in %s: %s", who, secret, what, clip(body))
				}
			}
		}
		paths := []string{"/tickets", "/tickets/{ticket}", "/tickets/{ticket}/timeline", "/tickets/{ticket}/people", "/tickets/{ticket}/form", "/tickets/{ticket}/side-conversations", "/tickets/{ticket}/side-conversations/{side}",
			"/files/{sidefile}", "/files/{sidefile}/inline", "/events?subject=ticket/{ticket}", "/search?q=" + sideSecret, "/search?q=" + sideAnswer, "/people/{supplier}", "/people?q=vera", "/notifications", "/work", "/mail/outbox", "/mail/received",
			"/organizations/{organization}", "/people/{customer}", "/tickets/{ticket}/sends", "/tickets/{ticket}/merges", "/views"}
		for _, who := range []string{"manager", "customer", "vera"} {
			for _, path := range paths {
				a := w.call(who, "GET", path, nil)
				if a.status >= 500 {
					t.Errorf("%s %s: %d", who, path, a.status)
				}
				clean(who, path, strings.ReplaceAll(a.body, "q="+sideSecret, ""))
			}
		}
		if a := w.call("manager", "GET", "/tickets/{ticket}", nil); a.status != 200 || strings.Contains(a.body, `"open":1`) {
			t.Errorf("the customer's ticket: %d %s", a.status, clip(a.body))
		}
		if a := w.call("agent", "GET", "/tickets/{ticket}", nil); !strings.Contains(a.body, `"side_conversations":{"open":1,"answered":1}`) {
			t.Errorf("the agent's ticket has no count: %s", clip(a.body))
		}
		if a := w.call("agent", "GET", "/tickets", nil); !strings.Contains(a.body, `"side_conversations":{"open":1,"answered":1}`) {
			t.Errorf("the agent's list has no count: %s", clip(a.body))
		}
		if a := w.call("agent", "GET", "/tickets/{ticket}/side-conversations/{side}", nil); !strings.Contains(a.body, sideAnswer) || !strings.Contains(a.body, sideFile) {
			t.Errorf("the agent does not see it: %s", clip(a.body))
		}
		if a := w.call("agent", "GET", "/files/{sidefile}", nil); a.status != 200 {
			t.Errorf("the agent's file: %d", a.status)
		}
		// The Zendesk API, for those who ask and for everybody: comments, audits, search, incremental export.
		for _, who := range []string{"manager", "vera", "agent", "admin"} {
			for _, path := range []string{"/tickets/{ticket}.json", "/tickets/{ticket}/comments.json", "/tickets/{ticket}/audits.json", "/search.json?query=" + sideSecret, "/incremental/tickets.json?start_time=0",
				"/incremental/ticket_events.json?start_time=0&include=comment_events", "/requests.json", "/requests/{ticket}.json", "/requests/{ticket}/comments.json"} {
				a := w.do("GET", "/api/v2"+w.path(path), nil, map[string][]string{"Authorization": {"Bearer " + w.tokens[who]}})
				if a.status >= 500 {
					t.Errorf("%s %s: %d", who, path, a.status)
				}
				for _, secret := range []string{sideSecret, sideAnswer, sideFile} {
					if strings.Contains(strings.ReplaceAll(a.body, "query="+sideSecret, ""), secret) {
						t.Errorf("%s sees %q in /api/v2%s: %s", who, secret, path, clip(a.body))
					}
				}
			}
		}
		for _, path := range []string{"/tickets/{ticket}/side_conversations.json", "/tickets/{ticket}/side_conversations/{side}.json"} {
			for who, status := range map[string][]int{"manager": {403, 404}, "customer": {403, 404}, "vera": {403, 404}, "agent": {200}} {
				a := w.do("GET", "/api/v2"+w.path(path), nil, map[string][]string{"Authorization": {"Bearer " + w.tokens[who]}})
				if !slices.Contains(status, a.status) {
					t.Errorf("%s in /api/v2%s: %d %s", who, path, a.status, clip(a.body))
				}
			}
		}
		// Mails that leave on the ticket afterwards do not carry it along either.
		before := len(w.Peer.All())
		w.call("agent", "POST", "/tickets/{ticket}/comments", obj{"public": true, "text": "It is mended."})
		w.Clock.Advance(time.Minute)
		w.Settle()
		for _, m := range w.Peer.All()[before:] {
			clean("the requester", fmt.Sprint("a mail to ", m.To), string(m.Raw))
		}
	})
}
