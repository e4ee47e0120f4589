package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// Jobs of uploads.
const (
	uploadOver   = "desk.upload_over"   // a link expired: what is unfinished goes
	uploadKept   = "desk.upload_kept"   // looks whether a file's ticket was closed long enough
	removeUpload = "desk.upload_remove" // deletes a file's content, some pieces at a time
)

// piecesAtOnce is how many pieces one transaction of an upload stores: 2 MB, so that few of them
// wait for the disk and none holds up others for long.
const piecesAtOnce = 4

// maxUploads is how many files one link takes.
const maxUploads = 100

func (s *Service) visitorUpload() act.Actor {
	return act.Actor{Kind: act.System, Clock: s.clock, Generation: s.config().Generation}
}

// BeginUpload announces a file that will come through a link, or finds the one of the same name
// and size that was begun before. Whoever holds the signed link may.
func (s *Service) BeginUpload(ctx context.Context, tx db.Tx, linkID int64, filename string, size int64) (Upload, error) {
	l, err := s.UploadPage(ctx, tx, linkID)
	if err != nil {
		return Upload{}, err
	}
	now := s.clock().UTC()
	if err := l.takes(now); err != nil {
		return Upload{}, err
	}
	filename = file.CleanName(filename)
	taken := int64(0)
	for _, u := range l.Uploads {
		if u.State == "open" && u.Filename == filename && u.Size == size && size > 0 {
			return u, nil // goes on where it stopped
		}
		if u.State != "removed" {
			taken += max(u.Size, u.Received)
		}
	}
	switch {
	case size < 0:
		return Upload{}, fault.Field("size", size, "a number of bytes", "A size is a number of bytes.")
	case taken+size > l.MaxBytes:
		return Upload{}, fault.New(fault.TooLarge, "%s has %s; this link takes %s more (%s in all).", filename, file.Bytes(size), file.Bytes(l.MaxBytes-taken), file.Bytes(l.MaxBytes))
	case len(l.Uploads) >= maxUploads:
		return Upload{}, fault.New(fault.TooLarge, "This link has taken %d files, the most it takes. Ask for another link.", maxUploads)
	}
	f, err := s.files.Begin(ctx, tx, s.visitorUpload(), filename)
	if err != nil {
		return Upload{}, err
	}
	u := Upload{LinkID: l.ID, FileID: f.ID, Filename: f.Filename, Size: size, State: "open", Created: now, Updated: now, hash: f.Hash}
	err = tx.QueryRow(ctx, `INSERT INTO upload (link_id, file_id, filename, size, received, state, created, updated) VALUES ($1, $2, $3, $4, 0, 'open', $5, $5) RETURNING id`,
		u.LinkID, u.FileID, u.Filename, u.Size, db.Micros(now)).Scan(&u.ID)
	return u, err
}

// takes refuses a link that is over.
func (l UploadLink) takes(now time.Time) error {
	if !l.Revoked.IsZero() {
		return fault.New(fault.Forbidden, "This link was withdrawn. Ask for another one in your request.")
	}
	if !now.Before(l.Expires) {
		return fault.New(fault.Forbidden, "This link worked until %s UTC. Ask for another one in your request.", lang.At(l.Expires, "2 January 2006, 15:04"))
	}
	return nil
}

// Upload of a link, by its id.
func (s *Service) uploadOf(ctx context.Context, tx db.Tx, linkID, id int64) (UploadLink, Upload, error) {
	l, err := s.uploadLink(ctx, tx, linkID)
	if err != nil {
		return l, Upload{}, err
	}
	u, err := scanUpload(tx.QueryRow(ctx, uploadFields+` WHERE u.id = $1 AND u.link_id = $2`, id, linkID))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("upload", id)
	}
	return l, u, err
}

// UploadState is an upload of a link as it is. Whoever holds the signed link may ask.
func (s *Service) UploadState(ctx context.Context, linkID, id int64) (l UploadLink, u Upload, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		l, u, err = s.uploadOf(ctx, tx, linkID, id)
		return err
	})
	return l, u, err
}

// Chunk adds bytes to an upload from an offset on, some pieces in a transaction, so that memory stays the same whatever the size and a cut-off connection loses two
// megabytes at most. open says that nobody knows the size: the end of the bytes is the end. It
// returns the upload as it is then, also beside an error. A complete file with another SHA-256 than
// want, when there is one, is refused. touch is called with each piece.
func (s *Service) Chunk(ctx context.Context, linkID, id, offset int64, r io.Reader, open bool, want []byte, touch func()) (Upload, error) {
	l, u, err := s.UploadState(ctx, linkID, id)
	if err != nil {
		return u, err
	}
	if err := l.takes(s.clock().UTC()); err != nil {
		return u, err
	}
	if u.State != "open" {
		return u, fault.New(fault.Conflict, "%s has arrived already.", u.Filename)
	}
	if offset != u.Received {
		return u, fault.New(fault.Conflict, "This upload has %d bytes; go on from there, not from %d.", u.Received, offset)
	}
	sum, err := resumeHash(u.hashState)
	if err != nil {
		return u, err
	}
	limit := u.Size
	if open {
		if limit, err = s.uploadRoom(ctx, l, u); err != nil {
			return u, err
		}
	}
	r = whole{r}
	piece := make([]byte, piecesAtOnce*file.PieceSize)
	var head []byte
	for {
		n, rerr := io.ReadFull(r, piece)
		last := errors.Is(rerr, io.EOF) || errors.Is(rerr, io.ErrUnexpectedEOF)
		if rerr != nil && !last {
			return u, fault.New(fault.Malformed, "The connection ended after %s of %s. Go on from there.", file.Bytes(u.Received), u.Filename)
		}
		if u.Received+int64(n) > limit {
			return u, fault.New(fault.TooLarge, "%s is larger than %s.", u.Filename, file.Bytes(limit))
		}
		if !open && u.Received+int64(n) != u.Size { // the rest of a chunk that is no full piece comes again with the next
			n -= n % file.PieceSize
		}
		at := u.Received + int64(n)
		if n > 0 {
			sum.Write(piece[:n])
			if u.Received == 0 {
				head = bytes.Clone(piece[:min(n, 4096)])
			}
			if err := s.addPiece(ctx, &u, piece[:n], sum, at); err != nil {
				return u, err
			}
			touch()
		}
		if last {
			break
		}
	}
	if open {
		u.Size = u.Received
	}
	if u.Received != u.Size {
		return u, nil
	}
	if got := sum.Sum(nil); want != nil && !bytes.Equal(want, got) {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.dropUpload(ctx, tx, u.ID, l.TicketID, "digest") })
		return u, errors.Join(fault.New(fault.Conflict, "%s arrived with the SHA-256 %x, not with the one you sent. Send it again.", u.Filename, got), err)
	}
	return u, s.finishUpload(ctx, l, &u, sum, head)
}

// errCut says that a connection ended before its content did.
var errCut = errors.New("the connection ended early")

// whole tells content that was cut off from content that is at its end.
type whole struct{ io.Reader }

func (w whole) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return n, err
}

// uploadRoom is how much a file of a link may have beside the others, in bytes.
func (s *Service) uploadRoom(ctx context.Context, l UploadLink, u Upload) (room int64, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		room = l.MaxBytes
		l, err := s.UploadPage(ctx, tx, l.ID)
		for _, other := range l.Uploads {
			if other.ID != u.ID && other.State != "removed" {
				room -= max(other.Size, other.Received)
			}
		}
		return err
	})
	return room, err
}

// AbandonUpload removes an upload that will not be finished. Whoever holds the signed link may.
func (s *Service) AbandonUpload(ctx context.Context, tx db.Tx, linkID, id int64) error {
	l, u, err := s.uploadOf(ctx, tx, linkID, id)
	if err != nil || u.State != "open" {
		return err
	}
	return s.dropUpload(ctx, tx, u.ID, l.TicketID, "abandoned")
}

func resumeHash(state []byte) (hash.Hash, error) {
	h := sha256.New()
	if len(state) == 0 {
		return h, nil
	}
	return h, h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state)
}

// addPiece stores some pieces; who is late finds that somebody else went on.
func (s *Service) addPiece(ctx context.Context, u *Upload, piece []byte, sum hash.Hash, at int64) error {
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	now := s.clock().UTC()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE upload SET received = $1, hash_state = $2, updated = $3 WHERE id = $4 AND received = $5 AND state = 'open'`, at, state, db.Micros(now), u.ID, u.Received)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Another connection goes on with %s.", u.Filename)
		}
		for k := 0; k < len(piece); k += file.PieceSize {
			part := piece[k:min(k+file.PieceSize, len(piece))]
			if err := s.files.AddPiece(ctx, tx, u.hash, (u.Received+int64(k))/file.PieceSize, part, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		u.Received, u.hashState = at, state
	}
	return err
}

// finishUpload puts the file on the ticket as an internal note of the requester's.
func (s *Service) finishUpload(ctx context.Context, l UploadLink, u *Upload, sum hash.Hash, head []byte) error {
	u.SHA256, u.State = sum.Sum(nil), "done"
	if head == nil {
		head = make([]byte, 4096)
		n, err := s.files.Reader(ctx, u.hash, u.Size).ReadAt(head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		head = head[:n]
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		by := s.visitorUpload().Still()
		n, err := tx.Exec(ctx, `UPDATE upload SET state = 'done', size = $1, sha256 = $2, hash_state = NULL, ended = $3 WHERE id = $4 AND state = 'open'`, u.Size, u.SHA256, db.Micros(by.Now()), u.ID)
		if err != nil || n == 0 {
			return err
		}
		if u.Size == 0 { // an empty file has one empty piece
			if err := s.files.AddPiece(ctx, tx, u.hash, 0, []byte{}, by.Now()); err != nil {
				return err
			}
		}
		if err := s.files.Complete(ctx, tx, u.FileID, u.Size, file.Detect(head)); err != nil {
			return err
		}
		t, err := s.lock(ctx, tx, l.TicketID)
		if err != nil {
			return err
		}
		_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: UploadArrived, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Visibility: ledger.Internal,
			Data: map[string]any{"link": l.ID, "file": u.FileID, "size": u.Size, "sha256": hex.EncodeToString(u.SHA256)}})
		if err != nil {
			return err
		}
		m := PlainMessage(fmt.Sprintf("%s (%s) came through the upload link.\nSHA-256: %s", u.Filename, file.Bytes(u.Size), hex.EncodeToString(u.SHA256)))
		m.AuthorID, m.Channel = t.RequesterID, "web"
		m.Files = []Attachment{{FileID: u.FileID, ours: true}}
		if t.Status == StatusClosed {
			return s.noteOnly(ctx, tx, by, t, m)
		}
		before := *t
		event, err := s.ledger.Append(ctx, tx, by, m.written(t.ID))
		if err != nil {
			return err
		}
		if _, err := s.insertComment(ctx, tx, by, t, m, event); err != nil {
			return err
		}
		if err := s.change(ctx, tx, by, &before, t, m.moment(by.Now(), event)); err != nil {
			return err
		}
		return s.lookLater(ctx, tx, u.ID, by.Now(), by.Now().Add(l.Keep))
	})
}

// noteOnly writes a note on a closed ticket, which nothing else may change.
func (s *Service) noteOnly(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message) error {
	event, err := s.ledger.Append(ctx, tx, by, m.written(t.ID))
	if err != nil {
		return err
	}
	_, err = s.insertComment(ctx, tx, by, t, m, event)
	return err
}
