package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/directory/roster"
	"steward/internal/entitle"
	"steward/internal/fault"
)

type contactsCmd struct {
	List   contactsListCmd   `cmd:"" help:"List who may write for an organization, with the most it may list."`
	Add    contactsAddCmd    `cmd:"" help:"List somebody, or say whether they may change the list."`
	Remove contactsRemoveCmd `cmd:"" help:"Take somebody off the list."`
	Import contactsImportCmd `cmd:"" help:"List the people of a CSV file."`
	Export contactsExportCmd `cmd:"" help:"Write the list as CSV, or as YAML."`
}

// ofOrganization are what the commands about one organization's contacts have in common.
type ofOrganization struct {
	instance
	acting
	Organization string `arg:"" help:"The organization: its id, a mail domain of it, or its name." placeholder:"ORGANIZATION"`
}

// find opens the instance and finds the organization; the caller closes its database.
func (c ofOrganization) find(ctx context.Context) (a *app.App, by act.Actor, o directory.Organization, err error) {
	if a, by, err = c.begin(ctx, c.instance); err != nil {
		return nil, by, o, err
	}
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		id, err := c.named(ctx, tx, a)
		if err == nil {
			o, err = a.Directory.Organization(ctx, tx, by, id)
		}
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "There is no organization %q. Name it by its id, a mail domain of it, or its whole name.", c.Organization)
		}
		return err
	})
	if err != nil {
		a.DB.Close()
		return nil, by, o, err
	}
	return a, by, o, nil
}

// named is the id of the organization that was named.
func (c ofOrganization) named(ctx context.Context, tx db.Tx, a *app.App) (int64, error) {
	if id, err := strconv.ParseInt(c.Organization, 10, 64); err == nil {
		return id, nil
	}
	if strings.Contains(c.Organization, ".") && !strings.Contains(c.Organization, " ") {
		if found, err := a.Directory.OrganizationsOfDomains(ctx, tx, []string{strings.ToLower(c.Organization)}); err != nil || len(found) == 1 {
			return append(found, 0)[0], err
		}
	}
	found, err := a.Directory.OrganizationsNamed(ctx, tx, c.Organization)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, fault.Missing("organization", c.Organization)
	case len(found) > 1:
		return 0, fault.New(fault.Invalid, "Several organizations are called %q. Name it by its id or a mail domain.", c.Organization)
	}
	return found[0], nil
}

type contactsListCmd struct {
	ofOrganization
	JSON bool `name:"json" help:"Print JSON."`
}

// contactOutput is a contact as commands print it with --json.
type contactOutput struct {
	PersonID int64     `json:"person_id"`
	Email    string    `json:"email"`
	Name     string    `json:"name"`
	Editor   bool      `json:"editor"`
	Since    time.Time `json:"since"`
}

// Run prints the contacts by name.
func (c *contactsListCmd) Run(ctx context.Context) error {
	a, by, o, err := c.find(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var p entitle.Panel
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		p, err = a.Entitle.Panel(ctx, tx, by, o.ID)
		return err
	})
	if err != nil {
		return err
	}
	out := []contactOutput{}
	for _, one := range p.Contacts {
		out = append(out, contactOutput{one.Person.ID, one.Person.Email, one.Person.Name, one.Editor, one.Since})
	}
	if c.JSON {
		return printJSON(map[string]any{"organization_id": o.ID, "organization": o.Name, "most": p.Cap, "editors_most": p.EditorsMost, "contacts": out})
	}
	for _, one := range out {
		mark := ""
		if one.Editor {
			mark = "  may change the list"
		}
		fmt.Printf("%s  %s%s\n", one.Email, one.Name, mark)
	}
	fmt.Printf("%s lists %d of at most %d contacts.\n", o.Name, len(out), p.Cap)
	return nil
}

type contactsAddCmd struct {
	ofOrganization
	Email  string `arg:"" help:"Their mail address." placeholder:"EMAIL"`
	Name   string `help:"Their name, if they are not known yet." placeholder:"TEXT"`
	Editor *bool  `help:"Whether they may change the list themselves." negatable:""`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run lists somebody; who is listed already stays, but for what --editor says.
func (c *contactsAddCmd) Run(ctx context.Context) error {
	email, err := directory.CleanEmail("email", c.Email)
	if err != nil {
		return err
	}
	a, by, o, err := c.find(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var added, changed bool
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		added, changed, err = a.Entitle.PutContact(ctx, tx, by, o.ID, entitle.NewContact{Email: email, Name: c.Name}, c.Editor)
		return err
	})
	switch {
	case err != nil:
		return err
	case c.JSON:
		return printJSON(map[string]any{"organization_id": o.ID, "email": email, "added": added, "changed": changed})
	case added:
		fmt.Printf("%s is a contact of %s.\n", email, o.Name)
	case changed:
		fmt.Printf("%s: changed.\n", email)
	default:
		fmt.Printf("%s was a contact of %s already.\n", email, o.Name)
	}
	return nil
}

type contactsRemoveCmd struct {
	ofOrganization
	Email string `arg:"" help:"Their mail address." placeholder:"EMAIL"`
}

// Run takes somebody off the list; they stay in the organization.
func (c *contactsRemoveCmd) Run(ctx context.Context) error {
	a, by, o, err := c.find(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		list, err := a.Entitle.Contacts(ctx, tx, by, o.ID)
		if err != nil {
			return err
		}
		for _, one := range list {
			if strings.EqualFold(one.Email, c.Email) {
				return a.Entitle.RemoveContact(ctx, tx, by, o.ID, one.PersonID)
			}
		}
		return fault.New(fault.Invalid, "%s is no contact of %s.", c.Email, o.Name)
	})
	if err == nil {
		fmt.Printf("%s is a contact of %s no longer.\n", c.Email, o.Name)
	}
	return err
}

type contactsImportCmd struct {
	ofOrganization
	csvFlags
}

// Run lists the people of a file; it exits 1 when rows failed and 2 when nothing could be imported.
func (c *contactsImportCmd) Run(ctx context.Context) error {
	in, out, err := c.prepare(roster.Contacts)
	if err != nil {
		return err
	}
	a, by, o, err := c.find(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	in.Contact = func(ctx context.Context, tx db.Tx, by act.Actor, one roster.Contact) (added, changed bool, err error) {
		return a.Entitle.PutContact(ctx, tx, by, o.ID, entitle.NewContact{Email: one.Email, Name: one.Name}, one.Editor)
	}
	n, err := a.Imports.Run(ctx, by, c.content, in)
	return c.ended(n, out, err)
}

type contactsExportCmd struct {
	ofOrganization
	YAML bool `name:"yaml" help:"Write the text that the API plans and applies, instead of CSV."`
}

// Run writes the list to standard output; an import of it changes nothing.
func (c *contactsExportCmd) Run(ctx context.Context) error {
	a, by, o, err := c.find(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	if c.YAML {
		var text string
		err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			text, err = a.Entitle.ContactText(ctx, tx, by, o.ID)
			return err
		})
		if err == nil {
			fmt.Print(text)
		}
		return err
	}
	var list []entitle.Contact
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		list, err = a.Entitle.Contacts(ctx, tx, by, o.ID)
		return err
	})
	if err != nil {
		return err
	}
	w := csv.NewWriter(os.Stdout)
	rows := [][]string{{"email", "name", "editor", "since"}}
	for _, one := range list {
		editor := "no"
		if one.Editor {
			editor = "yes"
		}
		rows = append(rows, []string{one.Email, harmless(one.Name), editor, one.Since.UTC().Format(time.RFC3339)})
	}
	return w.WriteAll(rows)
}

// harmless keeps a spreadsheet from taking what somebody wrote for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
