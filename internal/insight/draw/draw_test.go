package draw

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func course(n int, at func(i int) float64, gaps ...int) []*float64 {
	out := make([]*float64, n)
	for i := range out {
		v := at(i)
		out[i] = &v
	}
	for _, g := range gaps {
		out[g] = nil
	}
	return out
}

func names(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%d Mar", i+1))
	}
	return out
}

// TestEveryChartCanBeDrawn draws every kind with data it does not like. With KEEP_PICTURES, a
// folder, the pictures stay to be looked at.
func TestEveryChartCanBeDrawn(t *testing.T) {
	target := 95.0
	say := func(v float64) string { return fmt.Sprintf("%.0f%%", v) }
	wave := func(i int) float64 { return 92 + 5*math.Sin(float64(i)/2) }
	week := func() (out []Line) {
		for _, d := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
			out = append(out, Line{d, course(24, func(i int) float64 { return float64(i * len(out)) }, 3)})
		}
		return out
	}
	for name, c := range map[string]Chart{
		"spark":     {Kind: Spark, Lines: []Line{{"", course(12, wave, 4)}}, Target: &target, Width: 280, Height: 64},
		"line":      {Kind: Lines, Labels: names(12), Lines: []Line{{"Achieved", course(12, wave, 3, 4)}}, Target: &target, Width: 560, Height: 200},
		"one":       {Kind: Lines, Labels: names(1), Lines: []Line{{"Achieved", course(1, wave)}}, Width: 560, Height: 200},
		"long":      {Kind: Lines, Labels: names(10_000), Lines: []Line{{"Achieved", course(10_000, wave)}}, Width: 560, Height: 200},
		"lines":     {Kind: Lines, Labels: names(30), Lines: []Line{{"Email", course(30, wave)}, {"Web form", course(30, func(i int) float64 { return wave(i + 9) })}}, Width: 560, Height: 200},
		"area":      {Kind: Area, Labels: names(30), Lines: []Line{{"Low", course(30, wave)}, {"High", course(30, wave)}}, Width: 560, Height: 200},
		"bars":      {Kind: Bars, Labels: names(30), Lines: []Line{{"Low", course(30, wave)}, {"High", course(30, wave, 2)}}, Width: 560, Height: 200},
		"negative":  {Kind: Bars, Labels: names(6), Lines: []Line{{"", course(6, func(i int) float64 { return float64(i - 3) })}}, Width: 560, Height: 200},
		"ranks":     {Kind: Ranks, Labels: []string{"Low", "Urgent"}, Lines: []Line{{"", course(2, wave)}}, Width: 560, Height: 120},
		"heat":      {Kind: Heat, Labels: names(24), Lines: week(), Width: 560, Height: 220},
		"all-alike": {Kind: Lines, Labels: names(5), Lines: []Line{{"", course(5, func(int) float64 { return 0 })}}, Width: 560, Height: 200},
	} {
		if c.Say == nil {
			c.Say = say
		}
		b, err := PNG(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		picture, err := png.Decode(bytes.NewReader(b))
		if err != nil || picture.Bounds().Dx() != 2*c.Width {
			t.Errorf("%s is no picture of its width: %v", name, err)
		}
		if dir := os.Getenv("KEEP_PICTURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if b, err := PNG(Chart{Kind: Lines, Lines: []Line{{"", make([]*float64, 3)}}, Width: 10, Height: 10}); b != nil || err != nil {
		t.Errorf("nothing was drawn as %d bytes (%v)", len(b), err)
	}
}
