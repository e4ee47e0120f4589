// Package score works out how healthy an account is: it knows scorecards and numbers, and no
// database.
//
// A Card is a compiled scorecard blueprint (Spec). Card.Score turns Facts about an account into a
// Result: a colour for every measure, the score as an exact fraction, the share of weight that was
// observed. Explain splits the change between two results into contributions that add up exactly;
// Result.Way finds the fewest changes that reach the next band; Result.Next is the next moment at
// which time alone may change something; Rank says how well scores told renewals apart.
//
// A colour is worth its points (by default the middle of its band), a score is the weighted mean
// of its parts. What is missing weighs nothing: its weight goes to what is present beside it, and
// when a whole group is missing, to the other groups. All arithmetic is in fractions; numbers
// for people have two digits behind the point, and those of one explanation add up as shown.
//
// Begin reading at spec.go (what authors write), score.go (how it is worked out), explain.go.
package score
