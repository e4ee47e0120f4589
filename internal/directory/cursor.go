package directory

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
)

// place is where a list sorted by (name, id) goes on.
type place struct {
	Name string `json:"n"`
	ID   int64  `json:"i"`
}

func encodeName(name string, id int64) string {
	b, _ := json.Marshal(place{name, id}) // strings and numbers always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

func nameCursor(page db.Page) (name string, id int64, ok bool, err error) {
	if page.Cursor == "" {
		return "", 0, false, nil
	}
	var p place
	raw, err := base64.RawURLEncoding.DecodeString(page.Cursor)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return "", 0, false, db.BadMark()
	}
	return p.Name, p.ID, true, nil
}

func checkZone(zone string) error {
	if zone == "" {
		return nil
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		return fault.Field("time_zone", zone, "an IANA name like Europe/Amsterdam", "There is no time zone of this name.")
	}
	return nil
}
