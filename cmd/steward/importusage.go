package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/success"
)

type importUsageCmd struct {
	instance
	File   string `arg:"" help:"CSV whose first row names the columns, or one JSON object a line; either may be compressed with gzip. Columns: organization or organization_external_id, instance, purpose, metric, time, value." placeholder:"FILE"`
	Source string `help:"Name of the system that external ids are of." default:"import" placeholder:"NAME"`
	Errors string `help:"Where rows that are refused are written; FILE.errors.csv when left out." placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print the summary as JSON."`
}

// usageSummary is what --json prints.
type usageSummary struct {
	Received   int    `json:"received"`
	Stored     int    `json:"stored"`
	Corrected  int    `json:"corrected"`
	Duplicated int    `json:"duplicated"`
	Late       int    `json:"late"`
	Unknown    int    `json:"unknown"`
	Refused    int    `json:"refused"`
	Errors     string `json:"errors,omitempty"`
}

// Run imports points in batches of 10,000, each durable when the next begins. The same file again
// changes nothing. It exits 1 when rows were refused.
func (c *importUsageCmd) Run(ctx context.Context) error {
	in, size, err := c.content()
	if err != nil {
		return err
	}
	defer in.file.Close()
	next, err := c.points(in)
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	if c.Errors == "" {
		c.Errors = strings.TrimSuffix(strings.TrimSuffix(c.File, ".gz"), ".csv") + ".errors.csv"
	}
	var sum usageSummary
	bad := &badPoints{name: c.Errors}
	shown := newProgress()
	for end := false; !end; {
		b := success.Batch{Source: c.Source, Tell: true}
		for len(b.Points) < success.MaxPoints {
			p, err := next()
			if end = errors.Is(err, io.EOF); end {
				break
			}
			if err != nil {
				return errors.Join(err, bad.close())
			}
			b.Points = append(b.Points, p)
		}
		if len(b.Points) == 0 {
			break
		}
		r, err := take(ctx, a, b)
		if err != nil {
			return fmt.Errorf("the import stopped after %d points; run it again to go on: %w", sum.Received, errors.Join(err, bad.close()))
		}
		sum.add(r)
		if err := bad.write(r, b.Points); err != nil {
			return err
		}
		shown.show("usage", int(in.read*1000/max(size, 1)), 1000)
	}
	if err := bad.close(); err != nil {
		return err
	}
	return c.summary(sum, bad)
}

// take stores a batch. It has no name but its points, so that a second run finds it again.
func take(ctx context.Context, a *app.App, b success.Batch) (r success.Report, err error) {
	err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err = a.Success.Take(ctx, tx, a.Root(), b)
		return err
	})
	return r, err
}

func (s *usageSummary) add(r success.Report) {
	s.Received += r.Received
	s.Stored += r.Stored
	s.Corrected += r.Corrected
	s.Duplicated += r.Duplicated
	s.Late += r.Late
	s.Unknown += r.Unknown
	s.Refused += r.Refused
	if r.Replayed { // all of it was there
		s.Duplicated, s.Stored = s.Duplicated+r.Stored, s.Stored-r.Stored
	}
}

func (c *importUsageCmd) summary(s usageSummary, bad *badPoints) error {
	if bad.rows > 0 {
		s.Errors = c.Errors
	}
	if c.JSON {
		if err := printJSON(s); err != nil {
			return err
		}
	} else {
		fmt.Printf("received %d, stored %d (%d corrected, %d late), duplicated %d, of unknown organizations %d, refused %d\n", s.Received, s.Stored, s.Corrected, s.Late, s.Duplicated, s.Unknown, s.Refused)
	}
	if s.Refused > 0 {
		return fault.New(fault.Conflict, "%d of %d points were refused. They are in %s with their lines and reasons.", s.Refused, s.Received, c.Errors)
	}
	return nil
}

// counted counts what is read of a file, compressed or not.
type counted struct {
	file io.ReadCloser
	text *bufio.Reader
	read int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	c.read += int64(n)
	return n, err
}

// content opens the file and looks through its compression.
func (c *importUsageCmd) content() (*counted, int64, error) {
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, fault.New(fault.Invalid, "The file %s cannot be read: %w", c.File, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	in := &counted{file: f}
	in.text = bufio.NewReaderSize(in, 1<<20)
	if head, _ := in.text.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(in.text)
		if err != nil {
			return nil, 0, fault.New(fault.Invalid, "The file %s is compressed, and broken: %w", c.File, err)
		}
		in.text = bufio.NewReaderSize(z, 1<<20)
	}
	return in, info.Size(), nil
}

// points returns what reads the points one after another, io.EOF behind the last.
func (c *importUsageCmd) points(in *counted) (func() (success.Point, error), error) {
	head, err := in.text.Peek(1)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The file %s is empty.", c.File)
	}
	if head[0] == '{' {
		line := 0
		return func() (success.Point, error) {
			for {
				text, err := in.text.ReadBytes('\n')
				line++
				if len(strings.TrimSpace(string(text))) > 0 {
					return success.ReadPoint(line, text), nil
				}
				if err != nil {
					return success.Point{}, err
				}
			}
		}, nil
	}
	r := csv.NewReader(in.text)
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	first, err := r.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "The first row of %s cannot be read: %w", c.File, err)
	}
	header := append([]string{}, first...)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for _, need := range []string{"metric", "time", "value"} {
		if !slices.Contains(header, need) {
			return nil, fault.Field("file", strings.Join(header, ", "), strings.Join(success.PointFields, ", "), "The file has no column %s.", need)
		}
	}
	return func() (success.Point, error) {
		row, err := r.Read()
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return success.Point{Line: parse.StartLine, Bad: "The quotes of this row do not fit."}, nil
		}
		if err != nil {
			return success.Point{}, err
		}
		var of success.PointText
		for n, cell := range row {
			if n < len(header) {
				of.Set(header[n], strings.TrimSpace(cell))
			}
		}
		line, _ := r.FieldPos(0)
		return success.NewPoint(line, of), nil
	}, nil
}

// badPoints is the file of points that were refused; it is made with the first.
type badPoints struct {
	name string
	f    *os.File
	w    *csv.Writer
	rows int
}

func (b *badPoints) write(r success.Report, points []success.Point) (err error) {
	at := map[int]success.Point{}
	for _, p := range points {
		at[p.Line] = p
	}
	for _, f := range r.Findings {
		if f.Kept {
			continue
		}
		if b.f == nil {
			if b.f, err = os.OpenFile(b.name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
				return fault.New(fault.Invalid, "Points that are refused cannot be written to %s: %w", b.name, err)
			}
			b.w = csv.NewWriter(b.f)
			if err := b.w.Write(append(append([]string{}, success.PointFields...), "_line", "_error")); err != nil {
				return err
			}
		}
		p := at[f.Line]
		organization := ""
		if p.Organization != 0 {
			organization = strconv.FormatInt(p.Organization, 10)
		}
		b.rows++
		if err := b.w.Write([]string{organization, p.External, p.Instance, p.Purpose, p.Metric, p.At.Format("2006-01-02T15:04:05Z07:00"), strconv.FormatFloat(p.Value, 'g', -1, 64), strconv.Itoa(f.Line), f.Message}); err != nil {
			return err
		}
	}
	return nil
}

func (b *badPoints) close() error {
	if b.f == nil {
		return nil
	}
	b.w.Flush()
	return errors.Join(b.w.Error(), b.f.Close())
}
