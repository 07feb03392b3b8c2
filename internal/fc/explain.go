package fc

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// explain fills an error from an answer that is not a success: status first, then code, and text only where the API
// has no code of its own (reference: errors and retries).
func (x *exchange) explain(e *release.APIError, write bool) {
	fields, err := decodeObject(x.body)
	if err != nil {
		fields = nil
		e.Message = "the answer is not JSON (" + strings.TrimSpace(clip(x.header.Get("Content-Type"), 60)) + "), perhaps from a proxy"
	}
	e.Code = clip(anyCase(fields, "errorcode", "code"), 80)
	if m := anyCase(fields, "errormessage", "message"); m != "" {
		e.Message = clip(m, 500)
	}
	if e.Message == "" && e.Code == "" {
		e.Message = http.StatusText(e.Status)
	}
	if e.RequestID == "" {
		e.RequestID = clip(anyCase(fields, "requestid"), 80)
	}
	if saysNoChange(e) {
		e.Err = release.ErrNoChange
		return
	}
	e.Foreign = err != nil
	classify(e, write)
}

func classify(e *release.APIError, write bool) {
	e.Retryable = retryable(e)
	gaveUp := e.Status == http.StatusRequestTimeout || e.Status == 499
	e.Unknown = write && (e.Status >= 500 || gaveUp)
	// The service itself names a code. A proxy that gave up does not know what became of the call.
	e.Late = e.Unknown && (gaveUp || e.Code == "" || e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout)
}

func retryable(e *release.APIError) bool {
	switch {
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, e.Status == 499, e.Status >= 500:
		return true
	case e.Status == http.StatusConflict:
		// Without a code it is the kind of conflict that passes: those that stay come with theirs.
		return e.Code == "ConcurrentUpdateError" || e.Code == ""
	}
	return false
}

// saysNoChange recognises the refusal of an update or publish without a difference. Its status is not documented, so
// the text decides; a refused permission never counts.
func saysNoChange(e *release.APIError) bool {
	if e.Status == http.StatusForbidden || e.Status == http.StatusUnauthorized || e.Status == http.StatusNotFound {
		return false
	}
	text := strings.ToLower(e.Message)
	switch e.Op {
	case "PublishServiceVersion":
		return strings.Contains(text, "no changes were made")
	case "UpdateAlias":
		return strings.Contains(text, "without any change")
	}
	return false
}

// anyCase finds the first of the keys, which are given in lower case, in whatever case the body has them.
func anyCase(fields map[string]any, keys ...string) string {
	for _, want := range keys {
		for key, v := range fields {
			if strings.EqualFold(key, want) && v != nil {
				return fmt.Sprint(v)
			}
		}
	}
	return ""
}

// clip cuts foreign text to a length in bytes without breaking a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
