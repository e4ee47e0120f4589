package portal_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
)

// endless is a stream of so many bytes that no two pieces of are alike.
type endless struct{ at, size int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := int(min(int64(len(p)), e.size-e.at))
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = byte((e.at + int64(i)) >> 3 * 31)
	}
	e.at += int64(n)
	return n, nil
}

// Prints speed and memory of an upload of 3 GB on both engines; only when asked, it takes minutes.
func TestUploadOfThreeGigabytes(t *testing.T) {
	if os.Getenv("STEWARD_LONG") == "" {
		t.Skip("set STEWARD_LONG=1")
	}
	const size = 3 << 30
	want := sha256.New()
	if _, err := io.Copy(want, &endless{size: size}); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, v *visitor) {
		_, path, _ := v.linked()
		_, u := v.call("POST", path+"/files", []byte(fmt.Sprintf(`{"filename":"dump","size":%d}`, int64(size))))
		most, done := uint64(0), make(chan struct{})
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
				select {
				case <-done:
					return
				case <-time.After(200 * time.Millisecond):
				}
			}
		}()
		began := time.Now()
		req, err := http.NewRequest("PUT", fmt.Sprintf("%s%s/files/%d?offset=0", v.server.URL, path, u.ID), &endless{size: size})
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = size
		res, err := v.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		took := time.Since(began)
		close(done)
		<-stopped
		if err != nil || !strings.Contains(string(b), fmt.Sprintf("%x", want.Sum(nil))) {
			t.Fatalf("%d %s %v", res.StatusCode, b, err)
		}
		began = time.Now()
		var hash []byte
		v.Read(func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT f.hash FROM upload u JOIN file f ON f.id = u.file_id WHERE u.id = $1`, u.ID).Scan(&hash)
		})
		back := sha256.New()
		if err := v.Files.Copy(t.Context(), back, hash); err != nil || string(back.Sum(nil)) != string(want.Sum(nil)) {
			t.Fatalf("read back: %v", err)
		}
		fmt.Printf("%s: 3 GB in %.0f s, %.0f MB/s; at most %d MB of heap; read back and compared at %.0f MB/s\n", v.DB.Engine(), took.Seconds(), 3072/took.Seconds(), most>>20, 3072/time.Since(began).Seconds())
	})
}
