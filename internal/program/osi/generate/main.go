package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the folder of the unpacked package spdx-license-list")
	}
	text, err := os.ReadFile(filepath.Join(args[0], "spdx.json"))
	if err != nil {
		return err
	}
	var all map[string]struct {
		Approved bool `json:"osiApproved"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	var names []string
	for name, l := range all {
		if l.Approved {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return os.WriteFile("approved.txt", []byte(strings.Join(names, "\n")+"\n"), 0o644) //nolint:gosec // a public list
}
