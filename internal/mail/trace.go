package mail

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Trace is one thing that happened to a mail, or to mail of an address. Of the records it
// comes from exactly one is set.
type Trace struct {
	At         time.Time
	Received   *Received
	Refused    *Refusal
	Sent       *Out
	Returned   *Returned
	Suppressed *Suppression
}

// source is a table that a trace reads, newest first.
type source struct {
	fields string
	from   string // table and what narrows it to the address or Message-ID, $1
	at, id string // its time and its number
	scan   func(row db.Scanner) (Trace, int64, error)
}

func asReceived(row db.Scanner) (Trace, int64, error) {
	r, err := aReceived(row)
	return Trace{At: r.At, Received: &r}, r.ID, err
}

func asRefused(row db.Scanner) (Trace, int64, error) {
	r, err := scanRefusal(row)
	return Trace{At: r.At, Refused: &r}, r.ID, err
}

func asSent(row db.Scanner) (Trace, int64, error) {
	o, err := anOut(row)
	return Trace{At: o.Created, Sent: &o}, o.ID, err
}

func asReturned(row db.Scanner) (Trace, int64, error) {
	r, err := scanReturned(row)
	return Trace{At: r.At, Returned: &r}, r.ID, err
}

func asSuppressed(row db.Scanner) (Trace, int64, error) {
	p, err := scanSuppression(row)
	return Trace{At: p.Since, Suppressed: &p}, p.ID, err
}

// traces by address and by Message-ID; a source's place in the list orders what happened at
// the same time, so neither list may be reordered while cursors are about.
var (
	byAddress = []source{
		{receivedFields, `mail_in WHERE from_addr = $1`, "received", "id", asReceived},
		{receivedFields, `mail_in WHERE envelope_from = $1 AND from_addr <> $1`, "received", "id", asReceived},
		{refusalFields, `mail_refused WHERE sender = $1`, "at", "id", asRefused},
		{prefix("o.", outFields), `outbox_recipient r JOIN outbox o ON o.id = r.outbox_id WHERE r.address = $1`, "r.at", "r.outbox_id", asSent},
		{returnedFields, `mail_bounce WHERE address = $1`, "at", "id", asReturned},
		{suppressionFields, `mail_suppression WHERE address = $1`, "since", "id", asSuppressed},
	}
	byMessageID = []source{
		{receivedFields, `mail_in WHERE message_id = $1`, "received", "id", asReceived},
		{refusalFields, `mail_refused WHERE message_id = $1`, "at", "id", asRefused},
		{outFields, `outbox WHERE message_id = $1`, "created", "id", asSent},
		{prefix("b.", returnedFields), `outbox o JOIN mail_bounce b ON b.outbox_id = o.id WHERE o.message_id = $1`, "b.at", "b.id", asReturned},
		{prefix("p.", suppressionFields), `outbox o JOIN mail_suppression p ON p.outbox_id = o.id WHERE o.message_id = $1`, "p.since", "p.id", asSuppressed},
	}
)

// ranks is how many sources fit into one cursor.
const ranks = 16

// Trace tells what happened to mail from and to an address, or to one Message-ID (with or
// without angle brackets), newest first. Whoever may read mail may.
func (s *Service) Trace(ctx context.Context, tx db.Tx, by act.Actor, q string, page db.Page) (list []Trace, next string, err error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	address, id, err := traced(q, s.keys)
	if err != nil {
		return nil, "", err
	}
	at, mark, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if !ok {
		at, mark = 1<<62, 0
	}
	type entry struct {
		Trace
		at, mark int64
	}
	var all []entry
	n := page.Size()
	for rank, src := range slices.Concat(byAddress, byMessageID) {
		key := address
		if rank >= len(byAddress) {
			key = id
		}
		if key == "" {
			continue
		}
		// Marks are id×16 + rank: what is below the cursor's within this source has an id below.
		below := (mark - int64(rank) + ranks - 1) / ranks
		rows, err := tx.Query(ctx, `SELECT `+src.fields+` FROM `+src.from+` AND (`+src.at+`, `+src.id+`) < ($2, $3) ORDER BY `+src.at+` DESC, `+src.id+` DESC LIMIT $4`, key, at, below, n+1)
		got, err := db.Collect(rows, err, func(row db.Scanner) (e entry, err error) {
			var id int64
			e.Trace, id, err = src.scan(row)
			e.at, e.mark = db.Micros(e.At), id*ranks+int64(rank)
			return e, err
		})
		if err != nil {
			return nil, "", err
		}
		all = append(all, got...)
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.mark, a.mark)) })
	if len(all) > n {
		all = all[:n]
		next = db.Cursor(all[n-1].at, all[n-1].mark)
	}
	for _, e := range all {
		list = append(list, e.Trace)
	}
	return list, next, nil
}

// traced says what to look for: brackets or our own signature make a Message-ID, anything
// else with an at sign may be either.
func traced(q string, keys Keys) (address, id string, err error) {
	q = strings.TrimSpace(q)
	id = clip(parseID(q), 500)
	if !Ours(id, keys) && !strings.HasPrefix(q, "<") {
		if address = normalEmail(q); !plausibleEmail(address) {
			address, id = "", ""
		}
	}
	if address == "" && id == "" {
		return "", "", fault.Field("q", clip(q, 200), "an address such as ann@acme.example, or a Message-ID in angle brackets", "%q is neither an address nor a Message-ID.", clip(q, 80))
	}
	return address, id, nil
}

// prefix puts a table's name before each column.
func prefix(table, columns string) string {
	return table + strings.ReplaceAll(columns, ", ", ", "+table)
}

// Summary says in a few words what happened.
func (t Trace) Summary() string {
	switch {
	case t.Received != nil:
		r := t.Received
		words := map[ReceivedState]string{Accepted: "received, not worked on yet", Ticketed: "received", Unparsed: "received, could not be read", Suspended: "received, waits for a person to look",
			Ignored: "received, our own mail", Bounced: "received, a report about a mail of ours", Discarded: "received, discarded", Erased: "erased"}[r.State]
		if r.TicketID != 0 {
			words += fmt.Sprintf(", on ticket %d", r.TicketID)
		}
		return withReason(words, r.Reason)
	case t.Refused != nil:
		return withReason("not taken", t.Refused.Reason)
	case t.Sent != nil:
		words := map[OutState]string{Queued: "waits to be sent", Sending: "is being sent", Sent: "sent", Failed: "could not be sent", Held: "held", Cancelled: "taken back", Withheld: "not sent"}[t.Sent.State]
		if t.Sent.Uncertain {
			words += ", may have been delivered twice"
		}
		return withReason(words, t.Sent.Error)
	case t.Returned != nil:
		words := "came back"
		if t.Returned.Kind == Delayed {
			words = "delayed"
		}
		return withReason(words, t.Returned.Reason())
	case t.Suppressed != nil:
		return withReason("on the suppression list", t.Suppressed.Reason)
	}
	return ""
}

func withReason(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
