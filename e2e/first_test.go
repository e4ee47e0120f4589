package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"steward/internal/db"
)

// TestFirstRun sets up an empty instance in a browser and lets a colleague in by the link of an invitation.
func TestFirstRun(t *testing.T) {
	bin := program(t)
	for _, name := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(name), func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			file, err := os.Create(log)
			if err != nil {
				t.Fatal(err)
			}
			server := exec.Command(bin, append([]string{"serve", "--listen", "127.0.0.1:0", "--catch-mail"}, empty(t, name).at...)...)
			server.Stdout, server.Stderr = file, file
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait(); file.Close() })
			var found [][]byte
			for end := time.Now().Add(time.Minute); found == nil; time.Sleep(100 * time.Millisecond) {
				text, _ := os.ReadFile(log)
				if found = regexp.MustCompile(`(http://[\d.:]+)/welcome\?code=(\w+)`).FindSubmatch(text); found == nil && time.Now().After(end) {
					t.Fatalf("the server does not say how to begin:\n%s", text)
				}
			}
			out, _ := filepath.Abs("../out/e2e/first-" + string(name))
			ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
			defer cancel()
			said, err := exec.CommandContext(ctx, "node", "first.mjs", string(found[1]), string(found[2]), out).CombinedOutput()
			if err != nil {
				text, _ := os.ReadFile(log)
				t.Fatalf("the first run: %v\n%s\nserver:\n%s", err, said, text)
			}
			t.Logf("%s", said)
		})
	}
}
