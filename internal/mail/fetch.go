package mail

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
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
