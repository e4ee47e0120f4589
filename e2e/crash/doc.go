// Package crash pulls things away from under the running program: it is killed, its
// database is stopped, its disk fills up. Whatever it had acknowledged must be there
// afterwards, and no mail may leave under a second Message-ID.
package crash
