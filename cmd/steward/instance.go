package main

import (
	"context"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/fault"
)

// instance are the flags of every command that works on an instance.
type instance struct {
	Data     string `help:"Folder of an embedded database." placeholder:"DIR" env:"STEWARD_DATA" xor:"database"`
	Database string `help:"URL of a PostgreSQL database." placeholder:"URL" env:"STEWARD_DATABASE" xor:"database"`
}

func (i instance) options() db.Options { return db.Options{Dir: i.Data, URL: i.Database} }

// open opens an instance that exists; it works beside a running serve.
func (i instance) open(ctx context.Context) (*app.App, error) {
	if i.Data != "" && !db.Exists(i.Data) {
		return nil, fault.New(fault.Invalid, "There is no instance in %s. Run steward init --data %s first.", i.Data, i.Data)
	}
	a, err := app.New(ctx, app.Options{DB: i.options()})
	if err != nil {
		return nil, err
	}
	if a.Blueprint.Set().Generation() == 0 {
		a.DB.Close()
		return nil, fault.New(fault.Invalid, "There is no instance in this database. Run steward init first.")
	}
	return a, nil
}
