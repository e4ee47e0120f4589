package desk

import (
	"steward/internal/lang"
)

// triggerTitle names a trigger or time rule.
func (s *Service) triggerTitle(id int64) string {
	for _, tr := range s.config().Triggers {
		if tr.ID == id {
			return tr.Title
		}
	}
	if r := s.config().timeRule(id); r != nil {
		return r.Title
	}
	return "A retired rule"
}

func (s *Service) macroTitle(id int64, l *lang.Language) string {
	for _, m := range s.config().Macros {
		if m.ID == id {
			return m.Title
		}
	}
	return l.Word("a retired macro")
}

func (s *Service) playbookTitle(id int64, l *lang.Language) string {
	for _, p := range s.config().playbooks {
		if p.ID == id {
			return p.Title
		}
	}
	return l.Word("that is retired")
}

func (s *Service) guardTitle(id int64, l *lang.Language) string {
	for _, g := range s.config().Guards {
		if g.ID == id {
			return l.Within(g.Title)
		}
	}
	return l.Word("a retired guard")
}

func (s *Service) policyTitle(id int64, l *lang.Language) string {
	if p := s.config().Policy(id); p != nil {
		return p.Title
	}
	return l.Word("a retired policy")
}
