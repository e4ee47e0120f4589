package bizcal

import (
	"time"

	"steward/internal/fault"
)

// Date is a day of the civil calendar, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const acceptedDate = `a date written YYYY-MM-DD, such as 2026-12-25`

// ParseDate reads "YYYY-MM-DD". The error is an Invalid fault.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fault.Field("", s, acceptedDate, "%q is not a date.", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// String writes the date as "YYYY-MM-DD".
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// MarshalText writes the date as "YYYY-MM-DD".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// day is the number of days from 1 January 1970 to d.
func (d Date) day() int64 { return d.midnight().Unix() / daySeconds }

const daySeconds = 24 * 60 * 60
