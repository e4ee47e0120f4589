// Package notify tells people of what concerns them: a ticket given to them, a mention, an answer, a promise that is soon due or
// broken, a decision of theirs that something waits for, until somebody has made it. It follows the ledger, keeps a row for each person and event, and shows them in the workspace;
// by mail they go at once or gathered, as each person chose. What a row says is looked up when it is shown, with the reader's rights
// of that moment.
package notify
