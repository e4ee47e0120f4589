// Package main of generate writes the list of approved licences; see package osi.
package main
