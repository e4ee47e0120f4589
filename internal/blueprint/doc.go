// Package blueprint is configuration as text: every rule, form, policy, playbook and role of an
// installation is a small YAML document that can be reviewed, planned, applied and rolled back.
//
// # A kind is one struct
//
// A module declares a kind with one Go struct and one line of registration:
//
//	type Survey struct {
//		Question string   `yaml:"question" required:"true" doc:"What is asked, in the customer's words."`
//		After    Duration `yaml:"after" min:"1h" doc:"How long after solving the mail goes out."`
//		Calendar string   `yaml:"calendar" ref:"calendar" doc:"When mail may go out."`
//		When     string   `yaml:"when" format:"cel:ticket" doc:"Which tickets are asked about."`
//	}
//
//	blueprint.Register(reg, blueprint.Kind[Survey]{Name: "survey", Title: "Survey", Summary: "…", Example: "…"})
//
// Everything else follows from the struct and its tags: strict decoding with positions, checks,
// references, JSON Schema, documentation, the editor's form, and field-by-field differences. Tags:
//
//   - yaml: the field's name. yaml:",inline" on an embedded struct takes its fields in.
//   - doc: one sentence for people; every field has one.
//   - required:"true": it must be there.
//   - enum:"a,b": the texts it may be.
//   - ref:"kind": it names a blueprint of that kind.
//   - min, max: bounds of a number or Duration, the length of a list or text.
//   - format: "cel:SUBJECT" (a condition; "cel:SUBJECT:number" a formula), "time-zone", "email",
//     "color", "url", "date", "markdown".
//   - short:"true": a plain value in place of the object sets this field.
//
// What a struct cannot say, Kind.Lint says; what others need ready-made (a compiled calendar),
// Kind.Compile makes. A field may be a type that reads itself from text (encoding.TextUnmarshaler)
// and says what it accepts (Described).
//
// # From folder to set
//
// ParseFile and ParseFolder split files into Documents, each with the author's text and comments
// verbatim. NewSet (from stored Entries) and Compile (from Documents) make a Set: immutable, whole,
// every reference resolved. Set.Plan says what applying documents would change, Export writes a set
// as files, Schema describes a kind. Everything wrong is a Finding with file, line and column.
package blueprint
