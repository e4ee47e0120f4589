package zendesk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
)

// obj is a JSON object.
type obj = map[string]any

// world is an instance on the network with somebody of each kind.
type world struct {
	*apptest.Instance
	t      *testing.T
	url    string            // of the instance
	tokens map[string]string // admin, agent, customer; nobody has none
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := apptest.New(t, apptest.Options(t, e))
			w := &world{Instance: i, t: t, tokens: map[string]string{"admin": i.Token}}
			w.url = i.Serve().URL
			w.tokens["agent"] = i.TokenFor(i.Person("agent@company.example", "Agent One", "agent"), "*")
			w.tokens["customer"] = i.TokenFor(i.Person("customer@acme.example", "Customer One"), "*")
			fn(t, w)
		})
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get reads a member by path from a JSON answer: get("tickets", 0, "id"); nil when it is not there.
func (a answer) get(path ...any) any {
	var v any
	if json.Unmarshal(a.body, &v) != nil {
		return nil
	}
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// id is a number by path.
func (a answer) id(path ...any) int64 {
	n, _ := a.get(path...).(float64)
	return int64(n)
}

// call makes one call below /api/v2 as somebody.
func (w *world) call(who, method, path string, body any) answer {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		if raw, ok := body.(string); ok {
			r = strings.NewReader(raw)
		} else {
			b, err := json.Marshal(body)
			if err != nil {
				w.t.Fatal(err)
			}
			r = bytes.NewReader(b)
		}
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+"/api/v2"+path, r)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token := w.tokens[who]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) answer {
	w.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b}
}

// job waits for a job that an answer tells of and returns its last state.
func (w *world) job(a answer) answer {
	w.t.Helper()
	id, _ := a.get("job_status", "id").(string)
	if a.status != 200 || id == "" {
		w.t.Fatalf("no job: %d %s", a.status, a.body)
	}
	w.Settle()
	return w.call("admin", "GET", "/job_statuses/"+id+".json", nil)
}

// node runs a script of testdata with the unmodified npm clients against the instance. It gets the
// address and the administrator's address and token, and prints nothing when all is as it should be.
func (w *world) node(script string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	// jobs are done while the script waits for them
	go func() {
		for ; ctx.Err() == nil; db.Wait(ctx, nil, 200*time.Millisecond) {
			_, _ = w.Jobs.RunDue(ctx)
		}
	}()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("testdata", script), w.url, apptest.Admin, w.tokens["admin"])
	tried := filepath.Join(w.t.TempDir(), "methods")
	cmd.Env = append(os.Environ(), "STEWARD_METHODS="+tried)
	out, err := cmd.CombinedOutput()
	if names, err := os.ReadFile(tried); err == nil {
		lines(names, methodsTried)
	}
	if err != nil {
		lines := strings.Split(string(out), "\n")
		for i, l := range lines { // the clients are minified: one line is all of their source
			lines[i] = l[:min(len(l), 500)]
		}
		w.t.Errorf("%s: %v\n%s", script, err, strings.Join(lines, "\n"))
	}
}

// str is an id in an address.
func str(id int64) string { return strconv.FormatInt(id, 10) }
