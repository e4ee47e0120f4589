package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"steward/internal/db"
)

// template is a database of this process that tests get copies of.
type template struct {
	once sync.Once
	at   string // a folder on SQLite, a database's name on PostgreSQL
	err  error
}

type templateKey struct {
	engine db.Engine
	name   string
}

var templates sync.Map // *template by templateKey

// Options names a fresh, migrated database on that engine; open it as often as the test needs.
func Options(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	return copyOf(t, templateKey{e, "migrated"}, empty, func(o db.Options) error {
		d, err := db.Open(context.Background(), o)
		if err != nil {
			return err
		}
		return d.Close()
	})
}

// Copy names a copy of a database that fill has filled, which begins as a fresh one. It is filled once in a process
// under that name, by whichever test asks first; fill closes what it opens.
func Copy(t testing.TB, e db.Engine, name string, fill func(db.Options) error) db.Options {
	t.Helper()
	return copyOf(t, templateKey{e, name}, Options, fill)
}

func copyOf(t testing.TB, key templateKey, begin func(testing.TB, db.Engine) db.Options, fill func(db.Options) error) db.Options {
	t.Helper()
	known, _ := templates.LoadOrStore(key, &template{err: errors.New("the test that made it has failed")})
	from := known.(*template)
	from.once.Do(func() {
		o := begin(t, key.engine)
		if from.err = fill(o); from.err == nil {
			from.err = from.keep(t, o, key.name)
		}
	})
	if from.err != nil {
		t.Fatalf("the database %q that tests copy: %v", key.name, from.err)
	}
	if key.engine == db.Postgres {
		return db.Options{URL: cluster(t).clone(t, from.at)}
	}
	o := db.Options{Dir: Folder(t)}
	if err := os.CopyFS(o.Dir, os.DirFS(from.at)); err != nil {
		t.Fatalf("copy the database %q: %v", key.name, err)
	}
	return o
}

// keep makes a template of a database that nobody is connected to.
func (from *template) keep(t testing.TB, o db.Options, name string) error {
	if o.Dir != "" {
		from.at = filepath.Join(memory(), fmt.Sprintf("%s%d-template-%s", dirPrefix, os.Getpid(), name))
		return os.CopyFS(from.at, os.DirFS(o.Dir))
	}
	at, err := url.Parse(o.URL)
	if err != nil {
		return err
	}
	from.at = "template_" + name
	return cluster(t).exec(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", from.at, strings.TrimPrefix(at.Path, "/")))
}

// empty names a database without a schema.
func empty(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	if e == db.SQLite {
		return db.Options{Dir: Folder(t)}
	}
	return db.Options{URL: cluster(t).empty(t)}
}

// Folder is a folder in memory that ends with the test: SQLite waits for the disk at every commit.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), fmt.Sprintf("%s%d-", dirPrefix, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
