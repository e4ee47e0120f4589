package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
)

const figureRoles = `kind: role
name: figures-lead
title: Lead with figures of people
grants: [{ actions: [read], kinds: [ticket, indicator, figure], scope: all }]
---
kind: role
name: figures-team
title: Lead of a team
grants: [{ actions: [read], kinds: [ticket, indicator], scope: team }]
---
kind: role
name: figures-light
title: Light agent
grants: [{ actions: [read], kinds: [ticket, indicator], scope: own }]
---
kind: role
name: figures-none
title: No figures
grants: [{ actions: [read], kinds: [ticket], scope: all }]
---
kind: team
name: large
title: Large crew
---
kind: team
name: medium
title: Medium crew
---
kind: team
name: small
title: Small crew
---
kind: dashboard
name: crews
title: Crews
period: last-week
zone: UTC
tiles: [{ indicator: opened, title: By team, chart: table, by: ticket.team }]
schedule: { every: week, "on": mon, time: "08:00", to: [admin@company.example, boss@company.example, agent@company.example, small0@company.example, small1@company.example, observer@company.example, none@company.example] }
`

// crews are teams with how many people they have and how many tickets their members together.
var crews = []struct {
	name            string
	people, tickets int
}{{"large", 6, 31}, {"medium", 5, 23}, {"small", 2, 17}}

// TestAHiddenGroupIsHiddenInEveryShape signs in with each role and asks for the figures of a team of two as JSON,
// files, records and mail: all shapes say the same, and who may not see single people learns nothing about it.
func TestAHiddenGroupIsHiddenInEveryShape(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(figureRoles)
		customer := i.Person("ann@acme.example", "Ann")
		team, members := map[string]int64{}, map[string][]act.Actor{}
		for _, c := range crews {
			team[c.name] = i.DeskConfig().TeamNamed(c.name).ID
			for n := range c.people {
				role := "agent"
				if c.name == "small" {
					role = []string{"figures-team", "figures-light"}[n]
				}
				members[c.name] = append(members[c.name], i.Person(fmt.Sprintf("%s%d@company.example", c.name, n), fmt.Sprintf("%s %d", c.name, n), role))
			}
		}
		for _, c := range crews {
			i.Write(func(ctx context.Context, tx db.Tx) error {
				var ids []int64
				for _, m := range members[c.name] {
					ids = append(ids, m.PersonID)
				}
				if err := i.Directory.SetMembers(ctx, tx, i.Root(), team[c.name], ids); err != nil {
					return err
				}
				who, err := i.Directory.Get(ctx, tx, i.Root(), customer.PersonID)
				if err != nil {
					return err
				}
				for n := range c.tickets {
					if _, _, err := i.Desk.Create(ctx, tx, i.Root(), desk.NewTicket{Subject: fmt.Sprintf("%s %d", c.name, n), Message: desk.Message{Text: "How?"}, Requester: who, TeamID: team[c.name], AssigneeID: ids[n%len(ids)]}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		boss, agent, observer, none := i.Person("boss@company.example", "Boss", "figures-lead"), i.Person("agent@company.example", "Agent", "agent"), i.Person("observer@company.example", "Observer", "observer"), i.Person("none@company.example", "None", "figures-none")
		i.Clock.Advance(time.Hour)
		i.Settle()
		h := i.Serve()
		get := func(token, path string, q url.Values) (int, []byte) {
			t.Helper()
			r, _ := http.NewRequest("GET", h.URL+"/api/v1"+path+"?"+q.Encode(), nil)
			r.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, b
		}
		all := map[string]int{"Large crew": 31, "Medium crew": 23, "Small crew": 17}
		told := map[string]int{"Large crew": 31, "Small teams": 40}
		type shown struct {
			name, mail string
			by         act.Actor
			rows       map[string]int // by team; nil where nothing is answered
			records    bool           // those of the small team
			mailed     bool
		}
		for _, c := range []shown{
			{"lead who sees people", "boss@", boss, all, true, true},
			{"agent", "agent@", agent, told, false, true},
			{"reader", "observer@", observer, told, false, true},
			{"lead of the small team", "small0@", members["small"][0], map[string]int{}, false, true},
			{"light agent, of their own", "small1@", members["small"][1], map[string]int{"Small crew": 8}, true, true},
			{"no right", "none@", none, nil, false, false},
		} {
			token := i.TokenFor(c.by, "*")
			period := url.Values{"from": {"2026-03-09"}, "to": {"2026-03-10"}, "by": {"ticket.team"}}
			with := func(more ...string) url.Values {
				q := maps.Clone(period)
				for n := 0; n < len(more); n += 2 {
					q.Set(more[n], more[n+1])
				}
				return q
			}
			status, body := get(token, "/indicators/opened/breakdown", period)
			if c.rows == nil {
				for what, got := range map[string]int{"breakdown": status, "series": statusOf(get(token, "/indicators/opened/series", url.Values{"group": {"ticket.team"}})), "records": statusOf(get(token, "/indicators/opened/records", period)),
					"csv": statusOf(get(token, "/indicators/opened/export", with("what", "breakdown", "format", "csv"))), "dashboard": statusOf(get(token, "/dashboards/crews", nil))} {
					if got != http.StatusForbidden {
						t.Errorf("%s: %s answers %d", c.name, what, got)
					}
				}
				continue
			}
			var b struct {
				Rows []struct {
					Key, Label string
					Count      int
					Hidden     bool
				}
				Total struct {
					Count  int
					Hidden bool
				}
			}
			if err := json.Unmarshal(body, &b); err != nil || status != 200 {
				t.Fatalf("%s: %d %s", c.name, status, body)
			}
			rows, hidden := map[string]int{}, map[string]bool{}
			for _, r := range b.Rows {
				if hidden[r.Label] = r.Hidden; !r.Hidden {
					rows[r.Label] = r.Count
				}
			}
			if !maps.Equal(rows, c.rows) {
				t.Errorf("%s: by team %v, want %v", c.name, rows, c.rows)
			}
			_, file := get(token, "/indicators/opened/export", with("what", "breakdown", "format", "csv"))
			lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
			if err != nil || len(lines) == 0 {
				t.Fatalf("%s: %v in %s", c.name, err, file)
			}
			count := -1
			for n, title := range lines[0] {
				if title == "Records" {
					count = n
				}
			}
			said := map[string]int{}
			for _, l := range lines[1:] {
				if l[0] == "Everything else" { // of a change, with what is hidden
					continue
				}
				if hidden[l[0]] {
					if strings.Join(l[1:], "") != "" {
						t.Errorf("%s: the file says %v of what is hidden", c.name, l)
					}
					continue
				}
				var n int
				fmt.Sscan(l[count], &n)
				said[l[0]] = n
			}
			if !maps.Equal(said, c.rows) {
				t.Errorf("%s: the file says %v, the answer %v", c.name, said, c.rows)
			}
			secret := "17"
			sees := c.rows["Small crew"] == 17
			_, book := get(token, "/indicators/opened/export", with("what", "breakdown", "format", "xlsx"))
			if got := strings.Contains(sheetOf(t, book), "<v>"+secret+"</v>"); got != sees {
				t.Errorf("%s: that the sheet tells of the small team is %v", c.name, got)
			}
			for _, what := range []string{"series", "records"} {
				for _, format := range []string{"csv", "xlsx"} {
					q := with("what", what, "format", format, "key", fmt.Sprint(team["small"]), "group", "ticket.team")
					if what == "series" {
						q.Del("by")
						q.Del("key")
					}
					status, file := get(token, "/indicators/opened/export", q)
					text := string(file)
					if format == "xlsx" && status == 200 {
						text = sheetOf(t, file)
					}
					switch {
					case what == "records" && !c.records:
						if status == 200 && regexp.MustCompile(`small \d`).MatchString(text) {
							t.Errorf("%s: records of the small team as %s: %s", c.name, format, text)
						}
					case status != 200:
						t.Errorf("%s: %s as %s answers %d", c.name, what, format, status)
					case what == "series" && !sees && (strings.Contains(text, "Small crew") && c.records == false || strings.Contains(text, "<v>17</v>") || strings.Contains(text, ",17,")):
						t.Errorf("%s: the series tells of the small team: %s", c.name, text)
					case what == "records" && format == "csv":
						if n := len(regexp.MustCompile(`small \d`).FindAllString(text, -1)); n != c.rows["Small crew"] {
							t.Errorf("%s: %d records, the figure says %d", c.name, n, c.rows["Small crew"])
						}
					}
				}
			}
			status, body = get(token, "/indicators/opened/records", with("key", fmt.Sprint(team["small"]), "limit", "100"))
			if got := status == 200 && strings.Contains(string(body), "small "); got != c.records {
				t.Errorf("%s: records of the small team: %d %.300s", c.name, status, body)
			}
		}

		i.Clock.Set(time.Date(2026, 3, 16, 8, 0, 1, 0, time.UTC))
		i.Settle()
		for _, c := range []struct {
			to         string
			says, also string
			never      []string
		}{
			{"boss@", "Small crew", "17", nil},
			{"agent@", "Small teams", "40", []string{"Small crew", "Medium crew", ">17<", " 17"}},
			{"observer@", "Small teams", "40", []string{"Small crew", "Medium crew", ">17<", " 17"}},
			{"small0@", "", "", []string{"Large crew", "Medium crew", ">17<", " 17", ">9<"}},
			{"small1@", "", "", []string{"Large crew", "Medium crew", ">17<", " 17", ">9<"}},
			{"none@", "", "", nil},
		} {
			var got []apptest.Delivery
			for _, d := range i.Peer.All() {
				if strings.Contains(strings.Join(d.To, " "), c.to) && strings.Contains(d.Message().Subject, "Crews") {
					got = append(got, d)
				}
			}
			if want := c.to != "none@"; len(got) > 1 || len(got) == 1 != want {
				t.Errorf("%s was sent %d mails", c.to, len(got))
				continue
			}
			for _, d := range got {
				m := d.Message()
				text := m.Text + "\n" + m.HTML
				if !strings.Contains(text, c.says) || !strings.Contains(text, c.also) {
					t.Errorf("the mail to %s does not say %q and %q:\n%s", c.to, c.says, c.also, m.Text)
				}
				for _, never := range c.never {
					if strings.Contains(text, never) {
						t.Errorf("the mail to %s says %q:\n%s", c.to, never, m.Text)
					}
				}
			}
		}
	})
}

func statusOf(status int, _ []byte) int { return status }

// sheetOf is the text of a workbook's sheets.
func sheetOf(t *testing.T, book []byte) (text string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatalf("this is no workbook: %v: %.200s", err, book)
	}
	for _, f := range z.File {
		if !strings.Contains(f.Name, "worksheets/") && !strings.Contains(f.Name, "sharedStrings") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
	}
	return text
}
