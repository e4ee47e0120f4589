package app_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

func zipped(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	must(t, err)
	_, err = io.WriteString(w, text)
	must(t, err, z.Close())
	return b.String()
}

func tarred(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	must(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}))
	_, err := io.WriteString(w, text)
	must(t, err, w.Close(), g.Close())
	return b.String()
}

func TestWordsInAttachmentsAreFoundAndCovered(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		const word = "hunter2secret"
		eml := "From: a@x.example\r\nSubject: Forwarded\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("the token is "+word)) + "\r\n"
		files := []struct{ name, data, how string }{
			{"app.log", "start\ntoken=" + word + " ok\nend\n", "covered"},
			{"people.csv", "name;token\nAnn;HUNTER2SECRET\n", "covered"},
			{"dump.json", `{"token":"` + word + `"}`, "covered"},
			{"escaped.json", `{"token":"hunter2\u0073ecret"}`, "holds"},
			{"mail.eml", eml, "holds"},
			{"logs.zip", zipped(t, "var/app.log", strings.Repeat("line\n", 70_000)+word), "holds"},
			{"logs.tar.gz", tarred(t, "var/"+word+".log", "nothing"), "holds"},
			{"clean.txt", "nothing of it", ""},
			{"odd.bin", strings.Repeat("\x7fELF\x00\x00\x00", 50), "unread"},
			{word + ".txt", "nothing either", "covered"},
		}
		raw := "From: Ann <ann@acme.example>\r\nMessage-ID: <f@acme.example>\r\nSubject: Files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n"
		for _, f := range files {
			raw += "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + f.name + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(f.data)) + "\r\n"
		}
		i.Mail("ann@acme.example", apptest.Mailbox, []byte(raw+"--b--\r\n"))
		i.Settle()
		id := tickets(i)[0].ID
		i.Clock.Advance(2 * time.Hour) // the bytes are no longer young
		in := desk.NewRedaction{TicketID: id, Words: []string{word}}
		plan, err := redact(i, i.Root(), in, true)
		if err != nil {
			t.Fatal(err)
		}
		how := map[string]desk.FileFinding{}
		for _, f := range plan.Attachments {
			how[f.Filename] = f
		}
		for _, f := range files {
			if how[f.name].How != f.how {
				t.Errorf("%s: %+v, want %q", f.name, how[f.name], f.how)
			}
		}
		if say := how["logs.zip"].Say; !strings.Contains(say, "The archive holds the words, in var/app.log") {
			t.Errorf("of the archive it says %q", say)
		}
		if plan.Covered != 4 || plan.Originals != 1 {
			t.Errorf("it would cover %+v", plan)
		}
		done, err := redact(i, i.Root(), in, false)
		if err != nil || done.Covered != 4 {
			t.Fatalf("%+v %v", done, err)
		}
		got := map[string]string{}
		var archives []int64
		for _, f := range comments(i, id)[0].Files {
			var b bytes.Buffer
			must(t, i.Files.Copy(t.Context(), &b, f.Hash))
			got[f.Filename] = b.String()
			if int64(b.Len()) != f.Size {
				t.Errorf("%s has %d bytes and says %d", f.Filename, b.Len(), f.Size)
			}
			if how[f.Filename].How == "holds" {
				archives = append(archives, f.ID)
			}
		}
		if got["app.log"] != "start\ntoken=█████████████ ok\nend\n" || !strings.HasPrefix(got["people.csv"], "name;token\nAnn;█") || got["clean.txt"] != "nothing of it" || got["█████████████.txt"] == "" {
			t.Errorf("the files are %.300v", fmt.Sprint(got["app.log"], got["people.csv"], got["dump.json"]))
		}
		if e := event(i, id, desk.TicketRedacted); e == nil || !strings.Contains(string(e.Data), `"covered":4`) {
			t.Errorf("the event tells %s", e.Data)
		}
		// What is left stands only in files that cannot be changed, and says so; they go whole.
		_, err = redact(i, i.Root(), in, false)
		refusedAs(t, err, fault.Invalid, "Only files that cannot be changed", "escaped.json")
		in.Files = archives
		if done, err = redact(i, i.Root(), in, false); err != nil || done.Files != len(archives) {
			t.Fatalf("%+v %v", done, err)
		}
		if left := everywhere(i, word); len(left) > 0 {
			t.Errorf("the word still stands in %v", left)
		}
		i.Verify()
	})
}

func TestWordsInFilesOfSplitTicketsAreCoveredToo(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		raw := "From: Ann <ann@acme.example>\r\nMessage-ID: <f@acme.example>\r\nSubject: A file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n" +
			"--b\r\nContent-Type: text/plain; name=key.txt\r\nContent-Disposition: attachment; filename=key.txt\r\n\r\nthe private key\r\n--b--\r\n"
		i.Mail("ann@acme.example", apptest.Mailbox, []byte(raw))
		i.Settle()
		id := tickets(i)[0].ID
		split(i, id, comments(i, id)[0].ID)
		i.Clock.Advance(2 * time.Hour)
		done, err := redact(i, i.Root(), desk.NewRedaction{TicketID: id, Words: []string{"private key"}}, false)
		if err != nil || done.Covered != 2 || len(done.Others) != 1 {
			t.Fatalf("%+v %v", done, err)
		}
		if left := everywhere(i, "private key"); len(left) > 0 {
			t.Errorf("the words still stand in %v", left)
		}
	})
}

// split makes a new ticket of one message.
func split(i *apptest.Instance, ticket, comment int64) {
	i.T.Helper()
	doing(i, func(ctx context.Context, tx db.Tx) error {
		_, err := i.Desk.Split(ctx, tx, i.Root(), ticket, []int64{comment}, "")
		return err
	})
}
