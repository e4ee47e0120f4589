package success

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math/big"
	"time"

	"steward/internal/db"
	"steward/internal/success/score"
)

// HealthChanged is appended when an account's score or colour changes. Its cause is the newest
// event behind the change and the scorecard that decided.
const HealthChanged = "account.health_changed" // score: [old, new] in hundredths, band: [old, new], null for none; scorecard, observed, applicable; measures: name: [old, new] colours

// Health is how healthy an account was from a moment on.
type Health struct {
	OrganizationID int64
	At             time.Time
	Score          sql.NullInt64 // hundredths of a point
	Band           string        // "" without a score
	Observed       int64         // weight observed, hundredths of a percent
	Applicable     int64         // weight that could be observed
	CardID         int64         // scorecard; 0 when none is for the account
	CardVersion    int64
	EventID        int64
}

const healthFields = `h.organization_id, h.at, h.score, h.band, h.observed, h.applicable, h.card_id, h.card_version, h.event_id`

func scanHealth(r db.Scanner) (h Health, err error) {
	var at int64
	err = r.Scan(&h.OrganizationID, &at, &h.Score, &h.Band, &h.Observed, &h.Applicable, &h.CardID, &h.CardVersion, &h.EventID)
	h.At = db.Time(at)
	return h, err
}

// healthAt is how an account was known to be at a moment; the zero Health when it had not been scored.
func healthAt(ctx context.Context, tx db.Tx, id int64, at time.Time) (Health, error) {
	h, err := scanHealth(tx.QueryRow(ctx, `SELECT `+healthFields+` FROM health h WHERE h.organization_id = $1 AND h.at <= $2 ORDER BY h.at DESC LIMIT 1`, id, db.Micros(at)))
	if errors.Is(err, sql.ErrNoRows) {
		return Health{}, nil
	}
	return h, err
}

// leafNow is what became of one measure, as kept beside the score.
type leafNow struct {
	Name   string      `json:"name"`
	State  score.State `json:"state"`
	Colour string      `json:"colour,omitempty"`
	Old    bool        `json:"old,omitempty"` // data is old, and still counts
}

// standing is what is kept of an account's last scoring.
type standing struct {
	At                   time.Time
	CardID, CardVersion  int64
	Observed, Applicable int64
	Leaves               []leafNow
	text                 string
}

// standings are those of several accounts.
func standings(ctx context.Context, tx db.Tx, ids []int64) (map[int64]standing, error) {
	w := (&db.Where{}).Among(tx.Engine(), "n.organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT n.organization_id, n.at, n.card_id, n.card_version, n.observed, n.applicable, n.leaves FROM health_now n WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]standing{}
	for rows.Next() {
		var id, at int64
		var n standing
		if err := rows.Scan(&id, &at, &n.CardID, &n.CardVersion, &n.Observed, &n.Applicable, &n.text); err != nil {
			return nil, err
		}
		n.At = db.Time(at)
		if err := json.Unmarshal([]byte(n.text), &n.Leaves); err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, rows.Err()
}

// observedShares are the shares of the weight that could be observed that were, from 0 to 1, when accounts were scored last.
func observedShares(ctx context.Context, tx db.Tx, ids []int64) (map[int64]float64, error) {
	w := (&db.Where{}).Among(tx.Engine(), "n.organization_id", ids).And("n.applicable > 0")
	rows, err := tx.Query(ctx, `SELECT n.organization_id, n.observed, n.applicable FROM health_now n WHERE `+w.SQL(), w.Args()...)
	out := map[int64]float64{}
	return out, eachOf(rows, err, func(r db.Scanner) error {
		var id, observed, applicable int64
		err := r.Scan(&id, &observed, &applicable)
		out[id] = fraction(observed, applicable)
		return err
	})
}

// coloursOf are the colours of the measures of some accounts, as they were scored last.
func (s *Service) coloursOf(ctx context.Context, tx db.Tx, ids []int64) (map[int64]map[string]string, error) {
	all, err := standings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]map[string]string, len(all))
	for id, n := range all {
		card, err := s.cardOf(ctx, tx, n.CardID, n.CardVersion) // few cards, kept compiled
		if err != nil {
			return nil, err
		}
		if card == nil {
			continue
		}
		out[id] = map[string]string{}
		for _, l := range n.Leaves {
			if leaf := card.Leaf(l.Name); leaf != nil && len(leaf.Reads) == 1 {
				out[id][leaf.Reads[0]] = l.Colour
			}
		}
	}
	return out, nil
}

// leavesOf is what is kept of a result's measures.
func leavesOf(r score.Result) (out []leafNow) {
	out = []leafNow{}
	if r.Card == nil {
		return out
	}
	for i, l := range r.Leaves {
		out = append(out, leafNow{r.Card.Leaves[i].Name, l.State, l.Colour, l.Flagged})
	}
	return out
}

// share is a fraction of 1 in hundredths of a percent.
func share(r *big.Rat) int64 {
	if r == nil {
		return 0
	}
	return score.Hundredths(new(big.Rat).Mul(r, big.NewRat(100, 1)))
}
