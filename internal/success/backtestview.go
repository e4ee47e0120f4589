package success

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
	"steward/internal/success/score"
)

// QualityView is a rank quality with its interval.
type QualityView struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Renewed  int      `json:"renewed"`
	Lost     int      `json:"lost"`
	AUC      *float64 `json:"auc" doc:"The chance that of an account that renewed and one that left the first scored better; 0.5 is chance. Null when there are none of either."`
	Low      *float64 `json:"low" doc:"95% interval after DeLong."`
	High     *float64 `json:"high"`
	TooSmall bool     `json:"too_small" doc:"Fewer than 10 of either: it says little."`
}

// HorizonView is the quality some days before renewals.
type HorizonView struct {
	Days     int           `json:"days"`
	Score    QualityView   `json:"score"`
	Measures []QualityView `json:"measures" nullable:"false"`
	Segments []QualityView `json:"segments" nullable:"false"`
}

// BacktestView is how well a scorecard told renewals from losses.
type BacktestView struct {
	Scorecard    string        `json:"scorecard"`
	From         *time.Time    `json:"from" doc:"Oldest renewal looked at."`
	To           *time.Time    `json:"to"`
	Renewed      int           `json:"renewed"`
	Lost         int           `json:"lost"`
	Bounded      bool          `json:"bounded" doc:"Only the newest 2,000 renewals were looked at; the command line looks at all."`
	WithoutScore int           `json:"without_score" doc:"Renewals of accounts that had no score then."`
	Others       int           `json:"others" doc:"Renewals of accounts that the scorecard is not for."`
	Horizons     []HorizonView `json:"horizons" nullable:"false"`
}

func qualityView(name, title string, q score.Quality) QualityView {
	return QualityView{name, title, q.Stayed, q.Lost, known(q.AUC), known(q.Low), known(q.High), q.TooSmall}
}

// known is a figure with four digits, nil for none.
func known(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	f = math.Round(f*10_000) / 10_000
	return &f
}

// View is the backtest as the API shows it.
func (b Backtest) View() BacktestView {
	v := BacktestView{Scorecard: b.Scorecard, From: rest.Time(b.From), To: rest.Time(b.To), Renewed: b.Renewed, Lost: b.Lost, Bounded: b.Bounded, WithoutScore: b.WithoutScore, Others: b.OtherScorecards, Horizons: []HorizonView{}}
	for _, h := range b.Horizons {
		one := HorizonView{h.Days, qualityView("score", "Score", h.Score), []QualityView{}, []QualityView{}}
		for _, r := range h.Measures {
			one.Measures = append(one.Measures, qualityView(r.Name, r.Title, r.Quality))
		}
		for _, r := range h.Segments {
			one.Segments = append(one.Segments, qualityView(r.Name, r.Title, r.Quality))
		}
		v.Horizons = append(v.Horizons, one)
	}
	return v
}

// Render writes the backtest for a terminal.
func (b Backtest) Render(w io.Writer) error {
	fmt.Fprintf(w, "Scorecard %s against %d renewals and %d losses from %s to %s\n", b.Scorecard, b.Renewed, b.Lost, b.From.Format(time.DateOnly), b.To.Format(time.DateOnly))
	fmt.Fprintf(w, "Rank quality: the chance that of one that renewed and one that left the first scored better, with its 95%% interval\n")
	for _, h := range b.Horizons {
		fmt.Fprintf(w, "\n%d days before\n", h.Days)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		row := func(title string, q score.Quality) {
			fmt.Fprintf(t, "  %s\t%s\t%d renewed, %d lost\n", title, qualityWords(q), q.Stayed, q.Lost)
		}
		row("Score", h.Score)
		for _, r := range h.Measures {
			row("  "+r.Title, r.Quality)
		}
		for _, r := range h.Segments {
			row("Segment "+r.Title, r.Quality)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

type backtestInput struct {
	Name string `path:"name" maxLength:"100"`
	Days string `query:"days" maxLength:"60" default:"60,90" doc:"How many days before renewals scores are looked at, separated by commas; at most four."`
}

func (s *Service) getBacktest(ctx context.Context, tx db.Tx, by act.Actor, in *backtestInput) (BacktestView, error) {
	var days []int
	for _, text := range strings.Split(in.Days, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || len(days) == 4 {
			return BacktestView{}, fault.Field("days", in.Days, "numbers of days such as 60,90, at most four", "%q are no days.", in.Days)
		}
		days = append(days, n)
	}
	here := func(ctx context.Context, fn db.Func) error { return fn(ctx, tx) }
	b, err := s.backtest(ctx, by, here, in.Name, days, MaxOutcomes, nil)
	return b.View(), err
}

// ScorecardView is a scorecard in force.
type ScorecardView struct {
	ScorecardRef
	Accounts int64 `json:"accounts" doc:"That are scored by it, counted up to 1,000."`
}

func (s *Service) getScorecards(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (out rest.List[ScorecardView], err error) {
	if err := by.Require("read", "account"); err != nil {
		return out, err
	}
	items := []ScorecardView{}
	for _, c := range s.config().Cards {
		v := ScorecardView{ScorecardRef: *cardRef(c)}
		count, err := bounded(ctx, tx, `SELECT 1 FROM health_now WHERE card_id = $1`, c.ID)
		if err != nil {
			return out, err
		}
		v.Accounts = count.Count
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}
