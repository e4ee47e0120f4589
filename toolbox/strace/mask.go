package strace

import (
	"regexp"
	"strings"
)

// masked stands where a secret stood.
const masked = "[masked]"

var (
	secretKey = regexp.MustCompile(`(?i)((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|auth|authorization|credential|private[_-]?key|access[_-]?key|session(?:id)?|cookie|signature)[a-z0-9_-]*\\?["']?\s*[=:]\s*\\?["']?)((?:bearer|basic|token)\s+)?([^\s"'\\,;&]{3,})`)
	secretURL = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@"]*:)[^\s/@"]+@`)
	secretAny = regexp.MustCompile(`\b(?:AKIA[0-9A-Z]{12,}|glpat-[0-9A-Za-z_-]{10,}|gh[pousr]_[0-9A-Za-z]{20,}|xox[abprs]-[0-9A-Za-z-]{10,}|eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}(?:\.[0-9A-Za-z_-]*)?|sk-[0-9A-Za-z_-]{16,}|AIza[0-9A-Za-z_-]{20,})`)
	secretPEM = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----.*`)
	bearer    = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[0-9A-Za-z+/_.=-]{8,}`)
	secretArg = regexp.MustCompile(`(?i)("--?[a-z0-9-]*(?:pass(?:word|wd|phrase)?|secret|token|api-?key|credential)[a-z0-9-]*"(?:\.\.\.)?, *)"(?:[^"\\]|\\.)*(?:"|\\?$)`)
	secretOpt = regexp.MustCompile(`(?i)^--?[a-z0-9-]*(?:pass(?:word|wd|phrase)?|secret|token|api-?key|credential)[a-z0-9-]*$`)
)

// Mask replaces what looks like a secret: values of passwords, tokens and keys, credentials
// in URLs and headers, well-known token forms, private keys. It is made for text a person
// reads, and errs on the side of masking.
func Mask(s string) string {
	if !hinted(s) {
		return s
	}
	s = secretPEM.ReplaceAllString(s, masked)
	s = secretURL.ReplaceAllString(s, "${1}"+masked+"@")
	s = bearer.ReplaceAllString(s, "${1} "+masked)
	s = secretKey.ReplaceAllStringFunc(s, func(m string) string {
		g := secretKey.FindStringSubmatch(m)
		if strings.HasPrefix(g[3], masked) || g[3] == "[masked" {
			return m
		}
		return g[1] + g[2] + masked
	})
	s = secretArg.ReplaceAllString(s, `${1}"`+masked+`"`) // --password and its value among the arguments of a call
	return secretAny.ReplaceAllString(s, masked)
}

// MaskArgs masks a command's arguments, and what follows an option like --password.
func MaskArgs(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if i > 0 && secretOpt.MatchString(args[i-1]) {
			out[i] = masked
			continue
		}
		out[i] = Mask(a)
	}
	return out
}

// hints are what every secret's surroundings hold one of, in lower case, by first letter.
var hints = func() (t [256][]string) {
	for _, h := range []string{"pass", "pwd", "secret", "sess", "signat", "sk-", "token", "key", "auth", "akia", "aiza", "cred", "cookie", "://", "glpat", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
		"xox", "eyj", "bearer", "basic "} {
		t[h[0]] = append(t[h[0]], h)
		if h[0] >= 'a' {
			t[h[0]-0x20] = append(t[h[0]-0x20], h)
		}
	}
	return t
}()

// hinted is a quick look for anything Mask could find.
func hinted(s string) bool {
	for i := 0; i < len(s); i++ {
		for _, h := range hints[s[i]] {
			if len(s)-i >= len(h) && strings.EqualFold(s[i:i+len(h)], h) {
				return true
			}
		}
	}
	return false
}
