package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// incremental measures the export of the Zendesk API by cursor: one connection walks over every ticket in
// pages of 1,000.
func incremental(ctx context.Context, s settings, e *engine, r *report) error {
	for _, size := range s.sizes[:min(2, len(s.sizes))] {
		if err := e.fill(ctx, size); err != nil {
			return err
		}
		if err := e.ready(ctx); err != nil {
			return err
		}
		c, err := dial(e.server.http, e.token)
		if err != nil {
			return err
		}
		c.base = "/api/v2"
		var best float64
		var pages, told, stored int
		server, _, _ := processTime(e.server.pid)
		data, all := e.databaseTime(), 0
		for begun := time.Now(); ; {
			n, b, p, took, err := walk(c)
			if err != nil {
				return err
			}
			all += n
			if rate := float64(n) / took.Seconds(); rate > best {
				best, told, stored, pages = rate, n, b, p
			}
			if time.Since(begun) > s.each {
				break
			}
		}
		if told < size/2 {
			return fmt.Errorf("only %d of %d tickets were exported", told, size)
		}
		of := "incremental export of " + number(float64(size)) + " tickets, one connection"
		r.add(e, of, best, " tickets/s", target{min: 20_000}, "")
		r.add(e, of+": a page of 1,000", 1000*float64(told)/best/float64(pages), " ms", target{}, "")
		after, _, _ := processTime(e.server.pid)
		r.add(e, of+": processor, server", 1e6*(after-server).Seconds()/float64(all), " µs a ticket", target{}, "")
		if e.cluster != nil {
			r.add(e, of+": processor, database", 1e6*(e.databaseTime()-data).Seconds()/float64(all), " µs a ticket", target{}, "")
		}
		r.add(e, of+": size", float64(stored)/float64(told), " bytes a ticket", target{}, "")
	}
	return nil
}

// walk reads an export to its end.
func walk(c *client) (tickets, size, pages int, took time.Duration, err error) {
	begun := time.Now()
	path := "/incremental/tickets/cursor.json?start_time=0"
	for {
		b, err := c.do("GET", path, "", 200)
		if err != nil {
			return 0, 0, 0, 0, err
		}
		// What stands behind the tickets is small; taking all of it apart would measure this program.
		at := bytes.LastIndex(b, []byte("],"))
		var end struct {
			Cursor string `json:"after_cursor"`
			End    bool   `json:"end_of_stream"`
		}
		if at < 0 {
			return 0, 0, 0, 0, fmt.Errorf("this is no page of an export: %.200s", b)
		}
		if err := json.Unmarshal(append([]byte{'{'}, b[at+2:]...), &end); err != nil {
			return 0, 0, 0, 0, err
		}
		pages++
		size += len(b)
		tickets += bytes.Count(b, []byte(`"generated_timestamp":`))
		if end.End {
			return tickets, size, pages, time.Since(begun), nil
		}
		path = "/incremental/tickets/cursor.json?cursor=" + url.QueryEscape(end.Cursor)
	}
}
