package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
)

// Limits of what one page sends.
const (
	maxTyped = 2 << 20   // bytes of all that was typed
	maxFiles = 10        // files
	maxAll   = 100 << 20 // bytes of all files together
)

// keptPurpose signs the files that were stored while a page was shown again.
const keptPurpose = "portal.file"

// kept is a file that was uploaded with a page and waits for what it belongs to.
type kept struct {
	ID    int64
	Name  string
	Bytes int64
	Token string
	Size  string // in words
}

// posted is what somebody sent with a page.
type posted struct {
	url.Values
	Kept  []kept
	Wrong string // what is wrong with the files
}

// receive reads a form with files. What is wrong with a file is said in Wrong; what was typed is
// there all the same.
func (s *Portal) receive(w http.ResponseWriter, r *http.Request) (posted, error) {
	l := lang.In(r.Context())
	in := posted{Values: url.Values{}}
	r.Body = http.MaxBytesReader(w, r.Body, maxAll+s.Files.Max()+maxTyped)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = http.MaxBytesReader(w, r.Body, maxTyped)
		var large *http.MaxBytesError
		switch err := r.ParseForm(); {
		case err != nil && !errors.As(err, &large):
			return in, fault.New(fault.Malformed, "What was sent is no form, or has more than 10,000 answers. Open the page again.")
		case err != nil:
			return in, fault.New(fault.TooLarge, "What was sent is longer than %s, the most this page takes.", file.Bytes(maxTyped))
		}
		in.Values = r.PostForm
		return in, s.keep(l, &in)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return in, fault.New(fault.Malformed, "What was sent is no form. Open the page again.")
	}
	typed, fresh := 0, []kept{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && in.Wrong != "" {
			break // one was too large, which is said
		}
		if err != nil {
			in.Wrong = l.Say("The files did not arrive whole. All of them together may have %s.", size(l, maxAll))
			break
		}
		if p.FileName() == "" {
			b, err := io.ReadAll(io.LimitReader(p, int64(maxTyped-typed)+1))
			typed += len(p.FormName()) + len(b) + 1 // many empty answers are something as well
			if err != nil || typed > maxTyped {
				return in, fault.New(fault.TooLarge, "What was typed is longer than %s, the most this page takes.", file.Bytes(maxTyped))
			}
			in.Add(p.FormName(), strings.ToValidUTF8(string(b), "\uFFFD"))
			continue
		}
		if p.FormName() != "files" || in.Wrong != "" {
			continue
		}
		k, err := s.store(r.Context(), p, p.FileName(), fresh)
		if err != nil {
			if fault.As(err) == nil {
				return in, err
			}
			in.Wrong = fault.As(err).In(l).Message
			continue
		}
		fresh = append(fresh, k)
	}
	if err := s.keep(l, &in); err != nil {
		return in, err
	}
	in.Kept = append(in.Kept, fresh...)
	total := int64(0)
	for i, k := range in.Kept {
		if total += k.Bytes; total > maxAll || i >= maxFiles {
			in.Kept = in.Kept[:i]
			in.Wrong = l.Say("At most %d files of %s together can be sent with one request. The first %d are kept.", maxFiles, size(l, maxAll), i)
			break
		}
	}
	return in, nil
}

// store keeps one file for two days.
func (s *Portal) store(ctx context.Context, r io.Reader, name string, before []kept) (kept, error) {
	if len(before) >= maxFiles {
		return kept{}, fault.New(fault.TooLarge, "At most %d files can be sent with one request. The first %d are kept.", maxFiles, maxFiles)
	}
	blob, err := s.Files.Put(ctx, r, s.Clock())
	if err != nil {
		if f := fault.As(err); f != nil && f.Code == fault.TooLarge {
			return kept{}, fault.New(fault.TooLarge, "%s is larger than %s, the most one file may have. Leave it out: we send you a link for large files when we answer.", file.CleanName(name), file.Bytes(s.Files.Max()))
		}
		return kept{}, err
	}
	k := kept{Name: file.CleanName(name), Bytes: blob.Size, Size: size(lang.In(ctx), blob.Size)}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		k.ID, err = s.Desk.KeepFile(ctx, tx, desk.Attachment{Blob: blob, Filename: name})
		return err
	})
	k.Token = s.Signer.SignText(keptPurpose, fmt.Sprintf("%d|%d|%s", k.ID, k.Bytes, k.Name))
	return k, err
}

// keep finds the files that a page carried along, without those to leave out.
func (s *Portal) keep(l *lang.Language, in *posted) error {
	for _, token := range in.Values["kept"] {
		text, ok := s.Signer.VerifyText(keptPurpose, token)
		parts := strings.SplitN(text, "|", 3)
		if !ok || len(parts) != 3 || slices.Contains(in.Values["drop"], token) || len(in.Kept) >= maxFiles {
			continue
		}
		id, _ := strconv.ParseInt(parts[0], 10, 64) // signed by us
		bytes, _ := strconv.ParseInt(parts[1], 10, 64)
		if !slices.ContainsFunc(in.Kept, func(k kept) bool { return k.ID == id }) {
			in.Kept = append(in.Kept, kept{ID: id, Bytes: bytes, Name: parts[2], Token: token, Size: size(l, bytes)})
		}
	}
	return nil
}

// stored are the kept files that are still there.
func (s *Portal) stored(ctx context.Context, tx db.Tx, all []kept) (out []file.File, err error) {
	for _, k := range all {
		f, err := s.Files.Get(ctx, tx, k.ID)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Field("files", k.Name, "the file again", "%s was kept for two days, which are over. Choose it again.", k.Name)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
