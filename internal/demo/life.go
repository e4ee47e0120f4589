package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"steward/internal/db"
	"steward/internal/mail"
)

// Live lets customers write until ctx ends: every half a minute or so a new mail, or an
// answer to a question. It goes the way that real mail goes.
func (d *Demo) Live(ctx context.Context) {
	rng := rand.New(rand.NewPCG(d.seed, uint64(time.Now().UnixNano())))
	for {
		db.Wait(ctx, nil, time.Duration(20+rng.IntN(21))*time.Second)
		if ctx.Err() != nil {
			return
		}
		if err := d.write(ctx, rng); err != nil && ctx.Err() == nil {
			slog.Warn("a demo customer's mail did not arrive", "error", err)
		}
	}
}

// write sends one mail.
func (d *Demo) write(ctx context.Context, rng *rand.Rand) error {
	box := d.App.DeskConfig().DefaultMailbox()
	if box == nil {
		return nil // somebody took it out
	}
	now := time.Now()
	id := fmt.Sprintf("life.%d", now.UnixNano())
	if rng.IntN(2) == 0 {
		done, err := d.answer(ctx, rng, box.Spec.Address, id, now)
		if done || err != nil {
			return err
		}
	}
	p := d.company.people[pick(rng, d.company.byRegion[regionAt(rng, now)])]
	t, w := pick(rng, topics), newWords(rng)
	text := letter(rng, pick(rng, hellos), p.name, w.fill(pick(rng, t.problems)), pick(rng, urges))
	return deliver(ctx, d.App, p.name, p.email, box.Spec.Address, w.fill(pick(rng, t.subjects)), text, id, now, rng.IntN(8) == 0)
}

// answer answers a ticket that waits for its requester; done is false when there is none.
func (d *Demo) answer(ctx context.Context, rng *rand.Rand, box, id string, now time.Time) (done bool, err error) {
	var ticket int64
	var subject, name, email string
	err = d.App.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT t.id, t.subject, p.name, p.email FROM ticket t JOIN person p ON p.id = t.requester_id
			WHERE t.done = FALSE AND t.status = 'pending' AND t.deleted_at IS NULL ORDER BY t.updated DESC LIMIT 1 OFFSET $1`, rng.IntN(12))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&ticket, &subject, &name, &email); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil || ticket == 0 {
		return false, err
	}
	to, err := mail.ReplyAddress(box, ticket, d.App.Mail.Keys())
	if err != nil {
		return false, err
	}
	text := letter(rng, pick(rng, hellos), name, newWords(rng).fill(pick(rng, pick(rng, topics).details)))
	return true, deliver(ctx, d.App, name, email, to, "Re: "+subject, text, id, now, false)
}
