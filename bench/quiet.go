package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"
)

// quietShare is how much of the machine other programs may take at a quiet moment, in %.
const quietShare = 15

// quiet waits for a moment at which other programs leave the machine alone, as long as the
// flag allows. Figures taken beside others' work say little about the program.
func (e *engine) quiet(ctx context.Context) {
	for begun := time.Now(); ctx.Err() == nil && time.Since(begun) < e.patience; {
		busy, own, data := busyTime(), ownTime(), e.databaseTime()
		server := e.serverTime()
		at := time.Now()
		time.Sleep(2 * time.Second)
		others := busyTime() - busy - (ownTime() - own) - (e.databaseTime() - data) - (e.serverTime() - server)
		if share := 100 * others.Seconds() / time.Since(at).Seconds() / float64(runtime.NumCPU()); share < quietShare {
			return
		} else if time.Since(begun) >= e.patience {
			fmt.Fprintf(os.Stderr, "  not quiet: other programs take %.0f %% of the machine\n", share)
		}
	}
}

func (e *engine) serverTime() time.Duration {
	if e.server == nil {
		return 0
	}
	own, _, _ := processTime(e.server.pid)
	return own
}
