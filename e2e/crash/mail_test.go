package crash

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// TestMailThatIsTooLargeOrCutOff is on SQLite alone: nothing of it reaches the database.
func TestMailThatIsTooLargeOrCutOff(t *testing.T) {
	s := newServer(t, []string{"--data", t.TempDir()})
	s.start()
	big := append([]byte("From: ann@acme.example\r\nSubject: big\r\n\r\n"), bytes.Repeat([]byte(strings.Repeat("x", 98)+"\r\n"), 600_000)...)
	err := smtp.SendMail(s.smtp, nil, "ann@acme.example", []string{"support@company.example"}, big)
	var said *textproto.Error
	if !errors.As(err, &said) || said.Code != 552 || !strings.Contains(said.Msg, "50 MB") {
		t.Errorf("a mail of 60 MB: %v", err)
	}
	for _, last := range []string{"half a li", "\r\n", ".\r", "\r\n."} {
		c, err := net.Dial("tcp", s.smtp)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(c, "EHLO x\r\nMAIL FROM:<ann@acme.example>\r\nRCPT TO:<support@company.example>\r\nDATA\r\n")
		time.Sleep(50 * time.Millisecond)
		fmt.Fprintf(c, "From: ann@acme.example\r\nSubject: cut off\r\n\r\n%s", last)
		time.Sleep(20 * time.Millisecond)
		c.Close()
	}
	if err := s.send("ann@acme.example", "whole@acme.example", "whole"); err != nil {
		t.Fatal(err)
	}
	var list string
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(list, "ticketed") && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		list = s.call("GET", "/api/v1/mail/received", nil).body
	}
	if strings.Contains(list, "cut off") || strings.Contains(list, "big") || strings.Count(list, `"received_at"`) != 1 {
		t.Errorf("received: %s", list)
	}
}
