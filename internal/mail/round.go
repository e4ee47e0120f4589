package mail

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/db"
)

// round goes through a folder. A mail is stored before anything happens to it on the server,
// and the same bytes are stored once, so that it may be cut off anywhere and begin again.
type round struct {
	s     *Service
	box   Box
	f     *imapFolder
	state Folder
	keep  bool            // mail stays in the folder, so the place reached is kept here
	left  map[uint32]bool // mails that are not taken and stay in the folder

	stored int // mails so far
}

// begin finds the place that earlier rounds reached. When the server counts anew
// (UIDVALIDITY), it begins at the first mail: what is stored already is recognised.
func (r *round) begin(ctx context.Context) error {
	m := r.f.spec
	what, _, _ := m.after()
	r.keep = what == "keep"
	r.left = map[uint32]bool{}
	return r.s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		r.state, err = scanFolder(tx.QueryRow(ctx, `SELECT `+folderFields+` FROM mail_folder WHERE mailbox_id = $1`, r.box.ID))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if r.state.Folder != m.Folder || r.state.UIDValidity != r.f.validity {
			r.beginAnew()
			_, err = tx.Exec(ctx, `INSERT INTO mail_folder (`+folderFields+`) VALUES ($1, $2, $3, $4, $5, $6, 0, '')
				ON CONFLICT (mailbox_id) DO UPDATE SET folder = excluded.folder, uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
				began = excluded.began, recounted = excluded.recounted, error = ''`,
				r.box.ID, m.Folder, int64(r.f.validity), int64(r.state.LastUID), db.Micros(r.state.Began), int64(r.state.recounted))
			if err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `SELECT uid FROM mail_refused WHERE mailbox_id = $1 AND uid_validity = $2 AND uid <> 0 ORDER BY uid DESC LIMIT 10000`, r.box.ID, int64(r.f.validity))
		uids, err := db.Collect(rows, err, func(row db.Scanner) (uid int64, err error) { return uid, row.Scan(&uid) })
		for _, u := range uids {
			r.left[uint32(u)] = true
		}
		return err
	})
}

// beginAnew sets the place in a folder that is new, or counted anew.
func (r *round) beginAnew() {
	fresh, leave := r.state.Folder != r.f.spec.Folder, r.f.spec.Existing == "leave"
	r.state = Folder{MailboxID: r.box.ID, Folder: r.f.spec.Folder, UIDValidity: r.f.validity, Began: r.state.Began}
	if fresh {
		r.state.Began = r.s.clock()
	}
	switch {
	case !leave:
	case fresh && r.f.next > 0:
		r.state.LastUID = r.f.next - 1
	default: // tell old mail by its date; without UIDNEXT every one there is now
		r.state.recounted = cmp.Or(r.f.next, ^uint32(0))
	}
}

// after is the UID behind which to look. Where mail leaves the folder when it is stored,
// everything that is there is still to be done, save what was there before and stays.
func (r *round) after() uint32 {
	if r.keep || r.f.spec.Existing == "leave" {
		return r.state.LastUID
	}
	return 0
}

// look takes what is in the folder.
func (r *round) look(ctx context.Context) error {
	uids, err := r.f.search(r.after())
	if err != nil {
		return err
	}
	uids = slices.DeleteFunc(uids, func(u uint32) bool { return r.left[u] })
	open := map[uint32]bool{}
	for _, u := range uids {
		open[u] = true
	}
	// A mail that broke the connection before waits behind the others.
	slices.SortStableFunc(uids, func(a, b uint32) int {
		return cmp.Compare(r.s.broken.count(r.key(a)), r.s.broken.count(r.key(b)))
	})
	for batch := range slices.Chunk(uids, fetchBatch) {
		err := r.take(ctx, batch, open)
		if perr := r.reached(ctx, uids, open); err == nil {
			err = perr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *round) key(uid uint32) string { return fmt.Sprint(r.box.ID, ".", r.f.validity, ".", uid) }

// take stores a batch and then settles it on the server; what is done leaves open.
func (r *round) take(ctx context.Context, batch []uint32, open map[uint32]bool) error {
	list, err := r.f.list(batch)
	if err != nil {
		return err
	}
	here := map[uint32]bool{}
	var stored []uint32
	for _, l := range list {
		here[l.uid] = true
		var kept bool
		if kept, err = r.one(ctx, l); err != nil {
			break
		}
		if kept {
			stored = append(stored, l.uid)
		} else {
			delete(open, l.uid)
		}
	}
	if err == nil {
		for _, u := range batch { // gone in between
			if !here[u] {
				delete(open, u)
			}
		}
	}
	if serr := r.f.settle(stored); serr != nil {
		if r.keep { // they are stored; that they are not marked as read does no harm
			maps.DeleteFunc(open, func(u uint32, _ bool) bool { return slices.Contains(stored, u) })
		}
		return cmp.Or(err, serr)
	}
	maps.DeleteFunc(open, func(u uint32, _ bool) bool { return slices.Contains(stored, u) })
	return err
}

// one stores a mail; false when it is not to be taken.
func (r *round) one(ctx context.Context, l listedMail) (stored bool, err error) {
	if l.uid < r.state.recounted && l.at.Before(r.state.Began.Truncate(time.Second)) {
		return false, nil
	}
	if l.size > maxMail {
		return false, r.leave(ctx, l, fmt.Sprintf("It is larger than the limit of %s and stays in its folder.", megabytes(maxMail)))
	}
	raw, err := r.f.fetch(l.uid, maxMail, false)
	switch {
	case errors.Is(err, errGone):
		return false, nil
	case errors.Is(err, errTooLarge): // the folder had said something else
		_ = r.note(ctx, l, Refusal{Reason: fmt.Sprintf("It is larger than the limit of %s and stays in its folder.", megabytes(maxMail)), Size: maxMail + 1})
		return false, err
	case err != nil && ctx.Err() == nil && r.s.broken.add(r.key(l.uid)) >= fetchTries:
		_ = r.note(ctx, l, Refusal{Reason: fmt.Sprintf("It could not be fetched %d times and stays in its folder. The last time: %s", fetchTries, err), Size: l.size})
		return false, err
	case err != nil:
		return false, err
	}
	h, _, _ := splitHeader(raw, DefaultLimits.Header, DefaultLimits.Fields)
	r.stored++
	return true, r.s.store(ctx, returnPath(h), []delivery{{boxID: r.box.ID, to: r.recipients(h)}}, "imap "+r.f.spec.Host, raw)
}

// leave notes a mail that stays in its folder, with what its header says.
func (r *round) leave(ctx context.Context, l listedMail, why string) error {
	raw, err := r.f.fetch(l.uid, 64<<10, true)
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	h, _, _ := splitHeader(raw, DefaultLimits.Header, DefaultLimits.Fields)
	from, _ := parseAddress(h.Get("From"))
	return r.note(ctx, l, Refusal{Sender: from.Email, Subject: h.Decoded("Subject"), MessageID: parseID(h.Get("Message-Id")), Size: l.size, Reason: why})
}

func (r *round) note(ctx context.Context, l listedMail, n Refusal) error {
	n.MailboxID, n.Recipients, n.Remote = r.box.ID, strings.ToLower(r.box.Spec.Address), "imap "+r.f.spec.Host
	n.uidValidity, n.uid = r.f.validity, l.uid
	if err := r.s.noteRefused(ctx, n); err != nil {
		return err
	}
	r.left[l.uid] = true
	return nil
}

// returnPath is the envelope's sender as the delivering server wrote it down; the From where it did not.
func returnPath(h Header) string {
	if h.Has("Return-Path") {
		return normalEmail(h.Get("Return-Path"))
	}
	from, _ := parseAddress(h.Get("From"))
	return from.Email
}

// recipients are the mailbox's address and those of ours that the delivering server wrote down.
func (r *round) recipients(h Header) []string {
	out := []string{strings.ToLower(r.box.Spec.Address)}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To"} {
		for _, v := range h.Values(name) {
			a := normalEmail(v)
			if box, ok := r.s.boxes().BoxFor(PlainAddress(a, r.s.keys)); ok && box.ID == r.box.ID && !slices.Contains(out, a) && len(out) < 20 {
				out = append(out, a)
			}
		}
	}
	return out
}

// reached keeps the place up to which nothing is open.
func (r *round) reached(ctx context.Context, uids []uint32, open map[uint32]bool) error {
	if !r.keep || len(uids) == 0 {
		return nil
	}
	last := slices.Max(uids)
	for u := range open {
		last = min(last, u-1)
	}
	if last <= r.state.LastUID {
		return nil
	}
	r.state.LastUID = last
	return r.s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mail_folder SET last_uid = $1 WHERE mailbox_id = $2 AND uid_validity = $3 AND last_uid < $1`, int64(last), r.box.ID, int64(r.f.validity))
		return err
	})
}
