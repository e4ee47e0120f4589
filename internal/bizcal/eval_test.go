package bizcal_test

import (
	"bytes"
	"strings"
	"testing"

	"steward/internal/bizcal"
	"steward/internal/fault"
)

const schedules = `"schedules":{"desk":{"time_zone":"Europe/Amsterdam","hours":{"mon":[["09:00","12:30"],["13:00","17:00"]],"tue":[["09:00","24:00"]]},"holidays":["2026-12-28"]}}`

func TestEvalAnswersInOrder(t *testing.T) {
	in := `{` + schedules + `,"queries":[
		{"op":"within","schedule":"desk","from":"2026-03-09T00:00:00+01:00","to":"2026-03-09T12:00:59.9+01:00"},
		{"op":"after","schedule":"desk","from":"2026-03-09T11:30:00+01:00","minutes":90},
		{"op":"after","schedule":"desk","from":"2026-12-23T00:00:00Z","minutes":0.5},
		{"op":"active","schedule":"desk","from":"2026-03-09T11:45:00Z"},
		{"op":"active","schedule":"desk","from":"2026-03-10T22:59:59.999999Z"},
		{"op":"within","schedule":"desk","from":"2026-03-10T00:00:00Z","to":"2026-03-09T00:00:00Z"}]}`
	var out bytes.Buffer
	if err := bizcal.Eval(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"answers":[180,"2026-03-09T12:30:00Z","2026-12-29T08:00:30Z",false,true,0]}` + "\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

func TestEvalWithoutQueriesAnswersAnEmptyList(t *testing.T) {
	var out bytes.Buffer
	if err := bizcal.Eval(strings.NewReader(`{"schedules":{},"queries":[]}`), &out); err != nil || out.String() != `{"answers":[]}`+"\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestEvalSaysWhatWhereAndWhatWouldBeAccepted(t *testing.T) {
	query := func(q string) string {
		return `{` + schedules + `,"queries":[{"op":"active","schedule":"desk","from":"2026-03-09T00:00:00Z"},` + q + `]}`
	}
	for in, want := range map[string][]string{
		``:               {"the input", "ends too early"},
		`{"schedules":{`: {"the input", "ends too early"},
		`[]`:             {"the input", "JSON array", "an object"},
		`{} {}`:          {"the input", "follows"},
		`{"querys":[]}`:  {`no field "querys"`, `mean "queries"`},
		`{"schedules":{"a":{"time_zone":"Europe/Atlantis"}}}`:                                                                         {"schedules.a.time_zone", "Europe/Atlantis", "IANA"},
		`{"schedules":{"a":{"time_zone":"UTC","hours":{"mon":[["9","17:00"]]}}}}`:                                                     {"schedules.a.hours.mon[0][0]", `"9"`, "24:00"},
		`{"schedules":{"a":{"time_zone":"UTC","hours":{"mno":[]}}}}`:                                                                  {"schedules.a.hours.mno", `mean "mon"`, "mon, tue"},
		`{"schedules":{"a":{"time_zone":"UTC","hours":{"mon":[["09:00","12:00"],["11:00","13:00"]]}}}}`:                               {"schedules.a.hours.mon", "overlap", "09:00–12:00", "11:00–13:00"},
		query(`{"op":"until","schedule":"desk","from":"2026-03-09T00:00:00Z"}`):                                                       {"queries[1].op", "until", "within, after, active"},
		query(`{"op":"active","schedule":"dsek","from":"2026-03-09T00:00:00Z"}`):                                                      {"queries[1].schedule", `mean "desk"`},
		query(`{"op":"active","schedule":"desk","from":"yesterday"}`):                                                                 {"queries[1].from", "yesterday", "RFC 3339"},
		query(`{"op":"active","schedule":"desk","from":"0900-01-01T00:00:00Z"}`):                                                      {"queries[1].from", "1950"},
		query(`{"op":"within","schedule":"desk","from":"2026-03-09T00:00:00Z"}`):                                                      {"queries[1].to", "RFC 3339"},
		query(`{"op":"after","schedule":"desk","from":"2026-03-09T00:00:00Z"}`):                                                       {"queries[1].minutes", "number of minutes"},
		query(`{"op":"after","schedule":"desk","from":"2026-03-09T00:00:00Z","minutes":-1}`):                                          {"queries[1].minutes", "from 0"},
		query(`{"op":"after","schedule":"desk","from":"2026-03-09T00:00:00Z","minutes":"60"}`):                                        {"queries[1].minutes", "JSON string", "a number"},
		query(`{"op":"after","schedule":"desk","from":"2026-03-09T00:00:00Z","minutes":1e300}`):                                       {"queries[1].minutes", "from 0"},
		`{"schedules":{"a":{"time_zone":"UTC"}},"queries":[{"op":"after","schedule":"a","from":"2026-03-09T00:00:00Z","minutes":1}]}`: {"queries[0].schedule", "50 years"},
	} {
		var out bytes.Buffer
		err := bizcal.Eval(strings.NewReader(in), &out)
		if fault.Exit(err) != 2 || out.Len() > 0 {
			t.Errorf("%s: exit %d (%v), output %q; want 2 and nothing", in, fault.Exit(err), err, out.String())
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s:\n got %s\nwant one line with %q", in, err, part)
			}
		}
	}
}
