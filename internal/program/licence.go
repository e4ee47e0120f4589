package program

import (
	"strings"

	"github.com/google/licensecheck"

	"steward/internal/program/osi"
)

// covered is how much of a file must be words of licences, in percent: a page that only mentions one has none.
const covered = 60

// recognise names the licences of a text, and reports whether one of them is approved. "" is none.
func recognise(text string) (names string, approved bool) {
	cov := licensecheck.Scan([]byte(text))
	if cov.Percent < covered {
		return "", false
	}
	var ids []string
	for _, m := range cov.Match {
		if m.IsURL {
			continue
		}
		if len(ids) < 3 {
			ids = append(ids, m.ID)
		}
		approved = approved || osi.Approved(m.ID)
	}
	return strings.Join(ids, ", "), approved
}
