package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Column is a column of a table.
type Column struct {
	Title string
	Kind  Kind
}

// Kind is what the cells of a column hold.
type Kind int

// The kinds of cells. A nil cell is empty in all of them.
const (
	Text    Kind = iota // string
	Number              // float64 or int64
	Percent             // float64, 95.5 for 95.5 percent
	Time                // time.Time, shown in its own zone
)

// Formats are the names of what can be written.
var Formats = []string{"csv", "xlsx"}

// ContentType is what a format is called on the web.
func ContentType(format string) string {
	if format == "xlsx" {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Write writes a table. rows is called until it answers nil; each row has a cell a column.
func Write(w io.Writer, format, title string, columns []Column, rows func() ([]any, error)) error {
	if format == "xlsx" {
		return writeXLSX(w, title, columns, rows)
	}
	return writeCSV(w, columns, rows)
}

// mark is what spreadsheets show text by that begins like a formula.
const mark = "'"

// plain is a text that no spreadsheet takes for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return mark + s
	}
	return s
}

func writeCSV(w io.Writer, columns []Column, rows func() ([]any, error)) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil { // or spreadsheets read UTF-8 as something else
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = plain(c.Title)
	}
	for {
		if err := out.Write(line); err != nil {
			return err
		}
		row, err := rows()
		if err != nil {
			return err
		}
		if row == nil {
			out.Flush()
			return out.Error()
		}
		for i := range columns {
			line[i] = text(row[i])
		}
	}
}

func text(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return plain(strings.ToValidUTF8(v, "\uFFFD"))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return v.Format("2006-01-02 15:04:05 -07:00")
	}
	return plain(fmt.Sprint(cell))
}

// What a spreadsheet takes at most.
const (
	maxRows = 1_048_576
	maxCell = 32_767 // characters
)

func writeXLSX(w io.Writer, title string, columns []Column, rows func() ([]any, error)) (err error) {
	f := excelize.NewFile()
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	name := sheetName(title)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	share := "0.0%"
	percent, err := f.NewStyle(&excelize.Style{CustomNumFmt: &share})
	if err != nil {
		return err
	}
	moment := "yyyy-mm-dd hh:mm"
	when, err := f.NewStyle(&excelize.Style{CustomNumFmt: &moment})
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, c := range columns {
		if err := out.SetColWidth(i+1, i+1, float64(min(60, max(14, utf8.RuneCountInString(c.Title)+2)))); err != nil {
			return err
		}
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = excelize.Cell{StyleID: bold, Value: c.Title}
	}
	for n := 1; ; n++ {
		place, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		if err := out.SetRow(place, cells); err != nil {
			return err
		}
		row, err := rows()
		if err != nil {
			return err
		}
		if row == nil || n == maxRows {
			break
		}
		for i, c := range columns {
			cells[i] = cell(row[i], c.Kind, percent, when)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

// cell is a value as the spreadsheet keeps it: text as text, never as a formula.
func cell(v any, kind Kind, percent, when int) any {
	switch x := v.(type) {
	case float64:
		if kind == Percent {
			return excelize.Cell{StyleID: percent, Value: x / 100}
		}
	case time.Time: // spreadsheets know no zones: what the clock showed
		return excelize.Cell{StyleID: when, Value: time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), x.Second(), 0, time.UTC)}
	case string:
		if utf8.RuneCountInString(x) > maxCell {
			x = string([]rune(x)[:maxCell])
		}
		return excelize.Cell{Value: strings.ToValidUTF8(x, "\uFFFD")}
	}
	return v
}

// sheetName is a title without what the name of a sheet may not have.
func sheetName(title string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title))
	if len(clean) > 31 {
		clean = clean[:31]
	}
	if name := strings.TrimSpace(string(clean)); name != "" {
		return name
	}
	return "Table"
}
