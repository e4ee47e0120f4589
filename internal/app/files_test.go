package app_test

import (
	"context"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/file"
)

func TestFilesTooLargeForMailAreNamedInBothParts(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		agent := i.Person("maria@company.example", "Maria", "agent")
		send(i, ann)
		id := tickets(i)[0].ID
		m := desk.Message{Agent: true, Public: true, Channel: "web", Text: "See", HTML: "<p>See</p>"}
		for name, size := range map[string]int{"small.txt": 10, "a<b>.bin": 21 << 20} {
			blob, err := i.Files.PutBytes(t.Context(), make([]byte, size), i.Clock.Now())
			must(t, err)
			var f file.File
			i.Write(func(ctx context.Context, tx db.Tx) (err error) {
				f, err = i.Files.Attach(ctx, tx, agent, blob, name)
				return err
			})
			m.Files = append(m.Files, desk.Attachment{FileID: f.ID})
		}
		if m.Files[0].FileID > m.Files[1].FileID {
			m.Files[0], m.Files[1] = m.Files[1], m.Files[0]
		}
		i.Write(func(ctx context.Context, tx db.Tx) error {
			_, _, err := i.Desk.Reply(ctx, tx, agent, id, m, "")
			return err
		})
		i.Settle()
		got := i.Peer.All()[0].Message()
		if !strings.Contains(got.Text, "a<b>.bin, 21 MB") || !strings.Contains(got.HTML, "a&lt;b&gt;.bin, 21 MB") {
			t.Errorf("text %q, HTML %q", got.Text, got.HTML)
		}
	})
}
