package mail

import (
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-smtp"
)

// transact runs one mail transaction. again reports that the connection was dead before
// the relay had heard of the mail, so it is safe to begin anew on another.
func (r *relay) transact(from string, to []string, raw []byte) (result Result, again bool) {
	opts := &smtp.MailOptions{Size: int64(len(raw))}
	wireFrom, utf8 := from, false
	if from != "" {
		wireFrom, utf8 = WireAddress(from)
	}
	wireTo := make([]string, len(to))
	for i, email := range to {
		var u bool
		wireTo[i], u = WireAddress(email)
		utf8 = utf8 || u
	}
	if utf8 {
		if ok, _ := r.client.Extension("SMTPUTF8"); !ok {
			return failed(Permanent, 550, "The relay does not take addresses with letters beyond ASCII (SMTPUTF8).", to), false
		}
		opts.UTF8 = true
	}
	if max, ok := r.client.MaxMessageSize(); ok && max > 0 && len(raw) > max {
		return failed(Permanent, 552, fmt.Sprintf("The mail has %d bytes; the relay takes at most %d.", len(raw), max), to), false
	}
	if err := r.client.Mail(wireFrom, opts); err != nil {
		o, code, msg := verdict(err)
		return failed(o, code, msg, to), code == 0 || code == 421
	}
	accepted := 0
	for i, email := range to {
		err := r.client.Rcpt(wireTo[i], nil)
		if err == nil {
			accepted++
			result.Recipients = append(result.Recipients, RecipientResult{Email: email, Outcome: Delivered})
			continue
		}
		o, code, msg := verdict(err)
		if code == 0 || code == 421 {
			return failed(Temporary, code, msg, to), true
		}
		result.Recipients = append(result.Recipients, RecipientResult{Email: email, Outcome: o, Code: code, Status: status(err), Message: msg})
		result.Code, result.Message = code, msg
	}
	if accepted == 0 {
		result.summarise()
		return result, false
	}
	o, code, msg := r.data(raw)
	for i := range result.Recipients {
		if x := &result.Recipients[i]; x.Outcome == Delivered {
			x.Outcome, x.Code, x.Message = o, code, msg
		}
	}
	result.Code, result.Message = code, msg
	result.summarise()
	return result, false
}

// data sends the message itself.
func (r *relay) data(raw []byte) (Outcome, int, string) {
	w, err := r.client.Data()
	if err != nil {
		return verdict(err)
	}
	for rest := raw; len(rest) > 0; {
		n := min(len(rest), 64<<10)
		_ = r.conn.SetDeadline(time.Now().Add(r.patience))
		if _, err := w.Write(rest[:n]); err != nil {
			// The final dot never left, so the relay cannot have taken it.
			_, _, msg := verdict(err)
			return Temporary, 0, "The connection was lost while the mail was being sent: " + msg
		}
		rest = rest[n:]
	}
	answer, err := w.CloseWithResponse()
	if err == nil {
		return Delivered, 250, answer.StatusText
	}
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		return verdict(err)
	}
	return Unknown, 0, "The connection was lost after the mail was sent and before the relay confirmed it: " + err.Error()
}
