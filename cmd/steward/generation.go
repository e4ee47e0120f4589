package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// generationFile is where export notes in a folder which configuration it wrote. Applying the
// folder moves it on; a folder without one is taken as it is.
const generationFile = ".generation"

// folderGeneration reads the note; 0 when there is none.
func folderGeneration(dir string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, generationFile))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

// noteGeneration moves the note of a folder that has one on to the configuration in force.
func noteGeneration(a *app.App, dir string) error {
	if folderGeneration(dir) == 0 {
		return nil
	}
	return writeGeneration(a, dir)
}

func writeGeneration(a *app.App, dir string) error {
	text := fmt.Sprintf("%d\n", a.Blueprint.Set().Generation())
	if err := os.WriteFile(filepath.Join(dir, generationFile), []byte(text), 0o644); err != nil {
		return fault.New(fault.Unavailable, "The folder cannot be written: %w", err)
	}
	return nil
}

// older lists what a plan of a folder would overwrite although it changed after the folder
// was exported.
func older(ctx context.Context, a *app.App, dir string, plan blueprint.Plan) (keys []blueprint.Key, err error) {
	base := folderGeneration(dir)
	if base == 0 || base >= plan.BaseGeneration {
		return nil, nil
	}
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		keys, err = a.Blueprint.Overwrites(ctx, tx, plan, base)
		return err
	})
	return keys, err
}

// warnOlder says on standard error what a plan would overwrite unseen.
func warnOlder(ctx context.Context, a *app.App, dir string, plan blueprint.Plan) error {
	keys, err := older(ctx, a, dir, plan)
	for _, k := range keys {
		fmt.Fprintf(os.Stderr, "warning: %s changed in the installation after this folder was exported\n", k)
	}
	return err
}

// refuseOlder keeps a folder from overwriting what changed after it was exported.
func refuseOlder(ctx context.Context, a *app.App, dir string, plan blueprint.Plan) error {
	keys, err := older(ctx, a, dir, plan)
	if err != nil || len(keys) == 0 {
		return err
	}
	var names []string
	for _, k := range keys {
		names = append(names, k.String())
	}
	return fault.New(fault.Conflict, "This folder was exported at generation %d; the installation is at %d and changed %s since. Export again and bring your edits in, or remove %s to overwrite it.",
		folderGeneration(dir), plan.BaseGeneration, strings.Join(names, ", "), filepath.Join(dir, generationFile))
}
