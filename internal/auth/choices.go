package auth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// ChoiceNames are what somebody can choose for themselves, on whatever machine they sit at.
var ChoiceNames = []string{"theme", "density", "singles", "layout", "writing", "marks", "zone", "language", "notify", "notify_mail", "signature"}

// longChoices are the choices that may have more than 64 characters.
var longChoices = map[string]int{"notify": 200, "signature": 2000}

// Choices returns what the actor chose for themselves, by name. Everybody may.
func (s *Service) Choices(ctx context.Context, tx db.Tx, by act.Actor) (map[string]string, error) {
	out := map[string]string{}
	var body string
	err := tx.QueryRow(ctx, `SELECT body FROM person_setting WHERE person_id = $1`, by.PersonID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &out)
	}
	return out, err
}

// Choose changes some of what the actor chose; an empty value takes a choice back. Everybody may, for themselves.
func (s *Service) Choose(ctx context.Context, tx db.Tx, by act.Actor, choices map[string]string) (map[string]string, error) {
	if by.PersonID == 0 {
		return nil, by.Denied("write", "person")
	}
	all, err := s.Choices(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	for name, v := range choices {
		if !slices.Contains(ChoiceNames, name) {
			return nil, fault.Field("choices", name, strings.Join(ChoiceNames, ", "), "There is nothing called %q to choose.", name)
		}
		most := 64
		if n, ok := longChoices[name]; ok {
			most = n
		}
		if utf8.RuneCountInString(v) > most {
			return nil, fault.Field("choices."+name, nil, fmt.Sprintf("at most %d characters", most), "This is too long for a choice.")
		}
		if _, err := time.LoadLocation(v); name == "zone" && v != "" && (err != nil || v == "Local") {
			return nil, fault.Field("choices.zone", v, "an IANA name such as Europe/Amsterdam", "There is no time zone %q.", v)
		}
		if all[name] = v; v == "" {
			delete(all, name)
		}
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO person_setting (person_id, body, updated) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET body = excluded.body, updated = excluded.updated`, by.PersonID, string(body), db.Micros(by.Now()))
	return all, err
}

// languageOf is the language among somebody's choices as they are stored.
func languageOf(choices string) string {
	if !strings.Contains(choices, `"language"`) {
		return ""
	}
	var c struct {
		Language string `json:"language"`
	}
	_ = json.Unmarshal([]byte(choices), &c) // Choose wrote it
	return c.Language
}
