package zendesk

import (
	"context"

	"steward/internal/db"
	"steward/internal/directory"
)

// user stands in for a person as Zendesk tells them.
type user struct {
	ID    int64  `json:"id"`
	URL   string `json:"url"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

func (c *call) tellUsers(_ context.Context, _ db.Tx, people []directory.Person) ([]user, error) {
	out := []user{}
	for _, p := range people {
		u := user{ID: p.ID, URL: c.url("/users/%d.json", p.ID), Name: p.Name, Email: p.Email, Role: "end-user"}
		if p.Agent {
			u.Role = "agent"
		}
		out = append(out, u)
	}
	return out, nil
}
