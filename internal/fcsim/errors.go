package fcsim

import (
	"errors"
	"fmt"
	"net/http"
)

// apiError is an answer the cloud would refuse a request with; the dialect decides how it looks on the wire.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }

func fail(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", format, args...)
}

func notFound(code, format string, args ...any) *apiError {
	return fail(http.StatusNotFound, code, format, args...)
}

func conflict(code, format string, args ...any) *apiError {
	return fail(http.StatusConflict, code, format, args...)
}

func denied(code, format string, args ...any) *apiError {
	return fail(http.StatusForbidden, code, format, args...)
}

func asAPIError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	return fail(http.StatusInternalServerError, "InternalServerError", "%v", err)
}
