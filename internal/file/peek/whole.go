package peek

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a search through a whole file.
const (
	window  = 256 << 10 // bytes of text looked at together
	overlap = 16 << 10  // bytes of one window that the next begins with: longer than any phrase
)

// Sight is what a search through a whole file came to.
type Sight struct {
	Kind   Kind
	Found  bool
	Member string // of an archive, where it was found; "" for the file itself
	Unread string // why some of it was not read; "" when all was
}

// Search looks through the text of a file, or of the members of an archive and their names, until holds says
// yes. It reads at most so many bytes of text. What is neither text nor an archive is not read.
func Search(s Source, most int64, holds func(text string) bool) (Sight, error) {
	format, err := s.format()
	if err != nil {
		return Sight{}, err
	}
	left := &most
	switch format {
	case "zip":
		return s.searchZip(left, holds)
	case "tar":
		return searchTar(tar.NewReader(newBudget(s.all(), s.Size)), left, holds), nil
	case "gzip", "bzip2":
		r, inner, err := s.unpacked(format)
		if err != nil {
			return Sight{Kind: Other, Unread: "it cannot be unpacked"}, nil
		}
		if inner == "tar" {
			return searchTar(tar.NewReader(r), left, holds), nil
		}
		found, unread := through(r, left, holds)
		return Sight{Kind: Archive, Found: found, Unread: unread}, nil
	}
	found, unread := through(newBudget(s.all(), s.Size), left, holds)
	kind := Text
	if unread == noText {
		kind = Other
	}
	return Sight{Kind: kind, Found: found, Unread: unread}, nil
}

const noText = "it is no text"

// through searches one text.
func through(r io.Reader, left *int64, holds func(string) bool) (found bool, unread string) {
	text, _, err := decoded(r)
	if err != nil {
		return false, noText
	}
	return windows(text, left, holds)
}

func windows(text *bufio.Reader, left *int64, holds func(string) bool) (found bool, unread string) {
	buf, kept := make([]byte, window), 0
	for {
		n, err := io.ReadFull(text, buf[kept:])
		if n > 0 && holds(string(buf[:kept+n])) {
			return true, ""
		}
		switch *left -= int64(n); {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return false, ""
		case err != nil:
			return false, "it is too large or damaged"
		case *left <= 0:
			return false, "it is too large to be read whole"
		}
		kept = copy(buf, buf[max(0, kept+n-overlap):kept+n])
	}
}

func (s Source) searchZip(left *int64, holds func(string) bool) (Sight, error) {
	out := Sight{Kind: Archive}
	z, err := s.zip()
	if err != nil {
		out.Unread = "it cannot be unpacked"
		return out, nil
	}
	for n, f := range z.File {
		if n == maxMembers {
			out.Unread = fmt.Sprintf("only its first %d members are read", maxMembers)
			break
		}
		if holds(f.Name) {
			out.Found, out.Member = true, shown(f.Name)
			return out, nil
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := s.zipMember(f)
		if err != nil {
			out.Unread = "some of its members cannot be read"
			continue
		}
		if out.member(f.Name, r, left, holds) {
			return out, nil
		}
	}
	return out, nil
}

// member searches one member of an archive and notes where something was found.
func (out *Sight) member(name string, r io.Reader, left *int64, holds func(string) bool) (found bool) {
	if *left <= 0 {
		out.Unread = "it is too large to be read whole"
		return false
	}
	found, unread := through(r, left, holds)
	switch {
	case found:
		out.Found, out.Member, out.Unread = true, shown(name), ""
	case unread == noText:
		out.Unread = "some of its members are no text"
	case unread != "":
		out.Unread = unread
	}
	return found
}

func searchTar(t *tar.Reader, left *int64, holds func(string) bool) Sight {
	out := Sight{Kind: Archive}
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return out
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			out.Unread = "it is too large or damaged"
			return out
		case n == maxMembers:
			out.Unread = fmt.Sprintf("only its first %d members are read", maxMembers)
			return out
		}
		if holds(h.Name) {
			out.Found, out.Member = true, shown(h.Name)
			return out
		}
		if h.Typeflag == tar.TypeReg && out.member(h.Name, t, left, holds) {
			return out
		}
	}
}

// Whole is a plain text as UTF-8, of at most so many bytes; ok is false for everything else.
func Whole(s Source, most int64) (text string, ok bool, err error) {
	format, err := s.format()
	if err != nil || format != "plain" || s.Size > most {
		return "", false, err
	}
	r, _, err := decoded(s.all())
	if err != nil {
		return "", false, nil
	}
	b, err := io.ReadAll(r)
	return string(b), err == nil, err
}
