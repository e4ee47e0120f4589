// Package doctor looks an instance over and says what is wrong and what to do about it: Examine
// for a person at the command line or an administrator in the workspace.
package doctor
