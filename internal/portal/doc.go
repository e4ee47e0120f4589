// Package portal serves the public pages under /portal: plain HTML that works without
// script. A request form, a request's own page, all requests of who signed in by a mailed link,
// contacts, programs, surveys, large uploads, and one-click sign-in of a demo.
package portal
