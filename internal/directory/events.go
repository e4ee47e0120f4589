package directory

// The verbs of the directory's events.
const (
	PersonCreated        = "person.created"  // organization_id, agent
	PersonUpdated        = "person.updated"  // changed fields and attributes.NAME, [old, new]
	PersonMerged         = "person.merged"   // merged: the person that became an alias of the subject
	PersonUnmerged       = "person.unmerged" // merged
	PersonSuspended      = "person.suspended"
	PersonUnsuspended    = "person.unsuspended"
	OrganizationCreated  = "organization.created"  // attributes
	OrganizationUpdated  = "organization.updated"  // changed fields and attributes.NAME, [old, new]
	OrganizationMerged   = "organization.merged"   // merged, as above
	OrganizationUnmerged = "organization.unmerged" // merged
	ImportStarted        = "import.started"        // kind, dry_run
	ImportEnded          = "import.ended"          // read, created, updated, unchanged, failed
	TeamChanged          = "team.members_changed"  // added, removed: person ids
)
