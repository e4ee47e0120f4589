package main

import (
	"context"
	"fmt"
	"os"

	"steward/internal/app"
	"steward/internal/auth"
)

type initCmd struct {
	instance
	Admin    string `help:"Address of the first administrator." required:"" placeholder:"EMAIL"`
	Password string `help:"Where the administrator's password is, to sign in with a browser: env:NAME or file:PATH." placeholder:"REF"`
}

// Help is shown by steward init --help.
func (initCmd) Help() string {
	return "Makes a new instance with the minimal configuration and prints an administrator's API token, alone, on the last line. It is shown this once."
}

// Run makes the instance.
func (c *initCmd) Run(ctx context.Context) error {
	hash := ""
	if c.Password != "" {
		password, err := app.Secret(c.Password)
		if err != nil {
			return err
		}
		if hash, err = auth.HashPassword(ctx, password); err != nil {
			return err
		}
	}
	a, err := app.New(ctx, app.Options{DB: c.options()})
	if err != nil {
		return err
	}
	defer a.DB.Close()
	token, err := a.Init(ctx, c.Admin, hash)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "The instance is ready. The administrator is %s; this is their API token:\n", c.Admin)
	fmt.Println(token)
	if hash == "" {
		path, err := a.FirstLink(ctx, c.Admin)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "To choose a password in a browser, start the server (steward serve) and open http://localhost:8080%s\n", path)
	}
	return nil
}
