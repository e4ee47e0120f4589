package program

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// lifeRoutes are what happens after the approval, and the pools of codes.
func (s *Service) lifeRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/applications/{id}/comply", "Warn, cure, revoke or restore a membership").Status(http.StatusOK), s.postComply)
	rest.Write(a, rest.POST("/applications/{id}/transfer", "Give an application to somebody else").Status(http.StatusOK), s.postTransfer)
	rest.Write(a, rest.POST("/applications/{id}/add-on", "Note that an add-on was bought").Status(http.StatusOK), s.postAddOn)
	rest.Read(a, rest.GET("/pools", "List pools of codes with their stock"), s.getPools)
	rest.Write(a, rest.POST("/pools/{name}/codes", "Import codes"), s.postCodes)
	rest.Write(a, rest.POST("/pools/{name}/redeemed", "Tell which codes were redeemed").Status(http.StatusOK), s.postRedeemed)
}

type complyApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64  `json:"version,omitempty"`
		Action  Action `json:"action" enum:"warn,cure,revoke,restore"`
		Reason  string `json:"reason,omitempty" maxLength:"10000" doc:"What the member reads."`
	}
}

func (s *Service) postComply(_ context.Context, by act.Actor, in *complyApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Comply(ctx, tx, by, in.ID, in.Body.Version, in.Body.Action, in.Body.Reason)
	})
}

type transferApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64  `json:"version,omitempty"`
		Email   string `json:"email" maxLength:"254"`
		Name    string `json:"name,omitempty" maxLength:"300"`
	}
}

func (s *Service) postTransfer(_ context.Context, by act.Actor, in *transferApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Transfer(ctx, tx, by, in.ID, in.Body.Version, in.Body.Email, in.Body.Name)
	})
}

type addOnApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64 `json:"version,omitempty"`
		Bought  bool  `json:"bought"`
	}
}

func (s *Service) postAddOn(_ context.Context, by act.Actor, in *addOnApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.SetAddOn(ctx, tx, by, in.ID, in.Body.Version, in.Body.Bought)
	})
}

// PoolView is a pool of codes with its stock.
type PoolView struct {
	ID         int64    `json:"id"`
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Free       db.Count `json:"free"`
	Waiting    db.Count `json:"waiting" doc:"Members who wait for a code."`
	Alerts     db.Count `json:"alerts" doc:"Codes that leaked or were used twice."`
	Dispatched int64    `json:"dispatched" doc:"In the last 90 days."`
	Expected   int64    `json:"expected" doc:"Codes needed in the next days: new members as in the last 90 days, and those who renew."`
	Days       int      `json:"days"`
	Low        bool     `json:"low"`
}

func (s *Service) getPools(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[PoolView], error) {
	list, err := s.Stocks(ctx, tx, by)
	items := []PoolView{}
	for _, st := range list {
		items = append(items, PoolView{st.PoolID, st.Name, st.Title, st.Free, st.Waiting, st.Alerts, st.Dispatched, st.Expected, st.Days, st.Low})
	}
	return rest.NewList(items, ""), err
}

type poolCodesInput struct {
	Name string `path:"name" maxLength:"200"`
	Body struct {
		Codes []string `json:"codes" maxItems:"100000"`
	}
}

// CodesView says what became of codes.
type CodesView struct {
	Imported int `json:"imported"`
	Alerts   int `json:"alerts"`
	Unknown  int `json:"unknown"`
}

func (s *Service) postCodes(_ context.Context, by act.Actor, in *poolCodesInput) (rest.Change[CodesView], error) {
	return func(ctx context.Context, tx db.Tx) (CodesView, error) {
		n, err := s.ImportCodes(ctx, tx, by, in.Name, in.Body.Codes)
		return CodesView{Imported: n}, err
	}, nil
}

func (s *Service) postRedeemed(_ context.Context, by act.Actor, in *poolCodesInput) (rest.Change[CodesView], error) {
	return func(ctx context.Context, tx db.Tx) (v CodesView, err error) {
		v.Alerts, v.Unknown, err = s.Redeemed(ctx, tx, by, in.Name, in.Body.Codes)
		return v, err
	}, nil
}

// BookingsCSV is the handler of GET /programs/bookings.csv: what began from ?from to before ?to (days, UTC), a line a
// benefit. Whoever may supply codes may.
func (s *Service) BookingsCSV() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := rest.From(r.Context()).Actor
		from, err1 := time.Parse(time.DateOnly, r.URL.Query().Get("from"))
		to, err2 := time.Parse(time.DateOnly, r.URL.Query().Get("to"))
		err := by.Require("supply", "application")
		if err == nil && (err1 != nil || err2 != nil || !from.Before(to)) {
			err = fault.Field("from", r.URL.RawQuery, "from and to as days, such as ?from=2026-01-01&to=2026-02-01", "Say from which day to before which.")
		}
		if err != nil {
			rest.Fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="bookings.csv"`)
		out := csv.NewWriter(w)
		_ = out.Write([]string{"application", "program", "organization", "website", "name", "email", "benefit", "sku", "seats", "from", "until", "renewal", "state", "agreement_version"})
		for after := int64(0); ; {
			var list []Booking
			var last int64
			err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				list, last, err = s.Bookings(ctx, tx, by, from, to, after)
				return err
			})
			if err != nil {
				panic(http.ErrAbortHandler) // the connection ends without an end: nobody takes part of a file for the whole
			}
			if last == 0 {
				break
			}
			for _, b := range list {
				until := ""
				if !b.Until.IsZero() {
					until = b.Until.Format(time.DateOnly)
				}
				_ = out.Write([]string{strconv.FormatInt(b.Application, 10), b.Program, safe(b.Organization), safe(b.Website), safe(b.Name), safe(b.Email), b.Benefit, b.SKU, fmt.Sprint(b.Seats), b.From.Format(time.DateOnly), until,
					strconv.FormatBool(b.Renewal), string(b.State), fmt.Sprint(b.Agreement)})
			}
			after = last
		}
		out.Flush()
	})
}

// safe keeps a spreadsheet from taking what a stranger wrote for a formula.
func safe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
