package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/lang"
	"steward/internal/rest"
)

// PersonRef, OrgRef and TeamRef are how other records show a person, organization or team.
type (
	PersonRef struct {
		ID    int64  `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email,omitempty"`
	}
	OrgRef struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	TeamRef struct {
		Name  string `json:"name"`
		Title string `json:"title"`
	}
)

// DueView is the promise that comes due first.
type DueView struct {
	Metric   Metric     `json:"metric"`
	At       *time.Time `json:"at" doc:"When it is due; null while paused."`
	Breached bool       `json:"breached"`
	Paused   bool       `json:"paused"`
}

// Row is a ticket as lists show it.
type Row struct {
	ID           int64      `json:"id"`
	Subject      string     `json:"subject"`
	Status       Status     `json:"status"`
	Priority     Priority   `json:"priority"`
	Type         Type       `json:"type"`
	TaskDueAt    *time.Time `json:"task_due_at"`
	Requester    PersonRef  `json:"requester"`
	Organization *OrgRef    `json:"organization"`
	Assignee     *PersonRef `json:"assignee"`
	Team         *TeamRef   `json:"team"`
	Tags         []string   `json:"tags" nullable:"false"`
	Channel      string     `json:"channel"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Due          *DueView   `json:"due"`
	Version      int64      `json:"version"`

	Sides *SidesView `json:"side_conversations" doc:"Open side conversations, for those who work on the ticket; null without any."`
}

// names are the people and organizations of some tickets, looked up at once.
type names struct {
	people map[int64]directory.Person
	orgs   map[int64]string
	say    *lang.Language // of whoever reads
}

func (s *Service) names(ctx context.Context, tx db.Tx, tickets []*Ticket, more ...int64) (n names, err error) {
	people, orgs := more, []int64{}
	n.say = lang.In(ctx)
	for _, t := range tickets {
		people = append(people, t.RequesterID, t.AssigneeID)
		orgs = append(orgs, t.OrganizationID)
	}
	if n.people, err = s.directory.Names(ctx, tx, people); err != nil {
		return n, err
	}
	n.orgs, err = s.directory.OrganizationNames(ctx, tx, orgs)
	return n, err
}

func (n names) person(id int64) *PersonRef {
	if id == 0 {
		return nil
	}
	return &PersonRef{ID: id, Name: n.people[id].Name}
}

func (s *Service) row(t *Ticket, n names) Row {
	r := Row{ID: t.ID, Subject: t.Subject, Status: t.Status, Priority: t.Priority, Type: t.Type, TaskDueAt: rest.Time(t.TaskDue), Assignee: n.person(t.AssigneeID), Team: s.teamRef(t.TeamID),
		Tags: t.Tags, Channel: t.Channel, CreatedAt: t.Created, UpdatedAt: t.Updated, Version: t.Version}
	r.Requester = PersonRef{ID: t.RequesterID, Name: n.people[t.RequesterID].Name, Email: n.people[t.RequesterID].Email}
	if t.OrganizationID != 0 {
		r.Organization = &OrgRef{t.OrganizationID, n.orgs[t.OrganizationID]}
	}
	if t.DueMetric != "" {
		r.Due = &DueView{Metric: t.DueMetric, At: rest.Time(t.Due), Paused: t.DueState == Paused,
			Breached: t.DueState == Breached || !t.Due.IsZero() && s.clock().After(t.Due)}
	}
	return r
}

func (s *Service) teamRef(id int64) *TeamRef {
	if t := s.config().Team(id); t != nil {
		return &TeamRef{t.Name, t.Title}
	}
	return nil
}

// Rows presents tickets for a list.
func (s *Service) Rows(ctx context.Context, tx db.Tx, tickets []*Ticket) ([]Row, error) {
	n, err := s.names(ctx, tx, tickets)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(tickets))
	for i, t := range tickets {
		rows[i] = s.row(t, n)
	}
	return rows, nil
}

// RowsOf presents the tickets with these ids that the actor may see, by id.
func (s *Service) RowsOf(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]Row, error) {
	out := map[int64]Row{}
	w, wanted := &db.Where{}, make([]any, len(ids))
	reach := auth.Scope(by, "read", "ticket")
	if len(ids) == 0 || reach.None() {
		return out, nil
	}
	if err := reach.Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	for i, id := range ids {
		wanted[i] = id
	}
	w.And("t.deleted_at IS NULL").In("t.id", wanted)
	found, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL(), w.Args()...)
	tickets, err := db.Collect(found, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil {
		return nil, err
	}
	rows, err := s.Rows(ctx, tx, tickets)
	if err == nil {
		err = s.countAside(ctx, tx, by, tickets, rows)
	}
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, err
}

// Full is a ticket as its own page shows it.
type Full struct {
	Row
	Brand     *Named       `json:"brand"`
	Mailbox   *MailboxView `json:"mailbox"`
	FollowUp  *int64       `json:"followup_of"`
	FollowUps []int64      `json:"followups" nullable:"false"`
	Clocks    []ClockView  `json:"clocks" nullable:"false" doc:"Those that live or may live again, the first reply's and the newest of the others, oldest first; /tickets/{id}/clocks lists every one."`
	Survey    *SurveyView  `json:"survey"`
	WaitsFor  string       `json:"waits_for"`

	Submitter   *PersonRef   `json:"submitter" doc:"Who entered it, when that was not the requester."`
	Copies      []PersonRef  `json:"copies" nullable:"false" doc:"People who get every reply too."`
	Follows     bool         `json:"follows" doc:"Whether the reader follows it."`
	ExternalIDs []ExternalID `json:"external_ids" nullable:"false" doc:"Ids that other systems know it by; for those who work on it."`
	ProblemID   *int64       `json:"problem_id"`
	MergedInto  *int64       `json:"merged_into"`
	Hidden      Hidden       `json:"hidden" doc:"deleted or spam when the ticket stands in no list."`
	StateSince  time.Time    `json:"state_since"`
	Replies     int64        `json:"replies"`
	Bounces     int64        `json:"bounces"`
	Merge       *MergeView   `json:"merge" doc:"How it was merged into another ticket."`
	HiddenAt    *time.Time   `json:"hidden_at"`
	PurgeAt     *time.Time   `json:"purge_at" doc:"When a hidden ticket goes for good."`
	SplitFrom   *int64       `json:"split_from" doc:"The ticket it was split off from."`
	Splits      []int64      `json:"splits" nullable:"false" doc:"Tickets that were split off from it."`

	Attributes  map[string]any `json:"attributes" nullable:"false" doc:"Custom attributes by name."`
	Form        *TeamRef       `json:"form"`
	Entitlement *TeamRef       `json:"entitlement" doc:"What it was judged by; null without one."`
	Refused     entitle.Reason `json:"refused" doc:"Why its requester may not ask for help; empty when they may. Agents only."`
	Can         Can            `json:"can"`
	Statuses    []Status       `json:"statuses" nullable:"false" doc:"States it may move to now."`
}

// MailboxView is the mailbox a ticket is answered from.
type MailboxView struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Can says what the reader may do with a ticket.
type Can struct {
	Reply bool `json:"reply"`
	Note  bool `json:"note"`
	Edit  bool `json:"edit"`

	Delete  bool `json:"delete" doc:"Also whether it may be marked as spam."`
	Restore bool `json:"restore"`
	Redact  bool `json:"redact"`
}

// SurveyView is how the requester was asked and answered.
type SurveyView struct {
	State   string     `json:"state" enum:"unoffered,offered,answered"`
	Score   *int       `json:"score"`
	Comment *string    `json:"comment"`
	At      *time.Time `json:"at"`
}

// Surveys tells how the requester of a ticket was asked; the app wires it.
type Surveys func(ctx context.Context, tx db.Tx, ticketID int64) (*SurveyView, error)

func (s *Service) full(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) (Full, error) {
	n, err := s.names(ctx, tx, []*Ticket{t}, append([]int64{t.SubmitterID}, t.People.Copies...)...)
	if err != nil {
		return Full{}, err
	}
	inside, writes := Agent(by, t), auth.Scope(by, "write", "ticket").Covers(t.Record())
	f := Full{Row: s.row(t, n), Brand: s.config().Brand(t.BrandID), FollowUp: rest.ID(t.FollowupOf), FollowUps: []int64{}, Clocks: []ClockView{},
		WaitsFor: t.Status.WaitsFor(), Can: Can{Reply: writes, Note: inside && writes, Edit: inside && t.Status != StatusClosed}, Statuses: t.Status.Next()}
	f.Submitter, f.ProblemID, f.MergedInto = n.person(t.SubmitterID), rest.ID(t.ProblemID), rest.ID(t.MergedInto)
	f.Splits = []int64{}
	if !known(tx, t.ID).made {
		one := []Row{f.Row}
		if err := s.countAside(ctx, tx, by, []*Ticket{t}, one); err != nil {
			return f, err
		}
		f.Sides = one[0].Sides
	}
	if err := s.fate(ctx, tx, by, t, &f); err != nil {
		return f, err
	}
	f.Hidden, f.StateSince, f.Replies, f.Bounces = t.Hidden, t.StateSince, t.Replies, t.Bounces
	if b := s.config().Mailbox(t.MailboxID); b != nil {
		f.Mailbox = &MailboxView{b.Name, b.Spec.Address}
	}
	f.Attributes = s.config().Fields.Show("ticket", t.Attributes, inside)
	if form := s.config().form(t.FormID); form != nil && (inside || form.Spec.Customers || form.Spec.Colleagues && n.people[t.RequesterID].Agent) {
		f.Form = &TeamRef{form.Name, form.Title}
	}
	if inside {
		f.Entitlement, f.Refused = s.entitlementRef(t.EntitlementID), t.Refused
	}
	k := known(tx, t.ID)
	f.Copies, f.Follows, f.ExternalIDs = shownPeople(t.People.Copies, n.people), slices.Contains(t.People.Followers, by.PersonID), []ExternalID{}
	if inside && t.beside.has(besideNames) {
		all, err := externalIDs(ctx, tx, []any{t.ID})
		if err != nil {
			return f, err
		}
		f.ExternalIDs = append(f.ExternalIDs, all[t.ID]...)
	}
	switch {
	case !k.made:
		if t.Status == StatusClosed { // only then does a message open another
			if f.FollowUps, err = s.followUps(ctx, tx, t.ID); err != nil {
				return f, err
			}
		}
		if s.surveys != nil && t.beside.has(besideDone) {
			if f.Survey, err = s.surveys(ctx, tx, t.ID); err != nil {
				return f, err
			}
		}
	}
	if f.Survey == nil && s.surveys != nil {
		f.Survey = &SurveyView{State: "unoffered"}
	}
	clocks := k.clocks
	if clocks == nil && !k.made {
		if clocks, err = s.Clocks(ctx, tx, t.ID); err != nil {
			return f, err
		}
	}
	for _, c := range clocks {
		f.Clocks = append(f.Clocks, s.clockView(c, s.clock()))
	}
	return f, nil
}

// followUps lists the tickets opened by messages on a closed one.
func (s *Service) followUps(ctx context.Context, tx db.Tx, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM ticket WHERE followup_of = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []int64{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
