package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"steward/internal/search"
)

type searchCmd struct {
	Rebuild searchRebuildCmd `cmd:"" help:"Make the search index anew from the records; works beside a running server."`
}

type searchRebuildCmd struct {
	instance
}

// Run rebuilds the index, telling of progress each second. Stopped, it goes on where it was
// the next time.
func (c *searchRebuildCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	begun, told, total, resumed := time.Now(), time.Time{}, map[string]int64{}, ""
	err = a.Search.Rebuild(ctx, func(p search.Progress) {
		total[p.Kind] = p.Records
		if p.Resumed {
			resumed = ", going on where an earlier rebuild stopped"
		}
		if p.Done || time.Since(told) > time.Second {
			told = time.Now()
			fmt.Fprintf(os.Stderr, "%s: %d\n", p.Kind, p.Records)
		}
	})
	if err != nil {
		return err
	}
	n := int64(0)
	for _, k := range total {
		n += k
	}
	fmt.Printf("rebuilt: %d records in %s%s\n", n, time.Since(begun).Round(time.Millisecond), resumed)
	return nil
}
