package peek

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/klauspost/compress/zstd"

	"steward/internal/fault"
)

// Limits of a look into a file.
const (
	maxMembers   = 2000            // of an archive that are listed
	maxDirectory = 4 << 20         // bytes of a zip's own table of contents
	maxUnpacked  = 512 << 20       // bytes unpacked for one question
	maxRatio     = 1000            // how many times larger than packed, beyond ratioFrom
	ratioFrom    = 64 << 20        // bytes unpacked before the ratio counts
	maxTime      = 5 * time.Second // for one question
	maxWindow    = 64 << 20        // bytes that a zstd file may look back over, held in memory
)

// Kind says what a file is to a reader.
type Kind string

// The kinds of files.
const (
	Text    Kind = "text"
	Archive Kind = "archive"
	Other   Kind = "other" // nothing to show
)

// Member is a file inside an archive.
type Member struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size" doc:"Bytes when unpacked, as the archive says."`
	Modified time.Time `json:"modified_at"`
	Folder   bool      `json:"folder"`
	Readable bool      `json:"readable" doc:"Whether its text can be looked at."`
}

// Listing is what an archive holds.
type Listing struct {
	Kind    Kind     `json:"kind" enum:"text,archive,other"`
	Format  string   `json:"format" enum:"zip,tar,gzip,bzip2,zstd,plain,"`
	Members []Member `json:"members" nullable:"false"`
	More    bool     `json:"more" doc:"Whether the list was cut off."`
	Reason  string   `json:"reason" doc:"Why it was cut off, or why there is nothing to show."`
}

// Source is a file to look into.
type Source struct {
	io.ReaderAt
	Size int64
	Name string
}

func (s Source) all() *io.SectionReader { return io.NewSectionReader(s.ReaderAt, 0, s.Size) }

// format finds out what a file is from its bytes.
func (s Source) format() (format string, err error) {
	head := make([]byte, 512)
	n, err := s.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "zip", nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "gzip", nil
	case bytes.HasPrefix(head, []byte("BZh")):
		return "bzip2", nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd", nil
	case isTar(head):
		return "tar", nil
	}
	return "plain", nil
}

func isTar(head []byte) bool {
	return len(head) >= 265 && (string(head[257:262]) == "ustar")
}

// budget stops what unpacks to too much or takes too long.
type budget struct {
	r      io.Reader
	packed int64
	n      int64
	until  time.Time
}

func newBudget(r io.Reader, packed int64) *budget {
	return &budget{r: r, packed: packed, until: time.Now().Add(maxTime)}
}

var errBudget = errors.New("looked far enough")

// Read implements io.Reader.
func (b *budget) Read(p []byte) (int, error) {
	if b.n > maxUnpacked || b.n > ratioFrom && b.n/maxRatio > b.packed || time.Now().After(b.until) {
		return 0, errBudget
	}
	n, err := b.r.Read(p)
	b.n += int64(n)
	return n, err
}

// unpacked streams the content of a compressed file; inner says what it is.
func (s Source) unpacked(format string) (r *bufio.Reader, inner string, err error) {
	var u io.Reader
	switch format {
	case "gzip":
		u, err = gzip.NewReader(s.all())
	case "zstd": // one at a time: it works in the caller's own goroutine and leaves nothing behind
		u, err = zstd.NewReader(s.all(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxUnpacked))
	default:
		u = bzip2.NewReader(s.all())
	}
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "This file says that it is compressed, but it cannot be unpacked.")
	}
	r = bufio.NewReaderSize(newBudget(u, s.Size), 64<<10)
	head, err := r.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", fault.New(fault.Invalid, "This file says that it is compressed, but it cannot be unpacked.")
	}
	if isTar(head) {
		return r, "tar", nil
	}
	return r, "plain", nil
}

// List says what a file is, and what it holds when it is an archive.
func List(s Source) (Listing, error) {
	out := Listing{Kind: Other, Members: []Member{}}
	format, err := s.format()
	if err != nil {
		return out, err
	}
	out.Format = format
	switch format {
	case "zip":
		return s.listZip(out)
	case "tar":
		return listTar(out, tar.NewReader(s.all()))
	case "gzip", "bzip2", "zstd":
		r, inner, err := s.unpacked(format)
		if f := fault.As(err); f != nil {
			out.Reason = f.Message
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if inner == "tar" {
			return listTar(out, tar.NewReader(r))
		}
		head, _ := r.Peek(headSize) // what there is of it
		if !texty(head) {
			out.Reason = "What is compressed here is no text."
			return out, nil
		}
		out.Kind = Text
		return out, nil
	}
	head := make([]byte, headSize)
	n, err := s.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return out, err
	}
	if texty(head[:n]) {
		out.Kind = Text
	} else {
		out.Reason = "This is neither text nor an archive."
	}
	return out, nil
}

// tableReader lets a zip's table of contents have so many bytes and no more.
type tableReader struct {
	io.ReaderAt
	left int64
}

func (t *tableReader) ReadAt(p []byte, off int64) (int, error) {
	if t.left -= int64(len(p)); t.left < 0 {
		return 0, errBudget
	}
	return t.ReaderAt.ReadAt(p, off)
}

func (s Source) zip() (*zip.Reader, error) {
	z, err := zip.NewReader(&tableReader{s.ReaderAt, maxDirectory}, s.Size)
	if errors.Is(err, errBudget) {
		return nil, fault.New(fault.TooLarge, "The table of contents of this archive is larger than %d MB, so it is not read.", maxDirectory>>20)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fault.New(fault.Invalid, "This archive is damaged and cannot be read.")
	}
	return z, nil
}

func (s Source) listZip(out Listing) (Listing, error) {
	z, err := s.zip()
	if f := fault.As(err); f != nil {
		out.Reason = f.Message
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Kind = Archive
	for _, f := range z.File {
		if len(out.Members) == maxMembers {
			out.More, out.Reason = true, fmt.Sprintf("The first %d of %d members are listed.", maxMembers, len(z.File))
			break
		}
		m := Member{Name: shown(f.Name), Size: clamp(f.UncompressedSize64), Modified: f.Modified.UTC(), Folder: strings.HasSuffix(f.Name, "/")}
		m.Readable = !m.Folder && f.Flags&1 == 0 && (f.Method == zip.Store || f.Method == zip.Deflate)
		out.Members = append(out.Members, m)
	}
	return out, nil
}

func clamp(n uint64) int64 { return int64(min(n, 1<<53)) }

func listTar(out Listing, t *tar.Reader) (Listing, error) {
	out.Kind = Archive
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case errors.Is(err, errBudget):
			out.More, out.Reason = true, "The archive is large; this is as far as was looked."
			return out, nil
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			out.More, out.Reason = true, "The archive is damaged behind this."
			return out, nil
		case len(out.Members) == maxMembers:
			out.More, out.Reason = true, fmt.Sprintf("The first %d members are listed.", maxMembers)
			return out, nil
		}
		out.Members = append(out.Members, Member{Name: shown(h.Name), Size: h.Size, Modified: h.ModTime.UTC(), Folder: h.Typeflag == tar.TypeDir, Readable: h.Typeflag == tar.TypeReg})
	}
}

// shown is a member's name as text on one line.
func shown(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	if r := []rune(name); len(r) > 500 {
		name = string(r[:500])
	}
	return name
}

// open streams a member of an archive, or the content of a compressed or plain file for "".
func (s Source) open(member string) (io.Reader, error) {
	format, err := s.format()
	if err != nil {
		return nil, err
	}
	if member == "" {
		switch format {
		case "plain":
			return newBudget(s.all(), s.Size), nil
		case "gzip", "bzip2", "zstd":
			r, inner, err := s.unpacked(format)
			if err == nil && inner != "plain" {
				err = fault.Field("member", "", "the name of a member", "This is an archive. Say which of its members to look at.")
			}
			return r, err
		}
		return nil, fault.Field("member", "", "the name of a member", "This is an archive. Say which of its members to look at.")
	}
	missing := fault.Field("member", member, "the name of a member, as the list has it", "The archive has no member of this name that can be looked at.")
	switch format {
	case "zip":
		z, err := s.zip()
		if err != nil {
			return nil, err
		}
		for _, f := range z.File {
			if shown(f.Name) == member && !strings.HasSuffix(f.Name, "/") {
				// The table was read through its own limit; the content is read directly.
				return s.zipMember(f)
			}
		}
	case "tar":
		return tarMember(tar.NewReader(newBudget(s.all(), s.Size)), member, missing)
	case "gzip", "bzip2", "zstd":
		r, inner, err := s.unpacked(format)
		if err != nil {
			return nil, err
		}
		if inner == "tar" {
			return tarMember(tar.NewReader(r), member, missing)
		}
	}
	return nil, missing
}

func (s Source) zipMember(f *zip.File) (io.Reader, error) {
	if f.Flags&1 != 0 {
		return nil, fault.New(fault.Invalid, "This member is encrypted.")
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, fault.New(fault.Invalid, "This archive is damaged and cannot be read.")
	}
	raw := io.NewSectionReader(s.ReaderAt, at, clampLen(f.CompressedSize64, s.Size))
	switch f.Method {
	case zip.Store:
		return newBudget(raw, s.Size), nil
	case zip.Deflate:
		return newBudget(inflate(raw), s.Size), nil
	}
	return nil, fault.New(fault.Invalid, "This member is packed in a way that cannot be read here.")
}

func clampLen(n uint64, size int64) int64 { return int64(min(n, uint64(size))) }

func tarMember(t *tar.Reader, member string, missing error) (io.Reader, error) {
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, errBudget):
			return nil, fault.New(fault.TooLarge, "The member lies too far behind in the archive to be looked at. Download the file.")
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return nil, missing
		case h.Typeflag == tar.TypeReg && shown(h.Name) == member:
			return t, nil
		}
	}
}

// Base is the last part of a member's name.
func Base(member string) string { return path.Base(member) }
