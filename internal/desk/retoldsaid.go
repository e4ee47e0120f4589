package desk

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// sayings remember what events say: the same few words make up most of a history. What they
// give is shared, so nobody may change it.
type sayings struct {
	messages map[string]*saidMessage
	changed  map[string]map[string][2]json.RawMessage
}

// saidMessage is what the event of a message tells.
type saidMessage struct {
	Automatic bool
	Channel   string
}

// Bounds of what is remembered.
const (
	maxSayings = 4096
	maxSaying  = 400 // bytes
)

// message reads the data of a message's event; nil when it cannot be read.
func (s *sayings) message(data []byte) *saidMessage {
	if s != nil {
		if m, ok := s.messages[string(data)]; ok {
			return m
		}
	}
	m := &saidMessage{}
	if json.Unmarshal(data, m) != nil {
		m = nil
	}
	if s != nil && len(data) <= maxSaying {
		if s.messages == nil || len(s.messages) >= maxSayings {
			s.messages = map[string]*saidMessage{}
		}
		s.messages[string(data)] = m
	}
	return m
}

// changes reads the data of an event of changed fields.
func (s *sayings) changes(data []byte) (map[string][2]json.RawMessage, bool) {
	if s != nil {
		if c, ok := s.changed[string(data)]; ok {
			return c, true
		}
	}
	var d struct {
		Changes map[string][2]json.RawMessage `json:"changes"`
	}
	if json.Unmarshal(data, &d) != nil {
		return nil, false
	}
	if s != nil && len(data) <= maxSaying {
		if s.changed == nil || len(s.changed) >= maxSayings {
			s.changed = map[string]map[string][2]json.RawMessage{}
		}
		s.changed[string(data)] = d.Changes
	}
	return d.Changes, true
}

// sayText reads a text; null is none.
func sayText(raw json.RawMessage) (text string, ok bool) {
	if n := len(raw); n >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : n-1]), true
	}
	return text, json.Unmarshal(raw, &text) == nil
}

// sayNumber reads a whole number; null is 0.
func sayNumber(raw json.RawMessage) (n int64, ok bool) {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, true
	}
	return n, json.Unmarshal(raw, &n) == nil
}
