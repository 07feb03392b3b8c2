// Package plan turns a strategy and what is online into the ordered steps of a release. It is pure: the same inputs and
// the same snapshot always give the same plan, and nothing is called.
package plan
