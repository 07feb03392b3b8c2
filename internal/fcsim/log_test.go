package fcsim_test

import (
	"sync"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestLogEntry(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	a := w.wire("PUT", aliasPath+"?x=1", map[string]any{"description": "new"}, "If-Match", "other")
	log := w.Log()
	equal(t, "entries", len(log), 1)
	e := log[0]
	equal(t, "op", e.Op, "UpdateAlias")
	equal(t, "method", e.Method, "PUT")
	equal(t, "path", e.Path, aliasPath+"?x=1")
	equal(t, "body", e.Body.(map[string]any)["description"], any("new"))
	equal(t, "If-Match", e.IfMatch, "other")
	equal(t, "status", e.Status, 412)
	equal(t, "code", e.Code, "PreconditionFailed")
	equal(t, "request id", e.RequestID, a.header.Get("X-Fc-Request-Id"))
	equal(t, "has ended", e.End > e.Start, true)
	w.ClearLog()
	equal(t, "cleared", len(w.Log()), 0)
	w.wire("GET", aliasPath, nil)
	equal(t, "numbers go on", w.Log()[0].Seq, 2)
}

func TestLogHidesSecretsAndBulk(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	code := zipOf("x")
	w.wire("PUT", servicePath+"/functions/fn", map[string]any{"code": map[string]any{"zipFile": code}})
	w.wire("POST", "/2021-04-06/custom-domains", map[string]any{
		"domainName": "a.example", "certConfig": map[string]any{"certName": "c", "privateKey": "SECRET"},
	})
	w.wire("POST", "/2021-04-06"+invokePath, "text")
	w.wire("GET", "/_fcsim/state", nil)
	log := w.Log()
	equal(t, "entries", len(log), 3)
	equal(t, "code", log[0].Body.(map[string]any)["code"].(map[string]any)["zipFile"], any(len(code)))
	cert := log[1].Body.(map[string]any)["certConfig"].(map[string]any)
	_, there := cert["privateKey"]
	equal(t, "private key", there, false)
	equal(t, "other bodies", log[2].Body, any(`"text"`))
}

func TestDepth(t *testing.T) {
	t.Parallel()
	span := func(start, end time.Duration) fcsim.Entry { return fcsim.Entry{Start: start, End: end} }
	tests := map[string]struct {
		entries []fcsim.Entry
		want    int
	}{
		"none":                      {nil, 0},
		"one":                       {[]fcsim.Entry{span(1, 2)}, 1},
		"in turn":                   {[]fcsim.Entry{span(1, 2), span(2, 3), span(4, 5)}, 3},
		"at once":                   {[]fcsim.Entry{span(1, 5), span(2, 6), span(3, 4)}, 1},
		"fan out and in":            {[]fcsim.Entry{span(1, 2), span(3, 9), span(3, 5), span(6, 7), span(10, 11)}, 4},
		"in any order":              {[]fcsim.Entry{span(4, 5), span(1, 2), span(2, 3)}, 3},
		"one that never ends":       {[]fcsim.Entry{span(1, 0), span(2, 3), span(4, 5)}, 2},
		"a long one beside a chain": {[]fcsim.Entry{span(1, 9), span(1, 2), span(2, 3), span(10, 11)}, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, "depth", fcsim.Depth(tt.entries), tt.want)
		})
	}
}

func TestLogDepthOnTheWire(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	for range 3 {
		w.wire("GET", aliasPath, nil)
	}
	equal(t, "in turn", fcsim.Depth(w.Log()), 3)
	w.ClearLog()

	var all sync.WaitGroup
	all.Add(4)
	w.OnRequest(func(fcsim.Entry) { // nobody goes on ahead of everybody's arrival
		all.Done()
		all.Wait()
	}, nil)
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() { w.wire("GET", aliasPath, nil) })
	}
	clients.Wait()
	w.OnRequest(nil, nil)
	w.wire("GET", aliasPath, nil)
	equal(t, "at once, then one", fcsim.Depth(w.Log()), 2)
	equal(t, "its own depth", w.Log()[4].Depth, 2)
}

func TestHooks(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	var seen []string
	var effects []int
	w.OnRequest(
		func(e fcsim.Entry) { seen = append(seen, e.Op+" "+w.describes()); effects = append(effects, e.Effect) },
		func(e fcsim.Entry) { seen = append(seen, e.Op+" "+w.describes()); effects = append(effects, e.Effect) },
	)
	w.update()
	equal(t, "before", seen[0], "UpdateAlias old")
	equal(t, "after", seen[1], "UpdateAlias new")
	equal(t, "no effect yet", effects[0], 0)
	equal(t, "effect", effects[1], 200)
}

func TestLatency(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	w.SetLatency(5 * time.Millisecond)
	w.update()
	e := w.Log()[0]
	equal(t, "waited", e.End-e.Start >= 5*time.Millisecond, true)
}

func TestManyClients(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	w.Inject(fcsim.Fault{Op: "GetAlias", Kind: fcsim.FaultStatus, Status: 503, Skip: 10, Times: 10})
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for range 10 {
				w.wire("GET", aliasPath, nil)
				w.wire("PUT", aliasPath, map[string]any{"description": string(rune('a' + i))})
				w.wire("POST", "/2021-04-06"+invokePath+"?qualifier=prod", nil)
				w.Log()
				w.Invocations()
				w.SetQuirks(fcsim.Quirks{StaleAliasReads: i})
			}
		})
	}
	clients.Wait()
	failed, ids := 0, map[string]bool{}
	for _, e := range w.Log() {
		ids[e.RequestID] = true
		if e.Fault != "" {
			failed++
		}
	}
	equal(t, "entries", len(w.Log()), 240)
	equal(t, "faults", failed, 10)
	equal(t, "request ids", len(ids), 240)
}
