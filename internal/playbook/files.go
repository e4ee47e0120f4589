package playbook

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
)

// typeFile is the type of a question that files answer.
const typeFile = "file"

// maxStepFiles bounds what is uploaded for a step, given in the end or not.
const maxStepFiles = 50

// fileIDs are the files that answer a question, by id. They come from Service alone: what a client sends
// is a plain list.
type fileIDs []int64

// idsOf are the files of an answer as it was stored, or as a client sent it.
func idsOf(v any) (out fileIDs) {
	switch v := v.(type) {
	case fileIDs:
		return v
	case float64:
		return fileIDs{int64(v)}
	case []any:
		for _, one := range v {
			id, _ := one.(float64) // anything else is no file: nothing has the id 0
			out = append(out, int64(id))
		}
	}
	return out
}

// given are the files among some answers to a question.
func (q FieldSpec) given(answers map[string]any) fileIDs {
	if q.Type != typeFile {
		return nil
	}
	return idsOf(answers[q.Name])
}

func (q FieldSpec) files() int { return max(q.Files, 1) }

func (q FieldSpec) maxMB() int {
	if q.MaxMB == 0 {
		return 10
	}
	return q.MaxMB
}

func (q FieldSpec) types() []string {
	if len(q.Types) == 0 {
		return []string{"pdf", "png", "jpeg", "text", "docx", "xlsx", "pptx", "odt", "ods", "odp"}
	}
	return q.Types
}

// takes says in a sentence what files are taken.
func (q FieldSpec) takes() string {
	return fmt.Sprintf("%s, up to %d MB each, at most %d", strings.ToUpper(strings.Join(q.types(), ", ")), q.maxMB(), q.files())
}

// fits refuses a file that the question does not take: its type is found from its bytes, whatever its name says.
func (q FieldSpec) fits(f file.File) error {
	switch {
	case !slices.Contains(q.types(), file.TypeName(f.ContentType)):
		return fault.Field("file", f.Filename, q.takes(), "%s is not of a type that is taken here, going by what is in it.", f.Filename)
	case f.Size == 0:
		return fault.Field("file", f.Filename, q.takes(), "%s is empty.", f.Filename)
	case f.Size > int64(q.maxMB())<<20:
		return fault.Field("file", f.Filename, q.takes(), "%s has %s; one file may have %d MB here.", f.Filename, file.Bytes(f.Size), q.maxMB())
	}
	return nil
}

// FileFor names the question that a file answers.
type FileFor struct {
	Run            int64
	Step, Question string
}

// TakesFile is nil when the actor may give a file for a question now. Whoever's step it is may, and whoever may edit the run.
func (s *Service) TakesFile(ctx context.Context, tx db.Tx, by act.Actor, to FileFor) error {
	_, err := s.asked(ctx, tx, by, to, false)
	return err
}

// asked is the question that a file is to answer.
func (s *Service) asked(ctx context.Context, tx db.Tx, by act.Actor, to FileFor, lock bool) (q FieldSpec, err error) {
	r, d, i, err := s.stepOf(ctx, tx, by, to.Run, to.Step, lock)
	if err != nil {
		return q, err
	}
	def := d.Steps[i]
	switch {
	case !r.holds(d, i, by) && !mayEdit(by, r):
		return q, notYours(def.Title)
	case !r.may(d, i, by).complete:
		return q, invalid("%s is not under way, so nothing can be given for it now.", def.Title)
	}
	for _, q := range slices.Concat(def.Evidence, def.Form) {
		if q.Name == to.Question && q.Type == typeFile {
			return q, nil
		}
	}
	return q, fault.Field("question", to.Question, "the name of a question of this step that files answer", "%s does not ask for a file named %q.", def.Title, shortened(to.Question))
}

// AddFile lets an uploaded file be an answer once its step is done with it. Whoever's step it is may, and whoever may edit
// the run. The file stays an upload, which goes after two days, until then.
func (s *Service) AddFile(ctx context.Context, tx db.Tx, by act.Actor, to FileFor, f file.File) error {
	q, err := s.asked(ctx, tx, by, to, true)
	if err != nil {
		return err
	}
	if err := q.fits(f); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM playbook_file WHERE run_id = $1 AND step = $2`, to.Run, to.Step).Scan(&n); err != nil {
		return err
	}
	if n >= maxStepFiles {
		return invalid("%d files were uploaded for this step, and that is the most there may be.", n)
	}
	_, err = tx.Exec(ctx, `INSERT INTO playbook_file (file_id, run_id, step, question, by_id, added) VALUES ($1, $2, $3, $4, $5, $6)`, f.ID, to.Run, to.Step, to.Question, db.NullID(by.PersonID), db.Micros(by.Now()))
	return err
}

// uploaded are answers with the files among them looked up: those that were uploaded for that question of
// the step, in this round or an earlier one. What is no such file stays as it is and is refused as an answer.
func uploaded(ctx context.Context, tx db.Tx, run int64, step string, questions []FieldSpec, answers map[string]any) (map[string]any, fileIDs, error) {
	var all fileIDs
	out := answers
	for _, q := range questions {
		ids := q.given(answers)
		if len(ids) == 0 || len(ids) > maxStepFiles {
			continue
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		w := (&db.Where{}).And("run_id = ?", run).And("step = ?", step).And("question = ?", q.Name).In("file_id", anys(ids))
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM playbook_file WHERE `+w.SQL(), w.Args()...).Scan(&n); err != nil {
			return nil, nil, err
		}
		if n != len(ids) {
			continue
		}
		if len(all) == 0 {
			out = map[string]any{}
			for k, v := range answers {
				out[k] = v
			}
		}
		out[q.Name] = ids
		all = append(all, ids...)
	}
	return out, all, nil
}

// FileView is a file that was given in a run. It is read at /files/{id}.
type FileView struct {
	ID          int64  `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
}

// filesOf are the files of some runs that are still there, by id.
func filesOf(ctx context.Context, tx db.Tx, runs []*Run) (map[int64]FileView, error) {
	ids := make([]any, len(runs))
	for i, r := range runs {
		ids[i] = r.ID
	}
	out := map[int64]FileView{}
	w := (&db.Where{}).In("x.run_id", ids)
	rows, err := tx.Query(ctx, `SELECT f.id, f.filename, f.content_type, f.size FROM playbook_file x JOIN file f ON f.id = x.file_id WHERE `+w.SQL(), w.Args()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (f FileView, err error) {
		err = r.Scan(&f.ID, &f.Filename, &f.ContentType, &f.Size)
		return f, err
	})
	for _, f := range list {
		out[f.ID] = f
	}
	return out, err
}

// answers shows answers with their questions.
func (p *presenter) answers(questions []FieldSpec, answers map[string]any) []AnswerView {
	out := []AnswerView{}
	for _, q := range questions {
		v, ok := answers[q.Name]
		if !ok {
			continue
		}
		one := AnswerView{Title: q.Title}
		if q.Type != typeFile {
			one.Value = words(v)
		}
		var names []string
		for _, id := range q.given(answers) {
			if f, there := p.files[id]; there {
				one.Files, names = append(one.Files, f), append(names, f.Filename)
			}
		}
		if q.Type == typeFile {
			one.Value = strings.Join(names, ", ")
		}
		out = append(out, one)
	}
	return out
}

// FileOf returns a file of a run. Whoever may read the run may; others are told that it is not there.
func (s *Service) FileOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (file.File, error) {
	runs, err := ids(ctx, tx, `SELECT run_id FROM playbook_file WHERE file_id = $1`, id)
	if err != nil {
		return file.File{}, err
	}
	if len(runs) == 0 {
		return file.File{}, fault.Missing("file", id)
	}
	if _, err := s.Get(ctx, tx, by, runs[0]); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.Missing("file", id)
		}
		return file.File{}, err
	}
	return s.files.Get(ctx, tx, id)
}

// handedIn are files that an erased person gave in runs, and those of runs about them.
type handedIn struct{ s *Service }

var _ directory.Eraser = handedIn{}

// What implements directory.Eraser.
func (handedIn) What() string { return "files in runs" }

func (handedIn) where(who directory.Erasing) (string, []any) {
	list := anys(who.IDs)
	w := (&db.Where{}).Any(func(or *db.Where) {
		or.In("x.by_id", list)
		or.In("r.about_id", list)
	})
	return `FROM playbook_file x JOIN playbook_run r ON r.id = x.run_id WHERE ` + w.SQL(), w.Args()
}

// Count implements directory.Eraser.
func (h handedIn) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	from, args := h.where(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 `+from+` LIMIT 1001) AS bounded`, args...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (h handedIn) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	from, args := h.where(who)
	gone, err := ids(ctx, tx, `SELECT x.file_id `+from+` ORDER BY x.file_id LIMIT `+itoa(limit), args...)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	w := (&db.Where{}).In("file_id", anys(gone))
	if _, err := tx.Exec(ctx, `DELETE FROM playbook_file WHERE `+w.SQL(), w.Args()...); err != nil {
		return 0, err
	}
	return len(gone), h.s.files.Remove(ctx, tx, gone, h.s.clock().UTC())
}
