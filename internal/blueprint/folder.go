package blueprint

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// ParseFolder reads every .yaml and .yml file below a folder, in the order of their paths. Files
// and folders whose name begins with a dot are left out. An error means the folder cannot be read.
func ParseFolder(fsys fs.FS) ([]Document, []Finding, error) {
	var docs []Document
	var findings []Finding
	err := fs.WalkDir(fsys, ".", func(at string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") && at != "." {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(at); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		if info, err := e.Info(); err == nil && info.Size() > MaxFile {
			findings = append(findings, Finding{Severity: Error, Path: at, Message: fmt.Sprintf("A file has at most %d bytes; this one has %d.", MaxFile, info.Size())})
			return nil
		}
		text, err := fs.ReadFile(fsys, at)
		if err != nil {
			return err
		}
		more, found := ParseFile(at, string(text))
		docs, findings = append(docs, more...), append(findings, found...)
		if len(docs) > MaxDocuments {
			findings = append(findings, Finding{Severity: Error, Path: at, Message: fmt.Sprintf("There are more than %d documents.", MaxDocuments)})
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read blueprints: %w", err)
	}
	return docs, findings, nil
}
