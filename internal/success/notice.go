package success

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/rule"
)

// HealthNotice is the spec of kind health_notice: who is told when an account's colour changes.
type HealthNotice struct {
	Becomes []string `yaml:"becomes" doc:"Colours that are told of when an account gets them." enum:"red,yellow,green" required:"true"`
	From    []string `yaml:"from" doc:"Only from these colours; from any when empty, but not from none: an account's first score is no news." enum:"red,yellow,green,none"`
	When    string   `yaml:"when" doc:"Only for accounts for which this holds, over account.… and measure.…: account.segment == \"enterprise\"." max:"4000"`
	Tell    []string `yaml:"tell" doc:"Who is told: csm is who looks after the account, team the members of its team, followers who follow it." enum:"csm,team,followers"`
	Teams   []string `yaml:"teams" doc:"Teams whose members are told as well." ref:"team"`
}

// notice is one in force. when is nil where it holds for every account.
type notice struct {
	ID      int64
	Version int
	Name    string
	Spec    HealthNotice
	when    *rule.Program
	teams   []int64
}

// newsAge is how old a change of colour may be to be news.
const newsAge = 24 * time.Hour

// maxTold is how many people one change is told to at most.
const maxTold = 500

func registerNotices(reg *blueprint.Registry, measures *measure.Registry) {
	blueprint.Register(reg, blueprint.Kind[HealthNotice]{Name: "health_notice", Title: "Notice of a colour",
		Summary: "Who is told when the health of an account changes its colour. Each of them chooses whether it reaches them in the workspace, by mail or by the browser.",
		Example: "kind: health_notice\nname: at-risk\ntitle: An account is at risk\nbecomes: [yellow, red]\nfrom: [green, yellow]\ntell: [csm, followers]\n",
		Lint: func(c *blueprint.Context, n HealthNotice) {
			if len(n.Tell) == 0 && len(n.Teams) == 0 {
				c.Error("tell", "Nobody is told. Name csm, team or followers here, or teams.")
			}
			if len(n.Becomes) == 1 && len(n.From) == 1 && n.Becomes[0] == n.From[0] {
				c.Error("from", "A colour that stays is no change.")
			}
			if n.When != "" {
				lintWhen(c, measures, n.When)
			}
		}})
}

// noticesOf are the notices of a configuration that compile.
func noticesOf(set *blueprint.Set, measures *measure.Registry, teams map[string]int64) (out []notice) {
	for _, b := range blueprint.All[HealthNotice](set) {
		n := notice{ID: b.ID, Version: b.Version, Name: b.Name, Spec: b.Spec}
		if b.Spec.When != "" {
			p, err := compileWhen(set, measures, b.Spec.When)
			if err != nil {
				continue // lint has said why
			}
			n.when = p
		}
		for _, name := range b.Spec.Teams {
			n.teams = append(n.teams, teams[name])
		}
		out = append(out, n)
	}
	return out
}

// noticeFollower tells of changes of colour as they happen.
func (s *Service) noticeFollower() ledger.Follower {
	return ledger.Follower{Name: "success.notices", Verbs: []string{HealthChanged}, Handle: s.noticed}
}

// noticed records who is to be told of a change, an event for each notice that names somebody whom no other has
// named. What a new version of the scorecard changes is not told: a plan lists it beforehand.
func (s *Service) noticed(ctx context.Context, tx db.Tx, e ledger.Event) error {
	notices := s.config().notices
	if len(notices) == 0 || s.clock().Sub(e.At) > newsAge {
		return nil
	}
	var d struct {
		Band []*string `json:"band"`
		Card bool      `json:"card_changed"`
	}
	if err := e.Decode(&d); err != nil || d.Card || len(d.Band) != 2 || d.Band[1] == nil {
		return err
	}
	was, is := "none", *d.Band[1]
	if d.Band[0] != nil {
		was = *d.Band[0]
	}
	var asked []notice
	for _, n := range notices {
		from := slices.Contains(n.Spec.From, was) || len(n.Spec.From) == 0 && was != "none"
		if was != is && from && slices.Contains(n.Spec.Becomes, is) {
			asked = append(asked, n)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	a, err := load(ctx, tx, e.Subject.ID)
	if err != nil {
		return missingIsNone(err)
	}
	return s.tellNotices(ctx, tx, e, a, asked, was, is)
}

func (s *Service) tellNotices(ctx context.Context, tx db.Tx, e ledger.Event, a Account, asked []notice, was, is string) error {
	var reading []*rule.Program
	for _, n := range asked {
		if n.when != nil {
			reading = append(reading, n.when)
		}
	}
	vars, err := s.callVars(ctx, tx, []Account{a}, reading, measure.Asked{})
	if err != nil {
		return err
	}
	told := map[int64]bool{}
	for _, n := range asked {
		data := map[string]any{"band": []string{was, is}}
		var private any
		if n.when != nil {
			if holds, err := n.when.Eval(vars[a.OrganizationID]); err != nil || !holds {
				continue // what costs too much, lint tells
			}
			data["read"], private = readOf(n.when, vars[a.OrganizationID])
		}
		people, err := s.toTell(ctx, tx, a, n)
		if err != nil {
			return err
		}
		people = slices.DeleteFunc(people, func(id int64) bool { return told[id] })
		if len(people) == 0 {
			continue
		}
		for _, id := range people {
			told[id] = true
		}
		data["people"] = people
		by := act.Root()
		by.Kind, by.Clock = act.Rule, s.clock
		by = by.Still().Because(act.Cause{Event: e.ID, Blueprint: n.ID, Version: n.Version})
		if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: HealthNoticed, Subject: about(a.OrganizationID), Data: data, Private: private}); err != nil {
			return err
		}
	}
	return nil
}

// readOf is what a condition read: what anybody may see of a decision, and what people wrote.
func readOf(p *rule.Program, vars rule.Vars) (open, private any) {
	o, hidden := p.Read(vars)
	if len(hidden) > 0 {
		return o, map[string]any{"read": hidden}
	}
	return o, nil
}

// toTell are the people whom a notice names, each once.
func (s *Service) toTell(ctx context.Context, tx db.Tx, a Account, n notice) ([]int64, error) {
	var people []int64
	teams := slices.Clone(n.teams)
	for _, who := range n.Spec.Tell {
		switch who {
		case "csm":
			people = append(people, a.CSMID)
		case "team":
			teams = append(teams, a.TeamID)
		case "followers":
			list, err := s.followersOf(ctx, tx, a.OrganizationID)
			if err != nil {
				return nil, err
			}
			people = append(people, list...)
		}
	}
	members, err := s.directory.Members(ctx, tx, teams)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		for _, p := range members[team] {
			people = append(people, p.ID)
		}
	}
	slices.SortFunc(people, cmp.Compare[int64])
	people = slices.DeleteFunc(slices.Compact(people), func(id int64) bool { return id == 0 })
	return people[:min(len(people), maxTold)], nil
}
