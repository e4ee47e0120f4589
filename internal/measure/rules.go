package measure

import "steward/internal/blueprint"

// Register lets conditions about organizations and people read their measures. The directory
// has declared those subjects.
func Register(reg *blueprint.Registry, measures *Registry) {
	for _, subject := range []string{"organization", "person"} {
		if fields := measures.Fields(subject); len(fields) > 0 {
			reg.Extend(subject, fields...)
		}
	}
}
