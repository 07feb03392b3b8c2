package fcsim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

const (
	aliasPath   = "/2021-04-06/services/svc/aliases/prod"
	servicePath = "/2021-04-06/services/svc"
)

// faulty is a world with an alias "prod" on version 1, whose description tells whether an update took effect.
func faulty(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, fcsim.Options{NoAuth: true})
	w.seed(2)
	w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "prod", "versionId": "1", "description": "old"})
	return w
}

func (w *world) describes() string {
	return w.do(200, "GET", "/services/svc/aliases/prod", nil)["description"].(string)
}

func (w *world) update() answer {
	w.t.Helper()
	return w.wire("PUT", aliasPath, map[string]any{"description": "new"})
}

func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault         fcsim.Fault
		status        int
		code, message string
		raw           string
		effect        string
		logged        fcsim.Entry
	}{
		"status": {
			fault:  fcsim.Fault{Kind: fcsim.FaultStatus, Status: 503, Code: "ServiceUnavailable", Message: "later"},
			status: 503, code: "ServiceUnavailable", message: "later", effect: "old",
			logged: fcsim.Entry{Status: 503, Code: "ServiceUnavailable"},
		},
		"status without a code": {
			fault:  fcsim.Fault{Kind: fcsim.FaultStatus, Status: 429},
			status: 429, code: "TooManyRequests", message: "injected by fault-1", effect: "old",
			logged: fcsim.Entry{Status: 429, Code: "TooManyRequests"},
		},
		"raw body": {
			fault:  fcsim.Fault{Kind: fcsim.FaultStatus, Status: 502, RawBody: "<html>", ContentType: "text/html"},
			status: 502, raw: "<html>", effect: "old", logged: fcsim.Entry{Status: 502},
		},
		"lost-status": {
			fault:  fcsim.Fault{Kind: fcsim.FaultLostStatus},
			status: 502, code: "BadGateway", message: "injected by fault-1", effect: "new",
			logged: fcsim.Entry{Status: 502, Effect: 200},
		},
		"delay": {
			fault:  fcsim.Fault{Kind: fcsim.FaultDelay, Delay: time.Millisecond},
			status: 200, effect: "new", logged: fcsim.Entry{Status: 200, Effect: 200},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := faulty(t)
			tt.fault.Op = "UpdateAlias"
			w.Inject(tt.fault)
			a := w.update()
			check(t, a.err)
			equal(t, "status", a.status, tt.status)
			if tt.raw != "" {
				equal(t, "body", a.raw, tt.raw)
				equal(t, "type", a.header.Get("Content-Type"), tt.fault.ContentType)
			}
			if tt.code != "" {
				equal(t, "code", a.doc["errorCode"], any(tt.code))
				equal(t, "message", a.doc["errorMessage"], any(tt.message))
			}
			equal(t, "request id", a.header.Get("X-Fc-Request-Id") != "", true)
			equal(t, "effect", w.describes(), tt.effect)
			e := w.Log()[0]
			equal(t, "logged status", e.Status, tt.logged.Status)
			equal(t, "logged effect", e.Effect, tt.logged.Effect)
			equal(t, "logged code", e.Code, tt.logged.Code)
			equal(t, "logged fault", e.Fault, tt.fault.Kind)
		})
	}
}

func TestFaultsThatBreakTheConnection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ kind, effect string }{
		"reset":    {fcsim.FaultReset, "old"},
		"lost":     {fcsim.FaultLost, "new"},
		"truncate": {fcsim.FaultTruncate, "new"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := faulty(t)
			w.Inject(fcsim.Fault{Kind: tt.kind})
			a := w.update()
			if a.err == nil {
				t.Fatalf("got %d %s, want a broken connection", a.status, a.raw)
			}
			if tt.kind == fcsim.FaultReset && !errors.Is(a.err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a reset connection", a.err)
			}
			equal(t, "got half of the body", len(a.raw) > 0, tt.kind == fcsim.FaultTruncate)
			equal(t, "effect", w.describes(), tt.effect)
		})
	}
}

func TestFaultHang(t *testing.T) {
	t.Parallel()
	for _, apply := range []bool{false, true} {
		w := faulty(t)
		w.Inject(fcsim.Fault{Kind: fcsim.FaultHang, Apply: apply})
		ctx, cancel := context.WithCancel(t.Context())
		arrived := make(chan struct{})
		w.OnRequest(func(fcsim.Entry) {
			if !apply {
				close(arrived)
			}
		}, func(fcsim.Entry) { close(arrived) })
		done := make(chan error)
		go func() {
			req, err := http.NewRequestWithContext(ctx, "PUT", w.url+aliasPath, strings.NewReader(`{"description":"new"}`))
			if err == nil {
				_, err = http.DefaultTransport.RoundTrip(req)
			}
			done <- err
		}()
		<-arrived
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("apply %v: got %v, want no answer until the client gives up", apply, err)
		}
		equal(t, "effect", w.describes(), map[bool]string{false: "old", true: "new"}[apply])
		equal(t, "no status", w.Log()[0].Status, 0)
	}
}

func TestFaultBlock(t *testing.T) {
	t.Parallel()
	for kind, effect := range map[string]string{fcsim.FaultBlockBefore: "old", fcsim.FaultBlockAfter: "new"} {
		w := faulty(t)
		w.Inject(fcsim.Fault{Kind: kind, Times: 1})
		answers := make(chan answer)
		go func() { answers <- w.update() }()
		check(t, w.WaitBlocked(t.Context(), 1))
		equal(t, "blocked", w.Blocked(), 1)
		equal(t, kind+" while held", w.describes(), effect)
		w.Release()
		a := <-answers
		check(t, a.err)
		equal(t, "status", a.status, 200)
		equal(t, kind+" in the end", w.describes(), "new")
	}
}

func TestFaultBlockedClientGoesAway(t *testing.T) {
	t.Parallel()
	w := faulty(t)
	w.Inject(fcsim.Fault{Kind: fcsim.FaultBlockBefore})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, "PUT", w.url+aliasPath, strings.NewReader(`{"description":"new"}`))
		if err == nil {
			_, err = http.DefaultTransport.RoundTrip(req)
		}
		if err == nil {
			t.Error("got an answer, want none")
		}
	}()
	check(t, w.WaitBlocked(t.Context(), 1))
	cancel()
	<-done
	check(t, w.WaitBlocked(t.Context(), 0)) // the server notices on its own goroutine
	if err := w.WaitBlocked(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the wait to end with its context", err)
	}
	w.Release()
	equal(t, "effect", w.describes(), "old")
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	status := func(f fcsim.Fault) fcsim.Fault {
		f.Kind, f.Status = fcsim.FaultStatus, 500
		return f
	}
	tests := map[string]struct {
		fault fcsim.Fault
		want  [4]int // GET service, GET alias, PUT alias, PUT alias
	}{
		"any":           {status(fcsim.Fault{Op: "*"}), [4]int{500, 500, 500, 500}},
		"operation":     {status(fcsim.Fault{Op: "GetAlias"}), [4]int{200, 500, 200, 200}},
		"method":        {status(fcsim.Fault{Method: "put"}), [4]int{200, 200, 500, 500}},
		"path":          {status(fcsim.Fault{PathContains: "/aliases"}), [4]int{200, 500, 500, 500}},
		"query":         {status(fcsim.Fault{PathContains: "qualifier=1"}), [4]int{500, 200, 200, 200}},
		"body":          {status(fcsim.Fault{BodyContains: "second"}), [4]int{200, 200, 200, 500}},
		"times":         {status(fcsim.Fault{Times: 2}), [4]int{500, 500, 200, 200}},
		"skip":          {status(fcsim.Fault{Skip: 1, Times: 1}), [4]int{200, 500, 200, 200}},
		"skip, matched": {status(fcsim.Fault{Op: "UpdateAlias", Skip: 1}), [4]int{200, 200, 200, 500}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := faulty(t)
			id := w.Inject(tt.fault)
			got := [4]int{
				w.wire("GET", servicePath+"?qualifier=1", nil).status,
				w.wire("GET", aliasPath, nil).status,
				w.wire("PUT", aliasPath, map[string]any{"description": "first"}).status,
				w.wire("PUT", aliasPath, map[string]any{"description": "second"}).status,
			}
			equal(t, "statuses", got, tt.want)
			equal(t, "listed", w.Faults()[0].ID, id)
			equal(t, "disarmed", w.ClearFault(id), true)
			equal(t, "disarmed again", w.ClearFault(id), false)
			equal(t, "works again", w.wire("GET", aliasPath, nil).status, 200)
		})
	}
}

func TestInjectRefusesFaultsThatCannotAct(t *testing.T) {
	t.Parallel()
	for _, f := range []fcsim.Fault{
		{}, {Kind: "explode"}, {Kind: fcsim.FaultStatus}, {Kind: fcsim.FaultLostStatus, Status: 1000}, {Kind: fcsim.FaultLost, Skip: -1},
	} {
		func() {
			defer func() { equal(t, "panics", recover() != nil, true) }()
			fcsim.New(fcsim.Options{}).Inject(f)
		}()
	}
}

// A fault on a misspelt operation would never act.
func TestUnknownOperationsAreRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "UpdateAliass") {
			t.Errorf("armed, or not told: %v", p)
		}
	}()
	fcsim.New(fcsim.Options{}).Inject(fcsim.Fault{Op: "UpdateAliass", Kind: fcsim.FaultReset})
}
