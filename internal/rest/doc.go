// Package rest is what the routes of every module share: who asks, problem details for
// faults, pages, and changes that can be repeated safely (Idempotency-Key).
//
// A module registers its routes in its http.go:
//
//	rest.Read(a, rest.GET("/tickets/{id}", "Get a ticket"), s.getTicket)
//	rest.Write(a, rest.POST("/tickets", "Open a ticket"), s.postTicket)
//
// Read handlers get a read transaction. Write handlers prepare outside of any transaction
// and return the function that makes the change inside one.
package rest
