package desk

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/job"
	"steward/internal/ledger"
)

// The jobs that judge open tickets anew.
const (
	reconsiderJob = "desk.reconsider"   // the open tickets of an organization or of a requester
	contractDay   = "desk.contract_day" // a timer: what an organization bought ends
	rejudgeJob    = "desk.rejudge"      // every organization, after entitlements have changed
)

const (
	perReconsider = 100             // tickets judged in one transaction
	perRejudge    = 200             // organizations whose tickets are taken up in one transaction
	mergeSettle   = time.Minute     // until the records of a merge have moved, most of the time
	rejudgeSettle = 3 * time.Second // until every node has the new configuration
)

// judgesAgain registers the jobs.
func (s *Service) judgesAgain() {
	if s.entitle == nil {
		return
	}
	s.jobs.Handle(reconsiderJob, job.Options{}, s.reconsider)
	s.jobs.Handle(contractDay, job.Options{}, s.onContractDay)
	s.jobs.Handle(rejudgeJob, job.Options{Parallel: 1}, s.onRejudge)
}

// EntitlementFollower has open tickets judged anew after what their organizations bought, who may
// write for them, or who their requesters are has changed.
func (s *Service) EntitlementFollower() ledger.Follower {
	verbs := append(slices.Clone(entitle.Follows), directory.OrganizationCreated, directory.OrganizationUpdated, directory.OrganizationMerged, directory.OrganizationUnmerged,
		directory.PersonUpdated, directory.PersonMerged, directory.PersonUnmerged)
	return ledger.Follower{Name: "desk.entitlement", Verbs: verbs, Handle: s.followEntitlement}
}

func (s *Service) followEntitlement(ctx context.Context, tx db.Tx, e ledger.Event) error {
	if s.config().Entitle.None() {
		return nil
	}
	due := s.clock().UTC()
	switch e.Verb {
	case directory.OrganizationMerged, directory.OrganizationUnmerged, directory.PersonMerged, directory.PersonUnmerged:
		due = due.Add(mergeSettle)
	}
	if e.Subject.Kind == "organization" {
		if err := s.watchContract(ctx, tx, e.Subject.ID); err != nil {
			return err
		}
	}
	return s.judgeLater(ctx, tx, due, e.Subject, reconsidering{Cause: e.ID})
}

// reconsidering is how far the judging anew of somebody's tickets has come.
type reconsidering struct {
	After int64 `json:"after"`           // id of the ticket that was judged last
	Cause int64 `json:"cause"`           // the event that led to it; 0 for none
	Mail  int64 `json:"mail,omitempty"`  // id of the mail that was looked at last, once the tickets are done
	Spare int64 `json:"spare,omitempty"` // tickets up to this id that were never judged are not stopped: entitlements were declared after them
}

// judgeLater has the open tickets of an organization (id 0: of none) or of a requester judged anew, and the mails that were
// set aside instead of becoming one. Where there are none, nothing is to be done.
func (s *Service) judgeLater(ctx context.Context, tx db.Tx, due time.Time, who ledger.Ref, r reconsidering) error {
	var any bool
	where, args := openOf(who)
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket t WHERE `+where+`)`, args...).Scan(&any); err != nil {
		return err
	}
	if !any {
		if any, err := s.holdsMail(ctx, tx, who); err != nil || !any {
			return err
		}
	}
	return s.jobs.Set(ctx, tx, s.clock(), job.Spec{Kind: reconsiderJob, Key: fmt.Sprintf("%s:%d", who.Kind, who.ID), Subject: who, Due: due, Args: r})
}

// openOf is the condition for the open tickets of an organization or of a requester, which an
// index gives in the order of their ids.
func openOf(who ledger.Ref) (where string, args []any) {
	const open = ` AND t.done = FALSE AND t.deleted_at IS NULL`
	switch {
	case who.Kind == "person":
		return `t.requester_id = $1` + open, []any{who.ID}
	case who.ID == 0:
		return `t.organization_id IS NULL` + open, nil
	default:
		return `t.organization_id = $1` + open, []any{who.ID}
	}
}

// reconsider is the job's handler: some tickets are judged anew, and the next ones after them; then mails.
func (s *Service) reconsider(ctx context.Context, tx db.Tx, j job.Job) error {
	var r reconsidering
	if err := j.Decode(&r); err != nil {
		return err
	}
	more, err := false, error(nil)
	if r.Mail == 0 {
		more, err = s.judgeSome(ctx, tx, j.Subject, &r)
	}
	if err == nil && !more {
		more, err = s.letThrough(ctx, tx, s.system(), j.Subject, &r)
	}
	if err != nil || !more {
		return err
	}
	return s.jobs.Set(ctx, tx, s.clock(), job.Spec{Kind: reconsiderJob, Key: j.Key, Subject: j.Subject, Due: s.clock(), Args: r})
}

// judgeSome judges some open tickets anew. more: there are others after the last one.
func (s *Service) judgeSome(ctx context.Context, tx db.Tx, who ledger.Ref, r *reconsidering) (more bool, err error) {
	where, args := openOf(who)
	q := fmt.Sprintf(`SELECT `+ticketFields+` FROM ticket t WHERE `+where+` AND t.id > $%d ORDER BY t.id LIMIT $%d`, len(args)+1, len(args)+2)
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	rows, err := tx.Query(ctx, q, append(args, r.After, perReconsider)...)
	tickets, err := db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil || len(tickets) == 0 {
		return false, err
	}
	asked, err := s.judging(ctx, tx, tickets)
	if err != nil {
		return false, err
	}
	by := s.system()
	by.Cause = act.Cause{Event: r.Cause}
	for _, t := range tickets {
		r.After = t.ID
		before := *t
		if p := asked.people[t.RequesterID]; t.OrganizationID == 0 && !p.Agent {
			t.OrganizationID = p.OrganizationID // whom nobody knew belongs somewhere now
		}
		d, err := asked.judge(ctx, t)
		if err != nil {
			return false, err
		}
		if t.ID <= r.Spare && d != nil && !d.Allowed() && before.Refused == "" && before.EntitlementID == 0 {
			continue
		}
		if err := s.stands(ctx, tx, by, t, before, d, true); err != nil {
			return false, err
		}
	}
	return len(tickets) == perReconsider, nil
}

// judging judges several tickets with few questions: who is the same asks for the same.
type judging struct {
	s        *Service
	tx       db.Tx
	people   map[int64]directory.Person
	admitted map[int64]bool // tickets that somebody let in
	said     map[asking]entitle.Decision
}

// asking is what a decision depends on.
type asking struct {
	person, organization int64
	form                 string
}

// judging looks up what judging some tickets takes.
func (s *Service) judging(ctx context.Context, tx db.Tx, tickets []*Ticket) (*judging, error) {
	j := &judging{s: s, tx: tx, admitted: map[int64]bool{}, said: map[asking]entitle.Decision{}}
	ids, requesters := make([]int64, len(tickets)), make([]int64, len(tickets))
	for i, t := range tickets {
		ids[i], requesters[i] = t.ID, t.RequesterID
	}
	slices.Sort(requesters)
	var err error
	if j.people, err = s.directory.Names(ctx, tx, slices.Compact(requesters)); err != nil {
		return nil, err
	}
	in, err := ticketIDs(ctx, tx, `SELECT ticket_id FROM ticket_refusal WHERE admitted_at IS NOT NULL AND ticket_id IN (`+idList(ids)+`)`)
	for _, id := range in {
		j.admitted[id] = true
	}
	return j, err
}

// judge is what is decided about a ticket now; nil when nothing is, or somebody let it in.
func (j *judging) judge(ctx context.Context, t *Ticket) (*entitle.Decision, error) {
	if j.s.config().Entitle.None() || j.people[t.RequesterID].Agent {
		return nil, nil
	}
	k := asking{t.RequesterID, t.OrganizationID, ""}
	if f := j.s.config().form(t.FormID); t.Refused == entitle.WrongForm && f != nil {
		k.form = f.Name
	}
	d, ok := j.said[k]
	if !ok {
		var err error
		if d, err = j.s.entitle.Judge(ctx, j.tx, k.person, k.organization, k.form); err != nil {
			return nil, err
		}
		j.said[k] = d
	}
	if !d.Allowed() && j.admitted[t.ID] {
		return nil, nil
	}
	return &d, nil
}

// standing is what is decided about one ticket now; nil when nothing is, or somebody let it in.
func (s *Service) standing(ctx context.Context, tx db.Tx, t *Ticket) (*entitle.Decision, error) {
	if s.config().Entitle.None() {
		return nil, nil
	}
	j, err := s.judging(ctx, tx, []*Ticket{t})
	if err != nil {
		return nil, err
	}
	return j.judge(ctx, t)
}

// kept reports whether a ticket is worked on to the end although its requester may no longer ask.
func (cfg *Config) kept(t *Ticket, d entitle.Decision) bool {
	if d.Allowed() || d.Refused == entitle.OnHold || t.Refused != "" {
		return false
	}
	return cfg.openTickets(t, d) == "keep"
}

// openTickets says what becomes of an open ticket when its requester may no longer ask for help:
// what it was opened with decides, or what refuses them where it had nothing.
func (cfg *Config) openTickets(t *Ticket, d entitle.Decision) string {
	e := cfg.Entitle.ByID(t.EntitlementID)
	if e == nil {
		e = d.Entitlement
	}
	if e == nil {
		return ""
	}
	return e.Spec.OpenTickets
}

// lookAgain judges a refused ticket anew and stores what changed since before.
func (s *Service) lookAgain(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, before Ticket) error {
	d, err := s.standing(ctx, tx, t)
	if err != nil {
		return err
	}
	return s.stands(ctx, tx, by, t, before, d, false)
}

// stands gives a ticket the standing that was decided (nil: nothing refuses it) and stores what
// changed since before. own says that nobody asked for it: then the requester of a ticket that
// stops is told, where their entitlement says so.
func (s *Service) stands(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, before Ticket, d *entitle.Decision, own bool) error {
	by = by.Still()
	cfg := s.config()
	m := moment{at: by.Now(), event: by.Cause.Event}
	var err error
	switch {
	case d != nil && cfg.kept(t, *d):
	case d != nil && !d.Allowed():
		m.ruling = &ruling{Decision: *d, answer: own && t.Refused == "" && cfg.openTickets(t, *d) == "answer"}
		cfg.stand(t, *d)
	case t.Refused != "":
		if d != nil {
			m.ruling = &ruling{Decision: *d}
		}
		if err = s.readmit(ctx, tx, t, decided(d)); err == nil {
			t.EntitlementID = entitledBy(d)
		}
	case d != nil:
		m.ruling = &ruling{Decision: *d}
		t.EntitlementID = entitledBy(d)
	}
	if err != nil || before.Refused == t.Refused && before.EntitlementID == t.EntitlementID && before.OrganizationID == t.OrganizationID {
		return err
	}
	return s.change(ctx, tx, by, &before, t, m)
}

// decided is a decision that may be missing.
func decided(d *entitle.Decision) entitle.Decision {
	if d == nil {
		return entitle.Decision{}
	}
	return *d
}

// entitledBy is the entitlement of a decision, by its blueprint's id; 0 for none.
func entitledBy(d *entitle.Decision) int64 {
	if d == nil || d.Entitlement == nil {
		return 0
	}
	return d.Entitlement.ID
}

// entitlements names what judging depends on of the configuration.
func (cfg *Config) entitlements() string {
	if cfg.Entitle.None() {
		return ""
	}
	h := sha256.New()
	for _, e := range cfg.Entitle.All() {
		fmt.Fprintf(h, "%d.%d;", e.ID, e.Version)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ReconcileEntitlements begins to judge open tickets anew when entitlements have changed. Call it
// after configuration was applied and when a server starts.
func (s *Service) ReconcileEntitlements(ctx context.Context) error {
	digest := s.config().entitlements()
	stale := func(ctx context.Context, tx db.Tx) (bool, error) {
		var have string
		err := tx.QueryRow(ctx, `SELECT digest FROM entitlement_state WHERE id = 1`).Scan(&have)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return have != digest, err
	}
	anew := false
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) { anew, err = stale(ctx, tx); return err })
	if err != nil || !anew {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if anew, err := stale(ctx, tx); err != nil || !anew {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO entitlement_state (id, digest) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest`, digest); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM ticket`).Scan(&last); err != nil {
			return err
		}
		return s.judgeAll(ctx, tx, last)
	})
}

// judgeAll has all open tickets judged anew, in batches. Of those up to an id, what was never
// judged is not stopped.
func (s *Service) judgeAll(ctx context.Context, tx db.Tx, spare int64) error {
	due := s.clock().Add(rejudgeSettle)
	if err := s.judgeLater(ctx, tx, due, ledger.Ref{Kind: "organization"}, reconsidering{Spare: spare}); err != nil {
		return err
	}
	return s.jobs.Set(ctx, tx, s.clock(), job.Spec{Kind: rejudgeJob, Key: "all", Due: due, Args: reconsidering{Spare: spare}})
}

// onRejudge takes up some organizations, and goes on until all are done: the days on which what
// they bought ends are watched, and their open tickets judged anew.
func (s *Service) onRejudge(ctx context.Context, tx db.Tx, j job.Job) error {
	var r reconsidering
	if err := j.Decode(&r); err != nil {
		return err
	}
	all, err := ticketIDs(ctx, tx, `SELECT id FROM organization WHERE id > $1 AND deleted_at IS NULL AND alias_of IS NULL ORDER BY id LIMIT $2`, r.After, perRejudge)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, id := range all {
		r.After = id
		if err := s.watchContract(ctx, tx, id); err != nil {
			return err
		}
		if err := s.judgeLater(ctx, tx, s.clock(), ledger.Ref{Kind: "organization", ID: id}, reconsidering{Spare: r.Spare}); err != nil {
			return err
		}
	}
	if len(all) < perRejudge {
		return nil
	}
	return s.jobs.Set(ctx, tx, s.clock(), job.Spec{Kind: rejudgeJob, Key: j.Key, Due: s.clock(), Args: r})
}
