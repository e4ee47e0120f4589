package demo

// logText is the file that customers attach.
const logText = `Running with build-runner 18.2 on runner-eu-3
Preparing the environment
Fetching changes with depth 20
Checking cache for main-protected ... no cache found
$ make package
go build ./...
package: writing image layer 3 of 7
package: writing image layer 4 of 7
error: unexpected status 500 while pushing layer sha256:4f1c (attempt 3 of 3)
ERROR: Job failed: exit code 1
`
