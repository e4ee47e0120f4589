package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/mail"
)

func TestMailIsSignedOnceAndTheSameAtEachTry(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		file := filepath.Join(t.TempDir(), "key.pem")
		i.Apply("kind: mailbox\nname: support\ntitle: Support\naddress: support@company.example\ndkim: { selector: s1, key: \"file:" + file + "\" }\noutgoing: { host: mail.company.example }\n")
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		reply(i, agent, id, "Hello", "") // the key is not there yet
		if n := i.Count(`SELECT count(*) FROM outbox WHERE state = 'held' AND error LIKE 'The mail cannot be signed.%'`); n != 1 || len(i.Peer.All()) != 0 {
			t.Fatalf("without its key it left: %d", len(i.Peer.All()))
		}
		text, err := mail.NewDKIMKey("ed25519", rand.Reader)
		must(t, err, os.WriteFile(file, text, 0o600))
		key, err := mail.ParseDKIMKey(text)
		must(t, err)
		_, record, err := mail.DKIMRecord(key, "company.example", "s1")
		must(t, err)
		i.Peer.Fail(&mail.Result{Outcome: mail.Unknown, Message: "gone"}) // it came, but we never heard
		i.Write(func(ctx context.Context, tx db.Tx) error { _, err := i.App.Mail.Release(ctx, tx, i.Root()); return err })
		i.Settle()
		i.Peer.Fail(nil)
		i.Clock.Advance(time.Hour)
		i.Settle()
		all := i.Peer.All()
		if len(all) != 2 || !bytes.Equal(all[0].Raw, all[1].Raw) {
			t.Fatalf("%d tries, or not the same bytes", len(all))
		}
		got, err := dkim.VerifyWithOptions(bytes.NewReader(all[0].Raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			if strings.TrimSuffix(name, ".") != "s1._domainkey.company.example" {
				t.Errorf("looked up %s", name)
			}
			return []string{record}, nil
		}})
		if err != nil || len(got) != 1 || got[0].Err != nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
