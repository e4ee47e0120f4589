// Package roster imports people and organizations from CSV files.
//
// Inspect reads a file once, whole: its encoding, separator, columns and rows. A file in
// another encoding than said is refused there, before anything is imported. Map says which
// column is which field. Importer.Run then reads it again in batches: rows are checked
// first, a batch is one transaction, and a row that fails is told with its line and reason
// while the others go on. Running a file again changes nothing that is so already.
// Service does the same for the API, as a job.
package roster
