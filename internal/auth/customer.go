package auth

import (
	"context"
	"encoding/json"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
)

// AsCustomer returns somebody without any role with the rights that the public pages give whoever asks for
// help: to read and write what is their own, narrowed by the scopes of the token used. Others stay as they are.
func (s *Service) AsCustomer(ctx context.Context, tx db.Tx, by act.Actor) (act.Actor, error) {
	if by.PersonID == 0 || len(by.Roles) > 0 || len(by.Grants) > 0 {
		return by, nil
	}
	grants := []act.Grant{{Action: "read", Kind: "ticket", Scope: act.Own}, {Action: "write", Kind: "ticket", Scope: act.Own}}
	if by.TokenID != 0 {
		var text string
		var scopes []string
		if err := tx.QueryRow(ctx, `SELECT scopes FROM token WHERE id = $1`, by.TokenID).Scan(&text); err != nil {
			return by, err
		}
		if err := json.Unmarshal([]byte(text), &scopes); err != nil {
			return by, err
		}
		grants = narrow(grants, scopes)
	}
	by.Grants = slices.Clone(grants)
	return by, nil
}
