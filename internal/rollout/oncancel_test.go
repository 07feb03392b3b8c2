package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

var errSignal = errors.New("interrupt signal received")

// graceClock lets the seconds after a signal last as long as they are needed; all other time passes at once.
type graceClock struct{ *fastClock }

func (c graceClock) Sleep(ctx context.Context, d time.Duration) error {
	if d == 2500*time.Millisecond || d == 4700*time.Millisecond {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return c.fastClock.Sleep(ctx, d)
}

// cancelled walks a plan as a job that may be told to stop.
func (w *world) cancelled(ctx context.Context, p plan.Plan, waits rollout.Waits, onCancel plan.OnCancel) rollout.Result {
	return rollout.Run(ctx, p, rollout.Options{
		Versions: w.api, Aliases: w.api, Binder: w.api, Clock: graceClock{w.clock}, Retry: retry.Policy{Budget: 2 * time.Minute}, Label: "0123456789ab",
		Waits: waits, OnCancel: onCancel,
	})
}

// A signal at any call of a release, before it takes effect or after: the traffic ends at the base, or at a weight of the
// plan with a place to go on from, or at the last weight, as on_cancel says; before the first weight nothing moves.
func TestASignalAtAnyCall(t *testing.T) {
	t.Parallel()
	for _, onCancel := range []plan.OnCancel{plan.CancelRollback, plan.CancelHold, plan.CancelFinish} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after %t", onCancel, after), func(t *testing.T) {
				t.Parallel()
				for n := 0; ; n++ {
					if !signalled(t, onCancel, after, n) {
						if n < 15 {
							t.Errorf("only %d calls", n)
						}
						return
					}
				}
			})
		}
	}
}

// signalled tells whether the signal came while the job ran.
func signalled(t *testing.T, onCancel plan.OnCancel, after bool, n int) bool {
	w := newWorld(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	calls := 0
	at := func(fcsim.Entry) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if calls == n {
			cancel(errSignal)
		}
		calls++
	}
	nothing := func(fcsim.Entry) {}
	if after {
		w.sim.OnRequest(nothing, at)
	} else {
		w.sim.OnRequest(at, nothing)
	}
	p, err := rollout.Prepare(ctx, w.api, w.clock, w.request(linear))
	if err != nil {
		return true // nothing was written yet
	}
	res := w.cancelled(ctx, p, rollout.Waits{}, onCancel)
	w.mu.Lock()
	seen := calls > n
	w.mu.Unlock()
	w.checkSignalled(t, fmt.Sprintf("call %d", n), res, onCancel, seen)
	return seen
}

func (w *world) checkSignalled(t *testing.T, name string, res rollout.Result, onCancel plan.OnCancel, seen bool) {
	t.Helper()
	now := w.alias()
	atBase, done := now.Equal(release.Only("1")), now.Equal(release.Only("2"))
	switch {
	case !seen || res.Status == rollout.Completed:
		if !done || res.Err != nil {
			t.Errorf("%s: %s, %v; alias %s", name, res.Status, res.Err, now)
		}
	case res.Status != rollout.Cancelled:
		t.Errorf("%s: %s, %v, %v; alias %s", name, res.Status, res.Err, res.RollbackErr, now)
	case res.Pause != nil:
		want := release.Split("1", "2", []release.Weight{40_00, 80_00}[res.Pause.Stage-1])
		if onCancel != plan.CancelHold || !now.Equal(want) {
			t.Errorf("%s: held at %+v; alias %s", name, res.Pause, now)
		}
		if again := w.resume(res, rollout.Waits{}); again.Status != rollout.Completed {
			t.Errorf("%s: going on after hold: %s, %v", name, again.Status, again.Err)
		}
	case !atBase:
		t.Errorf("%s: cancelled; alias %s", name, now)
	}
}

// Hold and finish in a job that an earlier one left to it, before it has written anything itself.
func TestASignalInAResumedJob(t *testing.T) {
	t.Parallel()
	for onCancel, want := range map[plan.OnCancel]struct {
		status  rollout.Status
		traffic release.Traffic
	}{
		plan.CancelRollback: {rollout.Cancelled, release.Only("1")},
		plan.CancelHold:     {rollout.Cancelled, release.Split("1", "2", 40_00)},
		plan.CancelFinish:   {rollout.Completed, release.Only("2")},
	} {
		w := newWorld(t)
		left := w.job(linear, rollout.Waits{Mode: plan.WaitToken})
		p, err := rollout.PrepareResume(t.Context(), w.api, w.clock, claimOf(left))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errSignal)
		res := w.cancelled(ctx, p, rollout.Waits{}, onCancel)
		if res.Status != want.status || !w.alias().Equal(want.traffic) || (res.Pause != nil) != (onCancel == plan.CancelHold) {
			t.Errorf("%s: %s, %v, alias %s, %+v", onCancel, res.Status, res.Err, w.alias(), res.Pause)
		}
	}
}

// finish goes neither past an approval nor out of the release window: the canary goes back then.
func TestFinishStopsAtWhatOthersDecide(t *testing.T) {
	t.Parallel()
	approve := plan.Shape{Strategy: plan.CanaryPlans, Plans: []plan.Stage{{Weight: 10_00, Interval: time.Minute}, {Weight: 30_00, Approve: true}}}
	closed := plan.Window{{Days: [7]bool{1: true}, From: 0, To: 60, Zone: time.UTC}} // the clock starts on a Friday
	for name, c := range map[string]struct {
		shape  plan.Shape
		window plan.Window
	}{"approval": {approve, nil}, "window": {linear, closed}} {
		w := newWorld(t)
		left := w.job(c.shape, rollout.Waits{Mode: plan.WaitToken})
		p, err := rollout.PrepareResume(t.Context(), w.api, w.clock, claimOf(left))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errSignal)
		res := w.cancelled(ctx, p, rollout.Waits{Window: c.window}, plan.CancelFinish)
		if res.Status != rollout.Cancelled || !w.alias().Equal(release.Only("1")) {
			t.Errorf("%s: %s, %v, alias %s", name, res.Status, res.Err, w.alias())
		}
	}
}

// Somebody's move is left alone by every choice.
func TestASignalAfterSomebodyMovedTheAlias(t *testing.T) {
	t.Parallel()
	for _, onCancel := range []plan.OnCancel{plan.CancelRollback, plan.CancelFinish} {
		w := newWorld(t)
		left := w.job(linear, rollout.Waits{Mode: plan.WaitToken})
		p, err := rollout.PrepareResume(t.Context(), w.api, w.clock, claimOf(left))
		if err != nil {
			t.Fatal(err)
		}
		w.must("PUT", "/services/shop/aliases/prod", map[string]any{"versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.01}})
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errSignal)
		res := w.cancelled(ctx, p, rollout.Waits{}, onCancel)
		if _, moved := errors.AsType[*release.MovedError](errors.Join(res.Err, res.RollbackErr)); !moved || w.alias().Weight("2") != 1_00 {
			t.Errorf("%s: %s, %v, %v, alias %s", onCancel, res.Status, res.Err, res.RollbackErr, w.alias())
		}
	}
}
