// Package main is a command that keeps the catalogues of the server's own words. main.go has its orders,
// gather.go finds the messages in the sources.
//
//	go run ./internal/lang/words extract   writes them anew from the sources
//	go run ./internal/lang/words check     fails when they are not as the sources are, or a translation does not fit
//	go run ./internal/lang/words missing de [folder]   lists what a language lacks
package main
