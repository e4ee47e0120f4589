package strace

import "testing"

func TestAnOptionsValueIsMaskedAmongArguments(t *testing.T) {
	for in, want := range map[string]string{
		`"curl", ["curl", "--password", "hunter2", "-v"]`: `"curl", ["curl", "--password", "[masked]", "-v"]`,
		`["x", "-api-key",  "a\"b"`:                       `["x", "-api-key",  "[masked]"`,
		`["x", "--pass"..., "hun`:                         `["x", "--pass"..., "[masked]"`,
		`["x", "--path", "/tmp"]`:                         `["x", "--path", "/tmp"]`,
	} {
		if got := Mask(in); got != want {
			t.Errorf("%s\nbecame %s\nnot    %s", in, got, want)
		}
	}
}
