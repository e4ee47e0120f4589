package roster

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func opened(b string) Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(b)), nil }
}

func wide(s string, big, mark bool) string {
	var b []byte
	if mark {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

const text = "Email,Name\na@x.example,André 🦓\n"

func TestFileIsReadInItsEncodingOrRefused(t *testing.T) {
	for _, c := range []struct{ what, said, bytes, found, refusal string }{
		{"UTF-8", "", text, "utf-8", ""},
		{"UTF-8 with a mark", "", "\ufeff" + text, "utf-8", ""},
		{"UTF-16 with a mark", "", wide(text, false, true), "utf-16le", ""},
		{"UTF-16 the other way round", "utf-16", wide(text, true, true), "utf-16be", ""},
		{"UTF-16 without a mark, said so", "utf-16", wide(text, true, false), "utf-16be", ""},
		{"UTF-16 without a mark, not said so", "", wide(text, false, false), "", "If the file is UTF-16"},
		{"half a character of UTF-16", "utf-16", wide(text, false, true) + "x", "", "ends in the middle"},
		{"half a pair of UTF-16", "utf-16", wide("ab", false, true) + "\x00\xd8", "", "ends in the middle"},
		{"windows-1252, not said so", "", "Email,Name\na@x.example,Andr\xe9\n", "", `Line 2 (byte 28 of the file): the byte 0xE9 is not UTF-8`},
		{"windows-1252", "windows-1252", "Email,Name\na@x.example,\x80uro\n", "windows-1252", ""},
		{"latin1", "latin1", "Email,Name\na@x.example,Andr\xe9\n", "latin1", ""},
		{"windows-1252 said to be latin1", "latin1", "Email,Name\na@x.example,\x80uro\n", "", "may be windows-1252"},
		{"UTF-8 said to be latin1", "latin1", text, "", "is written in UTF-8"},
		{"UTF-8 said to be windows-1252", "windows-1252", text, "", "is written in UTF-8"},
		{"a mark that says otherwise", "windows-1252", "\ufeff" + text, "", "mark of utf-8"},
		{"an encoding nobody knows", "ebcdic", text, "", "not an encoding"},
		{"nothing", "", "", "", "empty"},
		{"two columns of one name", "", "Name,Name\n", "", "Two columns"},
	} {
		f, err := Inspect(opened(c.bytes), c.said)
		if c.refusal != "" {
			if err == nil || !strings.Contains(err.Error(), c.refusal) {
				t.Errorf("%s: got %v, want %q", c.what, err, c.refusal)
			}
			continue
		}
		if err != nil || f.Encoding != c.found || f.Rows != 1 || f.Header[0] != "Email" {
			t.Errorf("%s: %+v, %v", c.what, f, err)
		}
		if len(f.Samples) == 1 && strings.Contains(f.Samples[0][1], "ndr") && !strings.HasPrefix(f.Samples[0][1], "André") {
			t.Errorf("%s: read as %q", c.what, f.Samples[0][1])
		}
	}
}

func TestBrokenRowsTakeNothingWithThem(t *testing.T) {
	long := `"` + strings.Repeat("x", maxRecord+10) + "\n"
	in := "a,b\n1,\"two\nlines\"\n2,\"never closed\n\n3,fine\n4,mis\"placed\n" + "5," + long + "6,fine\n7,\"cut"
	r := newReader(strings.NewReader(in), ',')
	type got struct {
		line int
		cell string
		bad  bool
	}
	var all []got
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got{row.Line, row.Cells[0], row.Bad != ""})
	}
	want := []got{{1, "a", false}, {2, "1", false}, {4, "2", true}, {6, "3", false}, {7, "4", true}, {8, "5", true}, {9, "6", false}, {10, "7", true}}
	if len(all) != len(want) {
		t.Fatalf("rows %v, want %v", all, want)
	}
	for i := range want {
		if all[i] != want[i] {
			t.Errorf("row %d: %v, want %v", i, all[i], want[i])
		}
	}
}

func TestColumnsAreFoundByTheirNames(t *testing.T) {
	f := File{Header: []string{"E-Mail Address", "Full name", "Compny", "ID", "_error", "Notes"}}
	columns, err := Map(People, f, map[string]string{"Notes": ""})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"email", "name", "", "external_id", "", ""} {
		if columns[i].Field != want {
			t.Errorf("%s is %q, want %q", columns[i].Name, columns[i].Field, want)
		}
	}
	if columns[2].Suggestion != "organization" {
		t.Errorf("for Compny: %q", columns[2].Suggestion)
	}
	for _, c := range []struct {
		header []string
		given  map[string]string
		says   string
	}{
		{[]string{"Emial"}, nil, `Is "Emial" the email?`},
		{[]string{"email"}, map[string]string{"email": "emial"}, `Did you mean "email"?`},
		{[]string{"email"}, map[string]string{"Email": "email"}, `Did you mean "email"?`},
		{[]string{"email", "mail"}, nil, "Both"},
	} {
		if _, err := Map(People, File{Header: c.header}, c.given); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: got %v, want %q", c.header, err, c.says)
		}
	}
}

func TestFailedRowsCanBeReadAgain(t *testing.T) {
	var b bytes.Buffer
	w, err := NewBadWriter(&b, File{Header: []string{"Email", "Name"}, Separator: ";"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]Bad{{7, []string{"x", "semi;colon", "surplus"}, `odd "quotes"`}, {3, []string{"y"}, "short"}}); err != nil {
		t.Fatal(err)
	}
	f, err := Inspect(opened(b.String()), "")
	if err != nil || f.Rows != 2 || f.Separator != ";" || f.Samples[1][1] != "semi;colon" || f.Samples[1][3] != `odd "quotes"` || f.Samples[1][4] != "surplus" {
		t.Errorf("%+v %v\n%s", f, err, b.String())
	}
}

// FuzzRead feeds any bytes: reading ends, tells valid text, and counts lines upwards.
func FuzzRead(f *testing.F) {
	f.Add([]byte(text), "")
	f.Add([]byte(wide(text, false, true)), "utf-16")
	f.Add([]byte("a;b\n\"x;1\n\n\"\"y;2\r\n"), "windows-1252")
	f.Fuzz(func(t *testing.T, b []byte, encoding string) {
		file, err := Inspect(opened(string(b)), encoding)
		if err != nil {
			return
		}
		rows, in, err := file.rows(opened(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		n, last := int64(0), 0
		for {
			row, err := rows.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Line <= last || len(row.Cells) == 0 {
				t.Fatalf("row %+v behind line %d", row, last)
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c) {
					t.Fatalf("not text: %q", c)
				}
			}
			n, last = n+1, row.Line
			_, _ = readPerson(cells{[]Column{{Name: "x", Field: "email"}}, row.Cells, nil})
			_, _ = readOrganization(cells{[]Column{{Name: "x", Field: "domains"}, {Name: "y", Field: "name"}}, row.Cells, nil})
		}
		if n != file.Rows {
			t.Fatalf("%d rows, then %d", file.Rows, n)
		}
	})
}
