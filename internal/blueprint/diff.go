package blueprint

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// FieldChange is one field that differs. Old is nil for what is new, New for what is gone.
type FieldChange struct {
	Path string `json:"path"` // "targets[1].within"; positions count in the new text, of what is gone in the old
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

// diff lists what differs between two plain values.
func diff(path string, old, new any) []FieldChange {
	if reflect.DeepEqual(old, new) {
		return nil
	}
	switch o := old.(type) {
	case object:
		if n, ok := new.(object); ok {
			return diffObjects(path, o, n)
		}
	case []any:
		if n, ok := new.([]any); ok && (hasObjects(o) || hasObjects(n)) {
			return diffLists(path, o, n)
		}
	}
	return []FieldChange{{path, old, new}}
}

func diffObjects(path string, old, new object) []FieldChange {
	var out []FieldChange
	for _, m := range old {
		value, _ := new.get(m.name)
		out = append(out, diff(strings.TrimPrefix(path+"."+m.name, "."), m.value, value)...)
	}
	for _, m := range new {
		if _, known := old.get(m.name); !known {
			out = append(out, diff(strings.TrimPrefix(path+"."+m.name, "."), nil, m.value)...)
		}
	}
	return out
}

// hasObjects reports whether a list holds more than plain values. Lists of plain values are short
// and read best whole.
func hasObjects(items []any) bool {
	for _, x := range items {
		switch x.(type) {
		case object, []any:
			return true
		}
	}
	return false
}

// maxAlign is how many pairs of entries two lists may have to be aligned; beyond, they are compared
// position by position.
const maxAlign = 4_000_000

// diffLists aligns two lists by their equal entries and compares what lies between: entries that
// stand in for each other field by field, the rest as added or gone.
func diffLists(path string, old, new []any) []FieldChange {
	var out []FieldChange
	i, j := 0, 0
	gap := func(i2, j2 int) {
		for ; i < i2 || j < j2; i, j = min(i+1, i2), min(j+1, j2) {
			switch {
			case i == i2:
				out = append(out, FieldChange{fmt.Sprintf("%s[%d]", path, j), nil, new[j]})
			case j == j2:
				out = append(out, FieldChange{fmt.Sprintf("%s[%d]", path, i), old[i], nil})
			default:
				out = append(out, diff(fmt.Sprintf("%s[%d]", path, j), old[i], new[j])...)
			}
		}
	}
	for _, pair := range align(old, new) {
		gap(pair[0], pair[1])
		i, j = i+1, j+1
	}
	gap(len(old), len(new))
	return out
}

// align returns the positions of a longest common subsequence.
func align(old, new []any) [][2]int {
	if len(old)*len(new) > maxAlign {
		return nil
	}
	a, b := texts(old), texts(new)
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// texts writes every entry as JSON, to compare them by.
func texts(items []any) []string {
	out := make([]string, len(items))
	for i, x := range items {
		text, err := json.Marshal(x)
		if err != nil {
			text = fmt.Append(nil, x)
		}
		out[i] = string(text)
	}
	return out
}
