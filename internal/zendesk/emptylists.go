package zendesk

// emptyEndpoints are lists of what no instance has: clients that walk through everything find nothing there.
func (s *Server) emptyEndpoints() []endpoint {
	return []endpoint{
		get("/apps/installations", empty("installations")).partly("there are no apps: the list is empty"),
		get("/sharing_agreements", empty("sharing_agreements")).partly("tickets are shared with no other account: the list is empty"),
		get("/skips", empty("skips")).partly("skips are not kept: the list is empty"),
		get("/trigger_categories", empty("trigger_categories")).partly("triggers have no categories: the list is empty"),
	}
}

// empty answers with a list of nothing. Whoever works here may ask.
func empty(name string) handler {
	return func(c *call) (any, error) {
		if err := c.staff(); err != nil {
			return nil, err
		}
		p, err := c.paging()
		if err != nil {
			return nil, err
		}
		return list(c, p, name, []any{}, func(any) int64 { return 0 }, false, func() (int64, error) { return 0, nil })
	}
}
