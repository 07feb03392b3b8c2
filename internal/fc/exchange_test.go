package fc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// dial reaches a handler with obvious placeholder keys and no patience.
func dial(t *testing.T, h http.Handler, opts Options) *V2 {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	opts.Scheme, opts.Host = "http", strings.TrimPrefix(server.URL, "http://")
	opts.AccessKeyID, opts.AccessKeySecret, opts.Clock = "example-key-id", "placeholder-secret", realClock{}
	c, err := Dial(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answering(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Fc-Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	})
}

// The classes of the reference's table, for a read and for a write. A write may have taken effect only where the
// service did not refuse it.
func TestAnswersAreClassifiedByStatusFirst(t *testing.T) {
	t.Parallel()
	const asJSON = "application/json"
	for name, c := range map[string]struct {
		status             int
		contentType, body  string
		retryable, unknown bool
		code, message      string
	}{
		"lower case keys":      {400, asJSON, `{"errorCode":"InvalidArgument","errorMessage":"bad"}`, false, false, "InvalidArgument", "bad"},
		"capital keys":         {400, asJSON, `{"ErrorCode":"InvalidArgument","ErrorMessage":"bad"}`, false, false, "InvalidArgument", "bad"},
		"keys of FC 3.0":       {400, asJSON, `{"Code":"InvalidArgument","Message":"bad"}`, false, false, "InvalidArgument", "bad"},
		"denied":               {403, asJSON, `{"errorCode":"AccessDenied","errorMessage":"AliasNotFound"}`, false, false, "AccessDenied", "AliasNotFound"},
		"denied with throttle": {403, asJSON, `{"errorCode":"Throttling","errorMessage":"x"}`, false, false, "Throttling", "x"},
		"not found":            {404, asJSON, `{"errorCode":"AliasNotFound","errorMessage":"x"}`, false, false, "AliasNotFound", "x"},
		"concurrent":           {409, asJSON, `{"errorCode":"ConcurrentUpdateError","errorMessage":"x"}`, true, false, "ConcurrentUpdateError", "x"},
		"exists":               {409, asJSON, `{"errorCode":"AliasAlreadyExists","errorMessage":"x"}`, false, false, "AliasAlreadyExists", "x"},
		"precondition":         {412, asJSON, `{"errorCode":"PreconditionFailed","errorMessage":"x"}`, false, false, "PreconditionFailed", "x"},
		"throttled":            {429, asJSON, `{"errorCode":"Throttling.User","errorMessage":"x"}`, true, false, "Throttling.User", "x"},
		"closed":               {499, asJSON, `{"errorCode":"ClientClosedRequest","errorMessage":"x"}`, true, true, "ClientClosedRequest", "x"},
		"internal":             {500, asJSON, `{"errorCode":"InternalServerError","errorMessage":"x"}`, true, true, "InternalServerError", "x"},
		"unavailable":          {503, asJSON, `{"errorCode":"ServiceUnavailable","errorMessage":"x"}`, true, true, "ServiceUnavailable", "x"},
		"page of a proxy":      {502, "text/html", `<html>bad gateway</html>`, true, true, "", "not JSON (text/html)"},
		"empty 403":            {403, asJSON, ``, false, false, "", "Forbidden"},
		"page as 404":          {404, "text/html", `<html>`, false, false, "", "not JSON"},
		"conflict, no code":    {409, asJSON, ``, true, false, "", "Conflict"},
		"empty 412":            {412, asJSON, ``, false, false, "", "Precondition Failed"},
		"array":                {400, asJSON, `[1]`, false, false, "", "not JSON"},
		"null code":            {400, asJSON, `{"errorCode":null,"errorMessage":null}`, false, false, "", "Bad Request"},
		"redirect":             {302, "text/html", ``, false, false, "", "Found"},
		"success not JSON":     {200, "text/html", `<html>`, true, true, "", "not a JSON object"},
		"success truncated":    {200, asJSON, `{"versionId":`, true, true, "", "not a JSON object"},
		"numbers as codes":     {400, asJSON, `{"code":17,"message":"x"}`, false, false, "17", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := dial(t, answering(c.status, c.contentType, c.body), Options{})
			_, readErr := client.Alias(t.Context(), "shop", "prod")
			_, writeErr := client.UpdateAlias(t.Context(), "shop", release.Alias{Name: "prod", Traffic: release.Only("1")})
			for op, err := range map[string]error{"GetAlias": readErr, "UpdateAlias": writeErr} {
				api, ok := errors.AsType[*release.APIError](err)
				if !ok {
					t.Fatalf("%s: %v", op, err)
				}
				unknown := c.unknown && op == "UpdateAlias"
				if api.Status != c.status || api.Retryable != c.retryable || api.Unknown != unknown || api.Code != c.code {
					t.Errorf("%s: %+v", op, api)
				}
				for _, part := range []string{op, "alias prod of service shop", c.message, "req-1"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q does not name %q", err, part)
					}
				}
			}
		})
	}
}

// A success that names nothing would be taken for an empty resource.
func TestEmptySuccessesAreNoAnswers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "{}", `{"description":"x"}`} {
		client := dial(t, answering(200, "application/json", body), Options{})
		ctx := t.Context()
		_, alias := client.Alias(ctx, "shop", "prod")
		_, function := client.Function(ctx, "shop", "hello", "")
		_, service := client.Service(ctx, "shop", "")
		_, trigger := client.Trigger(ctx, "shop", "hello", "web")
		_, domain := client.Domain(ctx, "example.com")
		for what, err := range map[string]error{"alias": alias, "function": function, "service": service, "trigger": trigger, "domain": domain} {
			if !release.Retryable(err) {
				t.Errorf("%s from %q: %v", what, body, err)
			}
		}
		if _, err := client.Versions(ctx, "shop"); (body == "" || body == "null") != (err != nil) {
			t.Errorf("versions from %q: %v", body, err)
		}
		if _, err := client.UpdateAlias(ctx, "shop", release.Alias{Name: "prod", Traffic: release.Only("1")}); err != nil {
			t.Errorf("a write needs no words: %v", err)
		}
	}
}

// A listing that does not begin with the newest version is read to its end.
func TestVersionsInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][]string{
		"ascending pages":   {`{"versions":[{"versionId":"1"},{"versionId":"2"}],"nextToken":"1"}`, `{"versions":[{"versionId":"3"},{"versionId":"10"}]}`},
		"descending page":   {`{"versions":[{"versionId":"10"},{"versionId":"9"}],"nextToken":"1"}`, `{"versions":[{"versionId":"8"}]}`},
		"pages of one":      {`{"versions":[{"versionId":"1"}],"nextToken":"1"}`, `{"versions":[{"versionId":"10"}]}`},
		"numbers, no order": {`{"versions":[{"versionId":3},{"versionId":10},{"versionId":2}]}`},
	} {
		client := dial(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := len(r.URL.Query().Get("nextToken"))
			_, _ = fmt.Fprint(w, pages[min(n, len(pages)-1)])
		}), Options{})
		versions, err := client.Versions(t.Context(), "shop")
		if err != nil || versions[0].ID != "10" {
			t.Errorf("%s: %v, %v", name, versions, err)
		}
	}
}

func TestNoChangeIsToldByItsTextUnlessDenied(t *testing.T) {
	t.Parallel()
	const publish, update = "No changes were made since last publish", "Can not update alias without any change"
	for _, c := range []struct {
		status int
		text   string
		want   bool
	}{{400, "VersionPublishError: " + publish, true}, {409, publish, true}, {500, publish, true}, {403, publish, false}, {400, "something else", false}} {
		client := dial(t, answering(c.status, "application/json", `{"errorMessage":"`+c.text+`"}`), Options{})
		_, err := client.Publish(t.Context(), "shop", "")
		if got := errors.Is(err, release.ErrNoChange); got != c.want {
			t.Errorf("publish, %d %s: %t", c.status, c.text, got)
		}
	}
	client := dial(t, answering(400, "application/json", `{"errorMessage":"`+update+`"}`), Options{})
	if _, err := client.UpdateAlias(t.Context(), "shop", release.Alias{Name: "prod", Traffic: release.Only("1")}); !errors.Is(err, release.ErrNoChange) {
		t.Error(err)
	}
}

// A server that never answers costs one timeout a call, a read is repeated within the budget, a write is not.
func TestCallsHaveATimeout(t *testing.T) {
	t.Parallel()
	give := make(chan struct{})
	calls := 0
	client := dial(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-give:
		case <-r.Context().Done():
		}
	}), Options{CallTimeout: 500 * time.Millisecond, Retry: retry.Policy{Budget: time.Nanosecond}, OnCall: func(Call) { calls++ }})
	t.Cleanup(func() { close(give) }) // before the server waits for its handlers
	_, err := client.Alias(t.Context(), "shop", "prod")
	if !release.Retryable(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("read: %v", err)
	}
	if calls != 2 {
		t.Errorf("%d reads, want one and its repetition", calls)
	}
	calls = 0
	_, err = client.UpdateAlias(t.Context(), "shop", release.Alias{Name: "prod", Traffic: release.Only("1")})
	if !release.OutcomeUnknown(err) || !release.MayComeLate(err) || calls != 1 {
		t.Errorf("write: %v, %d calls", err, calls)
	}
}

func TestACancelledCallEndsAndIsNotRepeated(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := dial(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}), Options{Retry: retry.Policy{Budget: time.Hour}})
	if _, err := client.Alias(ctx, "shop", "prod"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The security token must not follow a redirect to another host.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	t.Cleanup(elsewhere.Close)
	client := dial(t, http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect), Options{})
	if _, err := client.Alias(t.Context(), "shop", "prod"); err == nil || reached.Load() {
		t.Errorf("err = %v, reached = %t", err, reached.Load())
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	client := dial(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}), Options{})
	if _, err := client.Alias(t.Context(), "shop", "prod"); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Error(err)
	}
}

func FuzzExplain(f *testing.F) {
	f.Add(400, `{"errorCode":"X","errorMessage":"y"}`)
	f.Add(502, `<html>`)
	f.Add(500, `{"Code":{"a":[1]},"message":null}`)
	f.Add(403, "{\"errorMessage\":\"\xff\u2028::error::\"}")
	f.Fuzz(func(t *testing.T, status int, body string) {
		x := &exchange{status: status, header: http.Header{}, body: []byte(body)}
		e := &release.APIError{Op: "UpdateAlias", Status: status}
		x.explain(e, true)
		if len(e.Message) > 600 || len(e.Code) > 100 {
			t.Errorf("%d bytes of message, %d of code", len(e.Message), len(e.Code))
		}
		if (status == 400 || status == 403) && e.Retryable {
			t.Error("a final refusal is repeated")
		}
	})
}
