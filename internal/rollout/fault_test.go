package rollout_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// passing are faults after which the same call can succeed.
var passing = map[string]fcsim.Fault{
	"reset":       {Kind: fcsim.FaultReset},
	"lost":        {Kind: fcsim.FaultLost},
	"lost 502":    {Kind: fcsim.FaultLostStatus, Status: 502},
	"503":         {Kind: fcsim.FaultStatus, Status: 503, Code: "ServiceUnavailable"},
	"429":         {Kind: fcsim.FaultStatus, Status: 429, Code: "Throttling"},
	"409":         {Kind: fcsim.FaultStatus, Status: 409, Code: "ConcurrentUpdateError"},
	"broken body": {Kind: fcsim.FaultTruncate},
	"html":        {Kind: fcsim.FaultStatus, Status: 502, RawBody: "<html>", ContentType: "text/html"},
}

// A fault at any single call of a release, of any kind that can pass, changes nothing about its end: the planned weights
// in order, one new version, everything bound.
func TestAnySingleFaultIsOvercome(t *testing.T) {
	t.Parallel()
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calm := newWorld(t)
			calm.release(t.Context(), calm.request(s.shape))
			calls := len(calm.sim.Log())
			if calls < 15 || !slices.Equal(calm.weights, s.want) {
				t.Fatalf("without faults: %d calls, weights %v, want %v", calls, calm.weights, s.want)
			}
			for kind, fault := range passing {
				for n := range calls {
					t.Run(fmt.Sprintf("%s at %d", kind, n), func(t *testing.T) {
						t.Parallel()
						w := newWorld(t)
						armed := fault
						armed.Skip, armed.Times = n, 2 // net/http repeats a GET once by itself
						w.sim.Inject(armed)
						res := w.release(t.Context(), w.request(s.shape))
						if res.Err != nil {
							t.Fatalf("%s: %v", res.Status, res.Err)
						}
						w.checkEnd(t, s.want)
					})
				}
			}
		})
	}
}

func (w *world) checkEnd(t *testing.T, want []release.Weight) {
	t.Helper()
	// A write whose answer was lost may be repeated, so a weight may occur twice; never out of order.
	if got := slices.Compact(slices.Clone(w.weights)); !slices.Equal(got, want) {
		t.Errorf("weights %v, want %v", got, want)
	}
	if n := w.versions(); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
	if q := w.must("GET", "/services/shop/functions/hello/triggers/tick", nil)["qualifier"]; q != "prod" {
		t.Errorf("the trigger calls %v", q)
	}
}

// From any call on, every further one is refused for good. Whatever the step then says about the traffic is true, and
// no weight moved that was not planned.
func TestFinalRefusalIsToldTruly(t *testing.T) {
	t.Parallel()
	for name, s := range shapes {
		for _, op := range []string{"*", "UpdateAlias", "GetAlias", "UpdateTrigger", "UpdateCustomDomain", "PublishServiceVersion"} {
			for n := range 30 {
				t.Run(fmt.Sprintf("%s %s from %d", name, op, n), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					w.sim.Inject(fcsim.Fault{Op: op, Kind: fcsim.FaultStatus, Status: 403, Code: "AccessDenied", Skip: n})
					res := w.release(t.Context(), w.request(s.shape))
					w.checkTold(t, res, s.want)
				})
			}
		}
	}
}

func (w *world) checkTold(t *testing.T, res rollout.Result, want []release.Weight) {
	t.Helper()
	now := w.alias()
	for _, weight := range w.weights {
		if weight != 0 && !slices.Contains(want, weight) {
			t.Errorf("weight %s was never planned", weight)
		}
	}
	switch res.Status {
	case rollout.Completed, rollout.Held:
		w.checkEnd(t, want)
	case rollout.RolledBack:
		if !now.Equal(release.Only("1")) {
			t.Errorf("rolled back, but the alias sends %s", now)
		}
	case rollout.Failed:
		if res.Err == nil {
			t.Error("failed without a reason")
		}
		if res.Traffic != nil && res.Sure && !res.Traffic.Equal(now) {
			t.Errorf("told %s, but the alias sends %s", res.Traffic, now)
		}
		if reason := report.Reason(res); reason != report.ReasonDenied && reason != report.ReasonRollbackFailed {
			t.Errorf("reason %q", reason)
		}
	default:
		t.Errorf("status %s", res.Status)
	}
}
