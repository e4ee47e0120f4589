package suggest

import (
	"strings"

	"steward/internal/lang"
)

// longest is the length in bytes above which a word is not compared; nobody mistypes that much.
const longest = 80

// Nearest returns the known word closest to word, ignoring case, or "" when none is close:
// at most one edit in three letters, and never more than four. Swapping two neighbouring
// letters is one edit. Of equally close words the first wins.
func Nearest(word string, known []string) string {
	if word == "" || len(word) > longest {
		return ""
	}
	w := strings.ToLower(word)
	best, bestAt := "", min(4, (len(w)+2)/3)+1
	for _, k := range known {
		if d := distance(w, strings.ToLower(k), bestAt); d < bestAt {
			best, bestAt = k, d
		}
	}
	return best
}

// Hint is a sentence about the nearest known word, with a space before it so that it can follow another; "" says nothing.
type Hint string

// DidYouMean is a hint at the nearest known word, if one is close.
func DidYouMean(word string, known []string) Hint { return Hint(Nearest(word, known)) }

// String is the sentence in English.
func (h Hint) String() string { return h.Speak(lang.English) }

// Speak is the sentence in a language.
func (h Hint) Speak(l *lang.Language) string {
	if h == "" {
		return ""
	}
	return l.Say(` Did you mean "%s"?`, string(h))
}

// distance is the edit distance between a and b (optimal string alignment), or limit when it is at least that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(b)], limit)
}
