package success

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

func TestAmountsHaveTheDigitsOfTheirCurrency(t *testing.T) {
	for _, c := range []struct {
		text, code string
		minor      int64
		whole      float64
	}{
		{"1,234.50", "EUR", 123_450, 1234.5}, {"JPY 1,234", "", 1234, 1234}, {"1234", "KRW", 1234, 1234}, {"1,234.505 KWD", "", 1_234_505, 1234.505},
		{"12.5", "IQD", 12_500, 12.5}, {"700", "RWF", 700, 700}, {"1.2345", "CLF", 12_345, 1.2345}, {"12.000", "JPY", 12, 12}, {"5", "LBP", 500, 5},
	} {
		minor, code, err := money(c.text, c.code)
		if err != nil || minor != c.minor {
			t.Errorf("%q %s is %d %v, want %d", c.text, c.code, minor, err, c.minor)
			continue
		}
		if got := wholeUnits(minor, code); got != c.whole {
			t.Errorf("%d of %s are %v whole units, want %v", minor, code, got, c.whole)
		}
	}
	for _, bad := range [][2]string{{"12.5", "JPY"}, {"1.2345", "KWD"}, {"1.234", "EUR"}} {
		if n, _, err := money(bad[0], bad[1]); err == nil {
			t.Errorf("%s %s was read as %d, but the currency has not that many digits", bad[0], bad[1], n)
		}
	}
}

func TestTheWorkspaceKnowsTheSameDigits(t *testing.T) {
	text, err := os.ReadFile("../../web/src/lib/money.ts")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]int{}
	for _, m := range regexp.MustCompile(`\b([A-Z]{3}): (\d)`).FindAllStringSubmatch(string(text), -1) {
		there[m[1]], _ = strconv.Atoi(m[2])
	}
	for code, n := range decimals {
		if got, ok := there[code]; !ok || got != n {
			t.Errorf("money.ts has %d digits of %s, want %d", got, code, n)
		}
		delete(there, code)
	}
	if len(there) > 0 {
		t.Errorf("money.ts has currencies that the server gives two digits: %v", there)
	}
}
