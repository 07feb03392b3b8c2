//go:build race

package main

// stride is at which calls the matrices act: the race detector makes each process several times slower, and the same
// matrices run in full without it.
const stride = 4
