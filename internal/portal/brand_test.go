package portal_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestPagesWearTheColorOfTheirBrand(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.open("/portal/request")
		if strings.Contains(v.page, "/portal/accent/") {
			t.Error("the colour that the pages have anyway is loaded")
		}
		v.Apply("kind: brand\nname: main\ntitle: Support\ncolor: \"#FFCC00\"\n")
		for _, path := range []string{"/portal/request", "/portal/signin", "/portal/survey/x"} {
			v.open(path)
			v.shows(`href="/portal/accent/ffcc00.css"`)
		}
		res, err := v.client.Get(v.server.URL + "/portal/accent/ffcc00.css")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/css; charset=utf-8" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the style sheet: %d %v", res.StatusCode, res.Header)
		}
		for _, name := range []string{"ffcc0.css", "ffcc00", "gggggg.css", "ffcc00;}.css", "+1+2+3.css"} {
			v.open("/portal/accent/" + name)
			if v.status != http.StatusNotFound {
				t.Errorf("%s: %d", name, v.status)
			}
		}
	})
}

// picture is a PNG as a blueprint holds it.
func picture(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestPagesShowTheLogoOfTheirBrand(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		brand := func(logo string) { v.Apply("kind: brand\nname: main\ntitle: Support\nlogo: \"" + logo + "\"\n") }
		brand(picture(t, 64, 64))
		for _, path := range []string{"/portal/request", "/portal/signin", "/portal/survey/x"} {
			v.open(path)
			v.shows(`width="32" height="32" alt="">`, "<span>Support</span>")
		}
		// A wide one is the name.
		brand(picture(t, 300, 60))
		v.open("/portal/request")
		v.shows(`width="160" height="32" alt="Support">`)
		if strings.Contains(v.page, "<span>Support</span>") {
			t.Error("the name stands twice")
		}
		at := regexp.MustCompile(`/portal/logo/[0-9a-f]{16}\.png`).FindString(v.page)
		res, err := v.client.Get(v.server.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" || res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the picture: %d %v", res.StatusCode, res.Header)
		}
		v.open("/portal/logo/0000000000000000.png")
		if v.status != http.StatusNotFound {
			t.Errorf("a picture that nobody has: %d", v.status)
		}
	})
}
