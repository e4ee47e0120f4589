package osi

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed approved.txt
var packed string

var approved = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(packed) {
		out[name] = true
	}
	return out
})

// Approved reports whether the Open Source Initiative approved the licence of an SPDX name.
func Approved(name string) bool { return approved()[name] }
