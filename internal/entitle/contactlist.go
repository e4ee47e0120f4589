package entitle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// maxList bounds the text of a list of contacts, in bytes.
const maxList = 256 << 10

// written is a list of contacts as text.
type written struct {
	Organization string        `yaml:"organization,omitempty"`
	Contacts     []writtenLine `yaml:"contacts"`
}

type writtenLine struct {
	Email  string `yaml:"email"`
	Name   string `yaml:"name,omitempty"`
	Editor bool   `yaml:"editor,omitempty"`
}

// Difference is what a list would change about one contact.
type Difference struct {
	Change string `json:"change" enum:"added,changed,removed,unchanged"`
	Email  string `json:"email"`
	Name   string `json:"name"`
	Editor bool   `json:"editor"`
}

// ListPlan is what a list of contacts would change.
type ListPlan struct {
	Organization string       `json:"organization"`
	Cap          int          `json:"cap"`
	Differences  []Difference `json:"differences" nullable:"false"`
	Seen         string       `json:"seen" doc:"Names the list as it is now; send it along when applying, so that nobody else's change is lost."`
}

// ContactText writes an organization's contacts as a text that PlanContacts and ApplyContacts
// read. Whoever may change the list may.
func (s *Service) ContactText(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) (string, error) {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return "", err
	}
	w := written{Organization: b.organization.Name, Contacts: []writtenLine{}}
	for _, c := range b.contacts {
		w.Contacts = append(w.Contacts, writtenLine{c.Email, c.Name, c.Editor})
	}
	text, err := yaml.Marshal(w)
	return string(text), err
}

// read reads a list of contacts and refuses what it does not know.
func (b *book) read(text string) (out []writtenLine, err error) {
	if len(text) > maxList {
		return nil, fault.New(fault.TooLarge, "This list has %d bytes; %d is the most.", len(text), maxList)
	}
	defer func() {
		// The parser is not ours; whatever it does must not end the program.
		if r := recover(); r != nil {
			out, err = nil, fault.Field("text", nil, "a list of contacts in YAML", "This text cannot be read as YAML.")
		}
	}()
	var w written
	if err := yaml.UnmarshalWithOptions([]byte(text), &w, yaml.Strict()); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fault.Field("text", nil, "contacts: with email, name and editor for each", "This list cannot be read: %s", first)
	}
	if w.Organization != "" && directory.Fold(w.Organization) != directory.Fold(b.organization.Name) {
		return nil, fault.Field("text", w.Organization, b.organization.Name, "This list is of %s, not of %s.", w.Organization, b.organization.Name)
	}
	for i, c := range w.Contacts {
		email, err := directory.CleanEmail(fmt.Sprintf("contacts[%d].email", i), c.Email)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(w.Contacts[:i], func(o writtenLine) bool { return o.Email == email }) {
			return nil, fault.Field(fmt.Sprintf("contacts[%d].email", i), email, "each address once", "%s is in the list twice.", email)
		}
		w.Contacts[i].Email = email
	}
	return w.Contacts, nil
}

// seen names the list as it is now.
func (b *book) seen() string {
	h := sha256.New()
	for _, c := range b.contacts {
		fmt.Fprintln(h, c.PersonID, c.Editor)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// step is one line of a plan with whom it is about.
type step struct {
	Difference
	person int64 // 0: somebody who is not known yet
}

// plan compares a list with the contacts there are.
func (b *book) plan(ctx context.Context, tx db.Tx, text string) (steps []step, err error) {
	lines, err := b.read(text)
	if err != nil {
		return nil, err
	}
	kept := map[int64]bool{}
	editors := 0
	for _, l := range lines {
		id, err := personOf(ctx, tx, l.Email)
		if err != nil {
			return nil, err
		}
		st := step{Difference{"added", l.Email, l.Name, l.Editor}, id}
		if i := slices.IndexFunc(b.contacts, func(c Contact) bool { return c.PersonID == id }); i >= 0 {
			kept[id] = true
			st.Change, st.Name = "unchanged", b.contacts[i].Name
			if b.contacts[i].Editor != l.Editor {
				st.Change = "changed"
			}
		}
		if l.Editor {
			editors++
		}
		steps = append(steps, st)
	}
	for _, c := range b.contacts {
		if !kept[c.PersonID] {
			steps = append(steps, step{Difference{"removed", c.Email, c.Name, c.Editor}, c.PersonID})
		}
	}
	if err := b.full(len(lines)); err != nil {
		return nil, err
	}
	return steps, b.tooMany(editors)
}

// PlanContacts says what a list in YAML would change, and changes nothing. Whoever may change the
// list may.
func (s *Service) PlanContacts(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, text string) (ListPlan, error) {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return ListPlan{}, err
	}
	steps, err := b.plan(ctx, tx, text)
	return b.shown(steps), err
}

func (b *book) shown(steps []step) ListPlan {
	p := ListPlan{Organization: b.organization.Name, Cap: b.cap, Differences: []Difference{}, Seen: b.seen()}
	for _, st := range steps {
		p.Differences = append(p.Differences, st.Difference)
	}
	return p
}

// ApplyContacts makes the list of contacts what a text says, whole or not at all. seen is what the
// plan said, "" to apply whatever the list is now. Whoever may change the list may.
func (s *Service) ApplyContacts(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64, text, seen string) (ListPlan, error) {
	b, err := s.book(ctx, tx, by, organizationID)
	if err != nil {
		return ListPlan{}, err
	}
	if seen != "" && seen != b.seen() {
		return ListPlan{}, fault.New(fault.Conflict, "Somebody changed the list meanwhile. Plan again and look at what is different.")
	}
	steps, err := b.plan(ctx, tx, text)
	if err != nil {
		return ListPlan{}, err
	}
	out := b.shown(steps)
	// What makes room comes first, so that the list is within its limits all the time.
	for _, change := range []string{"removed", "changed", "added"} {
		for _, demote := range []bool{true, false} {
			for _, st := range steps {
				switch {
				case st.Change != change:
				case change == "removed" && demote:
					err = s.remove(ctx, tx, by, b, st.person)
				case change == "changed" && demote == !st.Editor:
					if !b.colleague {
						return out, fault.New(fault.Forbidden, "Only the people who look after your organization here can change who the editors are.")
					}
					err = s.setEditor(ctx, tx, by, b, st.person, st.Editor)
				case change == "added" && demote:
					_, err = s.add(ctx, tx, by, b, NewContact{Email: st.Email, Name: st.Name, Editor: st.Editor})
				}
				if err != nil {
					return out, err
				}
			}
		}
	}
	out.Seen = b.seen()
	return out, nil
}

// join lists names: "Ada, Ben and 3 others".
func join(names []string, few int) string {
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d others", len(names)-few)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
