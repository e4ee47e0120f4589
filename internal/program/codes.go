package program

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// BadCode is a line of an import that cannot be taken.
type BadCode struct {
	Line int    `json:"line" doc:"Its number, from 1."`
	Why  string `json:"why"`
}

// codeRow is a code of an import with its line.
type codeRow struct {
	line int
	code string
}

// sortCodes tells the lines that can be codes from those that cannot; empty lines are neither.
func sortCodes(codes []string) (good []codeRow, bad []BadCode, err error) {
	seen := map[string]int{}
	for i, code := range codes {
		code = strings.TrimSpace(code)
		switch {
		case code == "":
			continue
		case len(code) > 200 || strings.ContainsFunc(code, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			bad = append(bad, BadCode{i + 1, fmt.Sprintf("Line %d is no code: it has spaces, or more than 200 characters.", i+1)})
		case seen[code] != 0:
			bad = append(bad, BadCode{i + 1, fmt.Sprintf("Line %d repeats line %d.", i+1, seen[code])})
		default:
			seen[code] = i + 1
			good = append(good, codeRow{i + 1, code})
		}
	}
	if n := len(good) + len(bad); n == 0 || n > maxCodes {
		return nil, nil, fault.Field("codes", n, "1 to 100,000 codes", "One import takes 1 to 100,000 codes; these are %d.", n)
	}
	return good, bad, nil
}

// SortOut tells which lines of an import can be taken: a line that is no code, repeats another or is in any pool already
// cannot, each with its reason. It changes nothing. Whoever may supply codes may.
func (s *Service) SortOut(ctx context.Context, tx db.Tx, by act.Actor, name string, codes []string) (good []string, bad []BadCode, err error) {
	if _, err := s.pool(by, name); err != nil {
		return nil, nil, err
	}
	rows, bad, err := sortCodes(codes)
	if err != nil {
		return nil, nil, err
	}
	for some := range slices.Chunk(rows, 1000) {
		list := make([]any, len(some))
		for i, r := range some {
			list[i] = r.code
		}
		w := (&db.Where{}).In("code", list)
		found, err := tx.Query(ctx, `SELECT code FROM benefit_code WHERE `+w.SQL(), w.Args()...)
		known, err := db.Collect(found, err, func(r db.Scanner) (code string, err error) { return code, r.Scan(&code) })
		if err != nil {
			return nil, nil, err
		}
		there := map[string]bool{}
		for _, code := range known {
			there[code] = true
		}
		for _, r := range some {
			if there[r.code] {
				bad = append(bad, BadCode{r.line, fmt.Sprintf("Line %d is in a pool already.", r.line)})
			} else {
				good = append(good, r.code)
			}
		}
	}
	slices.SortFunc(bad, func(a, b BadCode) int { return a.Line - b.Line })
	return good, bad, nil
}
