package blueprint

// File is a text of documents as it travels in requests and is stored with proposals.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
	Line int    `json:"line,omitempty"` // of the file, from 1, that the text begins on; 0 for the whole file
}

// ParseFiles reads the documents of several files.
func ParseFiles(files []File) (docs []Document, findings []Finding) {
	for _, f := range files {
		more, found := parseFile(f.Path, f.Text, max(f.Line, 1))
		docs, findings = append(docs, more...), append(findings, found...)
	}
	return docs, findings
}

// FilesOf are the files that documents came from, in their order: what ParseFiles reads the
// same documents from again.
func FilesOf(docs []Document) []File {
	out := make([]File, len(docs))
	for i, d := range docs {
		out[i] = File{d.Path, d.Text, d.Line}
	}
	return out
}
