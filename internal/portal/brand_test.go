package portal_test

import (
	"net/http"
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
