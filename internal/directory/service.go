package directory

import (
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/ledger"
)

// Service answers questions about people, organizations and teams.
type Service struct {
	ledger *ledger.Ledger
	rest   Wiring
	fields func() *field.Schema
}

// New returns the directory's service. fields are the custom attributes in force.
func New(l *ledger.Ledger, fields func() *field.Schema) *Service {
	return &Service{ledger: l, fields: fields}
}

// Fields are the custom attributes in force.
func (s *Service) Fields() *field.Schema { return s.fields() }

// personColumns maps what permission checks look at to the person table.
var personColumns = auth.Columns{Owners: []string{"p.id"}, Organization: "p.organization_id"}

// organizationColumns does the same for the organization table.
var organizationColumns = auth.Columns{Organization: "o.id"}

// prefix adds a predicate that column starts with the folded text.
func prefix(w *db.Where, column, text string) {
	f := Fold(text)
	w.And(column+" >= ?", f).And(column+" < ?", f+"\U0010FFFF")
}
