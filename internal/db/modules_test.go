package db_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// SQLite's Go code is translated for one version of its C library; another one corrupts.
func TestSQLiteUsesTheLibraryItWasMadeFor(t *testing.T) {
	list := func(format, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", module, err)
		}
		return strings.TrimSpace(string(out))
	}
	wants, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(wants)
	if m == nil {
		t.Fatal("modernc.org/sqlite does not say which libc it was made for")
	}
	if got := list("{{.Version}}", "modernc.org/libc"); got != string(m[1]) {
		t.Errorf("modernc.org/libc is %s; this SQLite was made for %s", got, m[1])
	}
}
