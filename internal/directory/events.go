package directory

// The verbs of the directory's events.
const (
	PersonCreated       = "person.created"       // organization_id, agent
	PersonUpdated       = "person.updated"       // changed fields and attributes.NAME, [old, new]
	OrganizationCreated = "organization.created" // attributes
	OrganizationUpdated = "organization.updated" // changed fields and attributes.NAME, [old, new]
	TeamChanged         = "team.members_changed" // added, removed: person ids
)
