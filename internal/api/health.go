package api

import (
	"context"

	"steward/internal/act"
	"steward/internal/doctor"
	"steward/internal/rest"
)

func (s *Server) healthRoutes(a *rest.API) {
	rest.Do(a, rest.GET("/health", "What is wrong with the instance and what to do"), s.getHealth)
}

// getHealth looks the instance over. Whoever may apply the configuration may.
func (s *Server) getHealth(ctx context.Context, by act.Actor, _ *struct{}) (doctor.Report, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return doctor.Report{}, err
	}
	return s.Examine(ctx), nil
}
