package availability

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// Routes registers the routes of regions, availability and time off.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/regions", "List regions and where the sun stands"), s.getRegions)
	rest.Read(a, rest.GET("/me/availability", "Get whether you are given work, and your time off"), s.getMine)
	rest.Write(a, rest.PUT("/me/availability", "Say whether you are available"), s.putMine)
	rest.Write(a, rest.POST("/me/time-off", "Add time off of yours"), s.postMyTimeOff)
	rest.Write(a, rest.DELETE("/time-off/{id}", "Remove time off"), s.deleteTimeOff)
	rest.Read(a, rest.GET("/people/{id}/availability", "Get whether a colleague is given work, and their time off"), s.getTheirs)
	rest.Write(a, rest.PUT("/people/{id}/availability", "Say whether a colleague is available"), s.putTheirs)
	rest.Write(a, rest.POST("/people/{id}/time-off", "Add time off of a colleague"), s.postTheirTimeOff)
}

// RegionView is a region as it stands now.
type RegionView struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Zone     string     `json:"zone"`
	Open     bool       `json:"open" doc:"Whether its colleagues are at work now."`
	OpensAt  *time.Time `json:"opens_at" doc:"When they begin next; null while open."`
	ClosesAt *time.Time `json:"closes_at" doc:"When they end; null while closed."`
	Mine     bool       `json:"mine"`
}

// View shows a region at a moment.
func (r *Region) View(now time.Time, mine bool) RegionView {
	v := RegionView{ID: r.ID, Name: r.Name, Title: r.Title, Zone: r.Calendar.Zone().String(), Open: r.Calendar.Active(now), Mine: mine}
	if v.Open {
		if spans := r.Calendar.Intervals(now, now.Add(7*24*time.Hour)); len(spans) > 0 {
			v.ClosesAt = rest.Time(spans[0].To)
		}
	} else if at, ok := r.Calendar.After(now, 0); ok {
		v.OpensAt = rest.Time(at)
	}
	return v
}

func (s *Service) getRegions(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[RegionView], error) {
	if err := by.Require("read", "team"); err != nil {
		return rest.List[RegionView]{}, err
	}
	mine, err := s.Of(ctx, tx, by.PersonID)
	if err != nil {
		return rest.List[RegionView]{}, err
	}
	items := []RegionView{}
	for _, r := range s.config().Regions {
		items = append(items, r.View(by.Now(), mine.Region == r))
	}
	return rest.NewList(items, ""), nil
}

// TimeOffView is an entry of time off.
type TimeOffView struct {
	ID     int64     `json:"id"`
	From   string    `json:"from" doc:"Local time in zone."`
	To     string    `json:"to" doc:"Local time in zone."`
	Zone   string    `json:"zone"`
	Starts time.Time `json:"starts_at"`
	Ends   time.Time `json:"ends_at"`
	Reason Reason    `json:"reason" enum:"holiday,sick,training,public_holiday,other"`
}

func (t TimeOff) view() TimeOffView {
	return TimeOffView{t.ID, t.From, t.To, t.Zone, t.Starts, t.Ends, t.Reason}
}

// StatusView is somebody's availability as clients see it.
type StatusView struct {
	PersonID int64         `json:"person_id"`
	State    State         `json:"state" enum:"available,busy,away"`
	Until    *time.Time    `json:"until" doc:"When the state ends by itself."`
	Region   *RegionView   `json:"region"`
	Working  bool          `json:"working" doc:"Within the hours of their region."`
	BackAt   *time.Time    `json:"back_at" doc:"When those begin again."`
	Off      *TimeOffView  `json:"off" doc:"The time off under way."`
	Given    bool          `json:"given" doc:"Whether they are given tickets unasked."`
	Why      string        `json:"why" doc:"Why not; empty when they are."`
	TimeOff  []TimeOffView `json:"time_off" nullable:"false"`
}

// Show is how a status looks to clients, without the entries ahead.
func (s Status) Show(now time.Time) StatusView {
	v := StatusView{PersonID: s.PersonID, State: s.State, Until: rest.Time(s.Until), Working: s.Working, BackAt: rest.Time(s.Back), TimeOff: []TimeOffView{}}
	v.Given, v.Why = s.Given()
	if s.Region != nil {
		r := s.Region.View(now, true)
		v.Region = &r
	}
	if s.Off != nil {
		o := s.Off.view()
		v.Off = &o
	}
	return v
}

func (s *Service) show(ctx context.Context, tx db.Tx, by act.Actor, personID int64) (StatusView, error) {
	off, err := s.TimesOff(ctx, tx, by, personID)
	if err != nil {
		return StatusView{}, err
	}
	st, err := s.Of(ctx, tx, personID)
	v := st.Show(by.Now())
	for _, o := range off {
		v.TimeOff = append(v.TimeOff, o.view())
	}
	return v, err
}

func (s *Service) getMine(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (StatusView, error) {
	if by.PersonID == 0 {
		return StatusView{}, by.Denied("read", "team")
	}
	return s.show(ctx, tx, by, by.PersonID)
}

type stateBody struct {
	State State      `json:"state" enum:"available,busy,away"`
	Until *time.Time `json:"until,omitempty" doc:"When it ends by itself; left out: when you change it."`
}

func (b stateBody) until() time.Time {
	if b.Until == nil {
		return time.Time{}
	}
	return *b.Until
}

type putMineInput struct{ Body stateBody }

func (s *Service) putMine(_ context.Context, by act.Actor, in *putMineInput) (rest.Change[StatusView], error) {
	return func(ctx context.Context, tx db.Tx) (StatusView, error) {
		if _, err := s.Set(ctx, tx, by, by.PersonID, in.Body.State, in.Body.until()); err != nil {
			return StatusView{}, err
		}
		return s.show(ctx, tx, by, by.PersonID)
	}, nil
}

type timeOffBody struct {
	From   string `json:"from" maxLength:"20" doc:"Local time such as 2026-07-01T09:00, or a date."`
	To     string `json:"to" maxLength:"20" doc:"Local time, or the last date."`
	Zone   string `json:"zone" maxLength:"60" doc:"IANA zone."`
	Reason Reason `json:"reason,omitempty" enum:"holiday,sick,training,public_holiday,other"`
}

type postMyTimeOffInput struct{ Body timeOffBody }

func (s *Service) postMyTimeOff(_ context.Context, by act.Actor, in *postMyTimeOffInput) (rest.Change[TimeOffView], error) {
	return s.adding(by, by.PersonID, in.Body), nil
}

func (s *Service) adding(by act.Actor, personID int64, b timeOffBody) rest.Change[TimeOffView] {
	return func(ctx context.Context, tx db.Tx) (TimeOffView, error) {
		t, err := s.AddTimeOff(ctx, tx, by, personID, NewTimeOff{b.From, b.To, b.Zone, b.Reason})
		return t.view(), err
	}
}

// IDPath is the id in a path.
type IDPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Service) deleteTimeOff(_ context.Context, by act.Actor, in *IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.RemoveTimeOff(ctx, tx, by, in.ID)
	}, nil
}

func (s *Service) getTheirs(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (StatusView, error) {
	if in.ID != by.PersonID {
		if _, err := s.directory.Get(ctx, tx, by, in.ID); err != nil {
			return StatusView{}, err
		}
	}
	return s.show(ctx, tx, by, in.ID)
}

type putTheirsInput struct {
	IDPath
	Body stateBody
}

func (s *Service) putTheirs(_ context.Context, by act.Actor, in *putTheirsInput) (rest.Change[StatusView], error) {
	return func(ctx context.Context, tx db.Tx) (StatusView, error) {
		st, err := s.Set(ctx, tx, by, in.ID, in.Body.State, in.Body.until())
		return st.Show(by.Now()), err
	}, nil
}

type postTheirTimeOffInput struct {
	IDPath
	Body timeOffBody
}

func (s *Service) postTheirTimeOff(_ context.Context, by act.Actor, in *postTheirTimeOffInput) (rest.Change[TimeOffView], error) {
	return s.adding(by, in.ID, in.Body), nil
}
