package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/availability"
	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/rest"
	"steward/internal/rule"
)

// maxNeeds is how many skills one ticket may need.
const maxNeeds = 5

// need is something that whoever takes a waiting ticket has to know.
type need struct {
	skill string
	until time.Time // from when on it is not needed any more; zero: always needed
}

func (n need) holds(now time.Time) bool { return n.until.IsZero() || n.until.After(now) }

// needs are what a waiting ticket needs known, those that relaxed long ago too. Of entries with
// one skill the first that holds counts.
func (q *Queue) needs(t *Ticket, holds func(*rule.Program) bool) (out []need) {
	for i, one := range q.Spec.Skills {
		if q.skills[i] == nil || slices.ContainsFunc(out, func(n need) bool { return n.skill == one.Skill }) || !holds(q.skills[i]) {
			continue
		}
		n, since := need{skill: one.Skill}, t.waitingSince()
		if d := one.Relax.Std(); d > 0 && q.relaxes == nil {
			n.until = since.Add(d)
		} else if d > 0 {
			n.until, _ = q.relaxes.After(since, d) // never, in a calendar that is never open
		}
		if out = append(out, n); len(out) == maxNeeds {
			break
		}
	}
	return out
}

// lacking are the skills needed at a moment that somebody does not have.
func lacking(needs []need, known []string, now time.Time) (out []string) {
	for _, n := range needs {
		if n.holds(now) && !slices.Contains(known, n.skill) {
			out = append(out, n.skill)
		}
	}
	return out
}

// needsRow are the columns of the queue that hold needs: what is needed at a moment, when the next
// of it relaxes, and when each does.
func needsRow(needs []need, now time.Time) (skill string, relaxes string, relaxAt any) {
	var all []string
	ends, next := map[string]int64{}, time.Time{}
	for _, n := range needs {
		if !n.holds(now) {
			continue
		}
		all = append(all, n.skill)
		if n.until.IsZero() {
			continue
		}
		ends[n.skill] = db.Micros(n.until)
		if next.IsZero() || n.until.Before(next) {
			next = n.until
		}
	}
	slices.Sort(all)
	if len(ends) > 0 {
		text, _ := json.Marshal(ends) // of texts and numbers
		relaxes, relaxAt = string(text), db.Micros(next)
	}
	return strings.Join(all, "\n"), relaxes, relaxAt
}

// rowNeeds reads what needsRow wrote.
func rowNeeds(skill, relaxes string) (out []need) {
	if skill == "" {
		return nil
	}
	ends := map[string]int64{}
	if relaxes != "" {
		_ = json.Unmarshal([]byte(relaxes), &ends) // what cannot be read stays needed
	}
	for one := range strings.SplitSeq(skill, "\n") {
		n := need{skill: one}
		if at, ok := ends[one]; ok {
			n.until = db.Time(at)
		}
		out = append(out, n)
	}
	return out
}

// fits reports whether a waiting ticket is for somebody, as it is at a moment: in a team of theirs,
// left to no other region, needing nothing they do not know.
func (r waiting) fits(st availability.Status, known []string, now time.Time) bool {
	team := r.team == 0 && r.queue.takes(st.Teams) || slices.Contains(st.Teams, r.team)
	region := r.region == 0 || !r.until.After(now) || st.Region != nil && st.Region.ID == r.region
	return team && region && len(lacking(r.needs, known, now)) == 0
}

// maxSteps bounds how many combinations of skills one look steps over.
const maxSteps = 1000

// skilled are the parts that lanes fall into by what their tickets need, as far as somebody
// knows it. It steps through the lanes' index from one combination to the next, so that it costs as
// much as there are different ones, however many tickets wait.
func skilled(ctx context.Context, tx db.Tx, st availability.Status, lanes []lane) (out []lane, err error) {
	w := &db.Where{}
	var begins []string
	for _, l := range lanes {
		if len(l.queue.Spec.Skills) == 0 {
			out = append(out, l)
			continue
		}
		begins = append(begins, `SELECT CAST(`+w.Arg(l.queue.ID)+` AS BIGINT) AS queue_id, CAST(`+w.Arg(l.team)+` AS BIGINT) AS team_id, CAST(`+w.Arg(l.region)+` AS BIGINT) AS region_id`)
	}
	if len(begins) == 0 {
		return out, nil
	}
	const least = `(SELECT min(q.skill) FROM ticket_queue q WHERE q.queue_id = s.queue_id AND q.team_id = s.team_id AND q.region_id = s.region_id`
	rows, err := tx.Query(ctx, `WITH RECURSIVE step (queue_id, team_id, region_id, skill) AS (
		SELECT s.queue_id, s.team_id, s.region_id, `+least+`) FROM (`+strings.Join(begins, ` UNION ALL `)+`) AS s
		UNION ALL SELECT s.queue_id, s.team_id, s.region_id, `+least+` AND q.skill > s.skill) FROM step s WHERE s.skill IS NOT NULL
	) SELECT queue_id, team_id, region_id, skill FROM step WHERE skill IS NOT NULL LIMIT `+w.Arg(maxSteps), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	queues, known := map[int64]*Queue{}, map[int64][]string{}
	for _, l := range lanes {
		if queues[l.queue.ID] == nil {
			queues[l.queue.ID], known[l.queue.ID] = l.queue, l.queue.knows(st)
		}
	}
	for rows.Next() {
		var queue int64
		var l lane
		if err := rows.Scan(&queue, &l.team, &l.region, &l.skill); err != nil {
			return nil, err
		}
		if l.queue = queues[queue]; len(lacking(rowNeeds(l.skill, ""), known[queue], time.Time{})) == 0 {
			out = append(out, l)
		}
	}
	return out, rows.Err()
}

// relax lets go of skills that waiting tickets need no longer. It reports whether more are left.
func relax(ctx context.Context, tx db.Tx, now time.Time) (more bool, err error) {
	rows, err := tx.Query(ctx, `SELECT ticket_id, skill, relaxes FROM ticket_queue WHERE relax_at <= $1 ORDER BY relax_at, ticket_id LIMIT $2`, db.Micros(now), perRelaxing)
	type row struct {
		ticket         int64
		skill, relaxes string
	}
	list, err := db.Collect(rows, err, func(r db.Scanner) (v row, err error) { err = r.Scan(&v.ticket, &v.skill, &v.relaxes); return v, err })
	if err != nil {
		return false, err
	}
	alike := map[[3]string][]any{} // few ways to need something, many tickets
	ends := map[[3]string]any{}
	for _, r := range list {
		skill, relaxes, at := needsRow(rowNeeds(r.skill, r.relaxes), now)
		k := [3]string{skill, relaxes}
		alike[k], ends[k] = append(alike[k], r.ticket), at
	}
	for k, ids := range alike {
		w := &db.Where{}
		set := `UPDATE ticket_queue SET skill = ` + w.Arg(k[0]) + `, relaxes = ` + w.Arg(k[1]) + `, relax_at = ` + w.Arg(ends[k])
		if _, err := tx.Exec(ctx, set+` WHERE `+w.In("ticket_id", ids).SQL(), w.Args()...); err != nil {
			return false, err
		}
	}
	return len(list) == perRelaxing, nil
}

// NeedView is something that whoever takes a waiting ticket has to know.
type NeedView struct {
	Skill string     `json:"skill"`
	Until *time.Time `json:"until" doc:"From when on it is not needed any more; null for always."`
}

// lintSkills finds skills that cannot be kept and times that nothing is counted in.
func lintSkills(c *blueprint.Context, s RoutingSpec) {
	relaxes := false
	for i, k := range s.Skills {
		relaxes = relaxes || k.Relax != 0
		if strings.ContainsAny(k.Skill, "\r\n") {
			c.Error(fmt.Sprintf("skills[%d].skill", i), "A skill is written in one line.")
		}
		for j, earlier := range s.Skills[:i] {
			if earlier.Skill == k.Skill && earlier.When == k.When {
				c.Warn(fmt.Sprintf("skills[%d].when", i), "skills[%d] says the same and counts.", j)
			}
		}
	}
	if s.RelaxIn == "" {
		return
	}
	if !relaxes {
		c.Warn("relax_calendar", "No skill relaxes, so nothing is counted in it.")
	}
	if cal, ok := blueprint.Get[bizcal.Spec](c.Set, s.RelaxIn); ok && !cal.Open() {
		c.Warn("relax_calendar", "The calendar %s is never open, so no skill ever relaxes.", s.RelaxIn)
	}
}

// needViews show what is needed at a moment.
func needViews(needs []need, now time.Time) []NeedView {
	out := []NeedView{}
	for _, n := range needs {
		if n.holds(now) {
			out = append(out, NeedView{n.skill, rest.Time(n.until)})
		}
	}
	return out
}

// tellNeeds adds to a weight what is needed, and what was.
func (p place) tellNeeds(w *Weight) {
	w.Needs = needViews(p.needs, w.At)
	zone := time.UTC
	if p.queue.relaxes != nil {
		zone = p.queue.relaxes.Zone()
	}
	for _, n := range p.needs {
		title, detail := "Needs "+n.skill, "only colleagues who know it get it"
		switch {
		case n.until.IsZero():
		case n.holds(w.At):
			detail += " until " + n.until.In(zone).Format("Mon 15:04 MST")
		default:
			title, detail = "No longer needs "+n.skill, "it has waited long enough since "+n.until.In(zone).Format("Mon 2 Jan 15:04 MST")
		}
		w.Parts = append(w.Parts, WeightPart{"skill", title, detail, 0})
	}
}

// tellLacking says what somebody does not know of what a ticket needs, and until when it does.
func (r waiting) tellLacking(l *lang.Language, st availability.Status, now time.Time) string {
	lack := lacking(r.needs, r.queue.knows(st), now)
	var until time.Time // when the last of it relaxes
	total := 0
	for _, n := range r.needs {
		if n.holds(now) {
			total++
		}
	}
	for _, n := range r.needs {
		if !slices.Contains(lack, n.skill) {
			continue
		}
		if n.until.IsZero() {
			until = time.Time{}
			break
		}
		if n.until.After(until) {
			until = n.until
		}
	}
	skills, end := strings.Join(lack, l.Word(" and ")), lang.At(until.In(zoneOf(st)), "Mon 15:04 MST")
	switch also := total > len(lack); {
	case also && until.IsZero():
		return l.Say("It needs somebody who also knows %s.", skills)
	case also:
		return l.Say("It needs somebody who also knows %s until %s.", skills, end)
	case until.IsZero():
		return l.Say("It needs somebody who knows %s.", skills)
	default:
		return l.Say("It needs somebody who knows %s until %s.", skills, end)
	}
}
