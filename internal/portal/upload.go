package portal

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
)

// maxParallel is how many large uploads run on a node at once: each holds two megabytes.
const maxParallel = 32

// silence is how long an upload may send nothing before its connection is closed.
const silence = 2 * time.Minute

// uploadPage is the page of an upload link.
type uploadPage struct {
	shell
	ID                int64
	Intro, Until      string
	Notices           []string
	Wrong             string
	Uploads           []uploadView
	Open              bool
	Action, Room, Max string
	Keep              string
	Words             string // what the script says, as JSON
}

type uploadView struct{ Name, Size, State, SHA string }

// link is the upload link of a request's path.
func (s *Portal) link(r *http.Request) (l desk.UploadLink, err error) {
	id, ok := s.Desk.UploadID(r.PathValue("token"))
	if !ok {
		return l, incomplete()
	}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		l, err = s.Desk.UploadPage(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "This link no longer exists.")
	}
	return l, err
}

func (s *Portal) getUpload(w http.ResponseWriter, r *http.Request) {
	s.showUpload(w, r, http.StatusOK, "")
}

func (s *Portal) showUpload(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	l, err := s.link(r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	now, t := s.Clock(), lang.In(r.Context())
	v := uploadPage{shell: s.around(r, s.portalOf(r), t.Word("Send us large files")), ID: l.TicketID, Wrong: wrong, Open: l.Open(now), Action: r.URL.Path,
		Intro: t.Word("Choose one or several files, such as logs, dumps or archives."), Max: size(t, l.MaxBytes), Keep: days(t, l.Keep), Words: uploadWords(t),
		Until: t.Say("It works until %s UTC.", t.Time(l.Expires, "2 January 2006, 15:04"))}
	v.Script = true
	room := l.MaxBytes
	for _, u := range l.Uploads {
		view := uploadView{Name: u.Filename, Size: size(t, u.Size), State: t.Word("arrived")}
		switch u.State {
		case "open":
			if view.State = t.Say("%s arrived so far", size(t, u.Received)); u.Size == 0 {
				view.Size = t.Word("not complete")
			}
		case "removed":
			view.State = t.Word("removed")
		default:
			view.SHA = hex.EncodeToString(u.SHA256)
		}
		if u.State != "removed" {
			room -= max(u.Size, u.Received)
		}
		v.Uploads = append(v.Uploads, view)
	}
	v.Room = size(t, max(room, 0))
	if n, err := strconv.Atoi(r.URL.Query().Get("arrived")); err == nil && n > 0 {
		v.Notices = append(v.Notices, t.Count(n, "Your file arrived. The people who work on your request are told.", "%d files arrived. The people who work on your request are told."))
	}
	if !v.Open {
		v.Intro, status = t.Word("This link no longer takes files. Ask for another one in your request."), http.StatusGone
	}
	s.render(w, status, "upload", v)
}

func days(l *lang.Language, d time.Duration) string {
	return l.Count(max(1, int(d.Hours()/24)), "1 day", "%d days")
}

// uploadWords are what the script says, by the names it knows them by.
func uploadWords(l *lang.Language) string {
	b, _ := json.Marshal(map[string]string{"of": l.Say("%s of %s", "{1}", "{2}"), "minutes": l.Say("%s, about %s min left", "{1}", "{2}"), "seconds": l.Say("%s, %s s left", "{1}", "{2}"),
		"away": l.Word("The connection does not come back. Choose the file again later: it goes on where it stopped."), "broke": l.Word("The connection broke. Trying again."),
		"arrived": l.Say("%s, arrived", "{1}"), "refused": l.Say("The server answered %s.", "{1}"), "decimal": l.Decimal(".")}) // words always marshal
	return string(b)
}

// begin takes one of the places for uploads under way; busy refuses.
func (s *Portal) begin() (done func(), err error) {
	select {
	case s.uploads <- struct{}{}:
		return func() { <-s.uploads }, nil
	default:
		f := fault.New(fault.Unavailable, "Too many uploads are under way. Try again in a minute.")
		f.RetryAfter = time.Minute
		return nil, f
	}
}

// touching moves the time until which a connection may be silent, with each piece.
func touching(w http.ResponseWriter) func() {
	c := http.NewResponseController(w)
	touch := func() { _ = c.SetReadDeadline(time.Now().Add(silence)) } // where it cannot be set, the server's own holds
	touch()
	return touch
}

// postUpload takes files from a page without script, as one stream.
func (s *Portal) postUpload(w http.ResponseWriter, r *http.Request) {
	l, err := s.link(r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	done, err := s.begin()
	if err != nil {
		s.showUpload(w, r, http.StatusServiceUnavailable, fault.As(err).In(lang.In(r.Context())).Message)
		return
	}
	defer done()
	touch := touching(w)
	r.Body = http.MaxBytesReader(w, r.Body, l.MaxBytes+1<<20)
	parts, err := r.MultipartReader()
	if err != nil {
		s.showUpload(w, r, http.StatusBadRequest, lang.In(r.Context()).Word("What was sent is no form. Open the page again."))
		return
	}
	arrived := 0
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.showUpload(w, r, http.StatusBadRequest, lang.In(r.Context()).Word("The upload was cut off. What arrived whole is listed below."))
			return
		}
		if p.FormName() != "files" || p.FileName() == "" {
			continue
		}
		if err := s.takeWhole(r.Context(), l, p.FileName(), p, touch); err != nil {
			f := fault.As(err)
			if r.Context().Err() != nil {
				return // nobody is there to be told
			}
			if f == nil {
				s.refuse(w, r, s.portalOf(r), err)
				return
			}
			s.showUpload(w, r, f.Code.Status(), f.In(lang.In(r.Context())).Message)
			return
		}
		arrived++
	}
	if arrived == 0 {
		s.showUpload(w, r, http.StatusUnprocessableEntity, lang.In(r.Context()).Word("Choose a file first."))
		return
	}
	http.Redirect(w, r, r.URL.Path+"?arrived="+strconv.Itoa(arrived), http.StatusSeeOther)
}

// takeWhole takes one file whose size nobody said.
func (s *Portal) takeWhole(ctx context.Context, l desk.UploadLink, name string, r io.Reader, touch func()) error {
	var u desk.Upload
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		u, err = s.Desk.BeginUpload(ctx, tx, l.ID, name, 0)
		return err
	})
	if err != nil {
		return err
	}
	if _, err = s.Desk.Chunk(ctx, l.ID, u.ID, 0, r, true, nil, touch); err == nil {
		return nil
	}
	if gone := s.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error { return s.Desk.AbandonUpload(ctx, tx, l.ID, u.ID) }); gone != nil {
		return errors.Join(err, gone)
	}
	return err
}

// uploadState is an upload as the script sees it.
type uploadState struct {
	ID       int64  `json:"id"`
	Filename string `json:"filename"`
	Size     int64  `json:"size"`
	Received int64  `json:"received"`
	State    string `json:"state"`
	SHA256   string `json:"sha256,omitempty"`
}

func answer(w http.ResponseWriter, status int, u desk.Upload) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(uploadState{u.ID, u.Filename, u.Size, u.Received, u.State, hex.EncodeToString(u.SHA256)})
}

// postUploadFile announces a file, or finds where it stopped.
func (s *Portal) postUploadFile(w http.ResponseWriter, r *http.Request) {
	l, err := s.link(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	var in struct {
		Filename string `json:"filename"`
		Size     int64  `json:"size"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10)).Decode(&in); err != nil {
		rest.Fail(w, fault.New(fault.Malformed, "Send filename and size as JSON."))
		return
	}
	var u desk.Upload
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		u, err = s.Desk.BeginUpload(ctx, tx, l.ID, in.Filename, in.Size)
		return err
	})
	if err != nil {
		rest.Fail(w, err)
		return
	}
	answer(w, http.StatusOK, u)
}

func (s *Portal) oneUpload(r *http.Request) (l desk.UploadLink, u desk.Upload, err error) {
	if l, err = s.link(r); err != nil {
		return l, u, err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return l, u, fault.Missing("upload", r.PathValue("id"))
	}
	return s.Desk.UploadState(r.Context(), l.ID, id)
}

func (s *Portal) getUploadFile(w http.ResponseWriter, r *http.Request) {
	_, u, err := s.oneUpload(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	answer(w, http.StatusOK, u)
}

// putUploadFile takes the bytes of a file from an offset on. A Repr-Digest (RFC 9530) of the
// whole file is compared when it is complete.
func (s *Portal) putUploadFile(w http.ResponseWriter, r *http.Request) {
	l, u, err := s.oneUpload(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	offset, err := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	if err != nil {
		rest.Fail(w, fault.New(fault.Malformed, "Say with ?offset= where the bytes belong: %d is next.", u.Received))
		return
	}
	done, err := s.begin()
	if err != nil {
		rest.Fail(w, err)
		return
	}
	defer done()
	now, err := s.Desk.Chunk(r.Context(), l.ID, u.ID, offset, http.MaxBytesReader(w, r.Body, l.MaxBytes+1), false, digestOf(r.Header.Get("Repr-Digest")), touching(w))
	if err != nil {
		rest.Fail(w, err)
		return
	}
	answer(w, http.StatusOK, now)
}

// digestOf reads the SHA-256 of a Repr-Digest header; nil without one.
func digestOf(h string) []byte {
	for _, part := range strings.Split(h, ",") {
		if text, ok := strings.CutPrefix(strings.TrimSpace(part), "sha-256=:"); ok {
			b, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, ":"))
			if err == nil && len(b) == sha256.Size {
				return b
			}
		}
	}
	return nil
}
