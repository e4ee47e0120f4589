// Package app puts Steward together: it builds every service once and knows all of them;
// no other package does. New opens an instance, Run works for it (followers, jobs, the
// configuration of other nodes), Serve adds the network.
package app
