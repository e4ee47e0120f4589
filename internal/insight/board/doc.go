// Package board arranges indicators for people: dashboards and reports as blueprints, the
// periods they speak of, the mails that bring them, and their tables as files.
//
// It computes no figure itself: it asks package insight, with the rights of whoever reads.
// Begin reading at dashboard.go; schedule.go says when a mail is due, send.go makes it.
package board
