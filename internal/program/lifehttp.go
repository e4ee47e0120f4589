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
	rest.Write(a, rest.POST("/applications/{id}/benefits/{name}/quoted", "Say that a member got the quote they waited for").Status(http.StatusOK), s.postQuoted)
	rest.Write(a, rest.POST("/applications/{id}/tickets", "Say that a ticket is about an application").Status(http.StatusOK), s.postTie)
	rest.Read(a, rest.GET("/pools", "List pools of codes with their stock"), s.getPools)
	rest.Read(a, rest.GET("/pools/{name}/reserved", "List who was approved and has not claimed a code yet"), s.getReserved)
	rest.Read(a, rest.GET("/provisioning/differences", "List what other systems were found not to have"), s.getDifferences)
	rest.Write(a, rest.POST("/pools/{name}/codes", "Import codes"), s.postCodes)
	rest.Read(a, rest.GET("/pools/{name}/alerts", "List codes that leaked or were used twice"), s.getAlarms)
	rest.Write(a, rest.POST("/pools/{name}/alerts/{id}", "Say that an alert was looked into").Status(http.StatusOK), s.postSettled)
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

type quotedApplicationInput struct {
	ID   int64  `path:"id"`
	Name string `path:"name" maxLength:"40"`
}

func (s *Service) postQuoted(_ context.Context, by act.Actor, in *quotedApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Quoted(ctx, tx, by, in.ID, in.Name)
	})
}

type tieApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		TicketID int64 `json:"ticket_id" minimum:"1"`
	}
}

func (s *Service) postTie(_ context.Context, by act.Actor, in *tieApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Tie(ctx, tx, by, in.ID, in.Body.TicketID)
	})
}

// PoolView is a pool of codes with its stock.
type PoolView struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Free     db.Count `json:"free"`
	Given    db.Count `json:"dispatched" doc:"Codes that members have."`
	Redeemed db.Count `json:"redeemed" doc:"Codes that were used, as the shop told."`
	Void     db.Count `json:"void" doc:"Codes that nobody is given any more: of memberships that were taken back, and those that leaked."`
	Waiting  db.Count `json:"waiting" doc:"Members who wait for a code."`
	Alerts   db.Count `json:"alerts" doc:"Codes that leaked or were used twice."`
	Reserved db.Count `json:"reserved" doc:"Applications that were approved and not claimed yet: each needs a code."`
	New      int64    `json:"new_lately" doc:"Codes that new members got in the last 90 days; those of renewals are not among them."`
	Renewals int64    `json:"renewals" doc:"Memberships that end in the next days."`
	Expected int64    `json:"expected" doc:"Codes needed in the next days: by new members as in the last 90 days, or by those approved who have not claimed where they are more; by those who renew; and by members who wait."`
	Days     int      `json:"days"`
	Low      bool     `json:"low"`
}

func (s *Service) getPools(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[PoolView], error) {
	list, err := s.Stocks(ctx, tx, by)
	items := []PoolView{}
	for _, st := range list {
		items = append(items, PoolView{st.PoolID, st.Name, st.Title, st.Free, st.Given, st.Redeemed, st.Void, st.Waiting, st.Alerts, st.Reserved, st.New, st.Renewals, st.Expected, st.Days, st.Low})
	}
	return rest.NewList(items, ""), err
}

type importCodesInput struct {
	Name string `path:"name" maxLength:"200"`
	Body struct {
		Codes []string `json:"codes" maxItems:"100000"`
		Check bool     `json:"check,omitempty" doc:"Only say which lines cannot be taken."`
		Skip  bool     `json:"skip,omitempty" doc:"Import the others where some cannot be taken; without it nothing is imported then."`
	}
}

type poolCodesInput struct {
	Name string `path:"name" maxLength:"200"`
	Body struct {
		Codes []string `json:"codes" maxItems:"100000"`
	}
}

// CodesView says what became of codes.
type CodesView struct {
	Imported int       `json:"imported" doc:"Of a check: how many could be."`
	Bad      []BadCode `json:"bad" nullable:"false" doc:"The first 100 lines that cannot be taken."`
	BadCount int       `json:"bad_count"`
	Alerts   int       `json:"alerts"`
	Unknown  int       `json:"unknown"`
}

func (s *Service) postCodes(_ context.Context, by act.Actor, in *importCodesInput) (rest.Change[CodesView], error) {
	return func(ctx context.Context, tx db.Tx) (CodesView, error) {
		v := CodesView{Bad: []BadCode{}}
		codes := in.Body.Codes
		if in.Body.Check || in.Body.Skip {
			good, bad, err := s.SortOut(ctx, tx, by, in.Name, codes)
			v.Imported, v.BadCount, v.Bad = len(good), len(bad), append(v.Bad, bad[:min(len(bad), 100)]...)
			if err != nil || in.Body.Check || len(good) == 0 {
				return v, err
			}
			codes = good
		}
		n, err := s.ImportCodes(ctx, tx, by, in.Name, codes)
		v.Imported = n
		return v, err
	}, nil
}

// AlarmView is a code that leaked or was used twice.
type AlarmView struct {
	ID          int64     `json:"id"`
	Code        string    `json:"code" doc:"Its last characters."`
	Alert       string    `json:"alert" enum:"leak,reuse"`
	Redeemed    time.Time `json:"redeemed"`
	Application *int64    `json:"application_id" doc:"Whose code it is."`
	Who         string    `json:"who"`
}

type alarmsInput struct {
	Name string `path:"name" maxLength:"200"`
}

func (s *Service) getAlarms(ctx context.Context, tx db.Tx, by act.Actor, in *alarmsInput) (rest.List[AlarmView], error) {
	list, err := s.Alarms(ctx, tx, by, in.Name)
	items := []AlarmView{}
	for _, c := range list {
		items = append(items, AlarmView{c.ID, c.Code, c.Alert, c.Redeemed, rest.ID(c.Application), c.Who})
	}
	return rest.NewList(items, ""), err
}

type settledInput struct {
	Name string `path:"name" maxLength:"200"`
	ID   int64  `path:"id"`
	Body struct {
		Note string `json:"note" maxLength:"10000" doc:"What was found."`
	}
}

func (s *Service) postSettled(_ context.Context, by act.Actor, in *settledInput) (rest.Change[CodesView], error) {
	return func(ctx context.Context, tx db.Tx) (CodesView, error) {
		return CodesView{Bad: []BadCode{}}, s.Settled(ctx, tx, by, in.Name, in.ID, in.Body.Note)
	}, nil
}

func (s *Service) postRedeemed(_ context.Context, by act.Actor, in *poolCodesInput) (rest.Change[CodesView], error) {
	return func(ctx context.Context, tx db.Tx) (v CodesView, err error) {
		v.Bad = []BadCode{}
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
		for after := (Booking{}); ; {
			var list []Booking
			err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				list, err = s.Bookings(ctx, tx, by, from, to, after)
				return err
			})
			if err != nil {
				panic(http.ErrAbortHandler) // the connection ends without an end: nobody takes part of a file for the whole
			}
			if len(list) == 0 {
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
			after = list[len(list)-1]
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
