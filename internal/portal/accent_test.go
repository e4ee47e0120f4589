package portal

import (
	"math/rand/v2"
	"testing"
)

func TestEveryBrandColorIsLegible(t *testing.T) {
	inks := map[bool]shade{false: {0x57, 0x52, 0x4b}, true: {0xb9, 0xb4, 0xac}} // --ink-2 of portal.css
	random := rand.New(rand.NewPCG(1, 2))
	all := []shade{black, white, {255, 255, 0}, {255, 0, 0}, {0, 0, 255}, {128, 128, 128}}
	for range 20_000 {
		all = append(all, shade{uint8(random.IntN(256)), uint8(random.IntN(256)), uint8(random.IntN(256))})
	}
	for _, c := range all {
		for dark, a := range map[bool]accents{false: accentsOn(c, black, lightGrounds, white), true: accentsOn(c, white, darkGrounds, darkGrounds[0])} {
			grounds := lightGrounds
			if dark {
				grounds = darkGrounds
			}
			for what, pair := range map[string][2]shade{"links on the page": {a.accent, grounds[0]}, "links on cards": {a.accent, grounds[1]}, "links on the tint": {a.accent, a.tint},
				"buttons": {a.on, a.accent}, "buttons under the pointer": {a.on, a.hover}, "words on the tint": {inks[dark], a.tint}} {
				if got := contrast(pair[0], pair[1]); got < legible {
					t.Fatalf("%v, dark %v: %s have a contrast of %.2f", c, dark, what, got)
				}
			}
		}
	}
	if c, _ := shadeOf(ownAccent); accentsOn(c, black, lightGrounds, white).accent != c {
		t.Error("a colour that is legible is changed")
	}
	if got := contrast(black, white); got != 21 {
		t.Errorf("black on white is %v", got)
	}
}
