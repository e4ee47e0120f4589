package mail

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/jhillyerd/enmime/v2"
)

// moduleDir finds a required module in the module cache; its test data was written by
// others and knows nothing of us.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		t.Fatalf("finding %s: %v; run go mod download", module, err)
	}
	return dir
}

// corpus returns the mails of enmime's test data.
func corpus(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root := filepath.Join(moduleDir(t, "github.com/jhillyerd/enmime/v2"), "testdata")
	err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || (!strings.HasSuffix(path, ".raw") && !strings.HasSuffix(path, ".eml")) {
			return err
		}
		raw, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, root+"/")] = raw
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 80 {
		t.Fatalf("only %d mails below %s", len(files), root)
	}
	return files
}

// enmimeFiles counts the files enmime finds: each part once, without those it also shows
// as the body.
func enmimeFiles(e *enmime.Envelope) []string {
	seen := map[*enmime.Part]bool{}
	var names []string
	for _, group := range [][]*enmime.Part{e.Attachments, e.Inlines, e.OtherParts} {
		for _, p := range group {
			body := (p.ContentType == "text/plain" || p.ContentType == "text/html") && p.Disposition != "attachment" && p.FileName == ""
			// Without a type a part is text (RFC 2045 section 5.2); enmime calls it a file.
			body = body || p.ContentType == "" && p.Disposition != "attachment"
			if !seen[p] && !body && !strings.HasPrefix(p.ContentType, "multipart/") {
				names = append(names, p.FileName+" "+p.ContentType)
			}
			seen[p] = true
		}
	}
	return names
}

func TestParseReadsWhatEnmimeReads(t *testing.T) {
	read := 0
	for name, raw := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			m := Parse(raw)
			e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
			if err != nil {
				t.Logf("enmime cannot read it (%v); we found %d files and: %q", err, len(m.Attachments), m.Problems)
				return
			}
			read++
			if m.Unparsable && (e.Text != "" || e.HTML != "") {
				t.Fatalf("Unparsable (%s), but enmime reads it", m.Reason)
			}
			var names []string
			for _, a := range m.Attachments {
				names = append(names, a.Filename+" "+a.ContentType)
			}
			if want := enmimeFiles(e); len(names) != len(want) {
				t.Errorf("files: got %q, enmime has %q\nproblems: %q", names, want, m.Problems)
			}
			if missing := missingWords(m.PlainText()+" "+m.HTML, e.Text+" "+e.HTML); len(missing) > 0 && !readBetter[name] {
				t.Errorf("words enmime has and we have not: %q\ntext %q\nhtml %q", missing, m.Text, m.HTML)
			}
			if got, want := m.Subject, strings.TrimSpace(e.GetHeader("Subject")); got != want {
				t.Errorf("subject: got %q, enmime has %q", got, want)
			}
		})
	}
}

// readBetter are mails where enmime's text is the worse one: a file shown as text, or
// text read in the wrong character set.
var readBetter = map[string]bool{
	"mail/inlinemultipart.raw":                          true, // test.txt is a file of ours
	"mail/malformed-multiple-address-header-values.raw": true, // the same
	"parts/chardet-fail.raw":                            true, // a picture, declared as text
	"parts/chardet-detection.raw":                       true, // UTF-8 read as Latin-1
	"low-quality/unk-charset-part.raw":                  true,
}

// missingWords are the words of want that got has not.
func missingWords(got, want string) (missing []string) {
	have := map[string]bool{}
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	for _, w := range split(got) {
		have[w] = true
	}
	for _, w := range split(want) {
		if !have[w] {
			missing = append(missing, w)
		}
	}
	return missing
}
