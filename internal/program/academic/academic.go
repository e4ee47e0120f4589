package academic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"strings"
	"sync"
)

//go:embed domains.txt.gz
var packed []byte

// list is the institutions by domain. A line that begins with ! is a domain that was abused, or belongs to alumni:
// it and those below it prove nothing. One that begins with . is a suffix only institutions get, such as .ac.za.
var list = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // the file is part of the program
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		domain, name, _ := strings.Cut(lines.Text(), "\t")
		out[domain] = name
	}
	return out
})

// Institution returns the institution that a domain, or one above it, belongs to; ok is false when none is known
// or the domain was abused.
func Institution(domain string) (name string, ok bool) {
	known := list()
	for d := domain; d != ""; _, d, _ = strings.Cut(d, ".") {
		if _, bad := known["!"+d]; bad {
			return "", false
		}
		if n, there := known[d]; there && !ok {
			name, ok = n, true
		}
	}
	if ok {
		return name, true
	}
	for _, d, more := strings.Cut(domain, "."); more; _, d, more = strings.Cut(d, ".") {
		if _, there := known["."+d]; there {
			return "an academic institution (." + d + ")", true
		}
	}
	return "", false
}
