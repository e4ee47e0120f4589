package mail

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testKeys = Keys{[]byte("a key for tests only"), []byte("the key before it")}

func mustReply(t *testing.T, mailbox string, id int64) string {
	t.Helper()
	a, err := ReplyAddress(mailbox, id, testKeys)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReplyAddressLeadsBackToItsTicket(t *testing.T) {
	a := mustReply(t, "support@acme.example", 48213)
	if !strings.HasPrefix(a, "support+48213.") || !strings.HasSuffix(a, "@acme.example") {
		t.Fatalf("address %q", a)
	}
	for _, in := range []string{a, strings.ToUpper(a), strings.Replace(a, "support", "help", 1), strings.Replace(a, "support", "support+eu", 1)} {
		if id, ok := ParseReplyAddress(in, testKeys); !ok || id != 48213 {
			t.Errorf("%s: got %d, %v; want 48213", in, id, ok)
		}
	}
	old, _ := ReplyAddress("support@acme.example", 7, testKeys[1:])
	if id, ok := ParseReplyAddress(old, testKeys); !ok || id != 7 {
		t.Errorf("signed with the previous key: got %d, %v; want 7", id, ok)
	}
	if got := PlainAddress(a, testKeys); got != "support@acme.example" {
		t.Errorf("plain address: %s", got)
	}
}

func TestReplyAddressCannotBeForged(t *testing.T) {
	a := mustReply(t, "support@acme.example", 48213)
	mac := a[strings.IndexByte(a, '.')+1 : strings.IndexByte(a, '@')]
	for _, in := range []string{
		"support+48214." + mac + "@acme.example", "support+048213." + mac + "@acme.example",
		"support+48213." + mac[:len(mac)-1] + "@acme.example", "support+48213@acme.example", "support+48213.@acme.example",
		"support+-1." + sign(testKeys[0], "reply", "-1") + "@acme.example", "support@acme.example", "", "@", "+.@x",
	} {
		if id, ok := ParseReplyAddress(in, testKeys); ok {
			t.Errorf("%s passes as ticket %d", in, id)
		}
	}
	if _, ok := ParseReplyAddress(a, Keys{[]byte("somebody else's")}); ok {
		t.Error("an address signed with another key passes")
	}
	if _, err := ReplyAddress(strings.Repeat("x", 50)+"@acme.example", 1, testKeys); err == nil {
		t.Error("a mailbox too long for RFC 5321 is accepted")
	}
}

func TestMessageIDLeadsBackToItsTicket(t *testing.T) {
	ref := MessageRef{TicketID: 48213, CommentID: 990, Copy: 2}
	id := MessageID(ref, "acme.example", testKeys)
	for _, in := range []string{id, "<" + id + ">", strings.ToUpper(id)} {
		if got, ok := ParseMessageID(in, testKeys); !ok || got != ref {
			t.Errorf("%s: got %+v, %v; want %+v", in, got, ok, ref)
		}
	}
	for _, in := range []string{strings.Replace(id, "48213", "48214", 1), "1.2.3.abc@acme.example", "x@y", ""} {
		if got, ok := ParseMessageID(in, testKeys); ok {
			t.Errorf("%s passes as %+v", in, got)
		}
	}
	a, err := NewMessageID(bytes.NewReader(make([]byte, 15)), time.Unix(1, 0), "acme.example")
	if err != nil || a != "rs.aaaaaaaaaaaaaaaaaaaaaaaa@acme.example" {
		t.Errorf("NewMessageID: %q, %v", a, err)
	}
	if _, err := NewMessageID(bytes.NewReader(nil), time.Unix(1, 0), "acme.example"); err == nil {
		t.Error("an exhausted source of randomness goes unnoticed")
	}
}

func TestThreadingPrefersReplyAddressThenInReplyToThenNewestReference(t *testing.T) {
	id := func(ticket int64) string {
		return MessageID(MessageRef{TicketID: ticket, CommentID: 1}, "acme.example", testKeys)
	}
	m := Parse([]byte("From: ann@customer.example\nTo: Support <" + mustReply(t, "support@acme.example", 1) + ">\n" +
		"In-Reply-To: <" + id(2) + ">\nReferences: <" + id(3) + ">\n <other@customer.example> <" + id(4) + ">\n" +
		"Subject: Re: [#99]\n\nhello"))
	if diff := cmp.Diff([]int64{1, 2, 4, 3}, Threading(&m, testKeys)); diff != "" {
		t.Errorf("want reply address, In-Reply-To, newest reference, oldest:\n%s", diff)
	}
	if diff := cmp.Diff([]int64{7, 1, 2, 4, 3}, Threading(&m, testKeys, mustReply(t, "support@acme.example", 7))); diff != "" {
		t.Errorf("the envelope's recipient comes first:\n%s", diff)
	}
	m = Parse([]byte("From: ann@customer.example\nSubject: Re: ticket #99\n\nhello"))
	if got := Threading(&m, testKeys); got != nil {
		t.Errorf("a subject alone threads to %v", got)
	}
}
