// Package ownview keeps the views of lists that people make for themselves: a title, and what the list shows as
// JSON. A module says what may stand in it; its area keeps its views apart from those of others.
package ownview
