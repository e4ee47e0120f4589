package mail

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// fetchJob is the kind of job that fetches a mailbox's mail. It lasts as long as the
// connection does: the job's lease lets one node at a time do it, and its heartbeat tells
// the others that the node lives.
const fetchJob = "mail.fetch"

const (
	// maxMail is the largest mail that is fetched, in bytes.
	maxMail = 50 << 20
	// imapPoll is how often a folder is looked at whose server has no IDLE.
	imapPoll = blueprint.Duration(time.Minute)
	// lookAnyway is how often it is looked at although the server said nothing.
	lookAnyway = 5 * time.Minute
	// sessionMost is how long one connection is used; then another node may have a turn.
	sessionMost = 30 * time.Minute
	// fetchBatch is how many mails are listed and settled at once.
	fetchBatch = 50
	// fetchTries is how often a mail that breaks the connection is tried before it is left.
	fetchTries = 10
	// fetchParallel is how many mailboxes one node fetches at once.
	fetchParallel = 64
)

// fetchBackoff waits 5 s, 10 s, 20 s … up to ten minutes: a twelfth of a server's patience
// to begin with.
func (s *Service) fetchBackoff(attempt int) time.Duration {
	return min(s.patience/12<<min(max(attempt-1, 0), 8), 10*s.patience)
}

// broken counts, per mail, how often fetching it ended the connection. It lives in memory:
// after a restart a mail gets its tries again.
type broken struct {
	mu    sync.Mutex
	tries map[string]int
}

func (b *broken) add(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tries == nil || len(b.tries) > 10000 {
		b.tries = map[string]int{}
	}
	b.tries[key]++
	return b.tries[key]
}

func (b *broken) count(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tries[key]
}

// Run sees to it that every mailbox with an IMAP folder is being fetched, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	var since time.Time
	var before []int64
	for ctx.Err() == nil {
		var ids []int64
		for _, box := range s.boxes().All() {
			if box.Spec.IMAP != nil {
				ids = append(ids, box.ID)
			}
		}
		slices.Sort(ids)
		if len(ids) > 0 && (!slices.Equal(ids, before) || time.Since(since) > time.Minute) {
			if err := s.enqueueFetch(ctx, ids); err != nil {
				slog.Warn("fetching mail cannot be planned; trying again", "error", err)
				ids = nil
			}
			since = time.Now()
		}
		before = ids
		db.Wait(ctx, nil, time.Second)
	}
}

func (s *Service) enqueueFetch(ctx context.Context, ids []int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, id := range ids {
			if err := s.planFetch(ctx, tx, id, s.clock()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) planFetch(ctx context.Context, tx db.Tx, id int64, due time.Time) error {
	return s.jobs.Enqueue(ctx, tx, s.clock(), job.Spec{Kind: fetchJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "mailbox", ID: id}, Due: due})
}

// fetchMailbox is the job: one connection, for as long as it works. What fails before
// anything was looked at waits longer each time.
func (s *Service) fetchMailbox(ctx context.Context, j job.Job) (job.Finish, error) {
	box, ok := s.boxes().Box(j.Subject.ID)
	if !ok || box.Spec.IMAP == nil {
		return nil, nil
	}
	looked, err := s.fetchSession(ctx, box)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		slog.Warn("fetching mail was interrupted; trying again", "mailbox", box.Name, "host", box.Spec.IMAP.Host, "error", err)
		if nerr := s.noteFolder(ctx, box.ID, clip(err.Error(), 500)); nerr != nil {
			return nil, nerr
		}
		if !looked {
			return nil, err
		}
	}
	wait := time.Duration(0)
	if err != nil {
		wait = s.fetchBackoff(1)
	}
	return func(ctx context.Context, tx db.Tx) error { return s.planFetch(ctx, tx, box.ID, s.clock().Add(wait)) }, nil
}

// fetchSession opens the folder, takes what is there and waits for more. looked says that
// something was achieved: the next try need not wait long.
func (s *Service) fetchSession(ctx context.Context, box Box) (looked bool, err error) {
	f, err := openIMAP(ctx, *box.Spec.IMAP, s.tls, s.patience)
	if err != nil {
		return false, err
	}
	defer context.AfterFunc(ctx, f.close)()
	defer f.close()
	r := &round{s: s, box: box, f: f}
	if err := r.begin(ctx); err != nil {
		return false, err
	}
	same := func() bool {
		now, ok := s.boxes().Box(box.ID)
		return ok && now.Spec.IMAP != nil && *now.Spec.IMAP == *box.Spec.IMAP
	}
	for end := time.Now().Add(sessionMost); time.Now().Before(end) && same(); {
		err := r.look(ctx)
		looked = looked || err == nil || r.stored > 0
		if err != nil {
			return looked, err
		}
		if err := s.noteFolder(ctx, box.ID, ""); err != nil {
			return looked, err
		}
		if err := f.wait(ctx, lookAnyway, same); err != nil {
			return looked, err
		}
	}
	f.quit()
	return looked, nil
}

// Folder is how far a mailbox's folder was fetched.
type Folder struct {
	MailboxID   int64
	Folder      string
	UIDValidity uint32
	LastUID     uint32    // with keep: every mail up to here is stored or was left
	Began       time.Time // when fetching from it began
	Looked      time.Time // when it was last gone through; zero when never
	Error       string    // why it is not being fetched now, "" when it is

	recounted uint32 // below it, mail from before Began is passed over: the server counted anew
}

const folderFields = `mailbox_id, folder, uid_validity, last_uid, began, recounted, looked, error`

func scanFolder(row db.Scanner) (Folder, error) {
	var f Folder
	var validity, last, began, recounted, looked int64
	err := row.Scan(&f.MailboxID, &f.Folder, &validity, &last, &began, &recounted, &looked, &f.Error)
	f.UIDValidity, f.LastUID, f.Began, f.recounted = uint32(validity), uint32(last), db.Time(began), uint32(recounted)
	if looked != 0 {
		f.Looked = db.Time(looked)
	}
	return f, err
}

// Folders tells how fetching goes for every mailbox that was ever fetched, at most 1,000.
// Whoever may read mail may.
func (s *Service) Folders(ctx context.Context, tx db.Tx, by act.Actor) ([]Folder, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+folderFields+` FROM mail_folder ORDER BY mailbox_id LIMIT 1000`)
	return db.Collect(rows, err, scanFolder)
}

// noteFolder notes that the folder was gone through, or why not.
func (s *Service) noteFolder(ctx context.Context, boxID int64, trouble string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := db.Micros(s.clock())
		if trouble == "" {
			_, err := tx.Exec(ctx, `UPDATE mail_folder SET looked = $1, error = '' WHERE mailbox_id = $2`, now, boxID)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO mail_folder (`+folderFields+`) VALUES ($1, '', 0, 0, 0, 0, 0, $2) ON CONFLICT (mailbox_id) DO UPDATE SET error = excluded.error`, boxID, trouble)
		return err
	})
}

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
