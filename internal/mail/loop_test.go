package mail

import (
	"testing"
	"time"
)

func TestJudgeKeepsMachinesFromAnsweringEachOther(t *testing.T) {
	own := func(a string) bool { return a == "support@acme.example" }
	const from = "From: Ann <ann@customer.example>\n"
	ours := MessageID(MessageRef{1, 1, 0}, "acme.example", testKeys)
	for _, tt := range []struct {
		name, raw string
		want      Action
		auto      bool
	}{
		{"a person", from, Accept, false},
		{"a person who says so", from + "Auto-Submitted: no\n", Accept, false},
		{"a reply to us", from + "In-Reply-To: <" + ours + ">\n", Accept, false},
		{"out of office", from + "Auto-Submitted: auto-replied (vacation)\n", Record, true},
		{"generated", from + "Auto-Submitted: auto-generated\n", Record, true},
		{"bulk", from + "Precedence: bulk\n", Record, true},
		{"junk", from + "Precedence: Junk\n", Record, true},
		{"list", from + "List-Id: Friends <friends.lists.example>\n", Record, true},
		{"newsletter", from + "List-Unsubscribe: <mailto:x@y.example>\n", Record, true},
		{"null sender", "Return-Path: <>\n" + from, Record, true},
		{"exchange", from + "X-Auto-Response-Suppress: OOF, DR\n", Record, true},
		{"exchange none", from + "X-Auto-Response-Suppress: None\n", Accept, false},
		{"old autoresponder", from + "X-Autoreply: yes\n", Record, true},
		{"x-loop", from + "X-Loop: help@other.example\n", Record, true},
		{"absence by subject", from + "Subject: Automatic reply: Your ticket\n", Record, true},
		{"absence in German", from + "Subject: =?utf-8?q?Abwesenheitsnotiz=3A_Urlaub?=\n", Record, true},
		{"delivery report", from + "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", Record, true},
		{"mailer daemon", "From: MAILER-DAEMON@mx.example\n", Record, true},
		{"from ourselves", "From: Support <Support@ACME.example>\n", Suspend, true},
		{"our own mail", from + "Message-ID: <" + ours + ">\n", Ignore, true},
		{"our loop mark", from + LoopHeader + ": acme.example\n", Ignore, true},
		{"nobody", "Subject: x\n", Suspend, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse([]byte(tt.raw + "\nhello\n"))
			got := Judge(&m, own, testKeys)
			if got.Action != tt.want || got.Auto != tt.auto {
				t.Errorf("got %+v, want %s, auto %v", got, tt.want, tt.auto)
			}
			if got.Action != Accept && got.Reason == "" {
				t.Error("the verdict has no reason")
			}
		})
	}
}

func TestRateForgetsWhatLeftTheWindow(t *testing.T) {
	now := time.Unix(1000, 0)
	r := Rate{Limit: 2, Window: time.Minute, Clock: func() time.Time { return now }}
	allow := func(key string, want bool) {
		t.Helper()
		if got := r.Allow(key); got != want {
			t.Errorf("at %v %s: got %v, want %v", now.Sub(time.Unix(1000, 0)), key, got, want)
		}
	}
	allow("ann", true)
	now = now.Add(30 * time.Second)
	allow("ann", true)
	allow("ann", false)
	allow("ben", true)
	now = now.Add(30 * time.Second) // the first has left
	allow("ann", true)
	allow("ann", false)
	now = now.Add(2 * time.Minute)
	allow("cat", true)
	if len(r.seen) != 1 {
		t.Errorf("%d senders remembered, want 1", len(r.seen))
	}
}
