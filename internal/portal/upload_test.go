package portal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/file"
)

// uploadState is an upload as the portal tells it.
type uploadState struct {
	ID       int64
	Received int64
	State    string
	SHA256   string
	Detail   string
}

func (v *visitor) call(method, path string, body []byte, headers ...string) (int, uploadState) {
	v.T.Helper()
	req, err := http.NewRequest(method, v.server.URL+path, bytes.NewReader(body))
	if err != nil {
		v.T.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.T.Fatal(err)
	}
	defer res.Body.Close()
	var u uploadState
	if err := json.NewDecoder(res.Body).Decode(&u); err != nil {
		v.T.Fatal(res.StatusCode, err)
	}
	return res.StatusCode, u
}

// linked opens a ticket and makes an upload link on it.
func (v *visitor) linked() (ticket int64, path string, l desk.UploadLink) {
	v.T.Helper()
	v.known("ann@acme.example")
	v.open("/portal/request")
	v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(nil)
	ticket = v.tickets()[0].ID
	agent := v.Person("maria@company.example", "Maria", "agent")
	customer := v.Person("bo@acme.example", "Bo")
	v.Write(func(ctx context.Context, tx db.Tx) (err error) {
		if _, err := v.Desk.LinkUpload(ctx, tx, customer, ticket); err == nil {
			v.T.Error("a customer makes an upload link")
		}
		l, err = v.Desk.LinkUpload(ctx, tx, agent, ticket)
		return err
	})
	url := v.Desk.UploadURL(l)
	return ticket, url[strings.Index(url, "/portal/"):], l
}

func TestLargeFileComesInPartsAndResumes(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\nupload_mb: 4\n")
		ticket, path, l := v.linked()
		content := make([]byte, 2*file.PieceSize+1000)
		_, _ = rand.New(rand.NewSource(1)).Read(content)
		announce := []byte(fmt.Sprintf(`{"filename":"../core.dump","size":%d}`, len(content)))
		_, u := v.call("POST", path+"/files", announce)
		at := fmt.Sprintf("%s/files/%d?offset=", path, u.ID)
		if status, got := v.call("PUT", at+"0", content[:file.PieceSize+500]); status != 200 || got.Received != file.PieceSize {
			t.Fatalf("the first part: %d %+v; want one whole piece", status, got)
		}
		if status, got := v.call("PUT", at+"0", content); status != http.StatusConflict || !strings.Contains(got.Detail, fmt.Sprint(file.PieceSize)) {
			t.Errorf("a part at the wrong place: %d %+v", status, got)
		}
		if _, again := v.call("POST", path+"/files", announce); again.ID != u.ID || again.Received != file.PieceSize {
			t.Errorf("begun again: %+v", again)
		}
		sum := sha256.Sum256(content)
		status, got := v.call("PUT", at+fmt.Sprint(file.PieceSize), content[file.PieceSize:], "Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
		if status != 200 || got.State != "done" || got.SHA256 != fmt.Sprintf("%x", sum) {
			t.Fatalf("the last part: %d %+v", status, got)
		}
		if status, got := v.call("POST", path+"/files", []byte(`{"filename":"more","size":4000000}`)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("more than the link takes: %d %+v", status, got)
		}
		// The note on the ticket has the file, and its bytes are the ones sent.
		agent := v.Person("otto@company.example", "Otto", "agent")
		var stored desk.CommentFile
		v.Read(func(ctx context.Context, tx db.Tx) error {
			entries, _, err := v.Desk.Timeline(ctx, tx, agent, ticket, 0)
			for _, e := range entries {
				if e.Comment != nil && len(e.Comment.Files) == 1 {
					stored = e.Comment.Files[0]
					if e.Comment.Public || !strings.Contains(e.Comment.Text, got.SHA256) {
						t.Errorf("the note: %+v", e.Comment)
					}
				}
			}
			return err
		})
		var back bytes.Buffer
		if err := v.Files.Copy(t.Context(), &back, stored.Hash); err != nil || stored.Filename != "core.dump" || !bytes.Equal(back.Bytes(), content) {
			t.Errorf("stored %q, %d bytes, %v", stored.Filename, back.Len(), err)
		}
		some := make([]byte, 2000)
		if _, err := v.Files.Reader(t.Context(), stored.Hash, stored.Size).ReadAt(some, file.PieceSize-1000); err != nil || !bytes.Equal(some, content[file.PieceSize-1000:file.PieceSize+1000]) {
			t.Errorf("read across pieces: %v", err)
		}
		// It stays until 30 days after the ticket was closed.
		v.Clock.Advance(40 * 24 * time.Hour)
		v.Settle()
		if v.Count(`SELECT count(*) FROM blob_piece WHERE hash = $1`, stored.Hash) != 3 {
			t.Error("it is gone though the ticket is not closed")
		}
		v.Write(func(ctx context.Context, tx db.Tx) error {
			for _, state := range []desk.Status{desk.StatusSolved, desk.StatusClosed} {
				tk := ticketNow(ctx, t, tx, v, ticket)
				if _, err := v.Desk.Update(ctx, tx, agent, ticket, desk.Edit{Version: tk.Version, Status: &state}); err != nil {
					return err
				}
			}
			return nil
		})
		v.Clock.Advance(29 * 24 * time.Hour)
		v.Settle()
		v.Clock.Advance(32 * 24 * time.Hour)
		v.Settle()
		if n := v.Count(`SELECT count(*) FROM blob_piece WHERE hash = $1`, stored.Hash); n != 0 {
			t.Errorf("%d pieces are left long after the ticket was closed", n)
		}
		if l.MaxBytes != 4<<20 {
			t.Errorf("the link takes %d bytes", l.MaxBytes)
		}
	})
}

func ticketNow(ctx context.Context, t *testing.T, tx db.Tx, v *visitor, id int64) *desk.Ticket {
	t.Helper()
	tk, err := v.Desk.Get(ctx, tx, v.Root(), id)
	if err != nil {
		t.Fatal(err)
	}
	return tk
}

func TestUploadWithoutScript(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		_, path, _ := v.linked()
		v.open(path)
		v.send(map[string]string{"a.log": strings.Repeat("line\n", 300_000), "empty": ""})
		v.shows("2 files arrived", "a.log", "1 MB", "empty")
		// One that is cut off leaves nothing behind.
		r, w := io.Pipe()
		req, err := http.NewRequest("POST", v.server.URL+path, r)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		go func() {
			_, _ = io.WriteString(w, "--b\r\nContent-Disposition: form-data; name=files; filename=cut.bin\r\n\r\n"+strings.Repeat("x", file.PieceSize+100))
			_ = w.CloseWithError(io.ErrClosedPipe)
		}()
		if res, err := v.client.Do(req); err == nil {
			res.Body.Close()
		}
		for begin := time.Now(); v.Count(`SELECT count(*) FROM upload WHERE filename = 'cut.bin' AND state = 'removed'`) == 0; time.Sleep(20 * time.Millisecond) {
			if time.Since(begin) > 10*time.Second {
				t.Fatal("what was cut off is still there")
			}
		}
	})
}

func TestUploadLinkEnds(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		ticket, path, l := v.linked()
		v.call("POST", path+"/files", []byte(`{"filename":"half","size":1000000}`))
		_, u := v.call("POST", path+"/files", []byte(`{"filename":"half","size":1000000}`))
		v.call("PUT", fmt.Sprintf("%s/files/%d?offset=0", path, u.ID), make([]byte, file.PieceSize))
		v.Clock.Advance(49 * time.Hour)
		v.Settle()
		v.open(path)
		v.shows("no longer takes files")
		if v.status != http.StatusGone {
			t.Errorf("status %d", v.status)
		}
		if status, _ := v.call("POST", path+"/files", []byte(`{"filename":"late","size":1}`)); status != http.StatusForbidden {
			t.Errorf("a late file: %d", status)
		}
		if n := v.Count(`SELECT count(*) FROM file WHERE filename = 'half'`); n != 0 {
			t.Error("what was not finished stays")
		}
		agent := v.Person("otto@company.example", "Otto", "agent")
		v.Write(func(ctx context.Context, tx db.Tx) (err error) {
			if l, err = v.Desk.LinkUpload(ctx, tx, agent, ticket); err != nil {
				return err
			}
			_, err = v.Desk.RevokeUpload(ctx, tx, agent, ticket, l.ID)
			return err
		})
		url := v.Desk.UploadURL(l)
		if status, _ := v.call("POST", url[strings.Index(url, "/portal/"):]+"/files", []byte(`{"filename":"late","size":1}`)); status != http.StatusForbidden {
			t.Errorf("a revoked link: %d", status)
		}
	})
}
