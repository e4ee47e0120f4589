package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var columns = []Column{{"Organization", Text}, {"Tickets", Number}, {"Share", Percent}, {"Since", Time}}

func table(t *testing.T, format string) []byte {
	t.Helper()
	berlin := time.FixedZone("", 3600)
	rows := [][]any{
		{"=HYPERLINK(\"http://x\")", int64(12), 95.5, time.Date(2026, 3, 9, 10, 30, 0, 0, berlin)},
		{"Ärzte, \"und\" andere\nzwei", 1.25, nil, nil},
		{"-1+2", int64(-3), 0.0, nil},
	}
	var b bytes.Buffer
	i := 0
	err := Write(&b, format, "Tickets: by [organization] with a long name", columns, func() ([]any, error) {
		if i == len(rows) {
			return nil, nil
		}
		i++
		return rows[i-1], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSVIsReadAsItWasMeant(t *testing.T) {
	b := table(t, "csv")
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Organization", "Tickets", "Share", "Since"},
		{"'=HYPERLINK(\"http://x\")", "12", "95.5", "2026-03-09 10:30:00 +01:00"},
		{"Ärzte, \"und\" andere\nzwei", "1.25", "", ""},
		{"'-1+2", "-3", "0", ""},
	}
	for i, row := range want {
		for k, cell := range row {
			if all[i][k] != cell {
				t.Errorf("row %d, column %d: %q, want %q", i, k, all[i][k], cell)
			}
		}
	}
}

func TestSpreadsheetsGetNumbersAsNumbersAndTextAsText(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(table(t, "xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	if name != "Tickets  by  organization  with" {
		t.Errorf("the sheet is called %q", name)
	}
	for cell, want := range map[string]string{"A2": "=HYPERLINK(\"http://x\")", "B2": "12", "C2": "0.955", "A3": "Ärzte, \"und\" andere\nzwei", "B4": "-3", "C3": ""} {
		if got, err := f.GetCellValue(name, cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", cell, got, err, want)
		}
	}
	if formula, _ := f.GetCellFormula(name, "A2"); formula != "" {
		t.Errorf("a text has become the formula %q", formula)
	}
	if shown, _ := f.GetCellValue(name, "C2"); shown != "95.5%" {
		t.Errorf("a share is shown as %q", shown)
	}
	if shown, _ := f.GetCellValue(name, "D2"); shown != "2026-03-09 10:30" {
		t.Errorf("a time is shown as %q", shown)
	}
}
