package app_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/directory/roster"
	"steward/internal/fault"
)

func uploadAndRun(i *apptest.Instance, csv string, dry bool) (r roster.Run, bad string) {
	i.T.Helper()
	r, err := i.Imports.Upload(i.T.Context(), i.Root(), roster.People, "people.csv", "", "crm", []byte(csv))
	if err != nil {
		i.T.Fatal(err)
	}
	i.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := i.Imports.Start(ctx, tx, i.Root(), r.ID, roster.Chosen{}, dry)
		return err
	})
	i.Settle()
	i.Read(func(ctx context.Context, tx db.Tx) (err error) {
		r, err = i.Imports.Get(ctx, tx, i.Root(), r.ID)
		return err
	})
	var b bytes.Buffer
	if err := i.Imports.Bad(i.T.Context(), i.Root(), r.ID, &b); err != nil {
		i.T.Fatal(err)
	}
	return r, b.String()
}

func TestUploadedFileIsImportedByAJob(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		var csv strings.Builder
		csv.WriteString("Email,Name,ID\n")
		for n := range 450 {
			switch n {
			case 7, 300:
				fmt.Fprintf(&csv, "nobody,Bad %d,b%d\n", n, n)
			case 310: // refused by the directory, not by a first look
				fmt.Fprintf(&csv, "p5@acme.example,Clash,k6\n")
			default:
				fmt.Fprintf(&csv, "p%d@acme.example,Person %d,k%d\n", n, n, n)
			}
		}
		r, bad := uploadAndRun(i, csv.String(), true)
		if r.State != roster.Done || r.Counts.Created != 448 || i.Count(`SELECT count(*) FROM person`) != 1 {
			t.Errorf("a dry run: %+v, %d people", r, i.Count(`SELECT count(*) FROM person`))
		}
		r, bad = uploadAndRun(i, csv.String(), false)
		if want := (roster.Counts{Read: 450, Created: 447, Failed: 3}); r.State != roster.Done || r.Counts != want {
			t.Errorf("got %+v, want %+v: %s", r, want, r.Error)
		}
		if lines := strings.Split(strings.TrimSpace(bad), "\n"); len(lines) != 4 || !strings.Contains(lines[3], `,312,"The external id is person`) {
			t.Errorf("the rows that failed:\n%s", bad)
		}
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = 'person.created' AND cause_event = (SELECT max(id) FROM events WHERE verb = 'import.started')`); n != 447 {
			t.Errorf("%d people were created because of the import", n)
		}
		if n := i.Count(`SELECT count(*) FROM events WHERE verb = 'import.ended' AND data LIKE '%"created":447%'`); n != 1 {
			t.Errorf("%d events tell how it ended", n)
		}
		if r, _ = uploadAndRun(i, csv.String(), false); r.Counts.Unchanged != 447 || r.Counts.Created+r.Counts.Updated != 0 {
			t.Errorf("a second time: %+v", r.Counts)
		}
		agent := i.Person("maria@company.example", "Maria", "agent")
		_, err := i.Imports.Upload(t.Context(), agent, roster.People, "x.csv", "", "crm", []byte("Email\nx@acme.example\n"))
		refused(t, "by an agent", err, fault.Forbidden, "import a person")
		i.Verify()
	})
}
