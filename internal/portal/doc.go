// Package portal serves the public pages under /portal: plain HTML that works without
// script. Today that is the survey, and one-click sign-in of a demo.
package portal
