package mail

import (
	"path"
	"strings"
	"unicode"
)

// maxFilename is the longest name kept, in bytes; file systems stop at 255.
const maxFilename = 200

// cleanFilename makes a sender's file name safe to show and to save: the last element of
// its path, without control and text-direction characters, cut to length before its
// extension. It may come back empty.
func cleanFilename(name string) string {
	name = strings.ToValidUTF8(name, "_")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == '\uFFFD' {
			return -1
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimSpace(name), ". ")
	if strings.Trim(name, ".") == "" {
		return ""
	}
	if len(name) <= maxFilename {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	return strings.TrimSpace(clip(name[:len(name)-len(ext)], maxFilename-len(ext))) + ext
}

// extensions are for attachments without a name. A table of our own gives the same name
// on every machine.
var extensions = map[string]string{
	"application/gzip": ".gz", "application/json": ".json", "application/ms-tnef": ".dat",
	"application/msword": ".doc", "application/pdf": ".pdf", "application/pgp-signature": ".asc",
	"application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s", "application/rtf": ".rtf",
	"application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt", "application/vnd.ms-tnef": ".dat",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/x-pkcs7-mime": ".p7m", "application/x-pkcs7-signature": ".p7s", "application/xml": ".xml",
	"application/zip": ".zip", "audio/mpeg": ".mp3", "audio/wav": ".wav", "image/bmp": ".bmp",
	"image/gif": ".gif", "image/heic": ".heic", "image/jpeg": ".jpg", "image/jpg": ".jpg",
	"image/png": ".png", "image/svg+xml": ".svg", "image/tiff": ".tiff", "image/webp": ".webp",
	"message/delivery-status": ".txt", "message/disposition-notification": ".txt", "message/rfc822": ".eml",
	"message/global": ".eml", "text/calendar": ".ics", "text/csv": ".csv", "text/html": ".html",
	"text/plain": ".txt", "text/rfc822-headers": ".txt", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"text/xml": ".xml", "video/mp4": ".mp4", "video/quicktime": ".mov",
}

// defaultFilename names an attachment that came without a name.
func defaultFilename(contentType string) string { return "attachment" + extensions[contentType] }
