// Package rule is Steward's one expression language: conditions, filters, segments, formulas and
// eligibility tests are CEL expressions over declared fields.
//
// An Env declares what expressions about a subject may read: New("ticket", fields). Compile checks
// an expression against it and returns a Program, or an *Error that says for every problem where it
// is (line and column) and what was probably meant. Program.Eval runs it over Vars, nested maps of
// plain Go values; Program.Explain says in plain words which parts held, with the values they saw.
//
// # Two values, never a third
//
// A condition is true or false. An atom (a comparison, a test, a call, a yes/no field) whose operand
// is missing or of another type than the comparison needs is false, before any ! is applied:
//
//	ticket.organization.attributes.plan == "premium"     no plan: false
//	!(ticket.organization.attributes.plan == "premium")  no plan: true
//	ticket.organization.attributes.plan != "premium"     no plan: false
//
// A value is missing when its key is absent or holds nil; has(x) says whether it is there, and
// there is no null to compare with. SQL filters follow the same rule, so both always agree.
//
// # Limits
//
// Sources are at most MaxSource bytes; loops (all, exists, filter, map) nest at most twice; what a
// program with loops may cost is bounded when it runs. Text compares bytewise. Times are UTC.
package rule
