package blueprint

import (
	"bufio"
	"fmt"
	"io"
)

// DriftState says how the installation and a folder differ about a blueprint.
type DriftState string

// The ways to differ.
const (
	Edited             DriftState = "edited"               // on the screen, since it was last applied from a folder
	Differs            DriftState = "differs"              // not on the screen: the folder is newer or older
	OnlyInFolder       DriftState = "only_in_folder"       //
	OnlyInInstallation DriftState = "only_in_installation" //
)

// Comparison is how an installation differs from a folder.
type Comparison struct {
	Generation int64         `json:"generation"` // of the installation
	Drifted    bool          `json:"drifted"`    // whether anything differs
	Items      []DriftedItem `json:"items"`      // by kind and name
	Findings   []Finding     `json:"findings"`   // errors of the folder, with which nothing is compared
}

// DriftedItem is one blueprint that differs.
type DriftedItem struct {
	State   DriftState     `json:"state"`
	Kind    string         `json:"kind"`
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Version *int           `json:"version"` // in the installation
	Fields  []DriftedField `json:"fields"`  // none when only comments or layout differ
}

// DriftedField is one field that differs; null where it is absent.
type DriftedField struct {
	Path         string `json:"path"`
	Folder       any    `json:"folder"`
	Installation any    `json:"installation"`
}

// Compare says how the set differs from a folder's documents.
func (s *Set) Compare(docs []Document, parsed []Finding) Comparison {
	p := s.Plan(docs, parsed, Options{}) // with what only the installation has: it may be referred to
	d := Comparison{Generation: s.generation, Items: []DriftedItem{}, Findings: []Finding{}}
	for _, f := range p.Findings {
		if f.Severity == Error {
			d.Findings = append(d.Findings, f)
		}
	}
	if len(d.Findings) > 0 {
		return d
	}
	p = s.Plan(docs, parsed, Options{Prune: true})
	states := map[Action]DriftState{Add: OnlyInFolder, Remove: OnlyInInstallation, Change: Differs}
	for _, c := range p.Changes {
		it := DriftedItem{State: states[c.Action], Kind: c.Kind, Name: c.Name, Title: c.Title, Version: c.VersionFrom, Fields: []DriftedField{}}
		switch {
		case c.Action == Unchanged:
			continue
		case c.Action == Drift:
			it.State = Edited
		}
		for _, f := range c.Fields {
			it.Fields = append(it.Fields, DriftedField{f.Path, f.New, f.Old})
		}
		d.Items = append(d.Items, it)
	}
	d.Drifted = len(d.Items) > 0
	return d
}

// RenderComparison writes a comparison for a terminal.
func RenderComparison(w io.Writer, d Comparison) error {
	out := bufio.NewWriter(w)
	for _, f := range d.Findings {
		fmt.Fprintln(out, f)
	}
	words := map[DriftState]string{Edited: "edited on the screen since it was last applied from a folder", Differs: "differs", OnlyInFolder: "only in the folder",
		OnlyInInstallation: "only in the installation"}
	for _, it := range d.Items {
		fmt.Fprintf(out, "%s/%s  %s: %s\n", it.Kind, it.Name, it.Title, words[it.State])
		if len(it.Fields) == 0 && (it.State == Edited || it.State == Differs) {
			fmt.Fprintln(out, "    only comments or layout")
		}
		for _, f := range it.Fields {
			fmt.Fprintf(out, "    %s: folder %s, installation %s\n", f.Path, absent(f.Folder), absent(f.Installation))
		}
	}
	if !d.Drifted && len(d.Findings) == 0 {
		fmt.Fprintln(out, "The installation is as the folder says.")
	}
	return out.Flush()
}

func absent(v any) string {
	if v == nil {
		return "has none"
	}
	return inLine(v)
}
