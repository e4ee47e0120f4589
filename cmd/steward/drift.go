package main

import (
	"context"
	"os"

	"steward/internal/blueprint"
	"steward/internal/fault"
)

type driftCmd struct {
	instance
	Dir  string `arg:"" help:"Folder of YAML files."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by steward drift --help.
func (driftCmd) Help() string {
	return "Exits 0 when the installation is as the folder says, 1 when it is not, 2 when the folder has errors."
}

// Run compares the installation with the folder.
func (c *driftCmd) Run(ctx context.Context) error {
	docs, findings, err := readFolder(c.Dir)
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	d := a.Blueprint.Set().Compare(docs, findings)
	if c.JSON {
		err = printJSON(d)
	} else {
		err = blueprint.RenderComparison(os.Stdout, d)
	}
	switch {
	case err != nil:
		return err
	case len(d.Findings) > 0:
		return fault.New(fault.Invalid, "The folder has errors, so nothing was compared.")
	case d.Drifted:
		return fault.New(fault.Conflict, "The installation and the folder differ.")
	}
	return nil
}
