package entitle

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestALongNameLeavesTheReasonInSight cuts names by characters, never within one, and leaves what fits as it is.
func TestALongNameLeavesTheReasonInSight(t *testing.T) {
	long := strings.Repeat("ü🙂", 150)
	for _, refused := range []Reason{OnHold, NotListed, Unsupported} {
		d := Decision{Refused: refused, Entitlement: &Entitlement{Title: "Free"}}
		for _, text := range []string{d.Sentence(long), d.Inside(long, long)} {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 2*longest+60 {
				t.Errorf("%s: %q", refused, text)
			}
			if !strings.HasSuffix(text, ".") || strings.Count(text, "ü🙂") > longest {
				t.Errorf("%s lost its reason: %q", refused, text)
			}
		}
	}
	d := Decision{Refused: NotListed, Entitlement: &Entitlement{}}
	if got := d.Inside(long, "Kite"); !strings.HasPrefix(got, "Kite lists who may write for it, and ü🙂") || !strings.Contains(got, "… is not on the list.") {
		t.Errorf("inside: %q", got)
	}
	exact := strings.Repeat("é", longest)
	if got := (Decision{Refused: OnHold}).Sentence(exact); got != "Support for "+exact+" is on hold." {
		t.Errorf("a name that fits was cut: %q", got)
	}
}
