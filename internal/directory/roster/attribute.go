package roster

import "strings"

// attributes are the columns of a row that are attributes, by name; empty cells are not touched.
func (c cells) attributes() map[string]string {
	out := map[string]string{}
	for _, col := range c.columns {
		if name, ok := strings.CutPrefix(col.Field, attribute); ok {
			if v := c.get(col.Field); v != "" {
				out[name] = v
			}
		}
	}
	return out
}
