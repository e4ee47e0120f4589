package zendesk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/fault"
)

// A schedule is a calendar blueprint. Zendesk counts minutes from Sunday midnight, in the schedule's zone.

const minutesOfDay = 24 * 60

// days are the calendar's fields from Sunday.
var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// schedule is a calendar as Zendesk tells it.
type schedule struct {
	ID        int64           `json:"id"`
	Name      string          `json:"name"`
	TimeZone  string          `json:"time_zone"`
	Intervals []scheduleHours `json:"intervals"`
	CreatedAt stamp           `json:"created_at"`
	UpdatedAt stamp           `json:"updated_at"`
}

// scheduleHours are minutes since Sunday midnight.
type scheduleHours struct {
	Start int `json:"start_time"`
	End   int `json:"end_time"`
}

func hoursOf(h bizcal.HoursSpec) [][][]bizcal.ClockTime {
	return [][][]bizcal.ClockTime{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat}
}

func intervals(h bizcal.HoursSpec) []scheduleHours {
	out := []scheduleHours{}
	for day, list := range hoursOf(h) {
		for _, pair := range list {
			if len(pair) == 2 {
				out = append(out, scheduleHours{day*minutesOfDay + int(pair[0]), day*minutesOfDay + int(pair[1])})
			}
		}
	}
	return out
}

// alwaysOpen tells whether a calendar has no closing hours at all.
func (c *call) alwaysOpen(name string) bool {
	s, ok := blueprint.Get[bizcal.Spec](c.Blueprint.Set(), name)
	open := 0
	for _, i := range intervals(s.Hours) {
		open += i.End - i.Start
	}
	return ok && open >= 7*minutesOfDay && len(s.Holidays) == 0
}

var scheduleRule = rule{plural: "schedules", one: "schedule", kind: bizcal.KindCalendar,
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[bizcal.Spec](c, e)
		return schedule{e.ID, e.Title, s.TimeZone, intervals(s.Hours), life.created, life.updated}
	},
	read: func(c *call, d *draft, sent members) error {
		var zone string
		if ok, err := sent.has("time_zone", &zone); err != nil {
			return err
		} else if ok {
			iana, err := readZone("time_zone", zone)
			if err != nil {
				return err
			}
			d.set("time_zone", iana)
		} else if d.entry.ID == 0 {
			return fault.Field("time_zone", "", "a zone, such as Europe/Amsterdam", "Time zone: cannot be blank")
		}
		if err := readHolidays(d, sent); err != nil {
			return err
		}
		var list []scheduleHours
		ok, err := sent.has("intervals", &list)
		if err != nil {
			return err
		}
		if !ok && d.entry.ID == 0 { // as Zendesk begins: Monday to Friday, nine to five
			for day := 1; day <= 5; day++ {
				list = append(list, scheduleHours{day*minutesOfDay + 9*60, day*minutesOfDay + 17*60})
			}
			ok = true
		}
		if !ok {
			return nil
		}
		hours, err := readIntervals(list)
		if err == nil {
			d.set("hours", hours)
		}
		return err
	},
}

// readIntervals turns minutes of the week into hours of days; an interval over midnight is cut there.
func readIntervals(list []scheduleHours) (yaml.MapSlice, error) {
	byDay := make([][][]string, 7)
	slices.SortFunc(list, func(a, b scheduleHours) int { return a.Start - b.Start })
	for i, one := range list {
		if one.Start < 0 || one.End <= one.Start || one.End > 7*minutesOfDay {
			return nil, fault.Field(fmt.Sprintf("intervals[%d]", i), one, "start_time before end_time, both from 0 to 10080 minutes", "This interval cannot be.")
		}
		for start := one.Start; start < one.End; {
			day := start / minutesOfDay
			end := min(one.End, (day+1)*minutesOfDay)
			byDay[day] = append(byDay[day], []string{clock(start - day*minutesOfDay), clock(end - day*minutesOfDay)})
			start = end
		}
	}
	out := yaml.MapSlice{}
	for i := range days {
		if day := (i + 1) % 7; len(byDay[day]) > 0 { // from Monday
			out = append(out, yaml.MapItem{Key: days[day], Value: byDay[day]})
		}
	}
	if len(out) == 0 {
		return nil, fault.Field("intervals", "[]", "at least one interval", "A schedule is open at some time.")
	}
	return out, nil
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func (s *Server) scheduleEndpoints() []endpoint {
	const path = "/business_hours/schedules"
	return []endpoint{
		get(path, scheduleRule.list(func(*call, blueprint.Entry) bool { return true })),
		get(path+"/{id}", scheduleRule.show),
		post(path, scheduleRule.create),
		put(path+"/{id}", scheduleRule.update),
		del(path+"/{id}", scheduleRule.remove),
		put(path+"/{id}/workweek", putWorkweek),
		get(path+"/{id}/holidays", listHolidays),
		post(path+"/{id}/holidays", addHoliday),
		get(path+"/{id}/holidays/{holiday}", showHoliday),
		put(path+"/{id}/holidays/{holiday}", changeHoliday),
		del(path+"/{id}/holidays/{holiday}", removeHoliday),
	}
}

func putWorkweek(c *call) (any, error) {
	e, err := scheduleRule.entry(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Workweek struct {
			Intervals []scheduleHours `json:"intervals"`
		} `json:"workweek"`
	}
	if err := c.body(&body); err != nil {
		return nil, err
	}
	hours, err := readIntervals(body.Workweek.Intervals)
	if err != nil {
		return nil, err
	}
	d := editDraft(e)
	d.set("hours", hours)
	made, err := c.apply(fmt.Sprintf("Zendesk API: hours of schedule %q changed", e.Title), d)
	if err != nil {
		return nil, err
	}
	return map[string]any{"workweek": map[string]any{"intervals": intervals(spec[bizcal.Spec](c, made[0]).Hours)}}, nil
}

// holiday is days on which a schedule is closed. Its id is its first date, as a number: 20261225.
type holiday struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Start string `json:"start_date"`
	End   string `json:"end_date"`

	from, to int // places in the calendar's list
}

// holidays are a calendar's, days of one name that follow each other taken together.
func holidays(s bizcal.Spec) (out []holiday) {
	for i, h := range s.Holidays {
		date := fmt.Sprint(h.Date)
		if n := len(out) - 1; n >= 0 && out[n].Name == h.Name && nextDay(out[n].End) == date {
			out[n].End, out[n].to = date, i+1
			continue
		}
		id, _ := strconv.ParseInt(strings.ReplaceAll(date, "-", ""), 10, 64)
		out = append(out, holiday{ID: id, Name: h.Name, Start: date, End: date, from: i, to: i + 1})
	}
	return out
}

func nextDay(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

func listHolidays(c *call) (any, error) {
	e, err := scheduleRule.entry(c)
	if err != nil {
		return nil, err
	}
	list := holidays(spec[bizcal.Spec](c, e))
	if list == nil {
		list = []holiday{}
	}
	return map[string]any{"holidays": list, "count": len(list), "next_page": nil, "previous_page": nil}, nil
}

// holidayOf is the schedule and holiday that the path names.
func holidayOf(c *call) (blueprint.Entry, holiday, error) {
	e, err := scheduleRule.entry(c)
	if err != nil {
		return e, holiday{}, err
	}
	id, err := c.id("holiday")
	for _, h := range holidays(spec[bizcal.Spec](c, e)) {
		if h.ID == id {
			return e, h, nil
		}
	}
	if err == nil {
		err = fault.Missing("holiday", id)
	}
	return e, holiday{}, err
}

func showHoliday(c *call) (any, error) {
	_, h, err := holidayOf(c)
	return map[string]any{"holiday": h}, err
}

func addHoliday(c *call) (any, error) {
	e, err := scheduleRule.entry(c)
	if err != nil {
		return nil, err
	}
	return saveHoliday(c, e, holiday{})
}

func changeHoliday(c *call) (any, error) {
	e, h, err := holidayOf(c)
	if err != nil {
		return nil, err
	}
	return saveHoliday(c, e, h)
}

// maxHoliday is how many days one holiday may have.
const maxHoliday = 366

// saveHoliday puts a holiday in place of an old one, whose places are from and to.
func saveHoliday(c *call, e blueprint.Entry, h holiday) (any, error) {
	var body struct {
		Holiday json.RawMessage `json:"holiday"`
	}
	if err := c.body(&body); err != nil {
		return nil, err
	}
	if len(body.Holiday) == 0 || json.Unmarshal(body.Holiday, &h) != nil {
		return nil, fault.Field("holiday", "", "{name, start_date, end_date}", "The body needs a member holiday.")
	}
	days, err := h.days()
	if err != nil {
		return nil, err
	}
	var list []yaml.MapSlice
	for i, old := range spec[bizcal.Spec](c, e).Holidays {
		if i < h.from || i >= h.to {
			list = append(list, holidayText(fmt.Sprint(old.Date), old.Name))
		}
	}
	if err := applyHolidays(c, e, append(list, days...)); err != nil {
		return nil, err
	}
	h.ID, _ = strconv.ParseInt(strings.ReplaceAll(h.Start, "-", ""), 10, 64)
	return map[string]any{"holiday": h}, nil
}

func holidayText(date, name string) yaml.MapSlice {
	out := yaml.MapSlice{{Key: "date", Value: date}}
	if name != "" {
		out = append(out, yaml.MapItem{Key: "name", Value: name})
	}
	return out
}

// days are those of a holiday, as a calendar lists them.
func (h holiday) days() (list []yaml.MapSlice, err error) {
	start, err := time.Parse(time.DateOnly, h.Start)
	if err != nil {
		return nil, fault.Field("start_date", h.Start, "a date such as 2026-12-25", "Start date is not a date.")
	}
	end, err := time.Parse(time.DateOnly, h.End)
	if err != nil || end.Before(start) || end.Sub(start) > maxHoliday*24*time.Hour {
		return nil, fault.Field("end_date", h.End, "a date from start_date on, within a year", "End date cannot be that.")
	}
	for day := start; !day.After(end); day = day.AddDate(0, 0, 1) {
		list = append(list, holidayText(day.Format(time.DateOnly), h.Name))
	}
	return list, nil
}

// readHolidays takes the holidays that come with a schedule: a move sends both at once.
func readHolidays(d *draft, sent members) error {
	var all []holiday
	ok, err := sent.has("holidays", &all)
	if err != nil || !ok {
		return err
	}
	var list []yaml.MapSlice
	for _, h := range all {
		days, err := h.days()
		if err != nil {
			return err
		}
		list = append(list, days...)
	}
	setHolidays(d, list)
	return nil
}

// setHolidays puts a calendar's holidays into the draft, in their order.
func setHolidays(d *draft, list []yaml.MapSlice) {
	slices.SortStableFunc(list, func(a, b yaml.MapSlice) int { return strings.Compare(fmt.Sprint(a[0].Value), fmt.Sprint(b[0].Value)) })
	if len(list) == 0 {
		d.set("holidays", nil)
	} else {
		d.set("holidays", list)
	}
}

func applyHolidays(c *call, e blueprint.Entry, list []yaml.MapSlice) error {
	d := editDraft(e)
	setHolidays(d, list)
	_, err := c.apply(fmt.Sprintf("Zendesk API: holidays of schedule %q changed", e.Title), d)
	return err
}

func removeHoliday(c *call) (any, error) {
	e, h, err := holidayOf(c)
	if err != nil {
		return nil, err
	}
	var list []yaml.MapSlice
	for i, old := range spec[bizcal.Spec](c, e).Holidays {
		if i < h.from || i >= h.to {
			list = append(list, holidayText(fmt.Sprint(old.Date), old.Name))
		}
	}
	return nil, applyHolidays(c, e, list)
}
