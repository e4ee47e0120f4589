// Package draw makes pictures of figures for mails: PNG, in the product's colours, on white.
//
// Pages draw their own pictures; what is drawn here is what a mail program can show.
package draw
