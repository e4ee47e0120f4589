// Package api is the native HTTP surface: it puts the routes of every module under
// /api/v1, finds out who asks, streams what happens, and serves the workspace.
//
// Modules register their own routes; what belongs to no module (sign-in, people,
// configuration, mail, files, the stream) stands here, one noun a file.
package api
