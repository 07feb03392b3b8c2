// Package resume holds the two wire forms in which a rollout outlives its job: the marker behind an alias's description
// and the token that one job hands to the next. Both are versioned and apart from the types that they are made from, so
// that a later program reads what today's wrote. It does no input or output.
package resume
