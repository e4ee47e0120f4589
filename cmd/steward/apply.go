package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

type applyCmd struct {
	instance
	acting
	Dir     string `arg:"" optional:"" help:"Folder of YAML files; none to apply an approved request."`
	Prune   bool   `help:"Also remove what the folder does not contain."`
	Message string `short:"m" help:"Why, for the history."`
	Base    *int64 `help:"Generation the plan was made against; a newer one is refused." placeholder:"N"`
	Request int64  `help:"With a folder: edit this change request. Without: apply it, now that it is approved." placeholder:"N"`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// appliedOutput is what apply and rollback print with --json: the number of the change, or
// the request that waits for approval.
type appliedOutput struct {
	Number  *int64          `json:"number"`
	Request *requestOutput  `json:"request,omitempty"`
	Plan    *blueprint.Plan `json:"plan,omitempty"`
}

// Run applies the folder, whole or not at all, or opens a change request where a policy asks
// for approval.
func (c *applyCmd) Run(ctx context.Context) error {
	if c.Dir == "" {
		return c.fulfil(ctx)
	}
	docs, findings, err := readFolder(c.Dir)
	if err != nil {
		return err
	}
	a, by, err := c.begin(ctx, c.instance)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	in := blueprint.ApplyInput{Documents: docs, Parsed: findings, Prune: c.Prune, Source: "folder", Message: c.Message, BaseGeneration: c.Base, Request: c.Request}
	plan, err := a.Blueprint.Plan(by, in)
	if err != nil {
		return err
	}
	if plan.HasErrors() {
		if c.JSON {
			if err := printJSON(map[string]any{"number": nil, "plan": plan}); err != nil {
				return err
			}
		} else if err := blueprint.Render(os.Stderr, plan); err != nil {
			return err
		}
		return errFindings
	}
	if err := refuseOlder(ctx, a, c.Dir, plan); err != nil {
		return err
	}
	out, err := propose(ctx, a, by, in)
	if err != nil {
		return err
	}
	if out.Number != 0 {
		if err := noteGeneration(a, c.Dir); err != nil {
			return err
		}
	}
	if !c.JSON {
		if err := blueprint.Render(os.Stdout, out.Plan); err != nil {
			return err
		}
	}
	return printOutcome(out, c.JSON, "Applied as change %d.\n")
}

func propose(ctx context.Context, a *app.App, by act.Actor, in blueprint.ApplyInput) (out blueprint.Outcome, err error) {
	err = a.Configure(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out, err = a.Blueprint.Propose(ctx, tx, by, in)
		return err
	})
	return out, err
}

// printOutcome says what became of a change.
func printOutcome(out blueprint.Outcome, asJSON bool, applied string) error {
	if asJSON {
		v := appliedOutput{Plan: &out.Plan}
		if out.Number != 0 {
			v.Number = &out.Number
		}
		if out.Request != nil {
			r := outputOf(*out.Request)
			v.Request = &r
		}
		return printJSON(v)
	}
	switch {
	case out.Request != nil:
		verb := "opened"
		if out.Request.Revision > 1 {
			verb = fmt.Sprintf("edited (revision %d)", out.Request.Revision)
		}
		fmt.Printf("Change request %d %s; needs %s.\n", out.Request.ID, verb, needs(*out.Request))
	case out.Number == 0:
		fmt.Println("Nothing to change.")
	default:
		fmt.Printf(applied, out.Number)
	}
	return nil
}

func needs(r blueprint.Request) string {
	var words []string
	for _, q := range r.Missing() {
		words = append(words, q.Words())
	}
	if words == nil {
		return "nothing more"
	}
	return strings.Join(words, " and ")
}

// fulfil applies an approved request.
func (c *applyCmd) fulfil(ctx context.Context) error {
	if c.Request == 0 {
		return fault.New(fault.Invalid, "Give the folder to apply, or --request N to apply an approved change request.")
	}
	a, by, err := c.begin(ctx, c.instance)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var number int64
	err = a.Configure(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		number, err = a.Blueprint.ApplyRequest(ctx, tx, by, c.Request)
		return err
	})
	if err != nil {
		return noRequest(err, c.Request)
	}
	if c.JSON {
		return printJSON(appliedOutput{Number: &number})
	}
	fmt.Printf("Applied change request %d as change %d.\n", c.Request, number)
	return nil
}

type rollbackCmd struct {
	instance
	acting
	Number    int64  `arg:"" help:"Number of the change, as apply printed it."`
	Message   string `short:"m" help:"Why, for the history."`
	Emergency string `help:"Roll back at once though a policy asks for approval, for this reason. Somebody else reviews it afterwards." placeholder:"REASON"`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run rolls a change back.
func (c *rollbackCmd) Run(ctx context.Context) error {
	a, by, err := c.begin(ctx, c.instance)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	var out blueprint.Outcome
	err = a.Configure(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		out, err = a.Blueprint.Rollback(ctx, tx, by, blueprint.RollbackInput{Number: c.Number, Message: c.Message, Emergency: c.Emergency})
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "There is no change %d.", c.Number)
	}
	if err != nil {
		return err
	}
	return printOutcome(out, c.JSON, fmt.Sprintf("Rolled back change %d as change %%d.\n", c.Number))
}
