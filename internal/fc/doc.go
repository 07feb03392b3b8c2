// Package fc is the only door to the Alibaba Cloud SDKs. V2 speaks the FC 2.0 API (version 2021-04-06), where versions
// and aliases belong to services.
//
// The SDK repeats nothing, takes no context and drops fields and statuses that it does not know. So every call goes
// through an exchange of our own below it (the SDK's HttpClient hook), which carries the context and the timeout and
// keeps status, headers and body as they came. Reads are repeated here; writes are tried once, because whoever repeats
// a write must look first.
package fc
