package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"steward/internal/db"
)

// pg is a running throwaway cluster, reachable on a Unix socket.
type pg struct {
	dir  string
	bin  string
	cred *syscall.Credential // the unprivileged user it runs as, when we are root
}

var (
	once   sync.Once
	shared *pg
	failed error
)

// cluster starts the process's cluster on first use.
func cluster(t testing.TB) *pg {
	t.Helper()
	once.Do(func() { shared, failed = Start() })
	if failed != nil {
		t.Fatalf("PostgreSQL for tests: %v (run `make deps`)", failed)
	}
	return shared
}

// URL starts the cluster if needed and returns the URL of a fresh, empty database, for
// tests that run the program itself.
func URL(t testing.TB) string {
	t.Helper()
	c := cluster(t)
	name := fmt.Sprintf("e%d", serial.Add(1))
	if err := c.exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.exec(fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)) })
	return c.url(name)
}

// Start makes and starts a cluster with a migrated template. It ends with this process.
func Start() (*pg, error) {
	sweep()
	c := &pg{dir: filepath.Join(os.TempDir(), "steward-pg-"+strconv.Itoa(os.Getpid()))}
	initdb, err := find("initdb")
	if err != nil {
		return nil, err
	}
	c.bin = filepath.Dir(initdb)
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, fmt.Errorf("PostgreSQL will not run as root and there is no user postgres: %w", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(c.dir, uid, gid); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(c.dir, "data")
	cmd := c.command("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", data)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	started := make(chan error, 1)
	go func() {
		// The child dies with the thread that made it, so this thread stays.
		runtime.LockOSThread()
		cmd := c.command("postgres", "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off",
			"-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "logging_collector=off",
			"-c", "log_min_messages=panic", "-c", "shared_buffers=64MB")
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err = c.exec("SELECT 1"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("PostgreSQL did not start: %w", err)
		}
	}
	if err := c.exec("CREATE DATABASE template_steward"); err != nil {
		return nil, err
	}
	d, err := db.Open(context.Background(), db.Options{URL: c.url("template_steward")})
	if err != nil {
		return nil, err
	}
	return c, d.Close()
}

func (c *pg) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (c *pg) url(database string) string {
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", database, c.dir)
}

func (c *pg) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// find locates a server binary: on the path, or where Debian keeps them.
func find(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) > 0 {
		return found[len(found)-1], nil
	}
	return exec.LookPath(name)
}

// sweep removes what clusters of dead processes left behind.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "steward-pg-*"))
	for _, d := range dirs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(d), "steward-pg-"))
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(d)
		}
	}
}
