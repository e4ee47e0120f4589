package program_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/program"
)

// inReview is an applicant whose application waits for a colleague, with the path of their page.
func (w *world) inReview(n int) (a *program.Application, path string) {
	w.T.Helper()
	w.apply(teacher(fmt.Sprintf("tess%d@private.example", n), fmt.Sprintf("cinder%d.example", n)), "send")
	id := w.last()
	_, _, path = w.post(w.mailed(fmt.Sprintf("tess%d@private.example", n), "confirm/"), nil)
	w.Settle()
	w.upload(path, "contract.pdf", []byte("%PDF-1.7 contract"), http.StatusSeeOther, "")
	w.Settle()
	if a = w.one(id); a.State != program.Review {
		w.T.Fatalf("%+v", a)
	}
	return a, path
}

// Two colleagues decide about the same application at the same moment: one of them does, the other is told.
func TestTwoColleaguesDecideAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		both := []act.Actor{w.Person("jane@company.example", "Jane", "admin"), w.Person("joan@company.example", "Joan", "admin")}
		for n := range 8 {
			a, _ := w.inReview(n)
			var all sync.WaitGroup
			errs := make([]error, len(both))
			for i, by := range both {
				all.Go(func() {
					errs[i] = w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						in := program.DecisionInput{Approve: i == 0, Words: "So it is."}
						if n%2 == 0 {
							in.Version = a.Version
						}
						_, err := w.Programs.Decide(ctx, tx, by, a.ID, in)
						return err
					})
				})
			}
			all.Wait()
			w.Settle()
			got := w.one(a.ID)
			won := map[program.State]int{program.Approved: 0, program.Rejected: 1}[got.State]
			// who rejects after an approval, or approves after a rejection, is refused: a decision is taken back first
			if errs[won] != nil || !fault.Is(errs[1-won], fault.Conflict) {
				t.Errorf("%s: %v and %v", got.State, errs[0], errs[1])
			}
			if got.DecidedBy != both[won].PersonID {
				t.Error("it was decided by", got.DecidedBy)
			}
			if n := w.Count(`SELECT count(*) FROM events WHERE subject_kind = 'application' AND subject_id = $1 AND verb IN ('application.approved', 'application.rejected')`, a.ID); n != 1 {
				t.Error(n, "decisions")
			}
		}
		w.Verify()
	})
}

// Two colleagues who have to agree do so at the same moment: it is approved, once.
func TestTwoColleaguesAgreeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.Replace(strings.Replace(education, "within: 40h", "within: 40h, approvals: 2", 1), "title: Education", "title: Education of two", 1))
		a, _ := w.inReview(1)
		var all sync.WaitGroup
		for n := range 2 {
			by := w.Person(fmt.Sprintf("c%d@company.example", n), fmt.Sprint("Colleague ", n), "admin")
			all.Go(func() {
				for { // who comes too late looks again, and agrees to what they see
					err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						_, err := w.Programs.Decide(ctx, tx, by, a.ID, program.DecisionInput{Approve: true})
						return err
					})
					if !fault.Is(err, fault.Conflict) {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		all.Wait()
		w.Settle()
		if got := w.one(a.ID); got.State != program.Approved {
			t.Errorf("%+v", got)
		}
		for verb, n := range map[string]int{"application.approved": 1, "application.seconded": 1} {
			if got := w.Count(`SELECT count(*) FROM events WHERE verb = $1`, verb); got != n {
				t.Errorf("%s %d times", verb, got)
			}
		}
	})
}

// Who applied to a program of their own company has no say in it.
func TestNobodyDecidesAboutTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(education)
		a, _ := w.inReview(1)
		own := w.Person("owner@company.example", "Owner", "admin")
		w.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE application SET person_id = $1 WHERE id = $2`, own.PersonID, a.ID)
			return err
		})
		for _, approve := range []bool{true, false} {
			err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Decide(ctx, tx, own, a.ID, program.DecisionInput{Approve: approve, Words: "Mine."})
				return err
			})
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("approve %v: %v", approve, err)
			}
		}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			if got, err := w.Programs.Next(ctx, tx, own, 0); err != nil || got != nil {
				t.Errorf("the next one is %+v, %v", got, err)
			}
			return nil
		})
		if got := w.one(a.ID); got.State != program.Review || len(got.Life.Seconds) > 0 {
			t.Errorf("%+v", got)
		}
	})
}

// A pool runs dry while a batch of members claims at once: each code goes to one of them, the others wait, and the next
// import serves them all in their order, however many they are.
func TestAPoolThatRunsDryServesThoseWhoWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.ReplaceAll(membership, "URL", "https://nowhere.example"))
		a := w.send("members", sentBy(1), map[string][]string{"seats": {"5"}})
		pool := int64(w.Count(`SELECT id FROM blueprint WHERE kind = 'pool' AND name = 'year'`))
		const members, first = 500, 100
		w.codes("year", some("EARLY", first)...)
		var all sync.WaitGroup
		for n := range members {
			all.Go(func() {
				err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					return w.Programs.DrawOne(ctx, tx, w.Root(), a.ID, pool, fmt.Sprint("benefit", n))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if given, waits := w.Count(`SELECT count(*) FROM application_grant WHERE state = 'given'`), w.Count(`SELECT count(*) FROM application_grant WHERE state = 'pending'`); given != first || waits != members-first {
			t.Errorf("%d have one, %d wait", given, waits)
		}
		w.codes("year", some("LATE", 50)...) // too few again
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM application_grant WHERE state = 'given' AND id > (SELECT min(id) FROM application_grant WHERE state = 'pending')`); n > first {
			t.Error(n, "who came later were served before the first who waits")
		}
		w.codes("year", some("LAST", members)...)
		w.Settle()
		if given, codes := w.Count(`SELECT count(*) FROM application_grant WHERE state = 'given'`), w.Count(`SELECT count(DISTINCT grant_id) FROM benefit_code WHERE state = 'dispatched'`); given != members || codes != members {
			t.Errorf("%d of %d have one, by %d codes", given, members, codes)
		}
	})
}

func some(name string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s-%05d", name, i)
	}
	return out
}

// What is sent as evidence is kept as it is and never unpacked: an archive that would grow a thousandfold is refused by its
// type whatever its name, a picture of 60,000 by 60,000 points is a small file.
func TestEvidenceIsNeverUnpacked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, path := w.inReview(1)
		var bomb bytes.Buffer
		z := zip.NewWriter(&bomb)
		f, _ := z.Create("evidence.pdf")
		zeros := make([]byte, 1<<20)
		for range 64 {
			_, _ = f.Write(zeros)
		}
		_ = z.Close()
		begun := time.Now()
		w.upload(path, "contract.pdf", bomb.Bytes(), http.StatusUnprocessableEntity, "is not of a type that is taken here")
		w.upload(path, "contract.png", picture(60_000), http.StatusSeeOther, "")
		w.Settle()
		if n := w.Count(`SELECT count(*) FROM application_file WHERE application_id = $1`, a.ID); n != 2 {
			t.Error(n, "files")
		}
		if page := w.get(path); !strings.Contains(page, "contract.png") {
			t.Error(page)
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Error("it took", took)
		}
	})
}

// picture is the head of a PNG of so many points a side, and little else.
func picture(side uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), side), side)
	head = append(head, 8, 6, 0, 0, 0)
	_ = binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(head)
	_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(head))
	return b.Bytes()
}

// endless gives zeros, and counts them.
type endless struct{ left, given int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	clear(p[:n])
	e.left, e.given = e.left-n, e.given+n
	return int(n), nil
}

// A gigabyte sent as evidence is refused in words, and most of it is never taken.
func TestAGigabyteOfEvidenceIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, path := w.inReview(1)
		var head bytes.Buffer
		m := multipart.NewWriter(&head)
		_ = m.WriteField("do", "upload")
		_ = m.WriteField("proof", "document")
		_, _ = m.CreateFormFile("files", "contract.pdf")
		body := &endless{left: 1 << 30}
		tail := "\r\n--" + m.Boundary() + "--\r\n"
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+path, io.MultiReader(&head, strings.NewReader("%PDF-1.7 "), body, strings.NewReader(tail)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", m.FormDataContentType())
		res, err := w.client.Do(req)
		if err == nil { // an answer while the body is still being sent may get lost
			page, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode < 400 || res.StatusCode >= 500 || !strings.Contains(string(page), "larger than") {
				t.Errorf("%d %s", res.StatusCode, page)
			}
		}
		t.Logf("%d MB of 1024 were taken before it was refused (%v)", body.given>>20, err)
		if body.given > 256<<20 {
			t.Error("too much was taken")
		}
		w.Settle()
		if got := w.one(a.ID); got.State != program.Review || w.Count(`SELECT count(*) FROM application_file WHERE application_id = $1`, a.ID) != 1 {
			t.Errorf("%+v", got)
		}
		w.upload(path, "again.pdf", []byte("%PDF-1.7 small"), http.StatusSeeOther, "")
	})
}

// A form with 10,000 answers that nobody asked for is taken as what it is: what was asked counts. One that is too long is
// refused in words.
func TestTenThousandAnswersAreOnlyThoseAskedFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const path = "/portal/programs/education/apply"
		form := func(in url.Values, extra, most int) (int, string) {
			t.Helper()
			in.Set("stamp", stampText.FindStringSubmatch(w.get(path))[1])
			w.Clock.Advance(time.Minute)
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			for name, list := range in {
				for _, text := range list {
					_ = m.WriteField(name, text)
				}
			}
			for i := range extra {
				_ = m.WriteField(fmt.Sprintf("f.extra%d", i), strings.Repeat("x", most))
			}
			_ = m.Close()
			res, err := w.client.Post(w.server.URL+path, m.FormDataContentType(), &b)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			page, _ := io.ReadAll(res.Body)
			return res.StatusCode, string(page)
		}
		in := teacher("tess@tudelft.nl", "tudelft.nl")
		in.Set("send", "1")
		in["asked"] = []string{"position", "course"}
		begun := time.Now()
		if status, page := form(in, 10_000, 20); status != http.StatusOK || !strings.Contains(page, "confirm your address") {
			t.Fatal(status, page)
		}
		a := w.one(w.last())
		if len(a.Attributes) != 2 || time.Since(begun) > 10*time.Second {
			t.Errorf("%v in %s", a.Attributes, time.Since(begun))
		}
		before := w.last()
		in.Set("email", "other@tudelft.nl")
		for _, c := range []struct{ extra, most int }{{10_000, 1000}, {400_000, 0}} {
			if status, page := form(in, c.extra, c.most); status != http.StatusRequestEntityTooLarge || !strings.Contains(page, "the most this page takes") {
				t.Error(status, page[:min(len(page), 500)])
			}
		}
		for i := range 10_000 {
			in.Set(fmt.Sprintf("f.extra%d", i), "x")
		}
		if status, page, _ := w.post(path, in); status != http.StatusBadRequest || !strings.Contains(page, "more than 10,000 answers") {
			t.Error(status, page[:min(len(page), 500)])
		}
		if w.last() != before {
			t.Error("something was stored")
		}
		if status, _, _ := w.post(path, url.Values{}); status != http.StatusUnprocessableEntity {
			t.Error("an empty form:", status)
		}
	})
}
