// Package release holds the nouns that every other room shares (targets, versions, weights, traffic, bindings) and the
// kinds of errors. It depends on the standard library only and does no input or output.
package release
