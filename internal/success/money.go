package success

import (
	"math"
	"strconv"
	"strings"

	"steward/internal/fault"
)

// decimals are the digits behind the point of currencies that have not two. Source: ISO 4217, its list of active codes. Tables of
// languages, as of Unicode's CLDR and browsers, say how many are usually shown, which for some is fewer. web/src/lib/money.ts has the same.
var decimals = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// digitsOf is how many digits an amount of a currency has behind the point.
func digitsOf(code string) int {
	if digits, ok := decimals[code]; ok {
		return digits
	}
	return 2
}

// wholeUnits is an amount in minor units as whole units of its currency.
func wholeUnits(minor int64, code string) float64 {
	return float64(minor) / math.Pow10(digitsOf(code))
}

// money reads an amount in whole units, "12,345.60" or "EUR 12345.6", as minor units of its
// currency: the one it names, else the given one.
func money(text, code string) (int64, string, error) {
	bad := func() (int64, string, error) {
		return 0, "", fault.Field("revenue", text, "an amount such as 12345.60, 12,345.60 or EUR 12345.60", "%q is not an amount of money.", text)
	}
	amount := strings.TrimSpace(text)
	if named, rest := cutCode(amount); named != "" {
		code, amount = named, rest
	}
	if code == "" {
		return 0, "", fault.Field("currency", nil, "a column with the currency, or EUR 12345.60 in one", "This amount has no currency.")
	}
	code = strings.ToUpper(strings.TrimSpace(code))
	whole, part, _ := strings.Cut(amount, ".")
	if strings.Contains(whole, ",") {
		groups := strings.Split(whole, ",")
		for i, g := range groups {
			if i > 0 && len(g) != 3 || g == "" {
				return bad()
			}
		}
		whole = strings.Join(groups, "")
	}
	digits := digitsOf(code)
	if extra := strings.TrimRight(part, "0"); len(extra) > digits {
		return bad()
	}
	part = (part + "0000")[:digits]
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || whole == "" || strings.ContainsAny(whole+part, "+-") {
		return bad()
	}
	return n, code, nil
}

// cutCode takes the code of a currency before or behind an amount off it; "" without one.
func cutCode(amount string) (code, rest string) {
	if n := len(amount); n > 3 {
		if currency(amount[:3]) {
			return amount[:3], strings.TrimSpace(amount[3:])
		}
		if currency(amount[n-3:]) {
			return amount[n-3:], strings.TrimSpace(amount[:n-3])
		}
	}
	return "", amount
}
