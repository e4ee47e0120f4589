package auth

// The verbs of auth's events.
const (
	SignedIn     = "person.signed_in"
	PasswordSet  = "person.password_set"
	RolesChanged = "person.roles_changed" // roles: [old names, new names]
	TokenMade    = "token.created"        // token_id, scopes
	TokenRevoked = "token.revoked"        // token_id

	Invited           = "person.invited"            // round
	InvitationRevoked = "person.invitation_revoked" // round
	InvitationTaken   = "person.invitation_taken"   // round
)
