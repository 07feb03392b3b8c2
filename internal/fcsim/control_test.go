package fcsim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestControlSeedsWithoutSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.Inject(fcsim.Fault{Kind: fcsim.FaultStatus, Status: 500})
	a := w.wire("POST", "/_fcsim/api/2021-04-06/services", map[string]any{"serviceName": "svc"})
	equal(t, "status", a.status, 200)
	equal(t, "ETag", a.header.Get("ETag") != "", true)
	equal(t, "without a version", w.wire("GET", "/_fcsim/api/services/svc", nil).status, 200)
	equal(t, "delete", w.wire("DELETE", "/_fcsim/api/services/svc", nil).status, 204)
	equal(t, "error", w.wire("GET", "/_fcsim/api/services/svc", nil).doc["errorCode"], any("ServiceNotFound"))
	equal(t, "nothing logged", len(w.Log()), 0)
}

func TestControlIndexNamesTheEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	a := w.wire("GET", "/_fcsim/", nil)
	equal(t, "status", a.status, 200)
	for _, want := range []string{"/_fcsim/faults", "/_fcsim/quirks", fcsim.DefaultAccountID} {
		equal(t, "names "+want, strings.Contains(a.raw, want), true)
	}
	a = w.wire("GET", "/_fcsim/nowhere", nil)
	equal(t, "unknown", a.status, 404)
	equal(t, "unknown says where to look", strings.Contains(a.raw, "GET /_fcsim/ lists"), true)
}

func TestControlFaults(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	a := w.wire("POST", "/_fcsim/faults", map[string]any{"op": "GetAlias", "kind": "status", "status": 503})
	equal(t, "id", a.doc["id"], any("fault-1"))
	equal(t, "hit", w.wire("GET", aliasPath, nil).status, 503)
	equal(t, "listed", len(w.wire("GET", "/_fcsim/faults", nil).doc["faults"].([]any)), 1)
	equal(t, "disarm one", w.wire("DELETE", "/_fcsim/faults/fault-1", nil).status, 200)
	equal(t, "disarm it again", w.wire("DELETE", "/_fcsim/faults/fault-1", nil).status, 404)
	w.wire("POST", "/_fcsim/faults", map[string]any{"kind": "lost"})
	equal(t, "disarm all", w.wire("DELETE", "/_fcsim/faults", nil).status, 200)
	equal(t, "works again", w.wire("GET", aliasPath, nil).status, 200)

	w.wire("POST", "/_fcsim/faults", map[string]any{"kind": "block-before"})
	answers := make(chan answer)
	go func() { answers <- w.update() }()
	check(t, w.WaitBlocked(t.Context(), 1))
	equal(t, "release", w.wire("POST", "/_fcsim/release", nil).status, 200)
	equal(t, "released", (<-answers).status, 200)
}

func TestControlQuirksFailLatency(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	w.wire("PUT", "/_fcsim/quirks", map[string]any{"forbid": []string{"GetAlias"}})
	equal(t, "forbidden", w.wire("GET", aliasPath, nil).status, 403)
	equal(t, "shown", fmt.Sprint(w.wire("GET", "/_fcsim/quirks", nil).doc["forbid"]), "[GetAlias]")
	w.wire("PUT", "/_fcsim/quirks", map[string]any{})
	equal(t, "allowed", w.wire("GET", aliasPath, nil).status, 200)

	w.wire("POST", "/_fcsim/fail", map[string]any{"service": "svc", "version": "LATEST", "rate": 1})
	equal(t, "fails", w.wire("POST", "/2021-04-06"+invokePath, nil).header.Get(errorHeader) != "", true)
	counts := w.wire("GET", "/_fcsim/invocations", nil).doc["invocations"].([]any)
	equal(t, "outcome", counts[0].(map[string]any)["outcome"], any("error"))
	w.wire("DELETE", "/_fcsim/invocations", nil)
	equal(t, "cleared", len(w.Invocations()), 0)

	equal(t, "latency", w.wire("POST", "/_fcsim/latency", map[string]any{"milliseconds": 1}).status, 200)
	w.wire("DELETE", "/_fcsim/log", nil)
	w.wire("GET", aliasPath, nil)
	log := w.wire("GET", "/_fcsim/log", nil).doc
	equal(t, "depth", log["depth"], any(1.0))
	equal(t, "entries", len(log["entries"].([]any)), 1)
	state := w.wire("GET", "/_fcsim/state", nil).raw
	equal(t, "state", strings.Contains(state, `"prod"`), true)
}

func TestControlRefusalsSayWhatIsExpected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	tests := map[string]struct {
		method, path, body, says string
	}{
		"unknown field":  {"PUT", "/_fcsim/quirks", `{"noEtags":true}`, "expected JSON such as"},
		"no JSON":        {"POST", "/_fcsim/faults", `x`, "expected JSON such as"},
		"unknown kind":   {"POST", "/_fcsim/faults", `{"kind":"explode"}`, "kind must be one of"},
		"no status":      {"POST", "/_fcsim/faults", `{"kind":"status"}`, "needs a status"},
		"rate too large": {"POST", "/_fcsim/fail", `{"service":"s","version":"1","rate":2}`, "rate be from 0 to 1"},
		"no service":     {"POST", "/_fcsim/fail", `{"version":"1","rate":1}`, "service and version must be given"},
		"negative":       {"POST", "/_fcsim/latency", `{"milliseconds":-1}`, "milliseconds must be"},
		"too large":      {"PUT", "/_fcsim/quirks", `{"forbid":["` + strings.Repeat("x", 1<<20) + `"]}`, "too large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, doc := send(t, request(t, tt.method, w.url+tt.path, tt.body))
			equal(t, "status", status, 400)
			equal(t, fmt.Sprintf("says %q: %v", tt.says, doc["error"]), strings.Contains(fmt.Sprint(doc["error"]), tt.says), true)
		})
	}
}

func TestUnknownPathOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	for path, says := range map[string]string{
		"/":                            "does not start with a supported API version",
		"/2023-03-30/functions":        "/2023-03-30/functions",
		"/2021-04-06/services/a/b/c/d": "no operation GET /2021-04-06/services/a/b/c/d",
	} {
		a := w.wire("GET", path, nil)
		equal(t, path, a.status, 400)
		equal(t, path, a.doc["errorCode"], any("PathNotSupported"))
		equal(t, fmt.Sprintf("%s says %q", path, says), strings.Contains(a.raw, says), true)
	}
}

func TestEntityTooLarge(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sends 100 MB")
	}
	w := newWorld(t, fcsim.Options{NoAuth: true})
	status, doc := send(t, request(t, "POST", w.url+"/2021-04-06/services", strings.Repeat("x", 100<<20+1)))
	equal(t, "status", status, 400)
	equal(t, "code", doc["errorCode"], any("EntityTooLarge"))
}

func FuzzDo(f *testing.F) {
	f.Add("PUT", "/services/svc/aliases/prod", `{"additionalVersionWeight":{"2":0.1}}`)
	f.Add("POST", "/services/svc/functions", `{"code":{"zipFile":"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}`)
	f.Add("GET", "/services?limit=2&nextToken=YQ", "")
	f.Add("POST", "/services/svc.prod/functions/fn/invocations", "\x00")
	f.Fuzz(func(t *testing.T, method, path, body string) {
		sim := fcsim.New(fcsim.Options{})
		w := &world{Simulator: sim, t: t}
		w.seed(2)
		w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
		if _, err := url.Parse(path); err != nil || !strings.HasPrefix(path, "/") {
			return // what no HTTP server would let through
		}
		status, header, doc := sim.Do(method, path, body, nil)
		if status >= 500 || header.Get("X-Fc-Request-Id") == "" {
			t.Errorf("%s %s %q: got %d %v", method, path, body, status, doc)
		}
	})
}
