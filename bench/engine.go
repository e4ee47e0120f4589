package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"steward/starter"
)

// engine is an instance on one database engine.
type engine struct {
	settings
	name    string
	folder  string   // of the embedded database
	cluster *cluster // nil on SQLite
	token   string   // an administrator's, once there is an instance
	server  *server  // nil while stopped
	filled  int      // tickets put in by fill
}

func newEngine(s settings, name string) (*engine, error) {
	e := &engine{settings: s, name: name, folder: filepath.Join(s.dir, name)}
	var err error
	switch name {
	case "sqlite":
	case "postgres":
		e.cluster, err = newCluster(e.folder, s.statements)
	default:
		err = errors.New("engines are sqlite and postgres")
	}
	return e, err
}

func (e *engine) close() {
	e.stop()
	if e.cluster != nil {
		e.cluster.stop()
	}
}

// where says to a command which database.
func (e *engine) where() []string {
	if e.cluster != nil {
		return []string{"--database", e.cluster.url("steward")}
	}
	return []string{"--data", e.folder}
}

// command runs the program and returns what it printed.
func (e *engine) command(name string, args ...string) (string, error) {
	cmd := exec.Command(e.bin, append(append(strings.Fields(name), e.where()...), args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("steward %s: %w: %s", name, err, errs.String())
	}
	return out.String(), nil
}

// ready makes the instance with the starter kit and serves it.
func (e *engine) ready(ctx context.Context) error {
	if e.token == "" {
		out, err := e.command("init", "--admin", "admin@company.example")
		if err != nil {
			return err
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		e.token = lines[len(lines)-1]
		kit, err := os.MkdirTemp(e.dir, "kit-")
		if err != nil {
			return err
		}
		if err := unpack(kit); err != nil {
			return err
		}
		if _, err := e.command("apply", kit); err != nil {
			return err
		}
	}
	if e.server != nil {
		return nil
	}
	var err error
	e.server, err = start(ctx, e)
	return err
}

func unpack(dir string) error {
	kit := starter.Kit()
	return fs.WalkDir(kit, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(kit, path)
		if err != nil {
			return err
		}
		if path == "entitlement.yaml" { // what is measured is asked for by anybody: its fields alone, which forms name
			docs := strings.Split(string(b), "\n---\n")
			b = []byte(strings.Join(slices.DeleteFunc(docs, func(doc string) bool { return !strings.Contains("\n"+doc, "\nkind: field\n") }), "\n---\n") + "\n")
		}
		return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(path, "/", "-")), b, 0o644)
	})
}

// said is the end of what the server wrote to its log.
func (e *engine) said() string {
	if e.server == nil {
		return ""
	}
	log := e.server.log.String()
	return "\n" + log[max(0, len(log)-2000):]
}

func (e *engine) stop() {
	if e.server != nil {
		e.server.stop()
		e.server = nil
	}
}

// open opens the database beside the server.
func (e *engine) open() (*sql.DB, error) {
	if e.cluster != nil {
		return sql.Open("pgx", e.cluster.url("steward"))
	}
	return sql.Open("sqlite", "file:"+filepath.Join(e.folder, "steward.db")+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-64000)")
}

// databaseTime is the processor time of the database's own processes so far.
func (e *engine) databaseTime() time.Duration {
	if e.cluster == nil {
		return 0
	}
	return treeTime(e.cluster.pid)
}
