package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Verbs of upload links. Their subject is the ticket.
const (
	UploadLinked  = "ticket.upload_linked"  // a link was made: link, expires, max_bytes
	UploadRevoked = "ticket.upload_revoked" // link
	UploadArrived = "ticket.uploaded"       // a file came through a link: link, file, size, sha256
	UploadRemoved = "ticket.upload_removed" // its content was deleted: file, reason
)

const uploadPage = "desk.upload"

// maxUploadLinks is how many upload links of a ticket may work at the same time.
const maxUploadLinks = 20

// UploadLink is a link through which a customer sends large files.
type UploadLink struct {
	ID        int64
	TicketID  int64
	Created   time.Time
	CreatedBy int64
	Expires   time.Time
	Revoked   time.Time // zero unless revoked
	MaxBytes  int64     // of all files together
	Keep      time.Duration
	Uploads   []Upload
}

// Open reports whether the link takes files.
func (l UploadLink) Open(now time.Time) bool { return l.Revoked.IsZero() && now.Before(l.Expires) }

// Upload is a file that comes, or came, through a link.
type Upload struct {
	ID       int64
	LinkID   int64
	FileID   int64 // 0 when it was removed
	Filename string
	Size     int64 // as announced
	Received int64
	State    string // open, done or removed
	SHA256   []byte // once done
	Created  time.Time
	Updated  time.Time

	hash      []byte // of the blob
	hashState []byte
}

// UploadURL is the address of a link's page.
func (s *Service) UploadURL(l UploadLink) string { return s.base() + s.uploadPath(l) }

func (s *Service) uploadPath(l UploadLink) string {
	return "/portal/upload/" + s.signer.Sign(uploadPage, l.ID)
}

// UploadID is the link that a token stands for.
func (s *Service) UploadID(token string) (int64, bool) { return s.signer.Verify(uploadPage, token) }

// LinkUpload makes a link through which the ticket's customer sends large files. Agents who may
// edit the ticket may.
func (s *Service) LinkUpload(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (UploadLink, error) {
	t, err := s.editable(ctx, tx, by, ticketID)
	if err != nil {
		return UploadLink{}, err
	}
	if t.Status == StatusClosed {
		return UploadLink{}, checkStatus(StatusClosed, "")
	}
	p, now := s.config().PortalFor(t), by.Now()
	var open int
	err = tx.QueryRow(ctx, `SELECT count(*) FROM upload_link WHERE ticket_id = $1 AND revoked_at IS NULL AND expires > $2`, t.ID, db.Micros(now)).Scan(&open)
	if err != nil {
		return UploadLink{}, err
	}
	if open >= maxUploadLinks {
		return UploadLink{}, fault.New(fault.Conflict, "This ticket has %d upload links that work. Revoke one first.", open)
	}
	l := UploadLink{TicketID: t.ID, Created: now, CreatedBy: by.PersonID, Expires: now.Add(p.UploadFor), MaxBytes: p.MaxUpload, Keep: p.Keep}
	err = tx.QueryRow(ctx, `INSERT INTO upload_link (ticket_id, created, created_by, expires, max_bytes, keep) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		l.TicketID, db.Micros(l.Created), l.CreatedBy, db.Micros(l.Expires), l.MaxBytes, int64(l.Keep/time.Second)).Scan(&l.ID)
	if err != nil {
		return l, err
	}
	err = s.jobs.Set(ctx, tx, now, job.Spec{Kind: uploadOver, Key: idText(l.ID), Subject: ledger.Ref{Kind: "upload_link", ID: l.ID}, Due: l.Expires})
	if err != nil {
		return l, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: UploadLinked, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Visibility: ledger.Internal,
		Data: map[string]any{"link": l.ID, "expires": l.Expires.Format(time.RFC3339), "max_bytes": l.MaxBytes}})
	return l, err
}

func idText(id int64) string { return fmt.Sprint(id) }

// editable is a ticket that the actor may edit.
func (s *Service) editable(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "edit", "ticket").Covers(t.Record()) {
		return nil, by.Denied("edit", "ticket")
	}
	return t, nil
}

// RevokeUpload ends an upload link; what came through it stays. Agents who may edit the ticket may.
func (s *Service) RevokeUpload(ctx context.Context, tx db.Tx, by act.Actor, ticketID, linkID int64) (UploadLink, error) {
	if _, err := s.editable(ctx, tx, by, ticketID); err != nil {
		return UploadLink{}, err
	}
	l, err := s.uploadLink(ctx, tx, linkID)
	if err != nil || l.TicketID != ticketID {
		return UploadLink{}, fault.Missing("upload link", linkID)
	}
	if !l.Open(by.Now()) {
		return l, nil
	}
	l.Revoked = by.Now()
	if _, err := tx.Exec(ctx, `UPDATE upload_link SET revoked_at = $1 WHERE id = $2`, db.Micros(l.Revoked), l.ID); err != nil {
		return l, err
	}
	if err := s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: uploadOver, Key: idText(l.ID), Subject: ledger.Ref{Kind: "upload_link", ID: l.ID}, Due: by.Now()}); err != nil {
		return l, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: UploadRevoked, Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, Visibility: ledger.Internal, Data: map[string]any{"link": l.ID}})
	return l, err
}

// UploadLinks lists a ticket's newest upload links with what came through them. Agents who may
// edit the ticket may.
func (s *Service) UploadLinks(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]UploadLink, error) {
	if _, err := s.editable(ctx, tx, by, ticketID); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, uploadLinkFields+` WHERE ticket_id = $1 ORDER BY id DESC LIMIT 50`, ticketID)
	links, err := db.Collect(rows, err, scanUploadLink)
	if err != nil || len(links) == 0 {
		return links, err
	}
	at, ids := map[int64]int{}, []any{}
	for i, l := range links {
		at[l.ID], ids = i, append(ids, l.ID)
	}
	w := (&db.Where{}).In("u.link_id", ids)
	rows, err = tx.Query(ctx, uploadFields+` WHERE `+w.SQL()+` ORDER BY u.id LIMIT 1000`, w.Args()...)
	all, err := db.Collect(rows, err, scanUpload)
	for _, u := range all {
		links[at[u.LinkID]].Uploads = append(links[at[u.LinkID]].Uploads, u)
	}
	return links, err
}

const uploadLinkFields = `SELECT id, ticket_id, created, created_by, expires, revoked_at, max_bytes, keep FROM upload_link`

func scanUploadLink(r db.Scanner) (l UploadLink, err error) {
	var created, expires, keep int64
	var revoked sql.NullInt64
	err = r.Scan(&l.ID, &l.TicketID, &created, &l.CreatedBy, &expires, &revoked, &l.MaxBytes, &keep)
	l.Created, l.Expires, l.Revoked, l.Keep = db.Time(created), db.Time(expires), db.NullTime(revoked), time.Duration(keep)*time.Second
	return l, err
}

func (s *Service) uploadLink(ctx context.Context, tx db.Tx, id int64) (UploadLink, error) {
	l, err := scanUploadLink(tx.QueryRow(ctx, uploadLinkFields+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.Missing("upload link", id)
	}
	return l, err
}

const uploadFields = `SELECT u.id, u.link_id, u.file_id, u.filename, u.size, u.received, u.state, u.hash_state, u.sha256, u.created, u.updated, f.hash
	FROM upload u LEFT JOIN file f ON f.id = u.file_id`

func scanUpload(r db.Scanner) (u Upload, err error) {
	var file sql.NullInt64
	var created, updated int64
	err = r.Scan(&u.ID, &u.LinkID, &file, &u.Filename, &u.Size, &u.Received, &u.State, &u.hashState, &u.SHA256, &created, &updated, &u.hash)
	u.FileID, u.Created, u.Updated = file.Int64, db.Time(created), db.Time(updated)
	return u, err
}

// UploadPage is a link with what came through it, for its public page. Whoever holds the signed
// link may.
func (s *Service) UploadPage(ctx context.Context, tx db.Tx, id int64) (UploadLink, error) {
	l, err := s.uploadLink(ctx, tx, id)
	if err != nil {
		return l, err
	}
	rows, err := tx.Query(ctx, uploadFields+` WHERE u.link_id = $1 ORDER BY u.id LIMIT 200`, l.ID)
	l.Uploads, err = db.Collect(rows, err, scanUpload)
	return l, err
}
