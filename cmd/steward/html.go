package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"steward/internal/fault"
	"steward/internal/mail"
)

// htmlCmd groups the commands about HTML.
type htmlCmd struct {
	Sanitise htmlSanitiseCmd `cmd:"" aliases:"sanitize" help:"Make HTML safe to show: {\"payloads\":[…]} in, {\"outputs\":[…]} out."`
}

// htmlSanitiseCmd sanitises each payload as the HTML of an incoming mail.
type htmlSanitiseCmd struct{}

// maxPayloads is the most input the command reads, in bytes.
const maxPayloads = 64 << 20

// Run reads the payloads and prints as many outputs, in the same order.
func (htmlSanitiseCmd) Run() error {
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, maxPayloads+1))
	if err != nil {
		return fault.New(fault.Malformed, "The payloads cannot be read from standard input: %w", err)
	}
	if len(raw) > maxPayloads {
		return fault.New(fault.TooLarge, "The payloads are larger than %d MB.", maxPayloads>>20)
	}
	payloads, err := readPayloads(raw)
	if err != nil {
		return err
	}
	outputs := make([]string, len(payloads))
	for i, p := range payloads {
		outputs[i] = mail.Sanitise(p).HTML
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string][]string{"outputs": outputs})
}

// readPayloads reads the one object the command expects.
func readPayloads(raw []byte) ([]string, error) {
	var in struct {
		Payloads *[]string `json:"payloads"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fault.New(fault.Malformed, `The input is not JSON at byte %d: %w; expected {"payloads":["…"]}.`, syntax.Offset, err)
		}
		return nil, fault.New(fault.Malformed, `The input has another shape: %w; expected {"payloads":["…"]}.`, err)
	}
	if in.Payloads == nil {
		return nil, fault.New(fault.Malformed, `The input has no "payloads"; expected {"payloads":["…"]}.`)
	}
	return *in.Payloads, nil
}
