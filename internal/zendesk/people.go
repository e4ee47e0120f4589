package zendesk

import "slices"

// peopleEndpoints are those about people, their organizations and groups, and what finds and exports records.
func (s *Server) peopleEndpoints() []endpoint {
	return slices.Concat(s.userEndpoints(), s.identityEndpoints(), s.organizationEndpoints(), s.roleEndpoints(), s.incrementalEndpoints(), s.membershipEndpoints(), s.accountEndpoints(), s.searchEndpoints())
}
