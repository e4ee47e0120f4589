package portal

import (
	"cmp"
	"net/http"
	"strings"

	"steward/internal/desk"
)

// logoHeight is how high a logo stands on pages, in pixels; logoWidth how wide it may be.
const logoHeight, logoWidth = 32, 200

// logo is a brand's picture as pages show it.
type logo struct {
	Href          string
	Width, Height int
	Wide          bool // it stands in place of the title
}

// wear puts the name, colour and logo of a portal's brand on a page.
func (s *Portal) wear(f *frame, p *desk.Portal) {
	f.Brand, f.Mark, f.Accent, f.Logo = s.Brand(), "S", s.accentOf(p), nil
	if b := s.DeskSet().Brand(p.BrandID); b != nil {
		f.Brand = cmp.Or(b.Title, f.Brand)
	}
	for _, r := range f.Brand {
		f.Mark = strings.ToUpper(string(r))
		break
	}
	if is := s.DeskSet().BrandLogo(p.BrandID); is != nil {
		wide := is.Width > 2*is.Height
		f.Logo = &logo{Href: "/portal/logo/" + is.Name(), Width: max(1, min(is.Width*logoHeight/is.Height, logoWidth)), Height: logoHeight, Wide: wide}
	}
}

// getLogo gives out a brand's picture as the picture it is, and as nothing else.
func (s *Portal) getLogo(w http.ResponseWriter, r *http.Request) {
	is := s.DeskSet().Logo(r.PathValue("name"))
	if is == nil {
		s.fail(w, r, incomplete())
		return
	}
	w.Header().Set("Content-Type", is.Type)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "public, max-age=86400, immutable")
	_, _ = w.Write(is.Data)
}
