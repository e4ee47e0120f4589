package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mailSize is how large each mail is.
const mailSize = 10_000

// mails measures mail from the first connection until the last of it is a ticket.
func mails(ctx context.Context, s settings, e *engine, r *report) error {
	for _, conns := range s.callers {
		if conns == 1 {
			continue
		}
		if err := e.ready(ctx); err != nil {
			return err
		}
		e.quiet(ctx)
		run := rand.Int64()
		var n atomic.Int64
		var wg sync.WaitGroup
		errs := make([]error, conns)
		server, _, _ := processTime(e.server.pid)
		data := e.databaseTime()
		busy, self := busyTime(), ownTime()
		begun := time.Now()
		for i := range conns {
			wg.Go(func() { errs[i] = sendMails(e.server.smtp, run, &n, int64(s.mails)) })
		}
		wg.Wait()
		acknowledged := time.Since(begun)
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		if err := drained(ctx, e, `SELECT count(*) FROM mail_in WHERE state = 'accepted'`, 10*time.Minute); err != nil {
			return err
		}
		ticketed := time.Since(begun)
		after, _, _ := processTime(e.server.pid)
		name := fmt.Sprintf("mail over SMTP, %d connections", conns)
		r.add(e, name+": acknowledged", float64(s.mails)/acknowledged.Seconds(), "/s", target{min: 500}, "")
		r.add(e, name+": all the way to tickets", float64(s.mails)/ticketed.Seconds(), "/s", target{min: 200}, "")
		res := result{done: s.mails, took: ticketed, server: after - server, data: e.databaseTime() - data}
		rest := busyTime() - busy - (ownTime() - self) - res.server - res.data
		res.others = max(0, 100*rest.Seconds()/ticketed.Seconds()/float64(runtime.NumCPU()))
		processor(e, r, name, res, "")
	}
	return nil
}

// sendMails sends mails over one connection until most were sent by all.
func sendMails(addr string, run int64, n *atomic.Int64, most int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	expect := func(code string) error {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return err
			}
			if !strings.HasPrefix(line, code) {
				return fmt.Errorf("the mail server answered %q", strings.TrimSpace(line))
			}
			if line[3] == ' ' {
				return nil
			}
		}
	}
	say := func(text, code string) error {
		if _, err := c.Write([]byte(text + "\r\n")); err != nil {
			return err
		}
		return expect(code)
	}
	if err := expect("220"); err != nil {
		return err
	}
	if err := say("EHLO bench.example", "250"); err != nil {
		return err
	}
	for {
		i := n.Add(1)
		if i > most {
			return say("QUIT", "221")
		}
		from := fmt.Sprintf("sender%d.%d@customer%d.example", run, i/5, i%100) // five mails each
		for _, step := range [][2]string{{"MAIL FROM:<" + from + ">", "250"}, {"RCPT TO:<support@company.example>", "250"}, {"DATA", "354"}, {letterOf(from, run, i), "250"}} {
			if err := say(step[0], step[1]); err != nil {
				return err
			}
		}
	}
}

// letterOf is a mail of two parts, about mailSize bytes.
func letterOf(from string, run, i int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Robin Example <%s>\r\nTo: support@company.example\r\nSubject: The export stops (%d)\r\nMessage-ID: <%d.%d@bench.example>\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"part\"\r\n\r\n",
		from, i, run, i, time.Now().Format(time.RFC1123Z))
	b.WriteString("--part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
	for b.Len() < mailSize/3 {
		b.WriteString(strings.ReplaceAll(letter, ". ", ".\r\n") + "\r\n")
	}
	b.WriteString("\r\n--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>\r\n")
	for b.Len() < mailSize-100 {
		b.WriteString("<p>" + strings.ReplaceAll(letter, ". ", ".<br>\r\n") + "</p>\r\n")
	}
	b.WriteString("</body></html>\r\n--part--\r\n.")
	return b.String()
}
