package dbtest

import (
	"bytes"
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
	"sync/atomic"
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
	args []string            // settings of the server
	proc *os.Process
	gone chan struct{} // closed when the server has ended
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
	return cluster(t).empty(t)
}

func (c *pg) empty(t testing.TB) string {
	t.Helper()
	return c.clone(t, "template1")
}

// clone copies a database that nobody is connected to and returns the copy's URL.
func (c *pg) clone(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("t%d", serial.Add(1))
	if err := c.exec(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatalf("create the test database: %v", err)
	}
	t.Cleanup(func() { _ = c.exec(fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)) })
	return c.url(name)
}

var serial atomic.Int64

// Start makes and starts a cluster. It ends with this process.
func Start() (*pg, error) {
	sweep()
	return start(filepath.Join(memory(), dirPrefix+strconv.Itoa(os.Getpid())), "fsync=off", "synchronous_commit=off")
}

// memory is a folder in memory with room to spare, else the temporary one: cloning a database
// writes hundreds of files, which takes several times as long on a disk.
func memory() string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err == nil && fs.Bavail*uint64(fs.Bsize) > 4<<30 {
		return "/dev/shm"
	}
	return os.TempDir()
}

// dirPrefix begins the folder of a cluster or an embedded database; the process's id follows.
const dirPrefix = "steward-test-"

// Server is a cluster of a test's own, which may be stopped and started.
type Server struct{ c *pg }

var servers atomic.Int64

// OwnServer starts a cluster for this test alone, on disk, which keeps what it has
// acknowledged when it is killed. settings ("fsync=on") are added to the server's.
func OwnServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	sweep()
	name := fmt.Sprintf("%s%d-%d", dirPrefix, os.Getpid(), servers.Add(1))
	c, err := start(filepath.Join(os.TempDir(), name), append([]string{"fsync=off"}, settings...)...)
	if err != nil {
		t.Fatalf("a PostgreSQL server of this test's own: %v", err)
	}
	t.Cleanup(func() { c.kill(); os.RemoveAll(c.dir) })
	return &Server{c}
}

// Options names a fresh database on the server, which Open migrates.
func (s *Server) Options(t testing.TB) db.Options { return db.Options{URL: s.URL(t)} }

// URL names a fresh, empty database on the server.
func (s *Server) URL(t testing.TB) string { return s.c.empty(t) }

// Kill ends the server at once, as a crash would.
func (s *Server) Kill() { s.c.kill() }

// Start starts it again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.c.run(); err != nil {
		t.Fatalf("start PostgreSQL again: %v", err)
	}
}

func start(dir string, settings ...string) (*pg, error) {
	c := &pg{dir: dir}
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
	cmd := c.command("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", c.data())
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	for _, set := range append([]string{"listen_addresses=", "full_page_writes=off", "max_connections=200", "logging_collector=off",
		"log_min_messages=panic", "shared_buffers=64MB", "dynamic_shared_memory_type=mmap"}, settings...) {
		c.args = append(c.args, "-c", set)
	}
	return c, c.run()
}

// run starts the server and waits until it answers.
func (c *pg) run() error {
	started := make(chan error, 1)
	c.gone = make(chan struct{})
	go func() {
		defer close(c.gone)
		// The child dies with the thread that made it, so this thread stays.
		runtime.LockOSThread()
		cmd := c.command("postgres", append([]string{"-D", c.data(), "-k", c.dir}, c.args...)...)
		err := cmd.Start()
		c.proc = cmd.Process
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := c.exec("SELECT 1")
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL did not start: %w", err)
		}
	}
}

// kill makes the server drop everything at once (its immediate shutdown) and waits for it.
func (c *pg) kill() {
	_ = c.proc.Signal(syscall.SIGQUIT)
	<-c.gone
}

func (c *pg) data() string { return filepath.Join(c.dir, "data") }

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

// Dump returns the database at url as a script for Load.
func Dump(t testing.TB, url string) []byte {
	t.Helper()
	out, err := tool("pg_dump", "--no-owner", url).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return out
}

// Load runs a script made by Dump against the empty database at url.
func Load(t testing.TB, url string, script []byte) {
	t.Helper()
	cmd := tool("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", url)
	cmd.Stdin = bytes.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
}

func tool(name string, args ...string) *exec.Cmd {
	path, err := find(name)
	if err != nil {
		path = name
	}
	return exec.Command(path, args...)
}

// sweep removes what clusters of dead processes left behind.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), dirPrefix+"*"))
	inMemory, _ := filepath.Glob(filepath.Join("/dev/shm", dirPrefix+"*"))
	dirs = append(dirs, inMemory...)
	for _, d := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(d), dirPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(d)
		}
	}
}
