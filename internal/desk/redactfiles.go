package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"steward/internal/db"
	"steward/internal/file"
	"steward/internal/file/peek"
	"steward/internal/mail"
)

// Bounds of what a redaction reads in attachments.
const (
	maxCovered   = 16 << 20  // bytes of a text whose words are covered in place
	maxSearched  = 64 << 20  // bytes of text searched in one file, members of an archive together
	maxLookedAt  = 256 << 20 // bytes of all files of one redaction
	maxRedactees = 500       // files of one ticket
)

// FileFinding is an attachment in which words were found, or which was not read.
type FileFinding struct {
	FileID   int64  `json:"file_id"`
	Filename string `json:"filename"`
	Size     int64  `json:"size"`
	How      string `json:"how" enum:"covered,holds,unread" doc:"covered: its words are covered. holds: it holds them and cannot be changed; remove the file. unread: it was not read, or not whole."`
	Times    int    `json:"times" doc:"How often the words stand in a text that is covered."`
	Say      string `json:"say" doc:"The same in a sentence."`
}

// cleaned is the content of an attachment without the words.
type cleaned struct{ blob file.Blob }

// lookIntoFiles reads the attachments of a ticket, or of one message, for the words. It opens its own
// transactions. store says whether the cleaned texts are stored, ready to take the place of the others.
func (r *Redactor) lookIntoFiles(ctx context.Context, s *Service, store bool) error {
	w := (&db.Where{}).And("c.ticket_id = ?", r.in.TicketID)
	aside := ""
	if r.in.CommentID != 0 {
		w.And("c.id = ?", r.in.CommentID)
	} else {
		aside = ` OR f.id IN (SELECT sf.file_id FROM side_file sf JOIN side_message m ON m.id = sf.message_id JOIN side ON side.id = m.side_id WHERE side.ticket_id = $1)`
	}
	var all []file.File
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT f.id, f.hash, f.filename, f.size FROM file f WHERE f.id IN (SELECT cf.file_id FROM comment_file cf JOIN comment c ON c.id = cf.comment_id WHERE `+w.SQL()+`)`+aside+` ORDER BY f.id LIMIT `+w.Arg(maxRedactees), w.Args()...)
		all, err = db.Collect(rows, err, func(row db.Scanner) (f file.File, err error) {
			return f, row.Scan(&f.ID, &f.Hash, &f.Filename, &f.Size)
		})
		return err
	})
	if err != nil {
		return err
	}
	gone, left := map[int64]bool{}, int64(maxLookedAt)
	for _, id := range r.in.Files {
		gone[id] = true
	}
	for _, f := range all {
		if gone[f.ID] {
			continue // it is removed whole
		}
		found := FileFinding{FileID: f.ID, Filename: f.Filename, Size: f.Size}
		if left -= min(f.Size, maxSearched); left < 0 {
			found.How, found.Say = "unread", "It was not read: the files of this ticket are larger together than is read at once."
			r.found = append(r.found, found)
			continue
		}
		if err := r.lookInto(ctx, s, f, &found, store); err != nil {
			return err
		}
		if found.How != "" {
			r.found = append(r.found, found)
		}
	}
	return nil
}

// lookInto reads one attachment.
func (r *Redactor) lookInto(ctx context.Context, s *Service, f file.File, found *FileFinding, store bool) error {
	src := peek.Source{ReaderAt: s.files.Reader(ctx, f.Hash, f.Size), Size: f.Size, Name: f.Filename}
	text, plain, err := peek.Whole(src, maxCovered)
	if err != nil {
		return err
	}
	if plain {
		clean, taken := r.words.Text(text)
		if taken.Times > 0 && !r.hidden(f.Filename, clean) {
			found.How, found.Times, found.Say = "covered", taken.Times, "Its words are covered; the rest of the file stays."
			if !store {
				r.clean[string(f.Hash)] = cleaned{}
				return nil
			}
			blob, err := s.files.PutBytes(ctx, []byte(clean), s.clock())
			r.clean[string(f.Hash)] = cleaned{blob}
			return err
		}
		if r.hidden(f.Filename, text) {
			found.How, found.Say = "holds", "It holds the words in an encoding that cannot be changed in place. Remove the file to take them away."
			return nil
		}
	}
	sight, err := peek.Search(src, maxSearched, func(text string) bool { return r.words.Holds(text) })
	if err != nil {
		return err
	}
	switch {
	case sight.Found && sight.Member != "":
		found.How, found.Say = "holds", fmt.Sprintf("The archive holds the words, in %s. It cannot be changed; remove the file to take them away.", sight.Member)
	case sight.Found:
		found.How, found.Say = "holds", "It holds the words and cannot be changed, because it is compressed or too large. Remove the file to take them away."
	case sight.Unread != "" && !strings.HasPrefix(f.ContentType, "image/"):
		found.How, found.Say = "unread", "It was not read, or not whole: "+sight.Unread+"."
	default:
		name, in := r.words.Text(f.Filename)
		if in.Times > 0 {
			found.How, found.Times, found.Say = "covered", in.Times, "Its name is covered: "+name+"."
		}
	}
	return nil
}

// hidden reports whether a text holds the words in a form that covering does not reach: the encoded
// parts of a mail, or escapes of JSON.
func (r *Redactor) hidden(filename, text string) bool {
	switch name := strings.ToLower(filename); {
	case strings.HasSuffix(name, ".eml"):
		m := mail.Parse([]byte(text))
		for _, a := range m.Attachments {
			if r.words.Holds(string(a.Data)) {
				return true
			}
		}
		return r.words.InMail(&m)
	case strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".har"), strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".log"):
		d := json.NewDecoder(strings.NewReader(text))
		for {
			var v any
			if d.Decode(&v) != nil {
				return false
			}
			if (&redaction{words: r.words}).inValue(v) {
				return true
			}
		}
	}
	return false
}

// cover puts the cleaned texts in the place of a message's files, or of all on a ticket, and returns the
// messages they are on. Names lose the words as well.
func (r *redaction) cover(ctx context.Context, tx db.Tx, ticketID, only int64) (of map[int64]bool, err error) {
	of = map[int64]bool{}
	if len(r.in.Words) == 0 {
		return of, nil
	}
	w := (&db.Where{}).And("c.ticket_id = ?", ticketID)
	if only != 0 {
		w.And("c.id = ?", only)
	}
	type one struct {
		file.File
		comment int64
	}
	rows, err := tx.Query(ctx, `SELECT f.id, f.hash, f.filename, f.size, c.id FROM comment_file cf JOIN comment c ON c.id = cf.comment_id JOIN file f ON f.id = cf.file_id WHERE `+w.SQL()+` ORDER BY f.id LIMIT `+w.Arg(maxRedactees), w.Args()...)
	all, err := db.Collect(rows, err, func(row db.Scanner) (f one, err error) {
		return f, row.Scan(&f.ID, &f.Hash, &f.Filename, &f.Size, &f.comment)
	})
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if r.removed[f.ID] {
			continue
		}
		covers, err := r.coverFile(ctx, tx, f.File)
		if err != nil {
			return nil, err
		}
		if covers {
			of[f.comment] = true
			r.out.Covered++
		}
	}
	return of, nil
}

// coverFile puts the cleaned text in the place of a file's, and takes the words out of its name. It reports
// whether there was anything to cover.
func (r *redaction) coverFile(ctx context.Context, tx db.Tx, f file.File) (bool, error) {
	name, inName := r.words.Text(f.Filename)
	clean, inText := r.clean[string(f.Hash)]
	if inName.Times == 0 && !inText || len(r.in.Words) == 0 {
		return false, nil
	}
	if r.dry {
		return true, nil
	}
	blob := file.Blob{Hash: f.Hash, Size: f.Size}
	if inText {
		blob = clean.blob
	}
	if err := r.s.files.Replace(ctx, tx, f, blob, name, r.s.clock()); err != nil {
		return false, err
	}
	_, err := tx.Exec(ctx, `UPDATE upload SET filename = $1 WHERE file_id = $2`, name, f.ID)
	return true, err
}
