package program_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
)

// uploading is the form that sends a document for the proof of that name.
func uploading(name string, data []byte) (kind string, body []byte) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("do", "upload")
	_ = m.WriteField("proof", "document")
	part, _ := m.CreateFormFile("files", name)
	_, _ = part.Write(data)
	_ = m.Close()
	return m.FormDataContentType(), b.Bytes()
}

// upload sends a document on the application's page.
func (w *world) upload(path, name string, data []byte, want int, says string) {
	w.T.Helper()
	kind, body := uploading(name, data)
	req, err := http.NewRequestWithContext(w.T.Context(), http.MethodPost, w.server.URL+path, bytes.NewReader(body))
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := w.client.Do(req)
	if err != nil {
		w.T.Fatal(err)
	}
	defer res.Body.Close()
	page, _ := io.ReadAll(res.Body)
	if res.StatusCode != want || !strings.Contains(string(page), says) {
		w.T.Fatalf("upload of %s: %d, %s", name, res.StatusCode, page)
	}
}
