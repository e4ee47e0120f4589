package suggest

import "testing"

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
