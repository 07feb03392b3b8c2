package release

import (
	"errors"
	"fmt"
	"strings"
)

// APIError is a call that did not succeed, classified by its HTTP status first and its code second.
type APIError struct {
	Op       string // the API's operation, such as UpdateAlias
	Resource string // what it was about, such as "alias prod of service shop"
	Status   int    // 0 when no answer was understood
	Code     string
	Message  string
	// RequestID is the service's x-fc-request-id; empty when no answer arrived.
	RequestID string
	// Retryable: throttling, 5xx, conflicts between writers, lost connections, answers that cannot be read.
	Retryable bool
	// Unknown: the call may have taken effect although it failed.
	Unknown bool
	// Late: nobody who knows has answered, so the call may even take effect after a look that does not show it.
	Late bool
	// Foreign: the answer is not in the API's form, so a 404 may be a proxy's and say nothing about the resource.
	Foreign bool
	Err     error
}

// Error names operation, resource, code and request id.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): ", e.Op, e.Resource)
	if e.Status != 0 {
		fmt.Fprintf(&b, "HTTP %d ", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, "%s: ", e.Code)
	}
	switch {
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		b.WriteString("no details in the answer")
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap gives the cause, such as a network error.
func (e *APIError) Unwrap() error { return e.Err }

// ErrNoChange is an update or a publish that the service refused because nothing differs.
var ErrNoChange = errors.New("the service sees no change")

// InvalidError is an input that is wrong by itself or names something that does not exist. Nothing was written.
type InvalidError struct {
	Input string // the input's name in snake_case
	Value string // what was given; empty for secrets
	Want  string // what is allowed, or what to do
}

func (e *InvalidError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %s", e.Input, e.Want)
	}
	return fmt.Sprintf("%s: %q: %s", e.Input, e.Value, e.Want)
}

// MovedError means somebody else changed what this release works on. Nothing of theirs was overwritten.
type MovedError struct {
	What     string
	Expected string
	Found    string
	// Remedy is what to do next, where more can be said than to agree with them.
	Remedy string
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s was changed by someone else: expected %s, found %s", e.What, e.Expected, e.Found)
}

// ConflictError means that the state of a rollout does not allow what was asked for. Nothing was written.
type ConflictError struct {
	What   string
	Remedy string
}

func (e *ConflictError) Error() string { return e.What }

// NotFound tells whether the service answered that something does not exist. A text that only mentions
// "NotFound" inside another status is not believed.
func NotFound(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Status == 404
}

// Status is the HTTP status of an API error, or 0.
func Status(err error) int {
	if api, ok := errors.AsType[*APIError](err); ok {
		return api.Status
	}
	return 0
}

// OutcomeUnknown tells whether the failed call may still have taken effect.
func OutcomeUnknown(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Unknown
}

// Foreign tells whether the error's answer may come from something else than the API.
func Foreign(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Foreign
}

// MayComeLate tells whether the failed call may take effect at any later moment.
func MayComeLate(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Unknown && api.Late
}

// Retryable tells whether the same call may succeed later.
func Retryable(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Retryable
}
