package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"steward/internal/db"
)

type healthCmd struct {
	Rescore  rescoreCmd  `cmd:"" help:"Score every account anew, here and now."`
	Backtest backtestCmd `cmd:"" help:"Say how well a scorecard told renewals from losses."`
}

type rescoreCmd struct {
	instance
}

// Run scores every account, batch after batch, and says how far it is.
func (c *rescoreCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := a.Success.Rescore(ctx, tx, a.Root())
		return err
	})
	if err != nil {
		return err
	}
	begun, told, scored := time.Now(), replayed(), int64(0)
	err = a.Success.ScoreEvery(ctx, func(done, total int64) {
		scored = done
		told(done, total)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "scored %d accounts in %s\n", scored, time.Since(begun).Round(10*time.Millisecond))
	return nil
}

type backtestCmd struct {
	instance
	Scorecard string `arg:"" optional:"" help:"Name of the scorecard; the only one when left out."`
	Days      []int  `help:"Days before renewals at which scores are looked at." default:"60,90"`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run prints the rank quality of the score, of every measure and within every segment.
func (c *backtestCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	b, err := a.Success.BacktestScorecard(ctx, a.Root(), c.Scorecard, c.Days, 0, replayed())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(b.View())
	}
	return b.Render(os.Stdout)
}
