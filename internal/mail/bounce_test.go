package mail

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseBounceMatchesGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bounces/*.eml")
	if err != nil || len(files) < 9 {
		t.Fatalf("only %d samples: %v", len(files), err)
	}
	id := MessageID(MessageRef{TicketID: 7, CommentID: 3}, "company.example", Keys{[]byte("k")})
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m := Parse([]byte(strings.ReplaceAll(string(raw), "{{ID}}", id)))
			if v := Judge(&m, func(string) bool { return false }, Keys{[]byte("k")}); !v.Bounce || !v.Auto {
				t.Errorf("judged as %+v", v)
			}
			b := ParseBounce(&m)
			if b.MessageID != id {
				t.Errorf("it is about %q", b.MessageID)
			}
			got, err := json.MarshalIndent(b.Recipients, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Errorf("run with -update if this is right:\n%s", diff)
			}
		})
	}
}

func FuzzParseBounce(f *testing.F) {
	files, _ := filepath.Glob("testdata/bounces/*.eml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		b := ParseBounce(&m)
		if len(b.Recipients) > maxBounced || len(b.MessageID) > 996 {
			t.Errorf("%d recipients, an id of %d bytes", len(b.Recipients), len(b.MessageID))
		}
		for _, r := range b.Recipients {
			if !plausibleEmail(r.Address) || r.Address != strings.ToLower(r.Address) || len(r.Diagnostic) > 500 || len(r.Status) > 20 || r.Kind != Hard && r.Kind != Soft && r.Kind != Delayed {
				t.Errorf("%+v", r)
			}
			if strings.ContainsAny(r.Address+r.Diagnostic+r.Status, "\r\n\x00") {
				t.Errorf("a line break in %+v", r)
			}
		}
	})
}
