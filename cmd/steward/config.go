package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/fault"
	"steward/internal/zendesk"
)

// readFolder reads the documents of a folder; warnings go to standard error later, with the plan.
func readFolder(dir string) ([]blueprint.Document, []blueprint.Finding, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil, fault.New(fault.Invalid, "%s is not a folder. Give the folder that holds the YAML files.", dir)
	}
	docs, findings, err := blueprint.ParseFolder(os.DirFS(dir))
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "The folder %s cannot be read: %w", dir, err)
	}
	return docs, findings, nil
}

// printJSON writes v as one indented JSON value on standard output.
func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// errFindings ends a command whose findings were printed already.
var errFindings = fault.New(fault.Invalid, "The folder has errors, so nothing was applied.")

type exportCmd struct {
	instance
	Dir string `arg:"" help:"Folder to write to; it is made when missing."`
}

// Run writes every blueprint byte for byte as its author wrote it, in the file it came from.
func (c *exportCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	files := blueprint.Export(a.Blueprint.Set())
	for name, text := range files {
		path := filepath.Join(c.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fault.New(fault.Unavailable, "The folder cannot be written: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fault.New(fault.Unavailable, "The file %s cannot be written: %w", path, err)
		}
	}
	if err := writeGeneration(a, c.Dir); err != nil {
		return err
	}
	fmt.Printf("Wrote %d files to %s.\n", len(files), c.Dir)
	return nil
}

type schemaCmd struct {
	Kind      string `arg:"" optional:"" help:"A kind; without one, the kinds are listed."`
	Reference bool   `help:"Print the reference of every kind in Markdown."`
	Measures  bool   `help:"Print the reference of every measure in Markdown."`
	Zendesk   bool   `help:"Print the table of the Zendesk API's endpoints in Markdown."`
}

// Run prints the JSON Schema of a kind. It needs no instance.
func (c *schemaCmd) Run() error {
	reg := app.NewRegistry()
	if c.Reference {
		fmt.Print(reg.Reference())
		return nil
	}
	if c.Zendesk {
		fmt.Print(zendesk.Reference())
		return nil
	}
	if c.Measures {
		fmt.Print(app.NewMeasures().Reference())
		return nil
	}
	if c.Kind == "" {
		for _, k := range reg.Kinds() {
			fmt.Printf("%-12s %s\n", k.Kind, k.Summary)
		}
		return nil
	}
	schema, err := reg.Schema(c.Kind, nil)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "%s", err.Error())
	}
	if err != nil {
		return err
	}
	var v any
	if err := json.Unmarshal(schema, &v); err != nil {
		return err
	}
	return printJSON(v)
}
