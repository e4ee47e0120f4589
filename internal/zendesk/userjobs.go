package zendesk

import (
	"context"
	"encoding/json"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// done is an item's result in a job.
func done(action string, id int64) any {
	status := map[string]string{"create": "Created", "update": "Updated", "delete": "Deleted"}[action]
	return map[string]any{"id": id, "action": action, "status": status, "success": true}
}

// Kinds of jobs about users.
const (
	jobCreateUser = "Bulk Create User"
	jobSaveUser   = "Bulk Create Or Update User"
	jobUpdateUser = "Bulk Update User"
	jobDeleteUser = "Bulk Delete User"
)

// userJobs registers the jobs about users.
func (s *Server) userJobs() {
	s.kinds[jobCreateUser] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var in userInput
		if err := json.Unmarshal(item, &in); err != nil {
			return nil, badRequest("InvalidValue", err.Error())
		}
		p, err := s.createUser(ctx, tx, by, &in)
		return done("create", p.ID), err
	}
	s.kinds[jobSaveUser] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var in userInput
		if err := json.Unmarshal(item, &in); err != nil {
			return nil, badRequest("InvalidValue", err.Error())
		}
		p, created, err := s.saveUser(ctx, tx, by, &in)
		if created {
			return done("create", p.ID), err
		}
		return done("update", p.ID), err
	}
	s.kinds[jobUpdateUser] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		var in userInput
		if err := json.Unmarshal(item, &in); err != nil {
			return nil, badRequest("InvalidValue", err.Error())
		}
		id := int64(in.ID)
		if id == 0 && in.ExternalID.Value != "" {
			var err error
			if id, err = s.Directory.External(ctx, tx, source, "person", string(in.ExternalID.Value)); err != nil {
				return nil, err
			}
		}
		if id == 0 {
			return nil, fault.Missing("user", string(in.ExternalID.Value))
		}
		p, err := s.updateUser(ctx, tx, by, id, &in)
		return done("update", p.ID), err
	}
	s.kinds[jobDeleteUser] = func(ctx context.Context, tx db.Tx, by act.Actor, item json.RawMessage) (any, error) {
		id, err := strconv.ParseInt(string(item), 10, 64)
		if err != nil {
			return nil, err
		}
		_, err = s.Directory.Remove(ctx, tx, by, id)
		return done("delete", id), err
	}
}
