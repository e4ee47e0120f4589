package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// tried runs a change and returns its error.
func tried(i *apptest.Instance, fn func(ctx context.Context, tx db.Tx) error) error {
	i.T.Helper()
	return i.DB.Write(i.T.Context(), fn)
}

func refused(t *testing.T, what string, err error, code fault.Code, says string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: got %v, want %s: %s", what, err, code, says)
	}
}

func merge(i *apptest.Instance, by act.Actor, kind string, winner, loser int64) (m directory.Merge, err error) {
	err = tried(i, func(ctx context.Context, tx db.Tx) (err error) {
		m, err = i.Directory.Merge(ctx, tx, by, kind, winner, loser)
		return err
	})
	i.Settle()
	return m, err
}

func unmerge(i *apptest.Instance, id int64) (m directory.Merge, err error) {
	err = tried(i, func(ctx context.Context, tx db.Tx) (err error) {
		m, err = i.Directory.Unmerge(ctx, tx, i.Root(), id)
		return err
	})
	i.Settle()
	if err == nil {
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			m, err = i.Directory.GetMerge(ctx, tx, i.Root(), id)
			return err
		})
	}
	return m, err
}

func personByID(i *apptest.Instance, id int64) (p directory.Person) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		p, err = i.Directory.Get(ctx, tx, i.Root(), id)
		return err
	})
	return p
}

func writers(i *apptest.Instance) (a, b int64) {
	i.T.Helper()
	for n, from := range []string{"ann@acme.example", "ann.private@home.example"} {
		for k := range 2 {
			send(i, letter{from: from, name: "Ann", subject: fmt.Sprint("Question ", n, k), id: fmt.Sprintf("q%d%d@acme.example", n, k), text: "Please help."})
		}
	}
	all := tickets(i)
	return all[0].RequesterID, all[2].RequesterID
}

func TestMergedPersonKeepsEverythingUnderOneRecord(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		winner, loser := writers(i)
		m, err := merge(i, i.Root(), "person", winner, loser)
		if err != nil {
			t.Fatal(err)
		}
		for _, tk := range tickets(i) {
			if tk.RequesterID != winner {
				t.Errorf("ticket %d is still requested by %d", tk.ID, tk.RequesterID)
			}
		}
		if e := event(i, tickets(i)[2].ID, desk.TicketChanged); e == nil || e.Cause.Event != m.EventID || !strings.Contains(string(e.Data), "requester_id") {
			t.Errorf("the ticket's event does not tell why: %+v", e)
		}
		if p := personByID(i, loser); p.ID != winner {
			t.Errorf("the old id gives %+v, want person %d", p, winner)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			names, err := i.Directory.Names(ctx, tx, []int64{loser})
			if err != nil || names[loser].ID != winner {
				t.Errorf("the author's name of earlier messages: %+v %v", names, err)
			}
			list, _, err := i.Directory.List(ctx, tx, i.Root(), directory.Filter{Query: "ann"}, db.Page{})
			if err != nil || len(list) != 1 || list[0].ID != winner {
				t.Errorf("the list shows %+v %v", list, err)
			}
			known, err := i.Directory.Identities(ctx, tx, winner)
			if err != nil || len(known) != 2 || known[1].Primary {
				t.Errorf("addresses: %+v %v", known, err)
			}
			return err
		})
		// Mail from the other address, answering an earlier mail of theirs, finds its ticket.
		earlier := mail.Message{MessageID: "q10@acme.example"}
		send(i, letter{from: "ann.private@home.example", subject: "Re: more", id: "q5@acme.example", text: "More.", answers: &earlier})
		if n := len(tickets(i)); n != 4 {
			t.Errorf("a mail of the merged person opened another ticket: %d", n)
		}
		i.Verify()
	})
}

func TestUndoingAMergeRestoresWhatMovedAndTellsWhatItCouldNot(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		winner, loser := writers(i)
		m, err := merge(i, i.Root(), "person", winner, loser)
		if err != nil {
			t.Fatal(err)
		}
		third := i.Person("third@acme.example", "Third")
		i.Write(func(ctx context.Context, tx db.Tx) error { // somebody gives one of the moved tickets to a third
			_, err := tx.Exec(ctx, `UPDATE ticket SET requester_id = $1 WHERE id = 4`, third.PersonID)
			return err
		})
		send(i, letter{from: "ann.private@home.example", name: "Ann", subject: "New since", id: "new@acme.example", text: "New."})
		m, err = unmerge(i, m.ID)
		if err != nil || m.State != directory.Undone {
			t.Fatalf("%+v %v", m, err)
		}
		var got []int64
		for _, tk := range tickets(i) {
			got = append(got, tk.RequesterID)
		}
		if want := []int64{winner, winner, loser, third.PersonID, winner}; !slices.Equal(got, want) {
			t.Errorf("requesters %v, want %v", got, want)
		}
		left := map[string]int64{}
		for _, mv := range m.Moves {
			left[mv.What] = mv.Left
		}
		if left["tickets requested"] != 1 || left["addresses"] != 0 {
			t.Errorf("told to be left: %v", left)
		}
		if p := personByID(i, loser); p.ID != loser || p.Email != "ann.private@home.example" {
			t.Errorf("the record is not its own again: %+v", p)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			known, err := i.Directory.Identities(ctx, tx, loser)
			if err != nil || len(known) != 1 || !known[0].Primary {
				t.Errorf("addresses: %+v %v", known, err)
			}
			return err
		})
		_, err = unmerge(i, m.ID)
		refused(t, "undoing twice", err, fault.Invalid, "undone already")
		i.Verify()
	})
}

func TestMergesOfMergesUndoInOrder(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		a, b := writers(i)
		c := i.Person("ann@else.example", "Ann").PersonID
		first, err := merge(i, i.Root(), "person", b, a)
		if err != nil {
			t.Fatal(err)
		}
		second, err := merge(i, i.Root(), "person", c, b)
		if err != nil {
			t.Fatal(err)
		}
		if p := personByID(i, a); p.ID != c {
			t.Errorf("the oldest id gives person %d, want %d", p.ID, c)
		}
		_, err = unmerge(i, first.ID)
		refused(t, "undoing the first merge first", err, fault.Invalid, "Undo that merge first")
		for _, id := range []int64{second.ID, first.ID} {
			if _, err := unmerge(i, id); err != nil {
				t.Fatal(err)
			}
		}
		for n, tk := range tickets(i) {
			if want := []int64{a, a, b, b}[n]; tk.RequesterID != want {
				t.Errorf("ticket %d is requested by %d, want %d", tk.ID, tk.RequesterID, want)
			}
		}
	})
}

func TestMergeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		a, b := writers(i)
		agent, other := i.Person("maria@company.example", "Maria", "agent"), i.Person("omar@company.example", "Omar", "observer")
		gone := i.Person("gone@acme.example", "Gone").PersonID
		out := i.Person("out@acme.example", "Out").PersonID
		if _, err := i.Directory.EraseNow(t.Context(), i.Root(), gone, "asked"); err != nil {
			t.Fatal(err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Suspend(ctx, tx, i.Root(), out, directory.Suspension{Reason: "spam"})
			return err
		})
		for _, c := range []struct {
			what          string
			by            act.Actor
			winner, loser int64
			code          fault.Code
			says          string
		}{
			{"with itself", i.Root(), a, a, fault.Invalid, "itself"},
			{"with an erased person", i.Root(), a, gone, fault.Invalid, "erased"},
			{"with nobody", i.Root(), a, 99999, fault.NotFound, "no person"},
			{"two colleagues", i.Root(), agent.PersonID, other.PersonID, fault.Invalid, "both work here"},
			{"a colleague into a customer", i.Root(), a, agent.PersonID, fault.Invalid, "must be the one that stays"},
			{"a suspended person", i.Root(), a, out, fault.Invalid, "suspended"},
			{"by an agent", agent, a, b, fault.Forbidden, "merge a person"},
			{"by a customer", act.Actor{Kind: act.Person, PersonID: a}, a, b, fault.NotFound, "no person"},
		} {
			_, err := merge(i, c.by, "person", c.winner, c.loser)
			refused(t, c.what, err, c.code, c.says)
		}
		if _, err := merge(i, i.Root(), "person", a, b); err != nil {
			t.Fatal(err)
		}
		_, err := merge(i, i.Root(), "person", a, b)
		refused(t, "with an alias", err, fault.Invalid, "merged into")
		err = tried(i, func(ctx context.Context, tx db.Tx) error {
			name := "New"
			_, err := i.Directory.Update(ctx, tx, i.Root(), b, directory.Change{Version: 1, Name: &name})
			return err
		})
		refused(t, "changing an alias", err, fault.Invalid, "Change that one")
	})
}

func TestMergeGivesNobodyRights(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		customer := i.Person("maria@home.example", "Maria")
		token := i.TokenFor(customer, "*")
		if _, err := merge(i, i.Root(), "person", agent.PersonID, customer.PersonID); err != nil {
			t.Fatal(err)
		}
		if by, err := i.Auth.ByToken(t.Context(), token); err == nil {
			t.Errorf("the customer's token lives on and allows %v", by.Grants)
		}
		if n := i.Count(`SELECT count(*) FROM session WHERE person_id = $1`, customer.PersonID); n != 0 {
			t.Errorf("%d sessions of the customer live on", n)
		}
		if n := i.Count(`SELECT count(*) FROM person_role WHERE person_id = $1`, agent.PersonID); n != 1 {
			t.Errorf("the agent has %d roles now", n)
		}
	})
}

func TestMergedOrganizationsAndTheirUndoing(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		var org [2]int64
		i.Write(func(ctx context.Context, tx db.Tx) error {
			for n, name := range []string{"Acme", "Acme Ltd"} {
				domains := []string{[]string{"acme.example", "acme-ltd.example"}[n]}
				o, err := i.Directory.CreateOrganization(ctx, tx, i.Root(), directory.OrganizationInput{Name: &name, Domains: &domains, Attributes: map[string]any{"plan": []string{"premium", "free"}[n]}})
				if err != nil {
					return err
				}
				org[n] = o.ID
			}
			return nil
		})
		send(i, letter{from: "bob@acme-ltd.example", name: "Bob", subject: "Help", id: "b1@x.example", text: "Help."})
		tk := tickets(i)[0]
		m, err := merge(i, i.Root(), "organization", org[0], org[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := ticket(i, tk.ID).OrganizationID; got != org[0] {
			t.Errorf("the ticket is of organization %d", got)
		}
		if p := personByID(i, tk.RequesterID); p.OrganizationID != org[0] {
			t.Errorf("Bob is of organization %d", p.OrganizationID)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			o, err := i.Directory.Organization(ctx, tx, i.Root(), org[1])
			if err != nil || o.ID != org[0] || len(o.Domains) != 2 || i.Directory.Fields().Show("organization", o.Attributes, true)["plan"] != "premium" {
				t.Errorf("the old id gives %+v %v", o, err)
			}
			return nil
		})
		if m, err = unmerge(i, m.ID); err != nil || m.State != directory.Undone {
			t.Fatalf("%+v %v", m, err)
		}
		if got := ticket(i, tk.ID).OrganizationID; got != org[1] {
			t.Errorf("after undoing, the ticket is of organization %d", got)
		}
		send(i, letter{from: "new@acme-ltd.example", name: "New", subject: "Help", id: "b2@x.example", text: "Help."})
		if p := personByID(i, tickets(i)[1].RequesterID); p.OrganizationID != org[1] {
			t.Errorf("the domain did not go back: %+v", p)
		}
	})
}

func TestManyTicketsMoveInBatches(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		a, b := i.Person("a@acme.example", "A"), i.Person("b@acme.example", "B")
		for from := 0; from < 450; from += 150 {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				p, err := i.Directory.Get(ctx, tx, i.Root(), b.PersonID)
				for n := 0; n < 150 && err == nil; n++ {
					_, _, err = i.Desk.Create(ctx, tx, i.Root(), desk.NewTicket{Subject: "x", Requester: p, Message: desk.Message{Public: true, AuthorID: p.ID, Text: "x", HTML: "x", Channel: "api"}, Channel: "api"})
				}
				return err
			})
		}
		m, err := merge(i, i.Root(), "person", a.PersonID, b.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		if n := i.Count(`SELECT count(*) FROM ticket WHERE requester_id = $1`, a.PersonID); n != 450 {
			t.Fatalf("%d tickets moved", n)
		}
		if _, err = unmerge(i, m.ID); err != nil {
			t.Fatal(err)
		}
		if n := i.Count(`SELECT count(*) FROM ticket WHERE requester_id = $1`, b.PersonID); n != 450 {
			t.Fatalf("%d tickets are back", n)
		}
	})
}

func TestSuspendedPersonIsOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent, heir := i.Person("maria@company.example", "Maria", "agent"), i.Person("omar@company.example", "Omar", "agent")
		token := i.TokenFor(agent, "*")
		send(i, ann)
		id := tickets(i)[0].ID
		assign := func(to int64) error {
			return tried(i, func(ctx context.Context, tx db.Tx) error {
				tk, err := i.Desk.Get(ctx, tx, i.Root(), id)
				if err != nil {
					return err
				}
				_, err = i.Desk.Update(ctx, tx, i.Root(), id, desk.Edit{Version: tk.Version, AssigneeID: &to})
				return err
			})
		}
		if err := assign(agent.PersonID); err != nil {
			t.Fatal(err)
		}
		suspend := func(by act.Actor, id int64, s directory.Suspension) error {
			err := tried(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Directory.Suspend(ctx, tx, by, id, s)
				return err
			})
			i.Settle()
			return err
		}
		because := directory.Suspension{Reason: "left the company", HandOver: true, ToID: heir.PersonID}
		admin, err := i.Auth.ByToken(t.Context(), i.Token)
		if err != nil {
			t.Fatal(err)
		}
		lead := heir
		lead.Grants = append(slices.Clone(heir.Grants), act.Grant{Action: "suspend", Kind: "person", Scope: act.All})
		refused(t, "by an agent", suspend(heir, agent.PersonID, because), fault.Forbidden, "suspend a person")
		refused(t, "oneself", suspend(admin, admin.PersonID, because), fault.Invalid, "themselves")
		refused(t, "the last administrator", suspend(i.Root(), admin.PersonID, because), fault.Invalid, "Nobody would be left")
		refused(t, "somebody who may do more", suspend(lead, admin.PersonID, because), fault.Forbidden, "may do more")
		refused(t, "without a reason", suspend(admin, agent.PersonID, directory.Suspension{}), fault.Invalid, "Say why")
		refused(t, "to a customer", suspend(admin, agent.PersonID, directory.Suspension{Reason: "x", HandOver: true, ToID: tickets(i)[0].RequesterID}), fault.Invalid, "take over")
		if err := suspend(lead, agent.PersonID, because); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Auth.ByToken(t.Context(), token); !fault.Is(err, fault.SignedOut) {
			t.Errorf("the token still works: %v", err)
		}
		if n := i.Count(`SELECT count(*) FROM session WHERE person_id = $1`, agent.PersonID); n != 0 {
			t.Errorf("%d sessions live on", n)
		}
		if got := ticket(i, id).AssigneeID; got != heir.PersonID {
			t.Errorf("the ticket is assigned to %d, want %d", got, heir.PersonID)
		}
		refused(t, "assigning to them", assign(agent.PersonID), fault.Invalid, "suspended")
		refused(t, "twice", suspend(admin, agent.PersonID, because), fault.Invalid, "already")
		// Mail of theirs waits, with the reason, and can be let through.
		send(i, letter{from: "maria@company.example", subject: "Let me in", id: "s1@company.example", text: "Please."})
		if n := i.Count(`SELECT count(*) FROM mail_in WHERE state = 'suspended' AND reason LIKE '%is suspended%'`); n != 1 {
			t.Errorf("%d mails of theirs wait", n)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			return i.App.Mail.Process(ctx, tx, i.Root(), int64(i.Count(`SELECT max(id) FROM mail_in`)))
		})
		i.Settle()
		if n := len(tickets(i)); n != 2 {
			t.Errorf("released mail made %d tickets", n)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Unsuspend(ctx, tx, i.Root(), agent.PersonID)
			return err
		})
		if err := assign(agent.PersonID); err != nil {
			t.Errorf("after the suspension: %v", err)
		}
		i.Verify()
	})
}

func TestHandingOverToTheTeamLeavesTicketsUnassigned(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		tk := tickets(i)[0]
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Desk.Update(ctx, tx, i.Root(), tk.ID, desk.Edit{Version: tk.Version, AssigneeID: &agent.PersonID})
			return err
		})
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Directory.Suspend(ctx, tx, i.Root(), agent.PersonID, directory.Suspension{Reason: "ill", HandOver: true})
			return err
		})
		i.Settle()
		if got := ticket(i, tk.ID); got.AssigneeID != 0 || got.TeamID == 0 {
			t.Errorf("assigned to %d, team %d", got.AssigneeID, got.TeamID)
		}
	})
}

// traces lists the tables that still hold one of the words, in any column.
func traces(i *apptest.Instance, words ...string) (found []string) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error {
		q := `SELECT name FROM sqlite_master WHERE type = 'table'`
		if tx.Engine() == db.Postgres {
			q = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
		}
		rows, err := tx.Query(ctx, q)
		tables, err := db.Collect(rows, err, func(r db.Scanner) (n string, err error) { err = r.Scan(&n); return n, err })
		for _, table := range tables {
			if strings.HasPrefix(table, "search_index_") {
				continue // SQLite's own pages of the index: words no record holds go when it merges them
			}
			rows, err := tx.Query(ctx, `SELECT * FROM `+table)
			if err != nil {
				return err
			}
			columns, _ := rows.Columns()
			for rows.Next() {
				cells, dst := make([]any, len(columns)), []any{}
				for n := range cells {
					dst = append(dst, &cells[n])
				}
				if err := rows.Scan(dst...); err != nil {
					return err
				}
				for n, c := range cells {
					text := fmt.Sprint(c)
					if b, ok := c.([]byte); ok {
						text = string(b)
					}
					for _, w := range words {
						if strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
							found = append(found, table+"."+columns[n]+": "+w)
						}
					}
				}
			}
			rows.Close()
		}
		return err
	})
	return found
}

func TestErasedPersonLeavesNoTraceAndEverySealHolds(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		file := bytes.Repeat([]byte("zebrafile "), 100)
		raw := "From: Wilhelmina Zebra <zebra@acme.example>\r\nMessage-ID: <z1@acme.example>\r\nSubject: zebrasubject\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\nzebrawords\r\n--b\r\nContent-Type: text/plain; name=zebra.txt\r\nContent-Disposition: attachment; filename=zebra.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(file) + "\r\n--b--\r\n"
		i.Mail("zebra@acme.example", apptest.Mailbox, []byte(raw))
		i.Settle()
		tk := tickets(i)[0]
		reply(i, agent, tk.ID, "The answer of the company.", desk.StatusSolved)
		other := i.Person("zebra@home.example", "Wilhelmina Zebra")
		if _, err := merge(i, i.Root(), "person", tk.RequesterID, other.PersonID); err != nil {
			t.Fatal(err)
		}
		if len(traces(i, "zebra")) < 10 {
			t.Fatal("the test looks in the wrong places")
		}
		seal, err := i.Ledger.Seal(t.Context(), i.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		i.Clock.Advance(2 * time.Hour)
		var removes []directory.Removal
		i.Read(func(ctx context.Context, tx db.Tx) (err error) {
			removes, err = i.Directory.PreviewErase(ctx, tx, i.Root(), tk.RequesterID)
			return err
		})
		for _, r := range removes {
			if want := map[string]int64{"messages they wrote, with their files": 1, "subjects of tickets they opened": 1, "mail received from them": 1, "mail sent to them": 1}[r.What]; want != 0 && r.Count.Count != want {
				t.Errorf("the preview says %+v, want %d", r, want)
			}
		}
		erase := func(by act.Actor, confirm int64, reason string) error {
			return tried(i, func(ctx context.Context, tx db.Tx) error {
				_, err := i.Directory.Erase(ctx, tx, by, tk.RequesterID, confirm, reason)
				return err
			})
		}
		refused(t, "by an agent", erase(agent, tk.RequesterID, "asked"), fault.Forbidden, "erase a person")
		refused(t, "without the id again", erase(i.Root(), 0, "asked"), fault.Invalid, "repeat the id")
		refused(t, "without a reason", erase(i.Root(), tk.RequesterID, ""), fault.Invalid, "Say why")
		if err := erase(i.Root(), tk.RequesterID, "asked by letter"); err != nil {
			t.Fatal(err)
		}
		i.Settle()
		if left := traces(i, "zebra", "wilhelmina"); len(left) > 0 {
			t.Errorf("traces are left: %v", left)
		}
		said := comments(i, tk.ID)
		if len(said) != 2 || said[0].Text != desk.Removed || len(said[0].Files) != 0 || !strings.Contains(said[1].Text, "answer of the company") {
			t.Errorf("the ticket's messages: %+v", said)
		}
		r, err := i.Ledger.Verify(t.Context(), seal)
		if err != nil || r.Tampered != 0 || !r.Found {
			t.Errorf("the ledger does not verify: %+v %v", r, err)
		}
		// Somebody who writes again is somebody new.
		send(i, letter{from: "zebra@acme.example", name: "Wilhelmina Zebra", subject: "Me again", id: "z2@acme.example", text: "Hello."})
		all := tickets(i)
		if again := all[len(all)-1]; len(all) != 2 || again.RequesterID == tk.RequesterID || personByID(i, again.RequesterID).Name != "Wilhelmina Zebra" {
			t.Errorf("an erased person who writes again: %+v", again)
		}
		_, err = i.Directory.EraseNow(t.Context(), i.Root(), tk.RequesterID, "again")
		refused(t, "twice", err, fault.NotFound, "no person")
	})
}

func TestErasuresAreReplayedAfterARestore(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		send(i, letter{from: "zebra@acme.example", name: "Zebra", subject: "zebrasubject", id: "z1@acme.example", text: "zebrawords"})
		id := tickets(i)[0].RequesterID
		p := personByID(i, id)
		// As restored: the person is back, and the list was kept elsewhere. Number 2 is another
		// person than the one erased under that id, and the last is not in the backup at all.
		list := []directory.Erasure{{PersonID: id, Created: p.Created, Reason: "asked"}, {PersonID: 1, Created: p.Created.Add(time.Hour), Reason: "asked"}, {PersonID: 99999, Reason: "asked"}}
		n, err := i.Directory.ReplayErasures(t.Context(), i.Root(), list)
		if err != nil || n != 1 {
			t.Fatalf("%d erased, %v", n, err)
		}
		i.Settle() // the search follows
		if left := traces(i, "zebra"); len(left) > 0 {
			t.Errorf("traces are left: %v", left)
		}
		if n, err = i.Directory.ReplayErasures(t.Context(), i.Root(), list); err != nil || n != 0 {
			t.Errorf("replayed twice: %d, %v", n, err)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			kept, err := i.Directory.Erasures(ctx, tx, i.Root(), 0, 10)
			if err != nil || len(kept) != 1 || !kept[0].Done || !kept[0].Created.Equal(p.Created) {
				t.Errorf("the list: %+v %v", kept, err)
			}
			return nil
		})
		i.Verify()
	})
}
