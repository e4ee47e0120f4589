package success

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
)

// Line is one line of an account's timeline.
type Line struct {
	Source   string            `json:"source" enum:"entry,change,ticket,survey"`
	ID       int64             `json:"id" doc:"Of the entry, the event, the ticket or the survey."`
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind" doc:"Kind of the entry, verb of the event, state of the ticket, score of the answer from 1 to 7."`
	Title    string            `json:"title"`
	Body     string            `json:"body"`
	Effort   int64             `json:"effort" doc:"Minutes."`
	By       *Ref              `json:"by"`
	People   []Ref             `json:"people" nullable:"false"`
	Health   *HealthUpdate     `json:"health,omitempty"`
	Files    []EntryFileView   `json:"files,omitempty" doc:"That came with a mail."`
	Data     json.RawMessage   `json:"data,omitempty" doc:"Of a change: ids and plain values. Of an answer: the ticket it is about."`
	Names    map[string]string `json:"names,omitempty" doc:"What ids in a change are called: person/7, team/3, account/9."`
	EventID  *int64            `json:"event_id"`
	byID     int64
	personID []int64
}

// TicketPlace is where a list of tickets, newest first, goes on: behind a time of opening, in
// microseconds, and an id.
type TicketPlace struct{ At, ID int64 }

// TicketLine is a ticket as a timeline shows it.
type TicketLine struct {
	ID          int64
	Created     time.Time
	Subject     string
	Status      string
	RequesterID int64
}

// AnswerLine is an answer to a survey as a timeline shows it.
type AnswerLine struct {
	ID       int64
	At       time.Time
	Score    int // 1 to 7
	Remark   string
	TicketID int64
	Subject  string // of the ticket; it and the remark are empty for whoever may not read it
	PersonID int64
}

// toldVerbs are the changes that a timeline tells.
var toldVerbs = []string{AccountCreated, AccountChanged, "account.health_changed", ContactAdded, ContactRemoved, Judged, CallOpened, CallClosed, InstanceSet, UsageClaimed}

// Timeline lists what happened with an account, newest first: entries, changes, answers to surveys, and the
// tickets that the actor may read. Whoever may read the account may.
func (s *Service) Timeline(ctx context.Context, tx db.Tx, by act.Actor, id int64, kind string, page db.Page) (list []Line, next string, err error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, "", err
	}
	// The place of a line is its time and a number that tells lines of one moment apart.
	at, last, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if !ok {
		at, last = farOff, farOff
	}
	n := min(page.Size(), 99) // a source is asked for one more
	for rank, read := range []func() ([]Line, error){
		func() ([]Line, error) { return entryLines(ctx, tx, a.OrganizationID, at, last, n+1) },
		func() ([]Line, error) { return changeLines(ctx, tx, a.OrganizationID, at, last, n+1) },
		func() ([]Line, error) { return s.ticketLines(ctx, tx, by, a.OrganizationID, at, last, n+1) },
		func() ([]Line, error) { return s.answerLines(ctx, tx, by, a.OrganizationID, at, last, n+1) },
	} {
		if source := lineSources[rank]; kind != "" && kind != source {
			continue
		}
		some, err := read()
		if err != nil {
			return nil, "", err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b Line) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.place(), a.place())) })
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].At), list[n-1].place())
	}
	return list, next, s.nameLines(ctx, tx, list)
}

// place tells lines of one moment apart, by what they are.
func (l Line) place() int64 {
	return l.ID*4 + int64(slices.Index([]string{"ticket", "change", "entry", "survey"}, l.Source))
}

func entryLines(ctx context.Context, tx db.Tx, id, at, last int64, n int) ([]Line, error) {
	rows, err := tx.Query(ctx, `SELECT `+entryFields+` FROM account_entry e WHERE e.organization_id = $1 AND e.removed_at IS NULL AND e.at <= $2 AND (e.at < $2 OR e.id * 4 + 2 < $3) ORDER BY e.at DESC, e.id DESC LIMIT $4`, id, at, last, n)
	list, err := db.Collect(rows, err, scanEntry)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	files, err := filesOf(ctx, tx, ofEntry, ids)
	if err != nil {
		return nil, err
	}
	type took struct{ entry, person int64 }
	w := (&db.Where{}).Among(tx.Engine(), "entry_id", ids)
	rows, err = tx.Query(ctx, `SELECT entry_id, person_id FROM account_entry_person WHERE `+w.SQL()+` ORDER BY entry_id, person_id`, w.Args()...)
	all, err := db.Collect(rows, err, func(r db.Scanner) (t took, err error) { return t, r.Scan(&t.entry, &t.person) })
	out := make([]Line, len(list))
	for i, e := range list {
		out[i] = Line{Source: "entry", ID: e.ID, At: e.At, Kind: e.Kind, Title: e.Title, Body: e.Body, Effort: e.Effort, Health: e.Health, Files: files[e.ID], byID: e.ByID}
		for _, t := range all {
			if t.entry == e.ID {
				out[i].personID = append(out[i].personID, t.person)
			}
		}
	}
	return out, err
}

func changeLines(ctx context.Context, tx db.Tx, id, at, last int64, n int) ([]Line, error) {
	verbs := "'" + strings.Join(toldVerbs, "','") + "'" // names of ours
	rows, err := tx.Query(ctx, `SELECT e.id, e.at, e.verb, e.actor_id, CAST(e.data AS TEXT) FROM events e WHERE e.subject_kind = 'organization' AND e.subject_id = $1 AND e.at <= $2 AND (e.at < $2 OR e.id * 4 + 1 < $3) AND e.verb IN (`+verbs+`)
		ORDER BY e.at DESC, e.id DESC LIMIT $4`, id, at, last, n)
	return db.Collect(rows, err, func(r db.Scanner) (l Line, err error) {
		var when int64
		var data string
		err = r.Scan(&l.ID, &when, &l.Kind, &l.byID, &data)
		l.Source, l.At, l.Data, l.EventID = "change", db.Time(when), json.RawMessage(data), &l.ID
		return l, err
	})
}

func (s *Service) ticketLines(ctx context.Context, tx db.Tx, by act.Actor, id, at, last int64, n int) ([]Line, error) {
	if s.tickets == nil || !by.May("read", "ticket") {
		return nil, nil
	}
	list, err := s.tickets(ctx, tx, by, id, TicketPlace{at, (last + 3) / 4}, n)
	out := make([]Line, len(list))
	for i, t := range list {
		out[i] = Line{Source: "ticket", ID: t.ID, At: t.Created, Kind: t.Status, Title: t.Subject, byID: t.RequesterID}
	}
	return out, err
}

// answerLines are answers to surveys. That somebody answered, and how, whoever reads the account may know: its
// measures say so; the words are the ticket's.
func (s *Service) answerLines(ctx context.Context, tx db.Tx, by act.Actor, id, at, last int64, n int) ([]Line, error) {
	if s.answers == nil {
		return nil, nil
	}
	list, err := s.answers(ctx, tx, by, id, TicketPlace{at, last / 4}, n) // a survey is the last of its number
	out := make([]Line, len(list))
	for i, a := range list {
		data, err := json.Marshal(map[string]any{"ticket": a.TicketID})
		if err != nil {
			return nil, err
		}
		out[i] = Line{Source: "survey", ID: a.ID, At: a.At, Kind: strconv.Itoa(a.Score), Title: a.Subject, Body: a.Remark, Data: data, byID: a.PersonID}
	}
	return out, err
}

// nameLines says who people are, and what the accounts and teams of changes are called.
func (s *Service) nameLines(ctx context.Context, tx db.Tx, list []Line) error {
	var ids, accounts []int64
	told := make([]told, len(list))
	for i, l := range list {
		if l.Source == "change" {
			if err := json.Unmarshal(l.Data, &told[i]); err != nil {
				return err
			}
		}
		ids = append(append(append(ids, l.byID), l.personID...), told[i].people()...)
		accounts = append(accounts, told[i].Changes.Parent...)
	}
	who, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return err
	}
	names, err := s.directory.OrganizationNames(ctx, tx, accounts)
	for i := range list {
		list[i].Names = told[i].names(who, names, s.config().teams)
		l := &list[i]
		l.People = []Ref{}
		if p, ok := who[l.byID]; ok {
			l.By = &Ref{p.ID, p.Name}
		}
		for _, id := range l.personID {
			l.People = append(l.People, Ref{id, who[id].Name})
		}
	}
	return err
}

// told are the records that a change names.
type told struct {
	Person  int64 `json:"person_id"`
	Changes struct {
		CSM    []int64 `json:"csm_id"` // old and new; 0 for none
		Team   []int64 `json:"team_id"`
		Parent []int64 `json:"parent_id"`
	} `json:"changes"`
}

func (t told) people() []int64 { return append(slices.Clone(t.Changes.CSM), t.Person) }

// names are what they are called; those that are no more are left out.
func (t told) names(people map[int64]directory.Person, accounts, teams map[int64]string) map[string]string {
	out := map[string]string{}
	put := func(kind string, id int64, name string) {
		if name != "" {
			out[kind+"/"+strconv.FormatInt(id, 10)] = name
		}
	}
	for _, id := range t.people() {
		put("person", id, people[id].Name)
	}
	for _, id := range t.Changes.Team {
		put("team", id, teams[id])
	}
	for _, id := range t.Changes.Parent {
		put("account", id, accounts[id])
	}
	return out
}

// everyAccount reports whether the actor may write every account.
func everyAccount(by act.Actor) bool { return auth.Scope(by, "write", "account").All() }
