//go:build !race

package main

// stride is at which calls the matrices act: at each.
const stride = 1
