package app_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
	"steward/internal/setup"
)

func TestAColleagueIsInvitedByMailAndComesInByTheLink(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		admin := i.Person("boss@company.example", "The boss", "admin")
		agent := i.Person("plain@company.example", "Plain", "agent")
		invite := func(by act.Actor, email string, roles ...string) (out setup.Invitation, err error) {
			err = i.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				out, err = i.Setup.Invite(ctx, tx, by, setup.NewInvitation{Email: email, Roles: roles, Teams: []string{"support"}})
				return err
			})
			return out, err
		}
		if _, err := invite(agent, "new@company.example", "agent"); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("an agent could invite: %v", err)
		}
		made, err := invite(admin, "new@company.example", "agent")
		if err != nil || !made.Mailed || made.State != "sent" {
			t.Fatalf("the invitation: %+v, %v", made, err)
		}
		i.Settle()
		link := regexp.MustCompile(`https://desk\.company\.example/welcome\?invite=([\w.%-]+)`)
		mailed := func() string {
			all := i.Peer.All()
			found := link.FindStringSubmatch(all[len(all)-1].Message().Text)
			if found == nil {
				t.Fatalf("no link in the mail:\n%s", all[len(all)-1].Message().Text)
			}
			return found[1]
		}
		first := mailed()
		if !strings.HasSuffix(made.Link, first) {
			t.Errorf("the link shown is %s, the one mailed %s", made.Link, first)
		}
		invitee := func(token string) error {
			return i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := i.Auth.Invitee(ctx, tx, i.Signer, token)
				return err
			})
		}
		if err := invitee(first); err != nil {
			t.Errorf("the mailed link does not work: %v", err)
		}
		if err := invitee(first[:len(first)-1] + "A"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a forged link: %v", err)
		}
		i.Clock.Advance(auth.InvitationFor + time.Minute)
		if err := invitee(first); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link past its time: %v", err)
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Setup.Resend(ctx, tx, admin, made.ID)
			return err
		})
		i.Settle()
		second := mailed()
		if err := invitee(first); !fault.Is(err, fault.NotFound) || second == first {
			t.Errorf("the old link after a new one: %v", err)
		}
		hash, err := auth.HashPassword(t.Context(), "a long enough password")
		if err != nil {
			t.Fatal(err)
		}
		var secret string
		i.Write(func(ctx context.Context, tx db.Tx) (err error) {
			secret, _, err = i.Auth.TakeInvitation(ctx, tx, i.Signer, second, hash, "test")
			return err
		})
		by, err := i.Auth.BySession(t.Context(), secret)
		if err != nil || by.PersonID != made.ID || !by.May("edit", "ticket") || len(by.TeamIDs) != 1 {
			t.Errorf("who came in: %+v, %v", by, err)
		}
		if err := invitee(second); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link that was taken: %v", err)
		}
		if _, err := invite(admin, "new@company.example", "agent"); !fault.Is(err, fault.Invalid) {
			t.Errorf("inviting somebody who is in: %v", err)
		}

		gone, err := invite(admin, "gone@company.example", "agent")
		if err != nil {
			t.Fatal(err)
		}
		i.Settle()
		i.Write(func(ctx context.Context, tx db.Tx) error { return i.Auth.RevokeInvitation(ctx, tx, admin, gone.ID) })
		if err := invitee(mailed()); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link that was taken back: %v", err)
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			roles, err := i.Auth.RolesOf(ctx, tx, gone.ID)
			if len(roles) != 0 {
				t.Errorf("who was not let in keeps %v", roles)
			}
			list, lerr := i.Setup.Invitations(ctx, tx, admin)
			if lerr != nil || len(list) != 2 || list[0].State != "revoked" || list[1].State != "taken" {
				t.Errorf("the invitations: %+v, %v", list, lerr)
			}
			if _, err := i.Setup.Invitations(ctx, tx, agent); !fault.Is(err, fault.Forbidden) {
				t.Errorf("an agent saw the invitations: %v", err)
			}
			return err
		})
	})
}

func TestTheTestMailIsSeenComingBack(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		admin := i.Person("boss@company.example", "The boss", "admin")
		progress := func() (p setup.Progress) {
			i.Read(func(ctx context.Context, tx db.Tx) (err error) { p, err = i.Setup.Progress(ctx, tx, admin); return err })
			return p
		}
		state := func(name string) string {
			for _, s := range progress().Steps {
				if s.Name == name {
					return s.State
				}
			}
			return "missing"
		}
		if state("mailbox") != "done" || state("test") != "open" {
			t.Errorf("before: %+v", progress())
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Setup.Skip(ctx, tx, admin, "test", true)
			return err
		})
		if state("test") != "skipped" {
			t.Errorf("skipped: %+v", progress())
		}
		tickets := i.Count(`SELECT count(*) FROM ticket`)
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := i.Setup.SendTest(ctx, tx, admin, "support")
			return err
		})
		i.Settle()
		sent := i.Peer.All()[len(i.Peer.All())-1]
		if p := progress(); p.Test == nil || p.Test.State != "sent" || p.Test.ArrivedAt != nil {
			t.Errorf("on its way: %+v", p.Test)
		}
		i.Mail(sent.From, apptest.Mailbox, sent.Raw)
		i.Settle()
		if p := progress(); p.Test.ArrivedAt == nil || state("test") != "done" {
			t.Errorf("arrived: %+v", p.Test)
		}
		if n := i.Count(`SELECT count(*) FROM ticket`); n != tickets {
			t.Errorf("the test mail made %d tickets", n-tickets)
		}
		if err := i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := i.Setup.Progress(ctx, tx, i.Person("plain@company.example", "Plain", "agent"))
			return err
		}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agent saw the first run: %v", err)
		}
	})
}

func TestServersAreTriedAndPasswordsThatWorkAreKept(t *testing.T) {
	t.Setenv("STEWARD_TEST_IMAP", "secret")
	d := startDovecot(t)
	i := apptest.New(t, apptest.Options(t, db.SQLite))
	admin := i.Person("boss@company.example", "The boss", "admin")
	try := func(password string) *setup.Tried {
		out, err := i.Setup.Try(t.Context(), admin, setup.Trial{Name: "second", Address: "second@company.example",
			Incoming: &setup.Incoming{Host: "127.0.0.1", Port: d.imap, TLS: "none", Username: "support", Password: password}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Incoming
	}
	if r := try("wrong"); r.OK || !strings.Contains(r.Advice, "password") || r.Reference != "" {
		t.Errorf("a wrong password: %+v", r)
	}
	if files, _ := filepath.Glob(filepath.Join(i.DB.Dir(), "secrets", "*")); len(files) != 0 {
		t.Errorf("a password that did not work is kept in %v", files)
	}
	r := try(os.Getenv("STEWARD_TEST_IMAP"))
	kept, err := os.ReadFile(strings.TrimPrefix(r.Reference, "file:"))
	if !r.OK || err != nil || string(kept) != os.Getenv("STEWARD_TEST_IMAP") {
		t.Errorf("the right password: %+v, kept as %q, %v", r, kept, err)
	}
	out, err := i.Setup.Try(t.Context(), admin, setup.Trial{Name: "second", Address: "second@company.example", Outgoing: &setup.Outgoing{Host: "127.0.0.1", Port: 1, Security: "none"}})
	if err != nil || out.Outgoing.OK || !strings.Contains(out.Outgoing.Message, "refused") {
		t.Errorf("a server that is not there: %+v, %v", out.Outgoing, err)
	}
	if _, err := i.Setup.Try(t.Context(), i.Person("plain@company.example", "Plain", "agent"), setup.Trial{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an agent tried servers: %v", err)
	}
}

func TestAnEmptyDatabaseIsSetUpAtTheBrowser(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			i := apptest.Open(t, dbtest.Options(t, engine), &apptest.Clock{})
			i.Clock.Set(apptest.Start)
			first := setup.First{Email: "first@company.example", Name: "First", Password: "long enough to be one"}
			if _, err := i.Setup.Start(t.Context(), first, "192.0.2.1", "test"); !fault.Is(err, fault.Invalid) {
				t.Fatalf("without the code: %v", err)
			}
			first.Code = i.Setup.Code
			secret, err := i.Setup.Start(t.Context(), first, "192.0.2.1", "test")
			if err != nil {
				t.Fatal(err)
			}
			by, err := i.Auth.BySession(t.Context(), secret)
			if err != nil || !by.May("apply", "blueprint") {
				t.Errorf("the first administrator: %+v, %v", by, err)
			}
			if _, err := i.Setup.Start(t.Context(), first, "192.0.2.1", "test"); !fault.Is(err, fault.Invalid) {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}
