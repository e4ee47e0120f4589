package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/doctor"
	"steward/internal/fault"
)

type doctorCmd struct {
	instance
	JSON    bool   `name:"json" help:"Print the findings as JSON."`
	Full    bool   `help:"Also what takes long: the whole ledger, and every page of an embedded database."`
	BaseURL string `help:"Public address that serve is given." placeholder:"URL" env:"STEWARD_BASE_URL"`
}

// errUnwell ends doctor with exit code 1; what is wrong was printed.
var errUnwell = fault.New(fault.Unavailable, "Something does not work; see above.")

// Run looks the instance over. It changes nothing.
func (c *doctorCmd) Run(ctx context.Context) error {
	if c.Data != "" && !db.Exists(c.Data) {
		return fault.New(fault.Invalid, "There is no instance in %s. Run steward init --data %s first.", c.Data, c.Data)
	}
	r, err := c.examine(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		for _, k := range r.Checks {
			fmt.Printf("%-5s%-14s %s\n", k.Result, k.Name, k.Says)
			if k.Do != "" {
				fmt.Printf("%20s%s\n", "", k.Do)
			}
		}
	}
	if r.Result == doctor.Fail {
		return errUnwell
	}
	return nil
}

func (c *doctorCmd) examine(ctx context.Context) (doctor.Report, error) {
	broken := func(result doctor.Result, do, says string) doctor.Report {
		return doctor.Broken(app.Version, time.Now(), doctor.Check{Name: "database", Result: result, Says: says, Do: do})
	}
	o := c.options()
	o.Schema = db.AsItIs
	d, err := db.Open(ctx, o)
	if fault.Is(err, fault.Invalid) {
		return doctor.Report{}, err
	}
	if err != nil {
		return broken(doctor.Fail, "Start the database, and check --data or --database, the network and permissions.", err.Error()), nil
	}
	current, known, err := d.Schema(ctx)
	d.Close()
	if err != nil || current < known {
		return broken(doctor.Warn, "Start the server: it brings the schema up to date. Then ask again.", fmt.Sprintf("The schema is at version %d; this program has %d.", current, known)), nil
	}
	a, err := c.open(ctx)
	if err != nil {
		return broken(doctor.Fail, "Restore a backup, or run steward init in an empty place.", err.Error()), nil
	}
	defer a.DB.Close()
	return a.Examine(ctx, c.BaseURL, c.Full), nil
}
