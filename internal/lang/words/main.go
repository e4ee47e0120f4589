package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"steward/internal/lang"
)

const folder = "internal/lang/catalogue"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	found, err := gather("internal")
	if err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "extract":
		return extract(found)
	case len(args) == 1 && args[0] == "check":
		return check(found)
	case len(args) >= 2 && args[0] == "missing":
		said, err := load(args[1])
		for _, message := range slices.Sorted(maps.Keys(found)) {
			if in := found[message]; said[message] == "" && (len(args) == 2 || strings.Contains(in, args[2])) {
				fmt.Printf("%q: %s\n", message, in)
			}
		}
		return err
	default:
		return fmt.Errorf("words extract, words check, or words missing LANGUAGE")
	}
}

// translated are the languages that have a catalogue.
func translated() (out []string) {
	for _, code := range lang.Spoken() {
		if code != "en" {
			out = append(out, code)
		}
	}
	return out
}

func load(code string) (map[string]string, error) {
	said := map[string]string{}
	b, err := os.ReadFile(filepath.Join(folder, code+".json"))
	if err == nil {
		err = json.Unmarshal(b, &said)
	}
	return said, err
}

// written is a catalogue as a file: sorted, a line a message.
func written(said map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("{")
	for i, message := range slices.Sorted(maps.Keys(said)) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n%s: %s", quoted(message), quoted(said[message]))
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string is always JSON
	return strings.TrimSpace(b.String())
}

func extract(found map[string]string) error {
	if err := os.WriteFile(filepath.Join(folder, "en.json"), written(found), 0o644); err != nil {
		return err
	}
	for _, code := range translated() {
		said, err := load(code)
		if err != nil {
			return err
		}
		maps.DeleteFunc(said, func(message, _ string) bool { return found[message] == "" })
		if err := os.WriteFile(filepath.Join(folder, code+".json"), written(said), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d of %d\n", code, len(said), len(found))
	}
	return nil
}

func check(found map[string]string) error {
	var wrong []string
	if b, err := os.ReadFile(filepath.Join(folder, "en.json")); err != nil || !bytes.Equal(b, written(found)) {
		wrong = append(wrong, folder+"/en.json is not as the sources are: go run ./internal/lang/words extract")
	}
	for _, code := range translated() {
		said, err := load(code)
		if err != nil {
			return err
		}
		for _, message := range slices.Sorted(maps.Keys(said)) {
			switch err := lang.Fits(message, said[message]); {
			case found[message] == "":
				wrong = append(wrong, fmt.Sprintf("%s: nothing says this any more: %q", code, message))
			case err != nil:
				wrong = append(wrong, fmt.Sprintf("%s: %q: %v", code, message, err))
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}
