// Package peek looks into files without unpacking them: the lines of texts and logs, also
// compressed ones, and the members of zip and tar archives.
//
// Nothing is written anywhere and nothing is held whole: content streams through a budget of
// bytes and time, so that a small file that unpacks to a large one costs no more than that.
// What is found is text; nothing of it is ever markup.
package peek
