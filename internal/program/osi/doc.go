// Package osi knows which licences the Open Source Initiative approved, by their SPDX names: what the SPDX licence list
// marks as approved, as the npm package spdx-license-list 6.12.0 brings it along.
//
// The list is data, stored as approved.txt, a name a line. To take a newer one, fetch the package (npm pack
// spdx-license-list@VERSION), unpack it, run
//
//	SPDX=/path/to/package go generate ./internal/program/osi
//
// and write the version above. The package is in the public domain (CC0-1.0).
//
//go:generate sh -c "go run ./generate $SPDX"
package osi
