package db

import (
	"encoding/base64"
	"fmt"
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
	if p.Cursor == "" {
		return 0, 0, false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err == nil {
		k, i, found := strings.Cut(string(raw), ".")
		key, err = strconv.ParseInt(k, 10, 64)
		if err == nil && found {
			if id, err = strconv.ParseInt(i, 10, 64); err == nil {
				return key, id, true, nil
			}
		}
	}
	return 0, 0, false, fault.Field("cursor", nil, "the next value of the page before", "This page mark cannot be read.")
}

// Cursor encodes the place after a row with that sort key and id.
func Cursor(key, id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d.%d", key, id)))
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
