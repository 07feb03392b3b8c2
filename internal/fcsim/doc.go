// Package fcsim is a stateful stand-in for the Function Compute control plane and its invocation
// endpoint. It speaks the 2.0 wire dialect (API 2021-04-06 and the older 2016-08-15) over HTTP,
// checks request signatures, keeps everything in memory and can be told to misbehave.
//
// The package has three layers. The store (store*.go) holds services, versions, aliases, functions,
// triggers and domains as JSON documents and knows no wire format. A dialect (v2*.go) maps paths to
// store operations and encodes results and errors. The server (serve.go, faults.go, log.go, control.go)
// wraps every dialect with signatures, latency, faults, hooks and the request log.
//
// What the public sources leave open is decided in one place, [Quirks]: the default is the behaviour
// that is documented best, and each field switches to another one a client has to survive.
//
// No function code is run. A text file inside a function's zip may hold one of these directives:
//
//	fcsim:reply TEXT     an invocation answers TEXT
//	fcsim:throw MESSAGE  an invocation fails with MESSAGE as an unhandled error
package fcsim
