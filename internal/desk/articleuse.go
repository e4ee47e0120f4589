package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// ArticlesFor are articles for somebody who looks for one: those with all words of text, or, without any, those that
// may answer a ticket and then all others, up to 100. Whoever may read the configuration may; of a ticket, whoever may
// read it.
func (s *Service) ArticlesFor(ctx context.Context, tx db.Tx, by act.Actor, text string, ticketID int64) ([]*Article, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	cfg := s.config()
	list := cfg.FindArticles(text, articlesShown)
	if text != "" || ticketID == 0 {
		return list, nil
	}
	t, err := s.Get(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	first := cfg.Answers(t.Subject, func(*Article) bool { return true }, 5)
	for _, a := range list {
		if !slices.Contains(first, a) {
			first = append(first, a)
		}
	}
	return first[:min(len(first), articlesShown)], nil
}

// articleCount counts what came of an article, by day: opened from the request form, or sent all the same.
func articleCount(ctx context.Context, tx db.Tx, at time.Time, id int64, opened, sent int) error {
	return tx.Later(ctx, nil, `INSERT INTO article_day (article_id, day, opened, sent) VALUES ($1, $2, $3, $4)
		ON CONFLICT (article_id, day) DO UPDATE SET opened = article_day.opened + excluded.opened, sent = article_day.sent + excluded.sent`, id, db.Micros(at.UTC().Truncate(24*time.Hour)), opened, sent)
}

// OpenArticle counts that somebody opened an article from the request form. The surface limits how often.
func (s *Service) OpenArticle(ctx context.Context, tx db.Tx, a *Article) error {
	return articleCount(ctx, tx, s.clock(), a.ID, 1, 0)
}

// articleUse says what came of an article since then. What was recorded of links stands without ? and #.
func (s *Service) articleUse(ctx context.Context, tx db.Tx, a *Article, since time.Time) (out ArticleUse, err error) {
	err = tx.QueryRow(ctx, `SELECT count(DISTINCT ticket_id) FROM (SELECT url, ticket_id FROM reply_link WHERE at >= $1 ORDER BY at DESC LIMIT $2) AS newest WHERE url = $3`,
		db.Micros(since), docsScan, plainLink(s.Link(a))).Scan(&out.Tickets)
	if err != nil {
		return out, err
	}
	err = tx.QueryRow(ctx, `SELECT COALESCE(sum(opened), 0), COALESCE(sum(sent), 0) FROM article_day WHERE article_id = $1 AND day >= $2`, a.ID, db.Micros(since)).Scan(&out.Opened, &out.Sent)
	return out, err
}

// SweepArticles removes what came of articles more than two years ago, some at a time.
func (s *Service) SweepArticles(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM article_day WHERE day < $1`, db.Micros(now.AddDate(-2, 0, 0)))
	return err
}
