package zendesk

func searchUsers(c *call) (any, error) { return listUsers(c) }
