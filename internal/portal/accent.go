package portal

import (
	"fmt"
	"math"
	"net/http"
	"strings"

	"steward/internal/desk"
)

// legible is the least contrast of text, by WCAG 2.2 at level AA.
const legible = 4.5

// ownAccent is the colour that portal.css is made of.
const ownAccent = "0b6560"

// shade is a colour in sRGB.
type shade [3]uint8

var (
	black, white = shade{}, shade{255, 255, 255}

	// What accents stand on, as in portal.css: the page and its cards.
	lightGrounds = [2]shade{{0xf4, 0xf2, 0xef}, white}
	darkGrounds  = [2]shade{{0x12, 0x11, 0x10}, {0x1a, 0x19, 0x17}}
)

// shadeOf reads six hexadecimal digits.
func shadeOf(text string) (c shade, ok bool) {
	n, err := fmt.Sscanf(text, "%02x%02x%02x", &c[0], &c[1], &c[2])
	return c, err == nil && n == 3 && len(text) == 6
}

func (c shade) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// towards goes a part of the way to another colour.
func (c shade) towards(other shade, part float64) (out shade) {
	for i := range c {
		out[i] = uint8(math.Round(float64(c[i]) + (float64(other[i])-float64(c[i]))*part))
	}
	return out
}

// luminance is WCAG's relative luminance, 0 to 1.
func (c shade) luminance() float64 {
	var v [3]float64
	for i, b := range c {
		if v[i] = float64(b) / 255; v[i] <= 0.04045 {
			v[i] /= 12.92
		} else {
			v[i] = math.Pow((v[i]+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
}

// contrast is WCAG's contrast of two colours, 1 to 21.
func contrast(a, b shade) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// accents are a brand's colour as pages of one theme use it.
type accents struct {
	accent, hover, on, tint shade // on is text on accent
}

// accentsOn goes from a brand's colour towards an end, as little as it takes to be legible as text on the page, on cards and
// on its own tint, and under the text of buttons.
func accentsOn(brand, end shade, grounds [2]shade, on shade) (a accents) {
	for part := 0.0; ; part += 0.02 {
		a.accent, a.on = brand.towards(end, min(part, 1)), on
		a.hover, a.tint = a.accent.towards(end, 0.25), grounds[1].towards(a.accent, 0.1)
		if part >= 1 || min(contrast(a.accent, grounds[0]), contrast(a.accent, grounds[1]), contrast(a.accent, a.tint), contrast(a.accent, on)) >= legible {
			return a
		}
	}
}

func (a accents) css() string {
	return fmt.Sprintf("--accent: %s; --accent-hover: %s; --on-accent: %s; --accent-tint: %s;", a.accent, a.hover, a.on, a.tint)
}

// accentOf is the style sheet of a brand's colour; "" for what portal.css says already.
func (s *Portal) accentOf(p *desk.Portal) string {
	color := strings.ToLower(strings.TrimPrefix(s.DeskSet().BrandColor(p.BrandID), "#"))
	if _, ok := shadeOf(color); !ok || color == ownAccent {
		return ""
	}
	return "/portal/accent/" + color + ".css"
}

// getAccent makes the style sheet of any colour: it is worked out from its name alone.
func (s *Portal) getAccent(w http.ResponseWriter, r *http.Request) {
	name, css := strings.CutSuffix(r.PathValue("color"), ".css")
	c, ok := shadeOf(name)
	if !ok || !css {
		s.fail(w, r, incomplete())
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = fmt.Fprintf(w, ":root { %s }\n@media (prefers-color-scheme: dark) { :root { %s } }\n", accentsOn(c, black, lightGrounds, white).css(), accentsOn(c, white, darkGrounds, darkGrounds[0]).css())
}
