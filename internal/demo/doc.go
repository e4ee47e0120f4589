// Package demo makes a software company to try Steward with: colleagues, customers and
// eighteen months of tickets that end now, and lets life go on in it.
//
// Everything in it is generated, and its names show it: "Agent Amber 07", "Casey Sample
// 0123", "Harbour Freight Sample 12". The same seed and size give the same company: the same
// people, tickets, words and decisions in the same order. Only times follow the moment the
// demo is made: opening times are spread over the eighteen months before it in the rhythm of
// working hours of three regions, and everything else follows from them by the calendars of
// the service levels. A history is cut off at that moment, which is why some tickets are
// open. Without a moment given, a fixed one is used, and then every row is the same too,
// apart from keys, salts and what hangs on them.
//
// A ticket's life is a story, written before anything is stored. The bulk of them is told to
// desk.Bulk and outreach.Bulk, which make the rows and events of the services in large
// transactions, without mail. The newest ones are played to the services themselves, with
// real mail in and out. A test tells and plays the same stories and compares every row.
package demo
