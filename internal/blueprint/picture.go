package blueprint

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image"
	_ "image/jpeg" // pictures of blueprints are PNG or JPEG
	_ "image/png"
	"strings"
)

// A picture stands in the text of its blueprint, so it is a small one.
const (
	pictureSize = 32 << 10 // bytes
	pictureSide = 2000     // pixels
)

// Picture is a small picture that a blueprint holds (format picture).
type Picture struct {
	Type          string // image/png or image/jpeg
	Data          []byte
	Width, Height int // in pixels
}

// ReadPicture reads a picture that is written as data:image/png;base64,…; ok is false for anything that is not a small PNG or
// JPEG. What it is, its first bytes say: a name or a drawing that could hold a script is not believed.
func ReadPicture(text string) (p Picture, ok bool) {
	head, data, _ := strings.Cut(text, ",")
	if head != "data:image/png;base64" && head != "data:image/jpeg;base64" || base64.StdEncoding.DecodedLen(len(data)) > pictureSize+2 {
		return p, false
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(raw) > pictureSize {
		return p, false
	}
	is, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || is.Width < 1 || is.Height < 1 || max(is.Width, is.Height) > pictureSide {
		return p, false
	}
	return Picture{"image/" + format, raw, is.Width, is.Height}, true
}

// Name is what the picture is called where it is fetched: it changes when the picture does.
func (p Picture) Name() string {
	sum := sha256.Sum256(p.Data)
	return hex.EncodeToString(sum[:8]) + "." + strings.TrimPrefix(p.Type, "image/")
}
