package blueprint_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"steward/internal/blueprint"
)

func TestPicturesAreSmallAndCannotDoAnything(t *testing.T) {
	var small, wide, photo bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 40, 10))); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 2001, 1))); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	as := func(kind string, b []byte) string {
		return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)
	}
	p, ok := blueprint.ReadPicture(as("png", small.Bytes()))
	if !ok || p.Type != "image/png" || p.Width != 40 || p.Height != 10 || !strings.HasSuffix(p.Name(), ".png") {
		t.Errorf("a PNG is %+v, %v", p, ok)
	}
	// What it says of itself is not believed: its bytes are.
	if p, ok := blueprint.ReadPicture(as("png", photo.Bytes())); !ok || p.Type != "image/jpeg" {
		t.Errorf("a JPEG is %q, %v", p.Type, ok)
	}
	for what, text := range map[string]string{
		"a drawing":             as("svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)),
		"a drawing called PNG":  as("png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)),
		"a page":                "data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte("<script>")),
		"an address":            "https://pictures.example/logo.png",
		"a very wide one":       as("png", wide.Bytes()),
		"a large one":           as("png", append(small.Bytes(), make([]byte, 33<<10)...)),
		"half of one":           as("png", small.Bytes()[:12]),
		"text that is no bytes": "data:image/png;base64,ä",
		"nothing":               "",
	} {
		if _, ok := blueprint.ReadPicture(text); ok {
			t.Errorf("%s is taken", what)
		}
	}
}
