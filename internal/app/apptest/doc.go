// Package apptest gives tests a whole instance: initialised, with the starter kit, a clock
// that stands still until it is moved, and a mail server of the customer's that keeps what
// reaches it.
//
//	i := apptest.New(t, apptest.Options(t, engine))
//	i.Mail("ann@acme.example", raw)
//	i.Settle()
//
// Nothing runs by itself: Settle orders events, runs followers and does every job that is
// due, until nothing is left to do.
package apptest
