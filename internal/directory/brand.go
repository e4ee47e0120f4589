package directory

// Brand is the spec of kind brand: a name the company shows to customers.
type Brand struct {
	Color string `yaml:"color" doc:"Accent colour of public pages." format:"color"`
}
