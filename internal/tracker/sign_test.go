package tracker

import "testing"

// The values are those of GitHub's documentation (Validating webhook deliveries).
func TestGitHubsOwnExample(t *testing.T) {
	if got := githubSignature("It's a Secret to Everybody", []byte("Hello, World!")); got != "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" {
		t.Error(got)
	}
}
