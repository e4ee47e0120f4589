package osi_test

import (
	"testing"

	"github.com/google/licensecheck"

	"steward/internal/program/osi"
)

func TestApproved(t *testing.T) {
	for name, want := range map[string]bool{"MIT": true, "GPL-3.0": true, "AGPL-3.0-or-later": true, "EUPL-1.2": true, "BUSL-1.1": false, "SSPL-1.0": false, "CC-BY-4.0": false, "mit": false, "": false} {
		if got := osi.Approved(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

// TestNamesOfTheRecogniser looks whether the recogniser of texts and the list mean the same names: of those that a program
// for open source meets, none may go by another.
func TestNamesOfTheRecogniser(t *testing.T) {
	known := map[string]bool{}
	approved := 0
	for _, l := range licensecheck.BuiltinLicenses() {
		known[l.ID] = true
		if osi.Approved(l.ID) {
			approved++
		}
	}
	for _, name := range []string{"0BSD", "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CDDL-1.0", "ECL-2.0", "EPL-2.0", "EUPL-1.2", "GPL-2.0", "GPL-3.0", "ISC", "LGPL-2.1", "LGPL-3.0", "MIT", "MPL-2.0", "NCSA", "PostgreSQL", "UPL-1.0", "Unlicense", "Zlib"} {
		if !known[name] || !osi.Approved(name) {
			t.Errorf("%s: recognised %v, approved %v", name, known[name], osi.Approved(name))
		}
	}
	if approved < 100 {
		t.Errorf("only %d of the recogniser's names are on the list", approved)
	}
}
