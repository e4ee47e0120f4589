package replay

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
)

// shownExamples is how many examples of a group a terminal shows.
const shownExamples = 5

// shownSentences is how many of them it tells in a sentence.
const shownSentences = 3

// Render writes a report for a terminal.
func Render(w io.Writer, r Report) error {
	out := bufio.NewWriter(w)
	days := int(math.Round(r.Until.Sub(r.Since).Hours() / 24))
	fmt.Fprintln(out)
	if len(r.Sections) == 0 {
		fmt.Fprintln(out, "Replay: nothing that changes can be replayed.")
	}
	for _, s := range r.Sections {
		fmt.Fprintf(out, "Replay of %s %s of the last %d days\n", thousands(s.Replayed), s.Records, days)
		for _, n := range s.NotReplayable {
			fmt.Fprintf(out, "    %s not replayable: %s\n", thousands(n.Records), n.Reason)
		}
		if s.Otherwise > 0 {
			fmt.Fprintf(out, "    %s went otherwise when they happened, under an older configuration\n", thousands(s.Otherwise))
		}
		if s.Different == 0 {
			fmt.Fprintln(out, "    nothing would differ")
		}
		for _, t := range s.Totals {
			if t.Records > 0 {
				fmt.Fprintf(out, "    %s of %s %s of the last %d days %s\n", thousands(t.Records), thousands(s.Replayed), s.Records, days, t.Sentence)
			}
		}
		for _, g := range s.Groups {
			fmt.Fprintf(out, "    %s %s/%s %s: %s, such as", g.Change, g.Kind, g.Name, g.Aspect, thousands(g.Records))
			for i, e := range g.Examples[:min(len(g.Examples), shownExamples)] {
				if i > 0 {
					fmt.Fprint(out, ",")
				}
				fmt.Fprintf(out, " %d", e.Record.ID)
			}
			fmt.Fprintln(out)
			for _, e := range g.Examples[:min(len(g.Examples), shownSentences)] {
				if e.Sentence != "" {
					fmt.Fprintf(out, "        %s  %s\n", e.Link, e.Sentence)
				}
			}
		}
	}
	return out.Flush()
}

// thousands writes 4310 as 4,310.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
