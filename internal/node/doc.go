// Package node knows which processes serve a PostgreSQL database. Each says every second that it
// lives; when one dies, the others end its leases within seconds instead of waiting for them to
// run out. An embedded database has one server and needs none of this.
package node
