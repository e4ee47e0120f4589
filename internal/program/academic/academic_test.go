package academic_test

import (
	"testing"

	"steward/internal/program/academic"
)

func TestInstitution(t *testing.T) {
	for domain, want := range map[string]string{
		"tudelft.nl":          "Delft University of Technology",
		"student.tudelft.nl":  "Delft University of Technology",
		"nowhere-at-all.edu":  "",
		"cs.nowhere.ac.za":    "an academic institution (.ac.za)",
		"example.com":         "",
		"nl":                  "",
		"":                    "",
		"tudelft.nl.evil.com": "",
	} {
		name, ok := academic.Institution(domain)
		if name != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", domain, name, ok, want)
		}
	}
}
