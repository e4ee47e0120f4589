package success

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlainPointsAreReadAsAnyOthers reads lines both ways: what is read plainly says the same.
func TestPlainPointsAreReadAsAnyOthers(t *testing.T) {
	plain, lines := 0, []string{
		`{"organization":12,"instance":"production","metric":"builds","time":"2026-05-03T10:02:03Z","value":7}`,
		` { "organization" : "12" , "metric" : "builds" , "purpose":"staging", "time" : "2026-05-03T10:02:03Z" , "value" : 0.25 } `,
		`{"organization_external_id":"a b/c","metric":"m","time":"1999-02-28T23:59:59Z","value":123456789012345678}`,
		`{"value":1,"value":2,"metric":"a","metric":"b","time":"2026-05-03T10:02:03Z","organization":3}`,
		`{"organization":12,"metric":"builds","time":"2026-02-30T10:02:03Z","value":7}`,
		`{"organization":12,"metric":"builds","time":"2026-02-29T10:02:03Z","value":7}`,
		`{"organization":12,"metric":"builds","time":"2024-02-29T10:02:03Z","value":7}`,
		`{"organization":12,"metric":"builds","time":"2026-05-03T24:02:03Z","value":7}`,
		`{"organization":12,"metric":"builds","time":"2026-05-03T10:02:03+02:00","value":7}`,
		`{"organization":12,"metric":"builds","time":1777777777,"value":7}`,
		`{"organization":0,"metric":"builds","time":"2026-05-03T10:02:03Z","value":7}`,
		`{"organization":-1,"metric":"builds","time":"2026-05-03T10:02:03Z","value":-7}`,
		`{"organization":1.5,"metric":"builds","time":"2026-05-03T10:02:03Z","value":1e3}`,
		`{"organization":1,"metric":"b\u0041","time":"2026-05-03T10:02:03Z","value":01}`,
		`{"organization":1,"metric":"b\u0041","time":"2026-05-03T10:02:03Z","value":1}`,
		`{"organization":1,"metric":"ü","time":"2026-05-03T10:02:03Z","value":1.}`,
		`{"Organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":1}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":1,"more":2}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":"1"}`,
		`{"organization":1,"metric":"x","purpose":"play","time":"2026-05-03T10:02:03Z","value":1}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":null}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z"}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":1}}`,
		`{"organization":1,"metric":"x","time":"2026-05-03T10:02:03Z","value":1`,
		`{"organization":1 "metric":"x"}`, `{}`, `{`, ``, `[]`, `null`, `{"organization":`, `{"organization`, `{,}`,
	}
	var r plainReader
	for _, line := range lines {
		p, ok := r.line(3, []byte(line))
		if !ok {
			continue
		}
		plain++
		if want := ReadPoint(3, []byte(line)); p != want {
			t.Errorf("%s: got %+v, want %+v", line, p, want)
		}
	}
	if plain != 4 {
		t.Errorf("%d lines were read plainly", plain)
	}
	for _, c := range []struct {
		body string
		n    int // -1: not plain
	}{{`{"points":[` + lines[0] + `,` + lines[1] + `]}`, 2}, {" {\n\"points\" : [\n" + lines[2] + "\n] } \n", 1}, {`{"points":[]}`, -1}, {`{"points":[` + lines[0] + `]`, -1}, {`{"points":[` + lines[0] + `,]}`, -1},
		{`{"points":[` + lines[0] + `],"more":1}`, -1}, {lines[0], -1}, {`{"points":[` + strings.Repeat(lines[0]+`,`, MaxPoints) + lines[0] + `]}`, -1}} {
		got, ok := r.body([]byte(c.body))
		if ok != (c.n >= 0) || ok && len(got) != c.n {
			t.Errorf("%.80s: got %d points, plain %v", c.body, len(got), ok)
		}
		for i, p := range got {
			if want := i + 1; p.Line != want {
				t.Errorf("%.80s: point %d has line %d", c.body, want, p.Line)
			}
		}
	}
}

func FuzzPlainPoint(f *testing.F) {
	f.Add(`{"organization":12,"instance":"production","metric":"builds","time":"2026-05-03T10:02:03Z","value":7.5}`)
	f.Fuzz(func(t *testing.T, line string) {
		var r plainReader
		if p, ok := r.line(1, []byte(line)); ok {
			if want := ReadPoint(1, []byte(line)); p != want {
				t.Errorf("%s: got %+v, want %+v", line, p, want)
			}
		}
	})
}

func BenchmarkReadBody(b *testing.B) {
	var t strings.Builder
	for p := range MaxPoints {
		fmt.Fprintf(&t, `{"organization":%d,"instance":"production","metric":"billable_users","time":"2026-05-03T10:%02d:%02dZ","value":%d}`+"\n", 20_000_000+p%1000, p/1000%60, p%60, 10+p%90)
	}
	body := []byte(t.String())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		points, err := readBody(body)
		if err != nil || len(points) != MaxPoints {
			b.Fatal(len(points), err)
		}
		if d := (Batch{Points: points}).digest(); d == "" {
			b.Fatal()
		}
	}
}
