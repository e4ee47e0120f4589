package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

type eraseCmd struct {
	Person erasePersonCmd `cmd:"" help:"Erase a person: who they were, what they wrote, their mail and files."`
	List   eraseListCmd   `cmd:"" help:"Print the list of people erased; keep it apart from backups."`
	Replay eraseReplayCmd `cmd:"" help:"Erase again whom a restored backup brought back."`
}

type erasePersonCmd struct {
	instance
	ID     int64  `arg:"" help:"The person's id."`
	Reason string `help:"Why; it stays in the erasure list." placeholder:"TEXT"`
	DryRun bool   `help:"Only list what would go."`
	Yes    bool   `help:"Do not ask for the id again."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run lists what goes, asks for the id once more, and erases.
func (c *erasePersonCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var removes []directory.Removal
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		removes, err = a.Directory.PreviewErase(ctx, tx, a.Root(), c.ID)
		return err
	})
	if err != nil {
		return err
	}
	if !c.JSON {
		for _, r := range removes {
			plus := ""
			if r.Count.Capped {
				plus = "+"
			}
			fmt.Printf("%6d%s  %s\n", r.Count.Count, plus, r.What)
		}
	}
	if !c.DryRun {
		if err := c.erase(ctx, a); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(map[string]any{"person_id": c.ID, "erased": !c.DryRun, "removes": removes})
	}
	return nil
}

func (c *erasePersonCmd) erase(ctx context.Context, a *app.App) error {
	if err := c.confirm(); err != nil {
		return err
	}
	if _, err := a.Directory.EraseNow(ctx, a.Root(), c.ID, c.Reason); err != nil {
		return err
	}
	return sealed(ctx, a)
}

// confirm asks for the id again, on a terminal; elsewhere --yes says it.
func (c *erasePersonCmd) confirm() error {
	if c.Yes {
		return nil
	}
	if info, err := os.Stdin.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return fault.New(fault.Invalid, "Erasing cannot be undone, so nothing was erased. Add --yes to do it.")
	}
	fmt.Fprintf(os.Stderr, "This cannot be undone. Type the id %d again to erase: ", c.ID)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != strconv.FormatInt(c.ID, 10) {
		return fault.New(fault.Invalid, "That is not the id, so nothing was erased.")
	}
	return nil
}

func sealed(ctx context.Context, a *app.App) error {
	_, err := a.Ledger.Seal(ctx, a.Root().Now())
	return err
}

type eraseListCmd struct {
	instance
	JSON bool `name:"json" help:"Print JSON, as replay reads it."`
}

// Run prints the erasure list.
func (c *eraseListCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	all := []directory.Erasure{}
	for after := int64(0); ; {
		var page []directory.Erasure
		err := a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			page, err = a.Directory.Erasures(ctx, tx, a.Root(), after, 1000)
			return err
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		all, after = append(all, page...), page[len(page)-1].PersonID
	}
	if c.JSON {
		return printJSON(all)
	}
	for _, e := range all {
		fmt.Printf("%d  %s  %s\n", e.PersonID, e.At.Format("2006-01-02 15:04"), e.Reason)
	}
	return nil
}

type eraseReplayCmd struct {
	instance
	File string `arg:"" help:"The list, as erase list --json printed it."`
}

// Run erases again whom a restored backup brought back.
func (c *eraseReplayCmd) Run(ctx context.Context) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return fault.New(fault.Invalid, "The list %s cannot be read: %w", c.File, err)
	}
	var list []directory.Erasure
	if err := json.Unmarshal(b, &list); err != nil {
		return fault.New(fault.Invalid, "%s is not a list as steward erase list --json prints it: %w", c.File, err)
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	n, err := a.Directory.ReplayErasures(ctx, a.Root(), list)
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d people of the list were here and are erased again\n", n, len(list))
	return sealed(ctx, a)
}
