package entitle

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/rest"
)

// Views of the API.
type (
	// PersonView names somebody.
	PersonView struct {
		ID    int64  `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email,omitempty"`
	}
	// ContactView is a listed contact.
	ContactView struct {
		Person PersonView `json:"person"`
		Editor bool       `json:"editor" doc:"Whether they may change the list themselves."`
		Since  time.Time  `json:"since"`
	}
	// HoldView is the hold in force.
	HoldView struct {
		Since  time.Time   `json:"since"`
		By     *PersonView `json:"by"`
		Reason string      `json:"reason" doc:"Why; empty for who may not change the organization."`
	}
	// TermView is an entitlement given by hand.
	TermView struct {
		ID             int64     `json:"id"`
		Entitlement    string    `json:"entitlement"`
		Title          string    `json:"title"`
		StartedAt      time.Time `json:"started_at"`
		EndsAt         time.Time `json:"ends_at"`
		Extensions     int       `json:"extensions" doc:"How often it was extended."`
		ExtensionsLeft int       `json:"extensions_left"`
	}
	// OfferView is an entitlement that can be given by hand.
	OfferView struct {
		Entitlement string `json:"entitlement"`
		Title       string `json:"title"`
		Running     int    `json:"running" doc:"How many organizations have it now."`
		AtOnce      int    `json:"at_once"`
		Days        int    `json:"days" doc:"How long it lasts, in days."`
	}
	// ShareView is somebody of another organization who may see tickets.
	ShareView struct {
		ID          int64      `json:"id"`
		Person      PersonView `json:"person"`
		Access      Access     `json:"access"`
		AcceptedBy  string     `json:"accepted_by"`
		AcceptedAt  time.Time  `json:"accepted_at"`
		TextVersion string     `json:"text_version"`
		TicketID    int64      `json:"ticket_id"`
		RevokedAt   *time.Time `json:"revoked_at"`
	}
	// ProofView is a proof of purchase that was accepted.
	ProofView struct {
		Proof    string     `json:"proof"`
		Hint     string     `json:"hint" doc:"The last characters of it; the rest is not kept."`
		SoldTo   string     `json:"sold_to"`
		Person   PersonView `json:"person"`
		TicketID int64      `json:"ticket_id"`
		At       time.Time  `json:"at"`
	}
	// BoughtView is the entitlement that holds for an organization.
	BoughtView struct {
		Name    string     `json:"name"`
		Title   string     `json:"title"`
		Version int        `json:"version"`
		Support bool       `json:"support"`
		LastDay *time.Time `json:"last_day" doc:"The last day of what it bought; null when it does not end."`
		Until   *time.Time `json:"until" doc:"When the time after the last day is over."`
		Listed  bool       `json:"listed_only" doc:"Whether only listed contacts may write."`
	}
	// Panel is what an organization bought and what is recorded about it.
	Panel struct {
		Declared      bool          `json:"declared" doc:"Whether any entitlement is declared; without one everybody may ask for help."`
		Bought        *BoughtView   `json:"bought"`
		State         string        `json:"state" enum:"open,entitled,ending,expired,unsupported,hold" doc:"open: nothing says who may write."`
		Contacts      []ContactView `json:"contacts" nullable:"false"`
		Cap           int           `json:"cap" doc:"How many contacts it may list."`
		EditorsMost   int           `json:"editors_most"`
		Hold          *HoldView     `json:"hold"`
		Terms         []TermView    `json:"terms" nullable:"false"`
		Offers        []OfferView   `json:"offers" nullable:"false"`
		Shares        []ShareView   `json:"shares" nullable:"false"`
		Proofs        []ProofView   `json:"proofs" nullable:"false"`
		CanList       bool          `json:"can_list" doc:"Whether you may change the list of contacts."`
		CanAdminister bool          `json:"can_administer" doc:"Whether you may place holds, give terms and share tickets."`
	}
)

// Panel shows what an organization bought. Whoever may read the organization may.
func (s *Service) Panel(ctx context.Context, tx db.Tx, by act.Actor, organizationID int64) (Panel, error) {
	out := Panel{State: "open", Contacts: []ContactView{}, Terms: []TermView{}, Offers: []OfferView{}, Shares: []ShareView{}, Proofs: []ProofView{}, Declared: !s.config().None()}
	o, err := s.visible(ctx, tx, by, organizationID)
	if err != nil {
		return out, err
	}
	here := auth.Record{Organization: o.ID}
	out.CanList, out.CanAdminister = auth.Scope(by, "write", "organization").Covers(here), auth.Scope(by, "write", "entitlement").Covers(here)
	f, e, err := s.ofOrganization(ctx, tx, o.ID)
	if err != nil {
		return out, err
	}
	out.Cap, out.EditorsMost = e.cap(f.Vars), e.editors()
	out.Bought, out.State = bought(e, f, s.clock().UTC())
	contacts, err := contactsOf(ctx, tx, o.ID)
	if err != nil {
		return out, err
	}
	for _, c := range contacts {
		out.Contacts = append(out.Contacts, ContactView{PersonView{c.PersonID, c.Name, c.Email}, c.Editor, c.Since})
	}
	hold, err := currentHold(ctx, tx, o.ID)
	if err != nil {
		return out, err
	}
	shares, err := sharesOf(ctx, tx, o.ID)
	if err != nil {
		return out, err
	}
	proofs, err := proofsOf(ctx, tx, o.ID)
	if err != nil {
		return out, err
	}
	people, err := s.people(ctx, tx, hold, shares, proofs)
	if err != nil {
		return out, err
	}
	inside := out.CanList || out.CanAdminister // others learn that it is on hold, not why
	if hold != nil {
		out.State, out.Hold = "hold", &HoldView{Since: hold.Since}
		if inside {
			out.Hold.By, out.Hold.Reason = people(hold.ByID), hold.Reason
		}
	}
	if !inside {
		return out, s.showTerms(ctx, tx, o.ID, &out)
	}
	for _, sh := range shares {
		out.Shares = append(out.Shares, ShareView{sh.ID, *people(sh.PersonID), sh.Access, sh.AcceptedBy, sh.AcceptedAt, sh.TextVersion, sh.TicketID, rest.Time(sh.RevokedAt)})
	}
	for _, p := range proofs {
		out.Proofs = append(out.Proofs, ProofView{p.Proof, p.Hint, p.SoldTo, *people(p.PersonID), p.TicketID, p.At})
	}
	return out, s.showTerms(ctx, tx, o.ID, &out)
}

// bought shows an entitlement as it holds for an organization, and how it stands.
func bought(e *Entitlement, f Facts, now time.Time) (*BoughtView, string) {
	if e == nil {
		return nil, "open"
	}
	b := &BoughtView{Name: e.Name, Title: e.Title, Version: e.Version, Support: e.Spec.Support, Listed: e.Spec.Contacts != nil && e.Spec.Contacts.ListedOnly}
	state := "entitled"
	last, until, ends := e.ends(f.Vars)
	if ends {
		b.LastDay, b.Until = &last, &until
	}
	switch {
	case !e.Spec.Support:
		state = "unsupported"
	case ends && !now.Before(until):
		state = "expired"
	case ends && !now.Before(last.Add(24*time.Hour)):
		state = "ending"
	}
	return b, state
}

// people looks the names up that a panel shows.
func (s *Service) people(ctx context.Context, tx db.Tx, hold *Hold, shares []Share, proofs []Proven) (func(id int64) *PersonView, error) {
	var ids []int64
	if hold != nil {
		ids = append(ids, hold.ByID)
	}
	for _, sh := range shares {
		ids = append(ids, sh.PersonID)
	}
	for _, p := range proofs {
		ids = append(ids, p.PersonID)
	}
	names := map[int64]directory.Person{}
	if len(ids) > 0 {
		var err error
		if names, err = s.directory.Names(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	return func(id int64) *PersonView {
		p := names[id]
		return &PersonView{id, p.Name, p.Email}
	}, nil
}

// showTerms adds the terms that run and those that could be given.
func (s *Service) showTerms(ctx context.Context, tx db.Tx, organizationID int64, out *Panel) error {
	terms, err := termsOf(ctx, tx, organizationID)
	if err != nil {
		return err
	}
	for _, t := range terms {
		v := TermView{ID: t.ID, Title: "No longer in the configuration", StartedAt: t.Started, EndsAt: t.Ends, Extensions: t.Extensions}
		if e := s.config().ByID(t.EntitlementID); e != nil {
			v.Entitlement, v.Title = e.Name, e.Title
			if e.Spec.Term != nil {
				v.ExtensionsLeft = max(e.Spec.Term.Extensions-t.Extensions, 0)
			}
		}
		out.Terms = append(out.Terms, v)
	}
	if !out.CanAdminister {
		return nil
	}
	for _, e := range s.config().All() {
		if e.Spec.Term == nil {
			continue
		}
		n, err := running(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		out.Offers = append(out.Offers, OfferView{e.Name, e.Title, n, e.Spec.Term.AtOnce, int(e.Spec.Term.Lasts.Std() / (24 * time.Hour))})
	}
	return nil
}
