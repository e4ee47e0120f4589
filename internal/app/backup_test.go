package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/backup"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
)

// worked is an instance in which something has happened: mails, answers, files, private values
// of the ledger, a mail that waits to leave.
func worked(t *testing.T, o db.Options) *apptest.Instance {
	t.Helper()
	i := apptest.New(t, o)
	agent := i.Person("maria@company.example", "Maria", "agent")
	send(i, ann)
	odd := ann
	odd.id, odd.text = "odd@acme.example", "Zażółć \u2028 <b>&amp;</b> \"quoted\" \\ and a tab\t."
	send(i, odd)
	id := tickets(i)[0].ID
	blob, err := i.Files.PutBytes(t.Context(), []byte{0, 1, 2, 0xff, 0xfe, '\n'}, i.Clock.Now())
	must(t, err)
	i.Write(func(ctx context.Context, tx db.Tx) error {
		f, err := i.Files.Attach(ctx, tx, agent, blob, "bytes.bin")
		if err != nil {
			return err
		}
		_, _, err = i.Desk.Reply(ctx, tx, agent, id, desk.Message{Agent: true, Public: true, Channel: "web", Text: "See", Files: []desk.Attachment{{FileID: f.ID}}}, "")
		return err
	})
	i.Settle()
	i.Write(func(ctx context.Context, tx db.Tx) error {
		_, _, err := i.Desk.Reply(ctx, tx, agent, id, desk.Message{Agent: true, Public: true, Channel: "web", Text: "This one is still to leave"}, "")
		return err
	})
	return i
}

func empty(t *testing.T, e db.Engine) db.Options {
	if e == db.SQLite {
		return db.Options{Dir: filepath.Join(t.TempDir(), "restored")}
	}
	return db.Options{URL: dbtest.URL(t)}
}

var engines = []db.Engine{db.SQLite, db.Postgres}

func TestBackupOfEitherEngineRestoresIntoEither(t *testing.T) {
	for _, from := range engines {
		i := worked(t, apptest.Options(t, from))
		file := filepath.Join(t.TempDir(), "backup.zip")
		made, err := backup.Create(t.Context(), i.DB, file, "test", i.Clock.Now(), false)
		must(t, err)
		for _, to := range engines {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				o := empty(t, to)
				r, err := backup.Restore(t.Context(), file, backup.Into{DB: o, Now: i.Clock.Now(),
					Change: func(ctx context.Context, d *db.DB) error { return app.Finish(ctx, d, nil, t.Logf) }})
				must(t, err)
				if r.Manifest.Head != made.Head || r.Ledger.Tampered != 0 {
					t.Errorf("restored %+v", r)
				}
				again := apptest.Open(t, o, i.Clock)
				again.Settle()
				again.Verify()
				if n := len(again.Peer.All()); n != 0 {
					t.Errorf("%d mails left a restored copy by themselves", n)
				}
				var held []mail.Out
				again.Read(func(ctx context.Context, tx db.Tx) (err error) {
					held, _, err = again.App.Mail.Outbox(ctx, tx, again.Root(), mail.Held, db.Page{})
					return err
				})
				if len(held) == 0 || held[0].Error != mail.HeldBecause {
					t.Errorf("held: %+v", held)
				}
				var found struct{ Groups []struct{ Items []any } }
				if status := call(t, i.Token, "GET", again.Serve().URL+"/api/v1/search?q=hangs", nil, &found); status != 200 || len(found.Groups) == 0 || len(found.Groups[0].Items) == 0 {
					t.Errorf("the search of a copy: %d %+v", status, found)
				}
				fresh := ann
				fresh.id = "fresh@acme.example"
				send(again, fresh) // numbers and positions go on where they were
				before := len(tickets(i))
				if n := len(tickets(again)); n != before+1 {
					t.Errorf("%d tickets, want %d and a new one", n, before)
				}
				again.Write(func(ctx context.Context, tx db.Tx) error {
					_, err := again.App.Mail.Release(ctx, tx, again.Root())
					return err
				})
				again.Settle()
				if n := len(again.Peer.All()); n == 0 {
					t.Error("released mail did not leave")
				}
				again.Verify()
			})
		}
	}
}

func TestSandboxLetsNoMailOut(t *testing.T) {
	i := worked(t, apptest.Options(t, db.SQLite))
	file := filepath.Join(t.TempDir(), "backup.zip")
	_, err := backup.Create(t.Context(), i.DB, file, "test", i.Clock.Now(), false)
	must(t, err)
	o := empty(t, db.SQLite)
	_, err = backup.Restore(t.Context(), file, backup.Into{DB: o, Sandbox: true, Now: i.Clock.Now()})
	must(t, err)
	box := apptest.Open(t, o, i.Clock)
	box.Settle()
	var caught []mail.Caught
	box.Read(func(ctx context.Context, tx db.Tx) (err error) {
		caught, _, err = box.App.Mail.CaughtMail(ctx, tx, box.Root(), db.Page{})
		return err
	})
	if len(box.Peer.All()) != 0 || len(caught) == 0 {
		t.Errorf("%d mails left, %d were caught", len(box.Peer.All()), len(caught))
	}
	if box.Sandbox == nil || !box.Sandbox.MadeAt.Equal(i.Clock.Now().Truncate(time.Second)) {
		t.Errorf("the sandbox says it is %+v", box.Sandbox)
	}
	var me struct {
		Workspace struct {
			Sandbox     *backup.Origin
			MailCatcher bool `json:"mail_catcher"`
		}
	}
	if status := call(t, i.Token, "GET", box.Serve().URL+"/api/v1/me", nil, &me); status != 200 || me.Workspace.Sandbox == nil || !me.Workspace.MailCatcher {
		t.Errorf("%d %+v", status, me)
	}
}

func TestBackupThatIsDamagedIsRefused(t *testing.T) {
	i := worked(t, apptest.Options(t, db.SQLite))
	dir := t.TempDir()
	file := filepath.Join(dir, "backup.zip")
	_, err := backup.Create(t.Context(), i.DB, file, "test", i.Clock.Now(), false)
	must(t, err)
	if _, err := backup.Create(t.Context(), i.DB, file, "test", i.Clock.Now(), false); !fault.Is(err, fault.Invalid) {
		t.Errorf("an existing file was replaced: %v", err)
	}
	whole, err := os.ReadFile(file)
	must(t, err)
	try := func(name string, content []byte) {
		t.Helper()
		bad := filepath.Join(dir, "bad.zip")
		must(t, os.WriteFile(bad, content, 0o600))
		a, err := backup.Open(bad)
		if err == nil {
			err = a.Verify(t.Context())
			a.Close()
		}
		if err == nil {
			t.Errorf("%s: verify lets it through", name)
		}
		to := filepath.Join(dir, "out", strings.ReplaceAll(name, " ", "-"))
		if _, err := backup.Restore(t.Context(), bad, backup.Into{DB: db.Options{Dir: to}, Now: i.Clock.Now()}); err == nil {
			t.Errorf("%s: restore lets it through", name)
		}
		if _, err := os.Stat(to); err == nil {
			t.Errorf("%s: a half restored folder stays", name)
		}
	}
	try("cut off", whole[:len(whole)*2/3])
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	must(t, err)
	for _, f := range r.File {
		if f.CompressedSize64 < 400 {
			continue
		}
		at, err := f.DataOffset()
		must(t, err)
		flipped := bytes.Clone(whole)
		flipped[uint64(at)+f.CompressedSize64/2] ^= 0x55
		try("a bit of "+f.Name+" flipped", flipped)
	}
	try("a row changed", rewrite(t, whole, "ticket.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("open"), []byte("lost"), 1) }))
	try("a row missing", rewrite(t, whole, "events.jsonl", func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] }))
	try("a manifest changed", rewrite(t, whole, "manifest.json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"rows": 1`), []byte(`"rows": 2`), 1) }))
}

// rewrite is an archive with one file changed, checksums of the archive and all.
func rewrite(t *testing.T, whole []byte, name string, change func([]byte) []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	must(t, w.SetComment(r.Comment))
	for _, f := range r.File {
		in, err := f.Open()
		must(t, err)
		b, err := io.ReadAll(in)
		must(t, err)
		if f.Name == name {
			b = change(b)
		}
		o, err := w.Create(f.Name)
		must(t, err)
		_, err = o.Write(b)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func TestBackupWhileOthersWriteIsOneMoment(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := i.App.Mail.Receive(context.Background(), ann.from, []string{apptest.Mailbox}, "test", []byte("From: ann@acme.example\r\nTo: support@company.example\r\nSubject: x\r\nMessage-ID: <"+time.Now().Format("150405.000000000")+"@x>\r\n\r\nx\r\n")); err != nil {
					t.Error(err)
					return
				}
				if _, err := i.Jobs.RunDue(context.Background()); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for n := range 3 {
			file := filepath.Join(t.TempDir(), "backup.zip")
			_, err := backup.Create(t.Context(), i.DB, file, "test", i.Clock.Now(), false)
			must(t, err)
			if _, err := backup.Restore(t.Context(), file, backup.Into{DB: empty(t, db.SQLite), Now: i.Clock.Now()}); err != nil {
				t.Errorf("backup %d: %v", n, err)
			}
		}
		close(stop)
		<-stopped
	})
}

func TestMoveToPostgreSQLKeepsEverything(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	i := worked(t, o)
	before := tickets(i)
	to := backup.Into{DB: empty(t, db.Postgres), Now: i.Clock.Now()}
	serving, err := db.Open(t.Context(), db.Options{Dir: o.Dir, Own: true})
	must(t, err)
	if _, err := backup.Move(t.Context(), o.Dir, "test", to); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "Stop it first") {
		t.Errorf("moving a folder that is served: %v", err)
	}
	must(t, serving.Close())
	_, err = backup.Move(t.Context(), o.Dir, "test", backup.Into{DB: dbtest.Options(t, db.Postgres), Now: i.Clock.Now()})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("moving to a database that is not empty: %v", err)
	}
	r, err := backup.Move(t.Context(), o.Dir, "test", to)
	must(t, err)
	if r.Ledger.Events == 0 || r.Ledger.Sealed < r.Manifest.Seal.Pos {
		t.Errorf("%+v", r.Ledger)
	}
	if err := backup.NotMoved(o.Dir); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("the folder is not marked: %v", err)
	}
	if _, err := backup.Move(t.Context(), o.Dir, "test", backup.Into{DB: empty(t, db.Postgres), Now: i.Clock.Now()}); !fault.Is(err, fault.Conflict) {
		t.Errorf("moved twice: %v", err)
	}
	there := apptest.Open(t, to.DB, i.Clock)
	after := tickets(there)
	if len(after) != len(before) || after[0].ID != before[0].ID {
		t.Errorf("%d tickets became %d", len(before), len(after))
	}
	send(there, letter{from: ann.from, subject: "New", id: "after@acme.example", text: "x"})
	there.Settle()
	there.Verify()
}
