// Package bizcal does exact arithmetic on working time: when is somebody there, how much
// working time lies between two instants, and by when has so much of it passed.
//
// A Calendar is a zone, opening hours for each weekday and holidays. It is immutable and
// safe for concurrent use; New compiles one from a Definition, a calendar blueprint
// holds a Definition. Everything is exact to the microsecond, the precision Steward stores.
//
// # Hours are what the clock on the wall shows
//
// Opening hours are local times. On the days when clocks change:
//
//   - A local time that does not exist (the gap in spring) means the instant after the gap.
//     Open from 02:30 where 02:00 jumps to 03:00, and the day begins at 03:00.
//   - A local time that exists twice (autumn) means its first occurrence for an opening and
//     its second for a closing, so a day that is open all the time has its 25 hours.
//   - 24:00 is the same instant as the next day's opening at 00:00, so a calendar that is open
//     around the clock has no seam.
//   - A date that a zone skipped whole (Pacific/Apia, 30 December 2011) has no hours.
//
// Intervals include their opening and exclude their closing: [open, close).
// Hours exist from the year 1950 through 2199; outside, every calendar is closed.
package bizcal
