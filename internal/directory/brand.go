package directory

// Brand is the spec of kind brand: a name the company shows to customers.
type Brand struct {
	Color string `yaml:"color" doc:"Accent colour of public pages." format:"color"`
	Logo  string `yaml:"logo" doc:"Picture on top of public pages, a PNG or JPEG of at most 32 kB. One that is more than twice as wide as high stands in place of the title, others beside it." format:"picture"`
}
