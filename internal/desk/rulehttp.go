package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// MacroView is a macro as the composer offers it.
type MacroView struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	HasText     bool   `json:"has_text" doc:"Whether it writes something."`
	Internal    bool   `json:"internal" doc:"Whether its text is a note."`
	HasChanges  bool   `json:"has_changes"`
	BlueprintID int64  `json:"blueprint_id"`
}

// PreparedView is what a macro would do to a ticket.
type PreparedView struct {
	MacroView
	Text    string        `json:"text" doc:"Markdown, with its values."`
	Changes []FieldChange `json:"changes" nullable:"false"`
	Starts  []string      `json:"starts" nullable:"false" doc:"Titles of the playbooks that it starts about the ticket."`
	Does    []string      `json:"does" nullable:"false" doc:"What it does besides, in words: who follows or gets copies, where the ticket goes on."`
	Missing []AskedField  `json:"missing" nullable:"false" doc:"What the ticket's form asks for in the state it leads to: to be filled before it can be applied."`
	Side    *PreparedSide `json:"side" doc:"The side conversation it prepares; null for none. It begins when somebody sends it."`
}

func macroView(m *Macro) MacroView {
	return MacroView{m.Name, m.Title, m.Spec.Reply != "", m.Spec.Internal, len(m.Spec.Do) > 0, m.ID}
}

func (s *Service) getMacros(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (rest.List[MacroView], error) {
	offered, err := s.Macros(ctx, tx, by, in.ID)
	items := []MacroView{}
	for _, m := range offered {
		items = append(items, macroView(m))
	}
	return rest.NewList(items, ""), err
}

func (s *Service) getMacrosForMany(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[MacroView], error) {
	list, err := s.MacrosForMany(by)
	items := []MacroView{}
	for _, m := range list {
		items = append(items, macroView(m))
	}
	return rest.NewList(items, ""), err
}

type macroPath struct {
	IDPath
	Name string `path:"name" maxLength:"100"`
}

func (s *Service) getMacro(ctx context.Context, tx db.Tx, by act.Actor, in *macroPath) (PreparedView, error) {
	p, err := s.Prepare(ctx, tx, by, in.ID, in.Name)
	if err != nil {
		return PreparedView{}, err
	}
	n, err := s.names(ctx, tx, []*Ticket{&p.After})
	if err != nil {
		return PreparedView{}, err
	}
	side, err := s.preparedSide(ctx, tx, by, p.Side)
	return PreparedView{macroView(p.Macro), p.Text, s.inWords(carried(p.Fields), n), s.config().starts(p.Macro.Spec.Do), append([]string{}, p.Does...), append([]AskedField{}, p.Missing...), side}, err
}

type postMacroInput struct {
	IDPath
	Name string `path:"name" maxLength:"100"`
	Body struct {
		Text    *string  `json:"text,omitempty" doc:"Instead of the macro's own text, in Markdown; an empty one sends nothing."`
		Confirm []string `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
	}
}

func (s *Service) postMacro(_ context.Context, by act.Actor, in *postMacroInput) (rest.Change[Full], error) {
	return func(ctx context.Context, tx db.Tx) (Full, error) {
		t, err := s.Apply(ctx, tx, by, in.ID, in.Name, in.Body.Text, in.Body.Confirm)
		if err != nil {
			return Full{}, err
		}
		return s.full(ctx, tx, by, t)
	}, nil
}
