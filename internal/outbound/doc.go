// Package outbound is how Steward calls other people's servers: webhooks, verifiers, trackers.
// Its Client takes ten seconds at most, follows no redirect, uses no proxy, and connects to
// public addresses only. The address is checked when the connection is made, after the name was
// resolved, so a name that resolves differently the second time gains nothing. Whoever runs the
// server may allow hosts and networks of their own (serve --allow-host).
package outbound
