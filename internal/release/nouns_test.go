package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestVersionIDsAreOrderedAsNumbers(t *testing.T) {
	t.Parallel()
	ids := []string{"10", "9", "100", "2", "1", "11"}
	slices.SortFunc(ids, CompareIDs)
	if want := []string{"1", "2", "9", "10", "11", "100"}; !slices.Equal(ids, want) {
		t.Errorf("order = %v, want %v", ids, want)
	}
	if CompareIDs("7", "7") != 0 {
		t.Error("a version differs from itself")
	}
}

func TestUnpinnedIsLatestOrNothing(t *testing.T) {
	t.Parallel()
	for qualifier, want := range map[string]bool{"": true, "LATEST": true, "1": false, "prod": false, "latest": false} {
		if got := Unpinned(qualifier); got != want {
			t.Errorf("Unpinned(%q) = %v", qualifier, got)
		}
	}
	if Qualified("") != "LATEST" || Qualified("prod") != "prod" {
		t.Errorf("Qualified: %q, %q", Qualified(""), Qualified("prod"))
	}
}

func TestShortDurationLeavesZeroPartsOutAndCanBeReadAgain(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 4 * time.Second: "4s", time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		time.Hour + 4*time.Second: "1h0m4s", 1500 * time.Millisecond: "1.5s", 24 * time.Hour: "24h", 100 * time.Minute: "1h40m",
	} {
		got := ShortDuration(d)
		if got != want {
			t.Errorf("ShortDuration(%v) = %q, want %q", d, got, want)
		}
		if again, err := time.ParseDuration(got); err != nil || again != d {
			t.Errorf("%q reads as %v, %v", got, again, err)
		}
	}
}

// Errors name the operation, the resource, the code and the request id (rule 8).
func TestAPIErrorNamesOperationResourceCodeAndRequestID(t *testing.T) {
	t.Parallel()
	err := &APIError{Op: "UpdateAlias", Resource: "alias prod of service shop", Status: 403, Code: "AccessDenied", Message: "not allowed", RequestID: "req-7"}
	for _, part := range []string{"UpdateAlias", "alias prod of service shop", "403", "AccessDenied", "not allowed", "req-7"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
	lost := &APIError{Op: "GetAlias", Resource: "alias prod", Err: context.DeadlineExceeded}
	if text := lost.Error(); !strings.Contains(text, "deadline") || strings.Contains(text, "HTTP 0") {
		t.Errorf("without an answer: %q", text)
	}
	if !errors.Is(lost, context.DeadlineExceeded) {
		t.Error("the cause is lost")
	}
}

// A 403 whose text contains AliasNotFound does not mean that the alias is missing (peers, 10).
func TestErrorsAreClassifiedByStatusNotByTheirText(t *testing.T) {
	t.Parallel()
	denied := fmt.Errorf("get the alias: %w", &APIError{Status: 403, Code: "AccessDenied", Message: "AliasNotFound 404"})
	missing := fmt.Errorf("get the alias: %w", &APIError{Status: 404, Code: "AliasNotFound"})
	lost := fmt.Errorf("write: %w", &APIError{Retryable: true, Unknown: true})
	plain := errors.New("404 AliasNotFound")
	for name, c := range map[string]struct {
		err                        error
		notFound, unknown, retries bool
		status                     int
	}{
		"denied":  {denied, false, false, false, 403},
		"missing": {missing, true, false, false, 404},
		"lost":    {lost, false, true, true, 0},
		"plain":   {plain, false, false, false, 0},
		"nil":     {nil, false, false, false, 0},
	} {
		if got := NotFound(c.err); got != c.notFound {
			t.Errorf("%s: NotFound = %v", name, got)
		}
		if got := OutcomeUnknown(c.err); got != c.unknown {
			t.Errorf("%s: OutcomeUnknown = %v", name, got)
		}
		if got := Retryable(c.err); got != c.retries {
			t.Errorf("%s: Retryable = %v", name, got)
		}
		if got := Status(c.err); got != c.status {
			t.Errorf("%s: Status = %d", name, got)
		}
	}
}

func TestInvalidErrorNamesInputValueAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	err := &InvalidError{Input: "weight", Value: "120", Want: "want a percentage"}
	for _, part := range []string{"weight", "120", "want a percentage"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
	if text := (&InvalidError{Input: "alias", Value: "a\n::error::b", Want: "x"}).Error(); strings.Contains(text, "\n") {
		t.Errorf("a value breaks the line: %q", text)
	}
	if text := (&InvalidError{Input: "access_key_secret", Want: "required"}).Error(); strings.Contains(text, `""`) {
		t.Errorf("an empty value is shown: %q", text)
	}
}

// Rule 6: say who is where.
func TestMovedErrorSaysWhatWasExpectedAndFound(t *testing.T) {
	t.Parallel()
	err := &MovedError{What: "alias prod", Expected: "version 1 80 %, version 2 20 %", Found: "version 1 100 %"}
	for _, part := range []string{"alias prod", "someone else", "version 2 20 %", "version 1 100 %"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func TestBindingsAreNamedForPeople(t *testing.T) {
	t.Parallel()
	trigger := Binding{Kind: BindTrigger, Function: "hello", Name: "web"}
	route := Binding{Kind: BindRoute, Function: "hello", Name: "example.com", Path: "/api/*"}
	for b, parts := range map[Binding][]string{trigger: {"trigger", "web", "hello"}, route: {"example.com/api/*", "hello"}} {
		for _, part := range parts {
			if !strings.Contains(b.String(), part) {
				t.Errorf("%q lacks %q", b, part)
			}
		}
	}
}
