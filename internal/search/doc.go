// Package search finds records by what is written in them: FTS5 on SQLite, tsvector on
// PostgreSQL, one answer.
//
// A module says what of it can be found with a Kind: how to read its Documents, after which
// events, whom they may be shown to, and its typed filters. The index holds words, never
// text: words are split, folded and stripped of diacritics here, so both engines see the same
// ones. It follows the ledger (Follower, a lag below a second) and can be made anew online
// (Rebuild); Forget takes a record out in the caller's transaction.
//
// Find asks each kind for its newest 1,000 matches and ranks those: all words in the title
// first, then whole words, then beginnings of words; the newest first in each. Permission is
// part of the query twice: by facets in the index, which makes it quick, and by the record's
// own columns, which makes it exact.
package search
