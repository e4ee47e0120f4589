// Package leak finds what looks like a customer's data in a text that is about to leave the company:
// names, addresses, hosts, tokens. It knows nothing of tickets; the caller says whose data it is.
//
// It errs on the side of finding: whoever sends the text confirms each finding word by word, or takes
// it out.
package leak
