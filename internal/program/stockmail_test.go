package program_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/mail"
)

// relay is a mail server that keeps what comes, by recipient. It is busy for the first few mails.
type relay struct {
	mu   sync.Mutex
	busy int
	got  map[string][]mail.Message
}

// NewSession implements smtp.Backend.
func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return &relaySession{relay: r}, nil }

// all is what came for somebody.
func (r *relay) all(to string) []mail.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[to]
}

type relaySession struct {
	relay *relay
	to    []string
}

func (s *relaySession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}
func (s *relaySession) Data(in io.Reader) error {
	raw, err := io.ReadAll(in)
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	if s.relay.busy > 0 {
		s.relay.busy--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Try again later"}
	}
	for _, to := range s.to {
		s.relay.got[to] = append(s.relay.got[to], mail.Parse(raw))
	}
	return err
}
func (s *relaySession) Reset()        { s.to = nil }
func (s *relaySession) Logout() error { return nil }

// relayed goes on with an instance whose mail leaves by SMTP, to a server on this machine that is busy at first.
func (w *world) relayed(busy int) *relay {
	w.T.Helper()
	r := &relay{busy: busy, got: map[string][]mail.Message{}}
	server := smtp.NewServer(r)
	server.Domain = "mail.company.example"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.T.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	w.T.Cleanup(func() { server.Close() })
	w.Apply(strings.Replace(apptest.MailboxText, "host: mail.company.example", fmt.Sprintf("host: 127.0.0.1\n  port: %d\n  security: none", l.Addr().(*net.TCPAddr).Port), 1))
	w.DB.Close()
	a, err := app.New(w.T.Context(), app.Options{DB: w.at, Clock: w.Clock.Now, BaseURL: "https://desk.company.example", AllowHosts: []string{"127.0.0.1"}})
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() { a.DB.Close() })
	w.Instance = &apptest.Instance{App: a, T: w.T, Clock: w.Clock, Peer: w.Peer}
	return r
}

// A pool runs low: who may supply codes and chose mail gets one, by SMTP, though the mail server is busy at first and
// members go on claiming; when the pool was filled and runs low again, they get another.
func TestThatCodesRunLowIsMailedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.ReplaceAll(membership, "URL", "https://nowhere.example"))
		keeper, other, looks := w.Person("keeper@company.example", "Keeper", "admin"), w.Person("other@company.example", "Other", "admin"), w.Person("looks@company.example", "Looks", "observer")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			team, _ := w.Blueprint.Set().Entry("team", "programs")
			if err := w.Directory.SetMembers(ctx, tx, w.Root(), team.ID, []int64{keeper.PersonID, other.PersonID, looks.PersonID}); err != nil {
				return err
			}
			if _, err := w.Auth.Choose(ctx, tx, keeper, map[string]string{"notify_mail": "now"}); err != nil { // mail is what is usual for stock
				return err
			}
			_, err := w.Auth.Choose(ctx, tx, other, map[string]string{"notify": "stock:a"})
			return err
		})
		peer := w.relayed(2)
		members := 0
		claims := func(n int) {
			for range n {
				members++
				a := w.send("members", sentBy(members), map[string][]string{"seats": {"5"}})
				w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, w.one(a.ID), 1) })
				w.Settle()
			}
		}
		hours := func(n int) {
			for range n {
				w.Clock.Advance(time.Hour)
				w.Settle()
			}
		}
		claims(1) // the pool is dry at once
		hours(1)
		claims(2)
		hours(3)
		got := peer.all("keeper@company.example")
		if len(got) != 1 || got[0].Subject != "A year runs low" || !strings.Contains(got[0].Text, "https://desk.company.example/pools") {
			t.Fatalf("%d mails came: %+v", len(got), got)
		}
		w.codes("year", some("FRESH", 4)...)
		hours(1)
		claims(4)
		hours(3)
		if got = peer.all("keeper@company.example"); len(got) != 2 {
			t.Errorf("%d mails came after it ran low again", len(got))
		}
		for _, to := range []string{"other@company.example", "looks@company.example"} {
			if got := peer.all(to); len(got) > 0 {
				t.Errorf("%s got %+v", to, got)
			}
		}
	})
}
