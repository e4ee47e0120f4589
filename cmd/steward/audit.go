package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

type auditCmd struct {
	Verify verifyCmd `cmd:"" help:"Check that no event was changed, removed or added."`
}

type verifyCmd struct {
	instance
	Expect string `help:"A hash printed earlier that must stand in the chain; catches a shortened or rewritten one." placeholder:"HASH"`
}

// errTampered ends verify with exit code 1; what is wrong was printed.
var errTampered = fault.New(fault.Conflict, "The ledger is not as it was written.")

// Run walks the chain and prints one line.
func (c *verifyCmd) Run(ctx context.Context) error {
	var expect []byte
	if c.Expect != "" {
		var err error
		if expect, err = hex.DecodeString(c.Expect); err != nil || len(expect) != 32 {
			return fault.Field("--expect", c.Expect, "64 hexadecimal digits, as verify prints them", "This is not a hash.")
		}
	}
	if c.Data != "" && !db.Exists(c.Data) {
		return fault.New(fault.Invalid, "There is no instance in %s.", c.Data)
	}
	d, err := db.Open(ctx, c.options())
	if err != nil {
		return err
	}
	defer d.Close()
	l := ledger.New(d)
	for { // what waits for its place is placed first
		if n, err := l.Sequence(ctx); err != nil && !db.IsUnique(err) {
			return err
		} else if n == 0 && err == nil {
			break
		}
	}
	r, err := l.Verify(ctx, expect)
	if err != nil {
		return err
	}
	if r.Tampered == 0 && expect != nil && !r.Found {
		r.Tampered, r.Reason = r.Events+1, "the expected hash stands nowhere in the chain: it was shortened or rewritten"
	}
	if r.Tampered != 0 {
		fmt.Printf("tampered: event %d\n", r.Tampered)
		return fmt.Errorf("%w Event %d: %s", errTampered, r.Tampered, r.Reason)
	}
	fmt.Printf("ok: %d events, %d sealed, head %s\n", r.Events, r.Sealed, hex.EncodeToString(r.Head))
	return nil
}
