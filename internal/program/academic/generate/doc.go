// Package main of generate packs the list of academic domains; see package academic.
package main
