package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/blueprint"
	"steward/internal/directory/roster"
	"steward/internal/fault"
)

type importCmd struct {
	People        importPeopleCmd        `cmd:"" help:"Import people."`
	Organizations importOrganizationsCmd `cmd:"" help:"Import organizations."`
	Accounts      importAccountsCmd      `cmd:"" help:"Import accounts: organizations with plan, revenue, dates and who looks after them."`
	Usage         importUsageCmd         `cmd:"" help:"Import what products report about their use."`
	Zendesk       importZendeskCmd       `cmd:"" help:"Move in from a Zendesk: people, organizations, groups, tickets with their messages and files, and rules."`
}

// importFlags are those of people and organizations.
type importFlags struct {
	instance
	csvFlags
	Source string `help:"Name of the system that external ids are of." default:"import" placeholder:"NAME"`
}

// csvFlags are those of every import of a CSV file.
type csvFlags struct {
	File     string            `arg:"" help:"CSV file; its first row names the columns." placeholder:"FILE"`
	DryRun   bool              `help:"Only say what would happen."`
	Map      map[string]string `help:"What a column is imported as; empty for not at all. Can be given several times." placeholder:"COLUMN=FIELD" mapsep:"none"`
	Mapping  string            `help:"YAML file of the same: column: field." placeholder:"FILE"`
	Errors   string            `help:"Where rows that fail are written, to be mended and imported again; FILE.errors.csv when left out." placeholder:"FILE"`
	Encoding string            `help:"utf-8, utf-16, windows-1252 or latin1; found out when left out." placeholder:"NAME"`
	JSON     bool              `name:"json" help:"Print the summary as JSON."`
}

type importPeopleCmd struct{ importFlags }

// Run imports people; it exits 1 when rows failed and 2 when nothing could be imported.
func (c *importPeopleCmd) Run(ctx context.Context) error { return c.run(ctx, roster.People) }

type importOrganizationsCmd struct{ importFlags }

// Run imports organizations, as for people.
func (c *importOrganizationsCmd) Run(ctx context.Context) error {
	return c.run(ctx, roster.Organizations)
}

type importAccountsCmd struct {
	importFlags
	With string `help:"Name of an import mapping of the configuration, such as salesforce." placeholder:"NAME"`
}

// Run imports accounts, as for people.
func (c *importAccountsCmd) Run(ctx context.Context) error {
	if c.With == "" {
		return c.run(ctx, roster.Accounts)
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	m, ok := blueprint.Get[roster.Mapping](a.Blueprint.Set(), c.With)
	if !ok || m.Of != roster.Accounts {
		return fault.Field("--with", c.With, "the name of an import mapping of accounts", "The configuration has no such mapping.")
	}
	f, err := roster.Inspect(c.content, c.Encoding)
	if err != nil {
		return fault.New(fault.Invalid, "%s: %w", c.File, err)
	}
	columns, values := m.For(f.Header)
	maps.Copy(columns, c.Map)
	c.Map = columns
	in, out, err := c.prepare(roster.Accounts)
	if err != nil {
		return err
	}
	in.Source, in.Values = cmp.Or(m.Source, c.With), values
	n, err := a.Imports.RunFile(ctx, a.Root(), c.content, c.File, in)
	return c.ended(n, out, err)
}

// importSummary is what --json prints.
type importSummary struct {
	roster.Counts
	DryRun bool   `json:"dry_run"`
	Errors string `json:"errors,omitempty"` // the file of failed rows
}

func (c *importFlags) run(ctx context.Context, kind string) error {
	in, out, err := c.prepare(kind)
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	in.Source = c.Source
	n, err := a.Imports.RunFile(ctx, a.Root(), c.content, c.File, in)
	return c.ended(n, out, err)
}

// content opens the file.
func (c *csvFlags) content() (io.ReadCloser, error) {
	f, err := os.Open(c.File)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The file %s cannot be read: %w", c.File, err)
	}
	return f, nil
}

// prepare looks at the file and says what its columns are, before the instance is opened.
func (c *csvFlags) prepare(kind string) (in roster.Import, out *badFile, err error) {
	f, err := roster.Inspect(c.content, c.Encoding)
	if err != nil {
		return in, nil, fault.New(fault.Invalid, "%s: %w", c.File, err)
	}
	given, err := c.mapping()
	if err != nil {
		return in, nil, err
	}
	columns, err := roster.Map(kind, f, given)
	if err != nil {
		return in, nil, err
	}
	c.tell(f, columns)
	out = &badFile{name: c.Errors, file: f}
	if out.name == "" {
		out.name = strings.TrimSuffix(c.File, ".csv") + ".errors.csv"
	}
	if out.name == c.File {
		return in, nil, fault.Field("--errors", out.name, "another file than the one imported", "Rows that fail cannot be written over the file itself.")
	}
	shown := newProgress()
	return roster.Import{Kind: kind, DryRun: c.DryRun, File: f, Columns: columns, Done: func(n roster.Counts, bad []roster.Bad) error {
		shown.show(kind, int(n.Read), int(f.Rows))
		return out.write(bad)
	}}, out, nil
}

// ended closes the file of failed rows and tells how the import went.
func (c *csvFlags) ended(n roster.Counts, out *badFile, err error) error {
	if cerr := out.close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("the import stopped after %d rows; run it again to go on: %w", n.Read, err)
	}
	return c.summary(n, out)
}

// mapping joins the file and the flags; flags go first.
func (c *csvFlags) mapping() (map[string]string, error) {
	given := map[string]string{}
	if c.Mapping != "" {
		b, err := os.ReadFile(c.Mapping)
		if err != nil {
			return nil, fault.New(fault.Invalid, "The mapping %s cannot be read: %w", c.Mapping, err)
		}
		if err := yaml.Unmarshal(b, &given); err != nil {
			return nil, fault.New(fault.Invalid, "The mapping %s is not YAML of the form column: field. %w", c.Mapping, err)
		}
	}
	for column, field := range c.Map {
		given[column] = field
	}
	return given, nil
}

// tell says on standard error what each column is taken for.
func (c *csvFlags) tell(f roster.File, columns []roster.Column) {
	fmt.Fprintf(os.Stderr, "%s: %d rows, %s, separated by %q\n", c.File, f.Rows, f.Encoding, f.Separator)
	for _, col := range columns {
		switch {
		case col.Field != "":
			fmt.Fprintf(os.Stderr, "  %s → %s\n", col.Name, col.Field)
		case col.Suggestion != "":
			fmt.Fprintf(os.Stderr, "  %s is not imported; if it is the %s: --map %q\n", col.Name, col.Suggestion, col.Name+"="+col.Suggestion)
		case col.Name != roster.LineColumn && col.Name != roster.ErrorColumn:
			fmt.Fprintf(os.Stderr, "  %s is not imported\n", col.Name)
		}
	}
}

func (c *csvFlags) summary(n roster.Counts, out *badFile) error {
	s := importSummary{Counts: n, DryRun: c.DryRun}
	if n.Failed > 0 {
		s.Errors = out.name
	}
	if c.JSON {
		if err := printJSON(s); err != nil {
			return err
		}
	} else {
		what := ""
		if c.DryRun {
			what = " (dry run: nothing was changed)"
		}
		fmt.Printf("read %d, created %d, updated %d, unchanged %d, failed %d%s\n", n.Read, n.Created, n.Updated, n.Unchanged, n.Failed, what)
	}
	if n.Failed > 0 {
		return fault.New(fault.Conflict, "%d of %d rows failed. They are in %s with their lines and reasons; mend them there and import that file.", n.Failed, n.Read, out.name)
	}
	return nil
}

// badFile is made when the first row fails.
type badFile struct {
	name string
	file roster.File
	f    *os.File
	w    *roster.BadWriter
}

func (b *badFile) write(rows []roster.Bad) (err error) {
	if len(rows) == 0 {
		return nil
	}
	if b.f == nil {
		if b.f, err = os.OpenFile(b.name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
			return fault.New(fault.Invalid, "Rows that fail cannot be written to %s: %w", b.name, err)
		}
		if b.w, err = roster.NewBadWriter(b.f, b.file); err != nil {
			return err
		}
	}
	return b.w.Write(rows)
}

func (b *badFile) close() error {
	if b.f == nil {
		return nil
	}
	return b.f.Close()
}
