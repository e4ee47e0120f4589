package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// target is what a figure should reach; zero sides do not bind.
type target struct{ min, max float64 }

func (t target) missed(v float64) bool { return t.min > 0 && v < t.min || t.max > 0 && v > t.max }

func (t target) String(unit string) string {
	switch {
	case t.min > 0:
		return "≥ " + number(t.min) + unit
	case t.max > 0:
		return "< " + number(t.max) + unit
	}
	return ""
}

// figure is one measured value.
type figure struct {
	Measure string  `json:"measure"`
	Engine  string  `json:"engine"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Target  string  `json:"target,omitempty"`
	Missed  bool    `json:"missed"`
	Peer    string  `json:"peer,omitempty"` // Libredesk 2.7 on such a machine
}

// report collects figures and prints them side by side.
type report struct {
	engines []string
	order   []string
	last    int // place in order of the newest figure
	figures []figure
}

func (r *report) add(e *engine, measure string, v float64, unit string, t target, peer string) {
	f := figure{measure, e.name, v, unit, t.String(unit), t.missed(v), peer}
	fmt.Fprintf(os.Stderr, "  %-52s %s %s\n", measure, f.cell(), f.Target)
	at := slices.Index(r.order, measure)
	if at < 0 { // after what the same engine measured just before
		at = min(r.last+1, len(r.order))
		r.order = slices.Insert(r.order, at, measure)
	}
	r.last = at
	r.figures = append(r.figures, f)
}

func (f figure) cell() string {
	s := number(f.Value) + f.Unit
	if f.Missed {
		s += " ✗"
	}
	return s
}

// number writes v with as many digits as mean something.
func number(v float64) string {
	switch {
	case v < 10 && v != float64(int64(v)):
		return fmt.Sprintf("%.2f", v)
	case v < 100 && v != float64(int64(v)):
		return fmt.Sprintf("%.1f", v)
	}
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (r *report) print(w io.Writer) {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(w, "%d processors, load at the end %s, %s. ✗ misses its target.\n\n", runtime.NumCPU(), strings.Join(strings.Fields(string(load))[:min(3, len(strings.Fields(string(load))))], " "),
		time.Now().UTC().Format("2006-01-02 15:04 MST"))
	header := append([]string{"measure"}, r.engines...)
	rows := [][]string{append(header, "target", "Libredesk 2.7")}
	for _, m := range r.order {
		row := []string{m}
		goal, peer := "", ""
		targets := map[string]string{}
		for _, e := range r.engines {
			cell := "–"
			for _, f := range r.figures {
				if f.Measure == m && f.Engine == e {
					cell, peer = f.cell(), f.Peer
					targets[e] = f.Target
				}
			}
			row = append(row, cell)
		}
		for _, e := range r.engines { // one target, or one for each engine
			if t := targets[e]; t != "" && !strings.Contains(goal, t) {
				goal = strings.TrimPrefix(goal+"; "+t, "; ")
			}
		}
		rows = append(rows, append(row, goal, peer))
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	for n, row := range rows {
		for i, c := range row {
			fmt.Fprintf(w, "| %s%s ", c, strings.Repeat(" ", widths[i]-len([]rune(c))))
		}
		fmt.Fprintln(w, "|")
		if n == 0 {
			for _, width := range widths {
				fmt.Fprintf(w, "| %s ", strings.Repeat("-", width))
			}
			fmt.Fprintln(w, "|")
		}
	}
}

func (r *report) write(path string) error {
	b, err := json.MarshalIndent(map[string]any{"at": time.Now().UTC(), "processors": runtime.NumCPU(), "figures": r.figures}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
