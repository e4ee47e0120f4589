package program_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
)

// upload sends a document for the proof of that name on the application's page.
func (w *world) upload(path, name string, data []byte, want int, says string) {
	w.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("do", "upload")
	_ = m.WriteField("proof", "document")
	part, _ := m.CreateFormFile("files", name)
	_, _ = part.Write(data)
	_ = m.Close()
	req, err := http.NewRequestWithContext(w.T.Context(), http.MethodPost, w.server.URL+path, &b)
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
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
