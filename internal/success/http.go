package success

import "steward/internal/rest"

// Routes registers the routes of accounts.
func (s *Service) Routes(a *rest.API) {}
