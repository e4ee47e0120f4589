package file

import "strings"

// The names of types that people and texts use, by what is found in the bytes.
var typeNames = map[string]string{
	"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp",
	"text/plain": "text", "text/csv": "text", "text/tab-separated-values": "text",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/vnd.oasis.opendocument.text":                                   "odt",
	"application/vnd.oasis.opendocument.spreadsheet":                            "ods",
	"application/vnd.oasis.opendocument.presentation":                           "odp",
	"application/zip": "zip", "application/gzip": "gzip",
}

// TypeName is the short name of a content type that Detect found, such as pdf; "" for one without a name.
func TypeName(contentType string) string {
	base, _, _ := strings.Cut(contentType, ";")
	return typeNames[strings.TrimSpace(base)]
}
