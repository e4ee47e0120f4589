// Package sheet writes tables as files that spreadsheets open: CSV and XLSX.
//
// A table is written row by row, so a long one needs no memory. Text that a spreadsheet
// would take for a formula is marked as text; numbers and times stay what they are.
package sheet
