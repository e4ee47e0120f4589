package auth

import (
	"slices"

	"steward/internal/act"
	"steward/internal/db"
)

// Record is what a permission check looks at in one record; zero values mean none.
type Record struct {
	Owners       []int64 // people it is about or assigned to
	Involved     []int64 // people who were drawn into it: they may read it and answer, as owners may, and nothing else
	Team         int64
	Organization int64
}

// Columns names the same in SQL; "" where the table has no such column.
type Columns struct {
	Owners       []string
	Involved     string // a predicate with one ?, the person
	Team         string
	Organization string
}

// Reach is how far an actor's right to one action on one kind goes.
type Reach struct {
	by     act.Actor
	action string
	kind   string
	scopes []act.Scope
	shared []int64 // organizations whose records of the kind are shared with the actor
}

// Scope returns how far by may take action on records of kind.
func Scope(by act.Actor, action, kind string) Reach {
	r := Reach{by: by, action: action, kind: kind}
	for _, g := range by.Grants {
		if (g.Action == action || g.Action == "*") && (g.Kind == kind || g.Kind == "*") && !slices.Contains(r.scopes, g.Scope) {
			r.scopes = append(r.scopes, g.Scope)
		}
	}
	// Sharing widens a right over one's own tickets or those of one's organization; it gives none.
	if kind == "ticket" && (slices.Contains(r.scopes, act.Own) || slices.Contains(r.scopes, act.Organization)) {
		for _, s := range by.Shared {
			if action == "read" || action == "write" && s.Write {
				r.shared = append(r.shared, s.OrganizationID)
			}
		}
	}
	return r
}

// None reports whether the actor may not do it to any record.
func (r Reach) None() bool { return len(r.scopes) == 0 }

// All reports whether the actor may do it to every record.
func (r Reach) All() bool { return r.Has(act.All) }

// Has reports whether one of the actor's grants has that scope.
func (r Reach) Has(s act.Scope) bool { return slices.Contains(r.scopes, s) }

// Covers reports whether the record is within reach.
func (r Reach) Covers(rec Record) bool {
	for _, s := range r.scopes {
		switch s {
		case act.All:
			return true
		case act.Own:
			if r.by.PersonID != 0 && (slices.Contains(rec.Owners, r.by.PersonID) || r.involves() && slices.Contains(rec.Involved, r.by.PersonID)) {
				return true
			}
		case act.Team:
			if rec.Team != 0 && slices.Contains(r.by.TeamIDs, rec.Team) {
				return true
			}
		case act.Organization:
			if rec.Organization != 0 && rec.Organization == r.by.OrganizationID {
				return true
			}
		}
	}
	return rec.Organization != 0 && slices.Contains(r.shared, rec.Organization)
}

// involves reports whether the action is one that people drawn into a record may take.
func (r Reach) involves() bool { return r.action == "read" || r.action == "write" }

// Where adds the predicate for records within reach. An actor without any such grant gets
// Forbidden rather than an empty list.
func (r Reach) Where(w *db.Where, c Columns) error {
	if r.None() {
		return r.by.Denied(r.action, r.kind)
	}
	if r.All() {
		return nil
	}
	w.Any(func(or *db.Where) {
		for _, s := range r.scopes {
			switch {
			case s == act.Own && r.by.PersonID != 0:
				for _, col := range c.Owners {
					or.And(col+" = ?", r.by.PersonID)
				}
				if c.Involved != "" && r.involves() {
					or.And(c.Involved, r.by.PersonID)
				}
			case s == act.Team && c.Team != "" && len(r.by.TeamIDs) > 0:
				ids := make([]any, len(r.by.TeamIDs))
				for i, id := range r.by.TeamIDs {
					ids[i] = id
				}
				or.In(c.Team, ids)
			case s == act.Organization && c.Organization != "" && r.by.OrganizationID != 0:
				or.And(c.Organization+" = ?", r.by.OrganizationID)
			}
		}
		if c.Organization != "" && len(r.shared) > 0 {
			ids := make([]any, len(r.shared))
			for i, id := range r.shared {
				ids[i] = id
			}
			or.In(c.Organization, ids)
		}
	})
	return nil
}
