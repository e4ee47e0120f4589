package db

import (
	"encoding/base64"
	"strconv"
	"strings"

	"steward/internal/fault"
)

// Page is a request for part of a list: at most Limit rows after Cursor.
type Page struct {
	Limit  int    // 1 to 100; 0 means 50
	Cursor string // as returned by Next; "" for the first page
}

// Size is the limit within its bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > 100:
		return 100
	default:
		return p.Limit
	}
}

// After decodes the cursor of a list sorted by (key, id). ok is false on the first page.
func (p Page) After() (key, id int64, ok bool, err error) {
	marks, ok, err := p.Marks(2)
	if !ok {
		return 0, 0, false, err
	}
	if key, err = strconv.ParseInt(marks[0], 10, 64); err == nil {
		id, err = strconv.ParseInt(marks[1], 10, 64)
	}
	if err != nil {
		return 0, 0, false, BadMark()
	}
	return key, id, true, nil
}

// Marks decodes a cursor of n parts, as Mark made it. ok is false on the first page.
func (p Page) Marks(n int) (marks []string, ok bool, err error) {
	if p.Cursor == "" {
		return nil, false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if marks = strings.Split(string(raw), "."); err != nil || len(marks) != n {
		return nil, false, BadMark()
	}
	return marks, true, nil
}

// BadMark refuses a cursor that no page gave.
func BadMark() error {
	return fault.Field("cursor", nil, "the next value of the page before", "This page mark cannot be read.")
}

// Cursor encodes the place after a row with that sort key and id.
func Cursor(key, id int64) string {
	return Mark(strconv.FormatInt(key, 10), strconv.FormatInt(id, 10))
}

// Mark encodes a place of several parts, none of which has a point in it.
func Mark(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, ".")))
}

// Count is a size that is never counted past Cap.
type Count struct {
	Count  int64 `json:"count"`
	Capped bool  `json:"capped"`
}

// Cap is where counting stops: beyond it people see "1,000+".
const Cap = 1000

// Capped turns the result of a count limited to Cap+1 rows into a Count.
func Capped(n int64) Count {
	if n > Cap {
		return Count{Count: Cap, Capped: true}
	}
	return Count{Count: n}
}
