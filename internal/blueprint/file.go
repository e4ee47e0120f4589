package blueprint

import "strings"

// File is a text of documents as it travels in requests and is stored with proposals.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
	Line int    `json:"line,omitempty"` // of the file, from 1, that the text begins on; 0 for the whole file
	// Remove is the blueprint, as KIND/NAME, that is taken out of use instead of a text.
	Remove string `json:"remove,omitempty"`
}

// removal is the document that takes a blueprint out of use.
func (f File) removal() Document {
	kind, name, _ := strings.Cut(f.Remove, "/")
	return Document{Path: f.Path, Kind: kind, Name: name, Removed: true}
}

// ParseFiles reads the documents of several files.
func ParseFiles(files []File) (docs []Document, findings []Finding) {
	for _, f := range files {
		if f.Remove != "" {
			docs = append(docs, f.removal())
			continue
		}
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
		out[i] = File{Path: d.Path, Text: d.Text, Line: d.Line}
		if d.Removed {
			out[i].Remove = d.Kind + "/" + d.Name
		}
	}
	return out
}
