// Package file keeps attachments: blobs named by their SHA-256, in pieces, and files that
// refer to them by name and type.
//
// Put stores the blob first, in transactions of its own, so that a large upload never
// holds a lock; Attach then makes the reference in the caller's transaction. The same
// bytes are stored once. Blobs that nothing refers to are removed after two days (Sweep).
package file
