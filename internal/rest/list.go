package rest

import (
	"time"

	"steward/internal/db"
)

// List is a page of records.
type List[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"Ask for the next page with ?cursor= this; null on the last."`
}

// NewList returns a page; next "" is the last one.
func NewList[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	l := List[T]{Items: items}
	if next != "" {
		l.Next = &next
	}
	return l
}

// Paging are the query parameters of a list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Most records of one page."`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next value of the page before."`
}

// Page is the request for a page.
func (p Paging) Page() db.Page { return db.Page{Limit: p.Limit, Cursor: p.Cursor} }

// Time is t for JSON: null when it is zero.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ID is id for JSON: null when it is zero.
func ID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
