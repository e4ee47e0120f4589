// Package directory is the one place that knows who somebody is: people, their
// identities (addresses), the organizations they belong to and the teams they work in.
//
// Resolve turns a mail address into a person, making one when the address is new and
// putting them into the organization that owns the address's domain. Teams are blueprints
// (kind team); their members are kept here, because people come and go without review.
package directory
