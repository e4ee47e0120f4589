package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"steward/internal/api"
	"steward/internal/db"
	"steward/internal/mail"
	"steward/internal/rest"
)

// mailTraceCmd shows what happened to mail.
type mailTraceCmd struct {
	instance
	Query  string `arg:"" name:"address-or-message-id" help:"An address, or a Message-ID; angle brackets say that it is one."`
	JSON   bool   `name:"json" help:"Print JSON, as GET /api/v1/mail/trace does."`
	Limit  int    `help:"How many at most, up to 100." default:"50"`
	Cursor string `help:"The next value of the page before." placeholder:"NEXT"`
}

// Run prints one line for each thing that happened.
func (c *mailTraceCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var list []mail.Trace
	var next string
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		list, next, err = a.Mail.Trace(ctx, tx, a.Root(), c.Query, db.Page{Limit: c.Limit, Cursor: c.Cursor})
		return err
	})
	if err != nil {
		return err
	}
	items := []api.TraceItem{}
	for _, t := range list {
		items = append(items, api.NewTraceItem(t))
	}
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(rest.NewList(items, next))
	}
	for _, i := range items {
		fmt.Printf("%s  %-11s  %s\n", i.At.UTC().Format(time.RFC3339), i.Kind, i.Summary)
	}
	if next != "" {
		fmt.Printf("more: --cursor %s\n", next)
	}
	return nil
}
