package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

// children are what this test binary does when a test starts it again as another process.
var children = map[string]func(o db.Options) error{"write": childWrites, "full disk": childFillsDisk}

func TestMain(m *testing.M) {
	if child := children[os.Getenv("STEWARD_TEST_CHILD")]; child != nil {
		if err := child(db.Options{Dir: os.Getenv("STEWARD_TEST_DIR"), URL: os.Getenv("STEWARD_TEST_URL")}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func startChild(t *testing.T, name string, o db.Options) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STEWARD_TEST_CHILD="+name, "STEWARD_TEST_DIR="+o.Dir, "STEWARD_TEST_URL="+o.URL)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _, _ = cmd.Process.Wait() })
	return cmd, bufio.NewScanner(out)
}

// childWrites writes from many callers and prints the name of each row once it is acknowledged.
func childWrites(o db.Options) error {
	d, err := db.Open(context.Background(), o)
	if err != nil {
		return err
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for c := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), c, i)
				if err := put(d, name); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Println(name)
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return nil
}

func TestKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := dbtest.Options(t, e)
			var acked []string
			for range 3 {
				dbtest.Open(t, o).Close() // the child finds the schema ready
				cmd, out := startChild(t, "write", o)
				for seen := 0; seen < 150 && out.Scan(); seen++ {
					acked = append(acked, out.Text())
				}
				_ = cmd.Process.Kill()
				for out.Scan() { // what it had said before it died
					acked = append(acked, out.Text())
				}
				_ = cmd.Wait()
			}
			if len(acked) < 450 {
				t.Fatalf("the children acknowledged %d rows only", len(acked))
			}
			stored := names(t, dbtest.Open(t, o))
			for _, name := range acked {
				if !stored[name] {
					t.Errorf("%s was acknowledged and is gone", name)
				}
			}
		})
	}
}

func names(t *testing.T, d *db.DB) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT name FROM instance`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out[s] = true
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestServerAndCommandWriteTheSameFolder(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	own := o
	own.Own = true
	server := dbtest.Open(t, own)
	cmd, out := startChild(t, "write", o)
	var theirs []string
	mine := 0
	for len(theirs) < 100 && out.Scan() {
		theirs = append(theirs, out.Text())
		if len(theirs)%5 == 0 {
			if err := put(server, "mine-"+strconv.Itoa(mine)); err != nil {
				t.Fatalf("the server's write beside a command's: %v", err)
			}
			mine++
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	stored := names(t, server)
	own2 := 0
	for name := range stored {
		if strings.HasPrefix(name, "mine-") {
			own2++
		}
	}
	for _, name := range theirs {
		if !stored[name] {
			t.Errorf("%s was acknowledged to the command and the server does not see it", name)
		}
	}
	if len(theirs) < 100 || own2 != mine || mine == 0 {
		t.Errorf("the command wrote %d, the server %d of %d", len(theirs), own2, mine)
	}
}

// childFillsDisk lets its files not grow any further for a while, as a full disk does.
func childFillsDisk(o db.Options) error {
	signal.Ignore(syscall.SIGXFSZ) // so that a write fails instead of the process
	d, err := db.Open(context.Background(), o)
	if err != nil {
		return err
	}
	if err := put(d, "before"); err != nil {
		return err
	}
	limit := func(bytes uint64) error {
		var r syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
			return err
		}
		r.Cur = min(bytes, r.Max)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r)
	}
	if err := limit(256 << 10); err != nil {
		return err
	}
	acked, refused, err := writeUntilRefused(d, 400)
	if err != nil {
		return err
	}
	if refused == 0 {
		return errors.New("no write was refused")
	}
	if err := limit(1 << 62); err != nil {
		return err
	}
	if err := put(d, "after"); err != nil {
		return fmt.Errorf("with room again a write fails: %w", err)
	}
	fmt.Println("before")
	fmt.Println("after")
	for _, name := range acked {
		fmt.Println(name)
	}
	return nil
}

// writeUntilRefused writes rows of 2 kB from 8 callers and fails unless each is either
// acknowledged or refused as Unavailable.
func writeUntilRefused(d *db.DB, n int) (acked []string, refused int, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := range n / 8 {
				name := fmt.Sprintf("row-%d-%d", c, i)
				werr := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
					_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, $2)`, name, strings.Repeat("x", 2000))
					return err
				})
				mu.Lock()
				switch {
				case werr == nil:
					acked = append(acked, name)
				case fault.Is(werr, fault.Unavailable):
					refused++
				default:
					err = fmt.Errorf("a write without room: %w", werr)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return acked, refused, err
}

func TestFullDiskRefusesWritesAndLosesNothing(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	dbtest.Open(t, o).Close()
	cmd, out := startChild(t, "full disk", o)
	var acked []string
	for out.Scan() {
		acked = append(acked, out.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	stored := names(t, dbtest.Open(t, o))
	for _, name := range acked {
		if !stored[name] {
			t.Errorf("%s was acknowledged and is gone", name)
		}
	}
	if len(acked) != len(stored) {
		t.Errorf("%d rows were acknowledged, %d are there: a refused write stayed", len(acked), len(stored))
	}
}

func TestFullFileSystemRefusesWritesAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	d := dbtest.Open(t, db.Options{Dir: dir})
	acked, refused, err := writeUntilRefused(d, 1600)
	if err != nil || refused == 0 {
		t.Fatalf("%d acknowledged, %d refused, error %v; want some refused and no other error", len(acked), refused, err)
	}
	if n := count(t, d); n != len(acked) {
		t.Errorf("%d rows were acknowledged, %d are there", len(acked), n)
	}
	if err := syscall.Mount("none", dir, "tmpfs", syscall.MS_REMOUNT, "size=24m"); err != nil {
		t.Fatal(err)
	}
	if err := put(d, "after"); err != nil {
		t.Errorf("with room again a write fails: %v", err)
	}
}

func TestServerThatGoesAwayAndComesBack(t *testing.T) {
	server := dbtest.OwnServer(t)
	d := dbtest.Open(t, server.Options(t))
	var mu sync.Mutex
	var acked []string
	refused := 0
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprintf("%d-%d", c, i)
				err := put(d, name)
				mu.Lock()
				switch {
				case err == nil:
					acked = append(acked, name)
				case fault.Is(err, fault.Unavailable):
					refused++
				default:
					t.Errorf("a write while the server is away: got %v, want Unavailable", err)
				}
				mu.Unlock()
				if err != nil {
					time.Sleep(5 * time.Millisecond) // a caller that comes back later
				}
			}
		})
	}
	reach := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			mu.Lock()
			done := ok()
			mu.Unlock()
			if done {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: %d acknowledged, %d refused", what, len(acked), refused)
			}
		}
	}
	reach("writes before the crash", func() bool { return len(acked) > 200 })
	server.Kill()
	reach("refusals while the server is away", func() bool { return refused > 8 })
	if err := d.Ping(context.Background()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a read while the server is away: got %v, want Unavailable", err)
	}
	mu.Lock()
	before := len(acked)
	mu.Unlock()
	server.Start(t)
	reach("writes after it came back", func() bool { return len(acked) > before+200 })
	close(stop)
	wg.Wait()
	stored := names(t, d)
	for _, name := range acked {
		if !stored[name] {
			t.Errorf("%s was acknowledged and is gone", name)
		}
	}
}
