package entitle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Given is what somebody gave as proof that their organization bought something.
type Given struct {
	Name   string // one of what the entitlement accepts
	Value  string // a licence's id, a code, the text of a file
	SoldTo string // whom the proof names as buyer
}

// maxProof bounds a proof, in bytes.
const maxProof = 64 << 10

// Proven is a proof that was accepted, as it is kept: a digest and the last characters.
type Proven struct {
	ID       int64
	PersonID int64
	TicketID int64
	Proof    string
	Hint     string
	SoldTo   string
	At       time.Time
	ByID     int64
}

// Prove checks a proof of purchase of a person for an organization and keeps that it was
// accepted. The error says each thing that is wrong with it. The caller has checked that the
// actor may work on the ticket; they must see the organization.
func (s *Service) Prove(ctx context.Context, tx db.Tx, by act.Actor, e *Entitlement, p directory.Person, organizationID, ticketID int64, in Given) (directory.Organization, error) {
	o, err := s.visible(ctx, tx, by, organizationID)
	if err != nil || e == nil || e.Spec.Proof == nil {
		return o, err
	}
	f, err := s.facts(ctx, tx, p.ID, o.ID)
	if err != nil {
		return o, err
	}
	value := strings.TrimSpace(in.Value)
	if err := e.check(f, o, p, in, value); err != nil {
		return o, err
	}
	sum := sha256.Sum256([]byte(value))
	hint := value
	if r := []rune(value); len(r) > 4 {
		hint = "…" + string(r[len(r)-4:])
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO purchase_proof (organization_id, person_id, ticket_id, proof, digest, hint, sold_to, at, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		o.ID, p.ID, ticketID, in.Name, hex.EncodeToString(sum[:]), directory.OneLine(hint), directory.OneLine(in.SoldTo), db.Micros(by.Now()), by.PersonID).Scan(&id)
	if err != nil {
		return o, err
	}
	_, err = s.tell(ctx, tx, by, ProofAccepted, o.ID, map[string]any{"proof": id, "person_id": p.ID, "ticket_id": ticketID, "kind": in.Name})
	return o, err
}

// check finds everything that is wrong with a proof.
func (e *Entitlement) check(f Facts, o directory.Organization, p directory.Person, in Given, value string) error {
	wrong := &fault.Error{Code: fault.Invalid}
	note := func(field, accepted, format string, args ...any) {
		wrong.Details = append(wrong.Details, fault.Detail{Field: field, Message: fmt.Sprintf(format, args...), Accepted: accepted})
	}
	proof := e.Spec.Proof
	i := slices.IndexFunc(proof.Accepts, func(a Accepted) bool { return a.Name == in.Name })
	switch {
	case i < 0:
		note("proof.name", "one of "+strings.Join(e.names(), ", "), "%q is not taken as proof.", in.Name)
	case value == "" || len(value) > maxProof:
		note("proof.value", "1 byte to 64 kB", "The proof is empty or too long.")
	case e.patterns[i] != nil && !e.patterns[i].MatchString(value):
		note("proof.value", "what looks like "+proof.Accepts[i].words(), "This does not look like %s.", proof.Accepts[i].words())
	case proof.Accepts[i].Matches != "" && !holds(attribute(f, proof.Accepts[i].Matches), value):
		note("proof.value", "one that "+o.Name+" has", "%s has no such %s.", o.Name, proof.Accepts[i].words())
	}
	if domain := directory.Domain(p.Email); slices.Contains(proof.PublicDomains, domain) {
		note("requester", "an address of the company", "Anybody can have an address at %s. They need to write from their company's address.", domain)
	}
	sold := o.Name
	if proof.SoldTo != "" {
		if text, ok := attribute(f, proof.SoldTo).(string); ok {
			sold = text
		}
	}
	if directory.Fold(directory.OneLine(in.SoldTo)) != directory.Fold(sold) {
		note("proof.sold_to", "the name it was sold to", "The proof names %q as buyer, %s was sold to %q.", directory.OneLine(in.SoldTo), o.Name, sold)
	}
	if e.fails != nil {
		if yes, err := e.fails.Eval(f.Vars); err == nil && yes {
			note("organization_id", "an organization that bought something", "No proof counts for %s at present, such as during a trial.", o.Name)
		}
	}
	if len(wrong.Details) == 0 {
		return nil
	}
	wrong.Message = wrong.Details[0].Message
	if n := len(wrong.Details); n > 1 {
		wrong.Message = fmt.Sprintf("%d things are wrong with this proof.", n)
	}
	return wrong
}

func (e *Entitlement) names() (out []string) {
	for _, a := range e.Spec.Proof.Accepts {
		out = append(out, a.Name)
	}
	return out
}

// attribute is the organization's value of an attribute, nil for none.
func attribute(f Facts, name string) any {
	organization, _ := f.Vars["organization"].(map[string]any)
	attributes, _ := organization["attributes"].(map[string]any)
	return attributes[name]
}

// holds reports whether an attribute holds a value: it is one of a list, or one of the words of a
// text.
func holds(have any, value string) bool {
	same := func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), value) }
	switch v := have.(type) {
	case string:
		return same(v) || slices.ContainsFunc(strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }), same)
	case []string:
		return slices.ContainsFunc(v, same)
	case nil:
		return false
	default:
		return same(fmt.Sprint(v))
	}
}

// Proven is the newest proof that was accepted for an organization, with what people call it; ok is false for none. The caller
// has checked that its reader works on a ticket of the organization.
func (s *Service) Proven(ctx context.Context, tx db.Tx, organizationID int64) (p Proven, title string, ok bool, err error) {
	list, err := proofsOf(ctx, tx, organizationID)
	if err != nil || len(list) == 0 {
		return p, "", false, err
	}
	return list[0], s.config().proofWords(list[0].Proof), true, nil
}

// proofWords is what people call a kind of proof.
func (c *Config) proofWords(name string) string {
	for _, e := range c.all {
		if e.Spec.Proof == nil {
			continue
		}
		for _, a := range e.Spec.Proof.Accepts {
			if a.Name == name {
				return a.words()
			}
		}
	}
	return name
}

// Holds says of what a ticket's field holds, by the name of its blueprint, whether the organization has it: known is false
// for fields in which nobody proves anything.
func (c *Config) Holds(field string, organization map[string]any, value string) (holding, known bool) {
	for _, e := range c.all {
		if e.Spec.Proof == nil {
			continue
		}
		for _, a := range e.Spec.Proof.Accepts {
			if a.Field == field && a.Matches != "" {
				known = true
				holding = holding || holds(organization[a.Matches], strings.TrimSpace(value))
			}
		}
	}
	return holding, known
}

// Proofs lists the newest accepted proofs of an organization. The caller has checked it.
func proofsOf(ctx context.Context, tx db.Tx, organizationID int64) ([]Proven, error) {
	rows, err := tx.Query(ctx, `SELECT id, person_id, ticket_id, proof, hint, sold_to, at, by_id FROM purchase_proof WHERE organization_id = $1 ORDER BY id DESC LIMIT 20`, organizationID)
	return db.Collect(rows, err, func(r db.Scanner) (p Proven, err error) {
		var at int64
		err = r.Scan(&p.ID, &p.PersonID, &p.TicketID, &p.Proof, &p.Hint, &p.SoldTo, &at, &p.ByID)
		p.At = db.Time(at)
		return p, err
	})
}
