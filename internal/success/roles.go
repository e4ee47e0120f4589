package success

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/measure"
)

// RoleMeasure is the spec of kind role_measure: how many of the roles that matter at a customer somebody has and
// were met lately.
type RoleMeasure struct {
	Roles  []string           `yaml:"roles" doc:"The roles that are wanted, as contacts of accounts have them: dev_lead, security_lead." required:"true" max:"20"`
	Within blueprint.Duration `yaml:"within" doc:"How long a contact counts; 90 days when empty."`
}

// rolesPrefix is the beginning of the names of such measures.
const rolesPrefix = "roles."

// rolesInForce is a measure of roles of the configuration.
type rolesInForce struct {
	Name, Title, Doc string
	Spec             RoleMeasure
}

// within is how long a contact counts.
func (m rolesInForce) within() time.Duration { return orDays(m.Spec.Within, 90) }

func registerRoles(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[RoleMeasure]{Name: "role_measure", Title: "Measure of roles met",
		Summary: "How many of the roles that are wanted at an account somebody has and were met: a call, meeting, workshop or review of the timeline in which somebody of that role took part. Scorecards and rules read it as roles.NAME.",
		Example: "kind: role_measure\nname: leads-met\ntitle: Leads met\nroles: [dev_lead, security_lead]\nwithin: 2160h\n",
		Lint: func(c *blueprint.Context, m RoleMeasure) {
			for i, role := range m.Roles {
				if !roleName.MatchString(role) {
					c.Error("roles", "%q is not the name of a role: small letters, digits and _, as in security_lead.", role)
				}
				if slices.Contains(m.Roles[:i], role) {
					c.Error("roles", "%s is in the list twice.", role)
				}
			}
			if d := orDays(m.Within, 90); d < day24 || d > 400*day24 {
				c.Error("within", "A contact counts for a day to 400 days (9600h).")
			}
		}})
}

// met is a contact in which somebody of a role took part.
type met struct {
	role      string
	at, event int64
}

// tenure is a stretch in which somebody had a role.
type tenure struct {
	role         string
	since, until int64
}

// roleFacts are what measures of roles need of some accounts.
type roleFacts struct {
	met  map[int64][]met // the latest last
	held map[int64][]tenure
}

// roleFactsOf reads contacts between two moments as known at a third, farOff for now, and who has or had which role.
func roleFactsOf(ctx context.Context, tx db.Tx, ids []int64, from, to, known int64) (roleFacts, error) {
	out := roleFacts{map[int64][]met{}, map[int64][]tenure{}}
	for part := range slices.Chunk(ids, perRead) {
		w := (&db.Where{}).Among(tx.Engine(), "e.organization_id", part).And("e.at > ? AND e.at <= ?", from, to).And("e.created <= ?", known).And("COALESCE(e.removed_at, 9007199254740991) >= ?", known)
		kinds := make([]any, len(contactKinds))
		for i, k := range contactKinds {
			kinds[i] = k
		}
		w.In("e.kind", kinds)
		rows, err := tx.Query(ctx, `SELECT e.organization_id, r.role, e.at, e.event_id FROM account_entry e JOIN account_entry_role r ON r.entry_id = e.id WHERE `+w.SQL()+` ORDER BY e.organization_id, e.at, e.id`, w.Args()...)
		if err := eachOf(rows, err, func(r db.Scanner) error {
			var id int64
			var m met
			err := r.Scan(&id, &m.role, &m.at, &m.event)
			out.met[id] = append(out.met[id], m)
			return err
		}); err != nil {
			return out, err
		}
		for table, until := range map[string]string{"account_contact": "9007199254740991", "account_contact_past": "c.until"} {
			w := (&db.Where{}).Among(tx.Engine(), "c.organization_id", part)
			rows, err := tx.Query(ctx, `SELECT c.organization_id, c.role, c.since, `+until+` FROM `+table+` c WHERE `+w.SQL(), w.Args()...)
			if err := eachOf(rows, err, func(r db.Scanner) error {
				var id int64
				var t tenure
				err := r.Scan(&id, &t.role, &t.since, &t.until)
				out.held[id] = append(out.held[id], t)
				return err
			}); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// eachOf calls do for every row and closes them.
func eachOf(rows *db.Rows, err error, do func(r db.Scanner) error) error {
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) { return struct{}{}, do(r) })
	return err
}

// RoleMet is how one wanted role stands at an account.
type RoleMet struct {
	Role  string
	Held  bool      // somebody has it
	At    time.Time // when it was met last, zero when not within the time
	Until time.Time // when that ceases to count
	event int64
}

// roles are how the wanted roles of an account stand at a moment.
func (m rolesInForce) roles(f roleFacts, id, at int64) []RoleMet {
	out := make([]RoleMet, len(m.Spec.Roles))
	for i, role := range m.Spec.Roles {
		out[i] = RoleMet{Role: role, Held: slices.ContainsFunc(f.held[id], func(t tenure) bool { return t.role == role && t.since <= at && at < t.until })}
		for _, one := range f.met[id] {
			if one.role == role && one.at <= at && one.at > at-m.within().Microseconds() {
				out[i].At, out[i].event = db.Time(one.at), one.event
				out[i].Until = out[i].At.Add(m.within())
			}
		}
	}
	return out
}

// value counts the roles that somebody has and that were met.
func (m rolesInForce) value(f roleFacts, id, at int64) Observation {
	n, o := 0, Observation{Set: true}
	for _, r := range m.roles(f, id, at) {
		if !r.Held || r.At.IsZero() {
			continue
		}
		n++
		o.EventID = max(o.EventID, r.event)
		if o.Until.IsZero() || r.Until.Before(o.Until) {
			o.Until = r.Until
		}
	}
	o.Value, o.Plain = measure.Fraction(float64(n)), float64(n)
	return o
}

// rolesAt works a measure of roles out for some accounts as of a moment.
func (s *Service) rolesAt(ctx context.Context, tx db.Tx, m rolesInForce, ids []int64, asked measure.Asked) (map[int64]Observation, error) {
	at, known := db.Micros(cmpTime(asked.At, s.clock())), farOff
	if !asked.Known.IsZero() {
		known = db.Micros(asked.Known)
	}
	f, err := roleFactsOf(ctx, tx, ids, at-m.within().Microseconds(), at, known)
	out := make(map[int64]Observation, len(ids))
	for _, id := range ids {
		out[id] = m.value(f, id, at)
	}
	return out, err
}

// rolesEach adds a measure of roles at several moments, the latest first; what is stored is read once.
func (s *Service) rolesEach(ctx context.Context, tx db.Tx, m rolesInForce, ids []int64, at []time.Time, out []observedAt) error {
	f, err := roleFactsOf(ctx, tx, ids, db.Micros(at[len(at)-1].Add(-m.within())), db.Micros(at[0]), farOff)
	if err != nil {
		return err
	}
	for n, t := range at {
		found := make(map[int64]Observation, len(ids))
		for _, id := range ids {
			found[id] = m.value(f, id, db.Micros(t))
		}
		out[n][rolesPrefix+m.Name] = found
	}
	return nil
}

// Wanted is how the roles that a measure wants stand at an account.
type Wanted struct {
	Measure MeasureInfo
	Within  time.Duration
	Roles   []RoleMet
}

// Wanted tells how the roles that the configuration wants stand at an account, by measure. Whoever may read the
// account may.
func (s *Service) Wanted(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]Wanted, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	all, longest := []rolesInForce{}, time.Duration(0)
	for _, m := range s.config().roles {
		all, longest = append(all, m), max(longest, m.within())
	}
	if len(all) == 0 {
		return nil, nil
	}
	slices.SortFunc(all, func(a, b rolesInForce) int { return cmp.Compare(a.Name, b.Name) })
	now := by.Now()
	f, err := roleFactsOf(ctx, tx, []int64{a.OrganizationID}, db.Micros(now.Add(-longest)), db.Micros(now), farOff)
	out := []Wanted{}
	for _, m := range all {
		out = append(out, Wanted{m.info(), m.within(), m.roles(f, a.OrganizationID, db.Micros(now))})
	}
	return out, err
}

// info describes the measure.
func (m rolesInForce) info() MeasureInfo {
	return MeasureInfo{Name: rolesPrefix + m.Name, Title: m.Title, Doc: m.Doc, Unit: "roles", Type: measure.Number, Better: "more", Words: []string{}}
}
