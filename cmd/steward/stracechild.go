package main

import (
	"context"
	"os"

	"steward/internal/trace"
)

// straceChildCmd makes the report of one log in a process of its own; a server runs it.
type straceChildCmd struct{}

// Run reads a task and the log from the standard input.
func (c *straceChildCmd) Run(ctx context.Context) error { return trace.Child(ctx, os.Stdin, os.Stdout) }
