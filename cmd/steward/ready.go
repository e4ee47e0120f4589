package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"steward/internal/fault"
)

type readyCmd struct {
	URL string `name:"url" help:"Address of the server." default:"http://127.0.0.1:8080" placeholder:"URL"`
}

// Run asks a server whether it can serve, for health checks of containers.
func (c *readyCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.URL, "/")+"/readyz", nil)
	if err != nil {
		return fault.Field("--url", c.URL, "http://HOST:PORT", "This is not the address of a server.")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fault.New(fault.Unavailable, "The server does not answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		var p struct{ Detail string }
		_ = json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&p)
		return fault.New(fault.Unavailable, "The server is not ready: %s", p.Detail)
	}
	fmt.Println("ready")
	return nil
}
