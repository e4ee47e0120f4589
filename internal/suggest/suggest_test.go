package suggest

import (
	"testing"

	"steward/internal/lang"
)

func TestNearestGuessesSlipsAndNothingElse(t *testing.T) {
	known := []string{"calendar", "metric", "priority", "within", "time_zone"}
	for word, want := range map[string]string{
		"calender": "calendar", "priorty": "priority", "wihtin": "within", "Metric": "metric",
		"timezone": "time_zone", "colour": "", "x": "", "": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestNearestPrefersTheCloserWord(t *testing.T) {
	if got := Nearest("premum", []string{"premier", "premium"}); got != "premium" {
		t.Errorf("got %q, want premium: one edit away, premier is two", got)
	}
}

func TestAHintIsSaidInTheReadersLanguage(t *testing.T) {
	hint := DidYouMean("priorty", []string{"priority"})
	if got := hint.String(); got != ` Did you mean "priority"?` {
		t.Errorf("in English: %q", got)
	}
	if got := hint.Speak(lang.Of("de")); got != " Meinten Sie „priority“?" {
		t.Errorf("in German: %q", got)
	}
	if got := DidYouMean("colour", []string{"priority"}).Speak(lang.Of("de")); got != "" {
		t.Errorf("nothing is close, and yet: %q", got)
	}
}
