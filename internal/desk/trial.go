package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
	"steward/internal/rule"
)

// Trial says of one rule what it would do on a ticket as it is, and why, part by part.
type Trial struct {
	Blueprint  Named            `json:"blueprint"`
	Heard      bool             `json:"heard" doc:"Whether it looks at such a change: a trigger that listens to it, a time rule whose time has begun, a macro that is offered to your teams."`
	Held       bool             `json:"held" doc:"Whether every condition holds; of a time rule, whether its time has come besides."`
	Done       bool             `json:"done" doc:"Whether it acts once, or once in such a stretch of time, and has."`
	DueAt      *time.Time       `json:"due_at" doc:"Of a time rule, when its time comes or came."`
	Conditions []rule.Condition `json:"conditions" nullable:"false"`
	Changes    []FieldChange    `json:"changes" nullable:"false" doc:"What it would change."`
	Sends      []string         `json:"sends" nullable:"false" doc:"What it would write and send, in words."`
	Missing    []AskedField     `json:"missing" nullable:"false" doc:"What the ticket's form asks for in the state it leads to, and is not filled: a macro cannot be applied before it is, a trigger or time rule goes on without."`
}

type trialInput struct {
	IDPath
	On string `query:"on" enum:"created,changed,commented,replied,noted" default:"changed" doc:"What is supposed to have happened."`
}

type rulesTrialInput struct {
	IDPath
	On   string `query:"on" enum:"created,changed,commented,replied,noted" default:"changed" doc:"What is supposed to have happened, for triggers."`
	Kind string `query:"kind" enum:"trigger,time_rule,macro" doc:"Rules of this kind only."`
}

type postTrialsInput struct {
	IDPath
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"200000" doc:"Texts of triggers, time rules and macros, and of what they name, as a file of a folder. Nothing is applied."`
		On   string `json:"on,omitempty" enum:"created,changed,commented,replied,noted" doc:"What is supposed to have happened; changed when left out."`
	}
}

func (s *Service) getTriggers(ctx context.Context, tx db.Tx, by act.Actor, in *trialInput) (rest.List[Trial], error) {
	return s.tried(ctx, tx, by, in.ID, s.config(), in.On, func(e Named) bool { return e.Kind == kindTrigger })
}

func (s *Service) getTrials(ctx context.Context, tx db.Tx, by act.Actor, in *rulesTrialInput) (rest.List[Trial], error) {
	return s.Trials(ctx, tx, by, in.ID, in.On, in.Kind)
}

// Trials tries the rules in force on a ticket, those of a kind or all. on is what is supposed to have happened. Whoever works
// on the ticket may.
func (s *Service) Trials(ctx context.Context, tx db.Tx, by act.Actor, id int64, on, kind string) (rest.List[Trial], error) {
	return s.tried(ctx, tx, by, id, s.config(), on, func(e Named) bool { return kind == "" || e.Kind == kind })
}

// postTrials tries texts. Whoever works on the ticket and may read blueprints may.
func (s *Service) postTrials(ctx context.Context, tx db.Tx, by act.Actor, in *postTrialsInput) (rest.List[Trial], error) {
	none := rest.NewList([]Trial{}, "")
	if _, err := s.working(ctx, tx, by, in.ID); err != nil {
		return none, err
	}
	docs, parsed := blueprint.ParseFile("text", in.Body.Text)
	plan, err := s.plan(by, blueprint.ApplyInput{Documents: docs, Parsed: parsed})
	if err != nil {
		return none, err
	}
	if err := plan.Err(); err != nil {
		return none, err
	}
	ours := func(e Named) bool {
		return slices.ContainsFunc(docs, func(d blueprint.Document) bool { return d.Kind == e.Kind && d.Name == e.Name })
	}
	if !slices.ContainsFunc(docs, func(d blueprint.Document) bool {
		return d.Kind == kindTrigger || d.Kind == kindTimeRule || d.Kind == kindMacro
	}) {
		return none, fault.Field("text", nil, "a trigger, time rule or macro", "There is no rule to try in this text.")
	}
	on := in.Body.On
	if on == "" {
		on = onChanged
	}
	return s.tried(ctx, tx, by, in.ID, Compile(plan.Next().Numbered()), on, ours)
}

// PlanTexts makes the dry run of texts possible; called once, when the application is put together.
func (s *Service) PlanTexts(plan func(by act.Actor, in blueprint.ApplyInput) (blueprint.Plan, error)) {
	s.plan = plan
}

// tried tries the rules of a configuration on a ticket; nothing is done. Whoever works on the
// ticket may.
func (s *Service) tried(ctx context.Context, tx db.Tx, by act.Actor, id int64, cfg *Config, on string, wanted func(Named) bool) (rest.List[Trial], error) {
	items := []Trial{}
	t, err := s.working(ctx, tx, by, id)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	about := s.about(ctx, tx, t)
	r := &try{s: s, cfg: cfg, t: t, now: by.Now(), on: on, by: by, w: s.around(ctx, tx, by, t), about: about}
	r.w.cfg = cfg
	if r.done, err = s.spent(ctx, tx, id); err != nil {
		return rest.NewList(items, ""), err
	}
	if r.clocks, err = s.activeClocks(ctx, tx, id); err != nil {
		return rest.NewList(items, ""), err
	}
	var after []*Ticket
	add := func(trial Trial, actions []Action) error {
		now := *t
		for _, a := range actions {
			does, err := r.w.leads(lang.In(ctx), &now, a)
			if err != nil {
				return err
			}
			if err := a.perform(&now, r.w); err != nil {
				return err
			}
			trial.Sends = append(append(trial.Sends, cfg.sends(lang.In(ctx), a)...), does...)
		}
		if submits(actions) {
			trial.Missing = append(trial.Missing, cfg.missing(&now, s.about(ctx, tx, &now), toAgents)...)
		}
		items, after = append(items, trial), append(after, &now)
		return nil
	}
	for _, tr := range cfg.Triggers {
		if wanted(tr.Named) {
			trial, err := r.trigger(tr)
			if err == nil {
				err = add(trial, tr.Spec.Do)
			}
			if err != nil {
				return rest.NewList(items, ""), err
			}
		}
	}
	for _, tr := range cfg.TimeRules {
		if wanted(tr.Named) {
			if err := add(r.timeRule(lang.In(ctx), tr), tr.Spec.Do); err != nil {
				return rest.NewList(items, ""), err
			}
		}
	}
	r.w.holds = nil // who applies a macro is asked
	for _, m := range cfg.Macros {
		if wanted(m.Named) {
			if err := add(r.macro(lang.In(ctx), m), m.Spec.Do); err != nil {
				return rest.NewList(items, ""), err
			}
		}
	}
	n, err := s.names(ctx, tx, after)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	for i := range items {
		items[i].Changes = s.inWords(carried(cfg.allChanges(t, after[i])), n)
	}
	return rest.NewList(items, ""), nil
}

// try is one dry run.
type try struct {
	s      *Service
	cfg    *Config
	t      *Ticket
	clocks []*Clock
	done   spent
	now    time.Time
	on     string
	by     act.Actor
	w      around
	about  about
}

func newTrial(of Named) Trial {
	return Trial{Blueprint: of, Held: true, Conditions: []rule.Condition{}, Changes: []FieldChange{}, Sends: []string{}, Missing: []AskedField{}}
}

// check adds what a condition says of the values it reads.
func (t *Trial) check(p *rule.Program, vars rule.Vars, v rule.Voice) {
	if p == nil {
		return
	}
	t.Conditions = append(t.Conditions, p.Explain(vars, v)...)
	held, _ := p.Eval(vars) // what costs too much does not hold
	t.Held = t.Held && held
}

func (r *try) trigger(tr *Trigger) (Trial, error) {
	out := newTrial(tr.Named)
	out.Heard = tr.hears([]string{r.on})
	out.check(tr.When, r.cfg.changeVars(r.t, update{happened: []string{r.on}, before: r.t}, r.by, r.about), r.about.voice)
	var err error
	if tr.Spec.Once {
		out.Done, err = r.w.once(tr.ID)
	}
	return out, err
}

func (r *try) timeRule(l *lang.Language, tr *TimeRule) Trial {
	out := newTrial(tr.Named)
	spells := tr.spells(r.t, r.clocks)
	out.Heard = len(spells) > 0
	term := rule.Condition{Text: capital(tr.term(l)), Value: l.Word("not under way")}
	if out.Heard {
		first := slices.MinFunc(spells, func(a, b spell) int { return a.due.Compare(b.due) })
		out.DueAt, out.Done = rest.Time(first.due), r.done.on(tr, first)
		term.Held = !first.due.After(r.now)
		term.Value = l.Say("since %s", lang.At(first.since.UTC(), stamp))
	}
	out.Conditions, out.Held = append(out.Conditions, term), term.Held
	out.check(tr.When, r.cfg.vars(r.t, r.about), r.about.voice)
	return out
}

// stamp is how conditions write a time, as the rules do.
const stamp = "2 Jan 2006 15:04 UTC"

// replies are what a macro writes.
//
//lang:texts
var replies = map[bool]string{false: "A reply", true: "A note"}

func (r *try) macro(l *lang.Language, m *Macro) Trial {
	out := newTrial(m.Named)
	out.Heard = m.forTeams(r.by)
	out.check(m.Match, r.cfg.vars(r.t, r.about), r.about.voice)
	if m.Spec.Reply != "" {
		out.Sends = append(out.Sends, l.Word(replies[m.Spec.Internal]))
	}
	return out
}

// sends says what an action writes and sends, in words.
func (cfg *Config) sends(l *lang.Language, a Action) (out []string) {
	if a.Note != "" {
		out = append(out, l.Word("A note"))
	}
	if a.Reply != "" {
		out = append(out, l.Say("A reply: %s", cfg.templateTitle(a.Reply)))
	}
	if a.Notify != nil {
		for _, to := range a.Notify.told(cfg) {
			out = append(out, l.Say("Mail to %s: %s", to, cfg.templateTitle(a.Notify.Template)))
		}
	}
	for _, title := range cfg.starts([]Action{a}) {
		out = append(out, l.Say("Start playbook %s", title))
	}
	if a.Webhook != "" {
		out = append(out, l.Say("A call of the webhook %s", a.Webhook))
	}
	return out
}

// leads says who comes and goes by an action and where the ticket goes on, in words.
func (w around) leads(l *lang.Language, t *Ticket, a Action) (out []string, err error) {
	var f firing
	if err := f.lead(t, w, a); err != nil {
		return nil, err
	}
	for _, m := range f.moves {
		out = append(out, m.words(l))
	}
	for _, to := range f.ways {
		out = append(out, to.words(l)...)
	}
	return out, nil
}

func (cfg *Config) templateTitle(name string) string {
	if t := cfg.templates[name]; t != nil {
		return t.Title
	}
	return name
}
