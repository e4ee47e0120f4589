package blueprint

// Export writes a set as files: "kind/name.yaml" for each blueprint that is not retired, holding the
// author's text unchanged. Parsing the files yields the same texts, so exporting again yields the
// same bytes.
func Export(s *Set) map[string]string {
	out := make(map[string]string, len(s.items))
	for _, it := range s.items {
		if !it.Retired {
			out[it.Key().String()+".yaml"] = it.Text
		}
	}
	return out
}
