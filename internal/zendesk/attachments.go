package zendesk

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/file"
)

// attachment is a file as Zendesk tells it.
type attachment struct {
	URL              string       `json:"url"`
	ID               int64        `json:"id"`
	FileName         string       `json:"file_name"`
	ContentURL       string       `json:"content_url"`
	MappedContentURL string       `json:"mapped_content_url"`
	ContentType      string       `json:"content_type"`
	Size             int64        `json:"size"`
	Width            *int         `json:"width"`
	Height           *int         `json:"height"`
	Inline           bool         `json:"inline"`
	Deleted          bool         `json:"deleted"`
	MalwareAccess    bool         `json:"malware_access_override"`
	MalwareResult    string       `json:"malware_scan_result"`
	Thumbnails       []attachment `json:"thumbnails"`
}

const (
	// keepUploads is how long a token of uploads can be used; the files go when the desk's time for uploads is over.
	keepUploads = 48 * time.Hour
	// maxUploads is how many files one token may stand for.
	maxUploads = 50
)

func (s *Server) attachmentEndpoints() []endpoint {
	return asCustomers([]endpoint{
		post("/uploads", postUpload),
		del("/uploads/{token}", deleteUpload),
		get("/attachments/{id}", showAttachment),
		put("/attachments/{id}", showAttachment).partly("files are not scanned, so malware_access_override changes nothing"),
		get("/attachments/{id}/content", attachmentContent),
	})
}

// tellFile tells a file.
func (c *call) tellFile(f desk.CommentFile) attachment {
	content := c.url("/attachments/%d/content?name=%s", f.ID, url.QueryEscape(f.Filename))
	return attachment{URL: c.url("/attachments/%d.json", f.ID), ID: f.ID, FileName: f.Filename, ContentURL: content, MappedContentURL: content, ContentType: f.ContentType, Size: f.Size,
		Inline: f.Inline, MalwareResult: "not_scanned", Thumbnails: []attachment{}}
}

var inContentURL = regexp.MustCompile(`/attachments/(\d+)/content`)

// fileInURL is the file that a content_url stands for; 0 for another address.
func fileInURL(address string) int64 {
	if m := inContentURL.FindStringSubmatch(address); m != nil {
		id, _ := strconv.ParseInt(m[1], 10, 64) // digits
		return id
	}
	return 0
}

// postUpload keeps the body as a file, whatever its Content-Type says: ?filename= names it, ?token= puts it
// beside files sent before.
func postUpload(c *call) (any, error) {
	if err := c.by.Require("write", "ticket"); err != nil { // files are uploaded to be put on tickets
		return nil, err
	}
	name := c.query("filename")
	if name == "" {
		return nil, badRequest("AttachmentUnprocessable", "Send filename in the address: /uploads.json?filename=report.pdf")
	}
	tooLarge := &failed{http.StatusRequestEntityTooLarge, failure{Error: "AttachmentTooBig", Description: "The file is larger than " + file.Bytes(c.Files.Max()) + ", the most one file may have."}}
	if c.r.ContentLength > c.Files.Max() {
		return nil, tooLarge
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, c.Files.Max()))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge
	case err != nil:
		return nil, badRequest("BadRequest", "The file did not arrive whole.")
	case len(data) == 0:
		return nil, badRequest("AttachmentUnprocessable", "The file is empty.")
	}
	blob, err := c.Files.PutBytes(c.ctx, data, c.by.Now())
	if err != nil {
		return nil, err
	}
	return c.keepFiles(c.query("token"), []string{name}, []file.Blob{blob})
}

// keepFiles keeps files under a token, a new one when it is "", and answers with everything under it.
func (c *call) keepFiles(token string, names []string, blobs []file.Blob) (any, error) {
	under := token
	var all []file.File
	err := c.write(func(ctx context.Context, tx db.Tx) (err error) {
		all, under = nil, token
		if under == "" {
			under = rand.Text()
		} else if all, err = c.filesUnder(ctx, tx, c.by, under); err != nil {
			return err
		}
		if len(all)+len(blobs) > maxUploads {
			return badRequest("AttachmentUnprocessable", "A token stands for 50 files at most.")
		}
		for i, blob := range blobs {
			f, err := c.Desk.Upload(ctx, tx, c.by, blob, names[i])
			if err != nil {
				return err
			}
			all = append(all, f)
			if _, err := tx.Exec(ctx, `INSERT INTO zendesk_upload (token, file_id, created) VALUES ($1, $2, $3)`, under, f.ID, db.Micros(c.by.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	told := make([]attachment, len(all))
	for i, f := range all {
		told[i] = c.tellFile(desk.CommentFile{File: f})
	}
	return map[string]any{"upload": map[string]any{"token": under, "expires_at": stamp(c.by.Now().Add(keepUploads)), "attachments": told, "attachment": told[len(told)-1]}}, nil
}

// filesUnder are the files of a token that are the actor's and not used yet; a token of somebody else is not
// there.
func (s *Server) filesUnder(ctx context.Context, tx db.Tx, by act.Actor, token string) ([]file.File, error) {
	rows, err := tx.Query(ctx, `SELECT file_id FROM zendesk_upload WHERE token = $1 AND created > $2 ORDER BY file_id LIMIT $3`, token, db.Micros(by.Now().Add(-keepUploads)), maxUploads)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
	if err != nil {
		return nil, err
	}
	var out []file.File
	for _, id := range ids {
		f, err := s.Desk.OwnUpload(ctx, tx, by, id)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil, fault.Missing("upload", token)
	}
	return out, nil
}

// uploaded are the files of tokens, to be put on a message. Whoever holds a token may use it, once.
func (s *Server) uploaded(ctx context.Context, tx db.Tx, tokens []string) (ids []int64, err error) {
	for _, token := range tokens {
		rows, err := tx.Query(ctx, `SELECT file_id FROM zendesk_upload WHERE token = $1 ORDER BY file_id LIMIT $2`, token, maxUploads)
		found, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fault.Field("uploads", token, "the token of an upload that is not used yet", "Attachment: the token %s is not valid.", token)
		}
		for _, id := range found {
			if _, err := s.Desk.HeldUpload(ctx, tx, id); fault.Is(err, fault.NotFound) {
				return nil, fault.Field("uploads", token, "the token of an upload that is not used yet", "Attachment: the token %s was used already.", token)
			} else if err != nil {
				return nil, err
			}
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

func deleteUpload(c *call) (any, error) {
	return nil, c.write(func(ctx context.Context, tx db.Tx) error {
		files, err := c.filesUnder(ctx, tx, c.by, c.r.PathValue("token"))
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := c.Desk.DropUpload(ctx, tx, c.by, f.ID); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM zendesk_upload WHERE token = $1`, c.r.PathValue("token"))
		return err
	})
}

func (c *call) fileInPath() (f desk.CommentFile, err error) {
	id, err := c.id("id")
	if err != nil {
		return f, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) { f, err = c.Desk.FileOf(ctx, tx, c.by, id); return err })
	return f, err
}

func showAttachment(c *call) (any, error) {
	f, err := c.fileInPath()
	if err != nil {
		return nil, err
	}
	return map[string]any{"attachment": c.tellFile(f)}, nil
}

// attachmentContent sends a file as a download, never as a page of ours.
func attachmentContent(c *call) (any, error) {
	f, err := c.fileInPath()
	if err != nil {
		return nil, err
	}
	return raw(func(w http.ResponseWriter, status int) {
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Filename}))
		h.Set("Cache-Control", "private, no-store")
		w.WriteHeader(status)
		_ = c.Files.Copy(c.ctx, w, f.Hash)
	}), nil
}
