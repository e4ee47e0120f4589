package lang

import (
	"regexp"
	"strings"
)

var (
	plainLetters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	accentedLetters = []rune("ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ")
	longWord        = regexp.MustCompile(`[\p{L}'’]{4,}`)
	longLetter      = regexp.MustCompile(`[ȧḗīǿŭ]`)
	wordsInRow      = regexp.MustCompile(`\p{L}(?:[\p{L}'’ ]*\p{L})?`)
)

// accented makes words longer and gives them accents: what is cut off shows, and what did not go through the catalogue.
func accented(text string) string {
	text = strings.Map(func(r rune) rune {
		if i := strings.IndexRune(plainLetters, r); i >= 0 && r < 128 {
			return accentedLetters[i]
		}
		return r
	}, text)
	return longWord.ReplaceAllStringFunc(text, func(w string) string {
		if at := longLetter.FindStringIndex(w); at != nil {
			return w[:at[1]] + w[at[0]:]
		}
		return w
	})
}

// mirrored turns words around, each run of letters by itself, so that values stay as they are.
func mirrored(text string) string {
	return wordsInRow.ReplaceAllString(text, "\u202e$0\u202c")
}
