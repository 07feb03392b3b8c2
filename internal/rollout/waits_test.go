package rollout_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/retry"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// linear is 40, 80, 100 with ten minutes between.
var linear = plan.Shape{Strategy: plan.LinearStep, Weight: 40_00, Interval: 10 * time.Minute}

// run walks a plan as one job would.
func (w *world) run(ctx context.Context, p plan.Plan, waits rollout.Waits) rollout.Result {
	return rollout.Run(ctx, p, rollout.Options{
		Versions: w.api, Aliases: w.api, Binder: w.api, Clock: w.clock, Retry: retry.Policy{Budget: 2 * time.Minute}, Label: "0123456789ab",
		Waits: waits, Description: "the shop's",
		Observe: func(e rollout.Event) { w.mu.Lock(); defer w.mu.Unlock(); w.events = append(w.events, e) },
	})
}

func (w *world) prepare(s plan.Shape) plan.Plan {
	w.t.Helper()
	p, err := rollout.Prepare(w.t.Context(), w.api, w.clock, w.request(s))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) job(s plan.Shape, waits rollout.Waits) rollout.Result {
	w.t.Helper()
	return w.run(w.t.Context(), w.prepare(s), waits)
}

// resume goes on as a job does that got its place by a token.
func (w *world) resume(left rollout.Result, waits rollout.Waits) rollout.Result {
	w.t.Helper()
	p, err := rollout.PrepareResume(w.t.Context(), w.api, w.clock, claimOf(left))
	if err != nil {
		return rollout.Result{Status: rollout.Failed, Err: err, Sure: true}
	}
	return w.run(w.t.Context(), p, waits)
}

func claimOf(left rollout.Result) plan.Claim {
	p := left.Plan
	return plan.Claim{
		Target: p.Target, Schedule: p.Schedule, ID: p.ID, Base: p.Base, Canary: left.Version, Stage: left.Pause.Stage, Due: left.Pause.Until,
	}
}

func (w *world) kinds() (kinds []rollout.EventKind) {
	for _, e := range w.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// In token mode each job sets one weight, after waiting the rest of the time where that is short enough.
func TestTokenModeSetsOneWeightAJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waits := rollout.Waits{Mode: plan.WaitToken, Max: 30 * time.Minute}
	began := w.clock.Now()
	res := w.job(linear, waits)
	for i, want := range []release.Weight{80_00, 100_00} {
		if res.Status != rollout.Waiting || res.Pause.Stage != i+1 || res.Pause.Left != 2-i || res.Pause.Next != want || res.Pause.Why != rollout.WaitInterval {
			t.Fatalf("job %d: %s, %v, %+v", i, res.Status, res.Err, res.Pause)
		}
		if due := began.Add(time.Duration(i+1) * 10 * time.Minute); res.Pause.Until.Before(due) {
			t.Errorf("job %d: next at %s, before %s", i, res.Pause.Until, due)
		}
		res = w.resume(res, waits)
	}
	if res.Status != rollout.Completed || res.Pause != nil || !slices.Equal(w.weights, []release.Weight{40_00, 80_00, 100_00}) {
		t.Errorf("%s, %v; weights %v", res.Status, res.Err, w.weights)
	}
	if waited := w.clock.Now().Sub(began); waited < 20*time.Minute {
		t.Errorf("all in %s, want at least 20m", waited)
	}
}

// A rest that is too long is left again, with the same place and no write.
func TestARestThatDoesNotFitIsLeftAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		waits rollout.Waits
		stays bool
	}{
		"token":               {rollout.Waits{Mode: plan.WaitToken, Max: 9 * time.Minute}, false},
		"token, fits":         {rollout.Waits{Mode: plan.WaitToken, Max: 11 * time.Minute}, true},
		"auto":                {rollout.Waits{Mode: plan.WaitAuto, Max: 9 * time.Minute}, false},
		"auto, the rest fits": {rollout.Waits{Mode: plan.WaitAuto, Max: 11 * time.Minute}, true},
		"job":                 {rollout.Waits{Mode: plan.WaitInJob}, true},
		"job, first too long": {rollout.Waits{Mode: plan.WaitInJob, First: 9 * time.Minute}, false},
		"job ends":            {rollout.Waits{Mode: plan.WaitInJob, End: time.Unix(1_800_000_000, 0).Add(5 * time.Minute)}, false},
	} {
		w := newWorld(t)
		left := w.job(linear, rollout.Waits{Mode: plan.WaitToken, Max: time.Hour})
		w.weights = nil
		res := w.resume(left, c.waits)
		if stayed := len(w.weights) > 0; stayed != c.stays {
			t.Errorf("%s: weights %v, %s, %v", name, w.weights, res.Status, res.Err)
		}
		if !c.stays && (res.Status != rollout.Waiting || res.Pause.Stage != 1 || res.Pause.Until.Before(left.Pause.Until)) {
			t.Errorf("%s: %s, %+v, left was %+v", name, res.Status, res.Pause, left.Pause)
		}
	}
}

// wait: auto stays in the job while the remaining schedule fits, and leaves where it does not.
func TestAutoLeavesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	end := time.Unix(1_800_000_000, 0)
	for name, c := range map[string]struct {
		waits rollout.Waits
		stage int // where it leaves; 0: it stays to the end
	}{
		"all fits":            {rollout.Waits{Max: 20*time.Minute + time.Second}, 0},
		"not all":             {rollout.Waits{Max: 19 * time.Minute}, 1},
		"the job is too long": {rollout.Waits{Max: time.Hour, End: end.Add(15 * time.Minute)}, 1},
		"the job is enough":   {rollout.Waits{Max: time.Hour, End: end.Add(25 * time.Minute)}, 0},
	} {
		w := newWorld(t)
		c.waits.Mode = plan.WaitAuto
		res := w.job(linear, c.waits)
		if c.stage == 0 && res.Status != rollout.Completed || c.stage > 0 && (res.Status != rollout.Waiting || res.Pause.Stage != c.stage) {
			t.Errorf("%s: %s, %v, %+v", name, res.Status, res.Err, res.Pause)
		}
	}
}

// Without a token the wait counts from when the alias was last written; a runner whose clock is fast waits no less.
func TestAfterAKillTheWaitCountsFromTheAlias(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"in step": 0, "service ahead": time.Hour, "service behind": -time.Hour} {
		w := newWorld(t)
		w.skew = skew
		w.job(linear, rollout.Waits{Mode: plan.WaitToken, Max: time.Hour})
		w.clock.now = w.clock.now.Add(4 * time.Minute)
		p := w.prepare(linear)
		if p.At != 1 || p.Steps[0].Kind != plan.StepWait || p.Version != "2" {
			t.Fatalf("%s: %+v", name, p)
		}
		rest := p.Steps[0].Until.Sub(w.clock.Now())
		least, most := 6*time.Minute, 6*time.Minute+2*time.Second
		if rest < least || rest > most {
			t.Errorf("%s: the rest is %s", name, rest)
		}
		if !slices.ContainsFunc(p.Notices, func(n plan.Notice) bool { return n.Kind == plan.NoticeContinued }) || p.Has(plan.StepPublish) {
			t.Errorf("%s: notices %v, steps %v", name, p.Notices, p.Steps)
		}
	}
}

// Outside the window nothing is written, in the job or by leaving; the rest of the time runs meanwhile.
func TestReleaseWindow(t *testing.T) {
	t.Parallel()
	// The clock starts on a Friday at 08:00 UTC.
	window := plan.Window{{Days: [7]bool{1: true, 5: true}, From: 10 * 60, To: 10*60 + 15, Zone: time.UTC}}
	for _, mode := range []plan.WaitMode{plan.WaitInJob, plan.WaitToken, plan.WaitAuto} {
		w := newWorld(t)
		var closed []string
		w.sim.OnRequest(func(e fcsim.Entry) {
			if now := w.clock.Now(); e.Method != "GET" && !window.Open(now) {
				closed = append(closed, fmt.Sprint(e.Op, now.UTC()))
			}
		}, func(fcsim.Entry) {})
		waits := rollout.Waits{Mode: mode, Max: time.Minute, Window: window}
		res := w.job(linear, waits)
		for jobs := 0; res.Status == rollout.Waiting && jobs < 9; jobs++ {
			w.clock.now = res.Pause.Until.Add(-time.Second)
			if res.Pause.Stage == 0 {
				if w.clock.Now().UTC().Format("Mon 15:04:05") != "Fri 09:59:59" || res.Pause.Why != rollout.WaitWindow || res.Pause.Left != 3 {
					t.Fatalf("%s: the first weight at %s: %+v", mode, w.clock.Now().UTC(), res.Pause)
				}
				res = w.job(linear, waits)
				continue
			}
			res = w.resume(res, waits)
		}
		if res.Status != rollout.Completed || len(closed) > 0 {
			t.Errorf("%s: %s, %v; outside the window: %v", mode, res.Status, res.Err, closed)
		}
		if got := w.clock.Now().UTC().Format("Mon 15:04"); got != "Mon 10:00" {
			t.Errorf("%s: the last weight came at %s, want the opening on Monday", mode, got)
		}
	}
}

// An approval ends every job, whatever it may wait, and only a token or a promotion passes it.
func TestApprovalIsWaitedForByNoJob(t *testing.T) {
	t.Parallel()
	shape := plan.Shape{Strategy: plan.CanaryPlans, Plans: []plan.Stage{{Weight: 10_00, Approve: true}, {Weight: 30_00, Interval: time.Minute}}}
	for _, mode := range []plan.WaitMode{plan.WaitInJob, plan.WaitToken, plan.WaitAuto} {
		w := newWorld(t)
		waits := rollout.Waits{Mode: mode, Max: time.Hour}
		left := w.job(shape, waits)
		for range 2 {
			if left.Status != rollout.Waiting || left.Pause.Stage != 1 || !left.Pause.Until.IsZero() || left.Pause.Why != rollout.WaitApproval {
				t.Fatalf("%s: %s, %v, %+v", mode, left.Status, left.Err, left.Pause)
			}
			left = w.job(shape, waits) // the same inputs again decide nothing
		}
		res := w.resume(left, waits)
		if want := map[bool]rollout.Status{true: rollout.Waiting, false: rollout.Completed}[mode == plan.WaitToken]; res.Status != want {
			t.Errorf("%s: %s, %v", mode, res.Status, res.Err)
		}
	}
}

// Where the service forgets descriptions a job goes on by itself, and says so; one that would have to leave takes the
// canary back, because nobody could go on.
func TestAServiceThatForgetsDescriptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sim.SetQuirks(fcsim.Quirks{DropAliasDescription: true})
	if res := w.job(linear, rollout.Waits{}); res.Status != rollout.Completed || !slices.Contains(w.kinds(), rollout.EventUnmarked) {
		t.Errorf("%s, %v, %v", res.Status, res.Err, w.kinds())
	}
	w = newWorld(t)
	w.sim.SetQuirks(fcsim.Quirks{DropAliasDescription: true})
	res := w.job(linear, rollout.Waits{Mode: plan.WaitToken})
	if res.Status != rollout.RolledBack || !w.alias().Equal(release.Only("1")) || res.Pause != nil {
		t.Errorf("%s, %v, alias %s", res.Status, res.Err, w.alias())
	}
}

// Any single passing fault in a job that goes on is overcome as in the first one.
func TestAResumedJobOvercomesAnySingleFault(t *testing.T) {
	t.Parallel()
	for kind, fault := range passing {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n++ {
				w := newWorld(t)
				left := w.job(linear, rollout.Waits{Mode: plan.WaitToken})
				w.sim.ClearLog()
				armed := fault
				armed.Skip, armed.Times = n, 2
				w.sim.Inject(armed)
				res := w.resume(left, rollout.Waits{})
				if res.Status != rollout.Completed {
					t.Fatalf("at %d: %s, %v", n, res.Status, res.Err)
				}
				w.checkEnd(t, []release.Weight{40_00, 80_00, 100_00})
				if !slices.ContainsFunc(w.sim.Log(), func(e fcsim.Entry) bool { return e.Fault != "" }) {
					if n < 8 {
						t.Errorf("only %d calls", n)
					}
					return
				}
			}
		})
	}
}

// Somebody moves the alias before any call of a job that goes on: theirs stands.
func TestSomebodyElsesMoveStandsInAResumedJob(t *testing.T) {
	t.Parallel()
	theirs := release.Traffic{Main: "1", Extra: map[string]release.Weight{"2": 7_00}}
	for n := 0; n < 12; n++ {
		w := newWorld(t)
		left := w.job(linear, rollout.Waits{Mode: plan.WaitToken})
		calls, ended := 0, false
		w.sim.OnRequest(func(fcsim.Entry) {
			w.mu.Lock() // some calls are in parallel
			defer w.mu.Unlock()
			if calls == n && !ended {
				w.must("PUT", "/services/shop/aliases/prod", map[string]any{"versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.07}})
			}
			calls++
		}, func(fcsim.Entry) {})
		res := w.resume(left, rollout.Waits{})
		w.mu.Lock()
		ended = true
		w.mu.Unlock()
		if calls <= n {
			if res.Status != rollout.Completed {
				t.Errorf("undisturbed: %s, %v", res.Status, res.Err)
			}
			return
		}
		if !w.alias().Equal(theirs) || report.Reason(res) != report.ReasonMoved {
			t.Errorf("before call %d: %s, %v; alias %s", n, res.Status, res.Err, w.alias())
		}
	}
	t.Error("the job never ended undisturbed")
}

// A call that fails until the window has closed is not repeated after that: the job waits for the next opening.
func TestTheWindowClosesBetweenTwoAttempts(t *testing.T) {
	t.Parallel()
	window := plan.Window{{Days: [7]bool{1: true, 5: true}, From: 10 * 60, To: 10*60 + 15, Zone: time.UTC}}
	for _, op := range []string{"PublishServiceVersion", "UpdateTrigger", "UpdateCustomDomain", "UpdateAlias"} {
		w := newWorld(t)
		w.clock.now = time.Date(2027, 1, 15, 10, 14, 58, 0, time.UTC) // a Friday
		w.sim.Inject(fcsim.Fault{Op: op, Kind: fcsim.FaultStatus, Status: 503, Times: 8})
		var closed []string
		w.sim.OnRequest(func(e fcsim.Entry) {
			if now := w.clock.Now(); e.Method != "GET" && !window.Open(now) {
				closed = append(closed, fmt.Sprint(e.Op, now.UTC()))
			}
		}, func(fcsim.Entry) {})
		res := w.job(plan.Shape{Strategy: plan.CanaryStep, Weight: 20_00}, rollout.Waits{Window: window})
		if res.Status != rollout.Completed || len(closed) > 0 || w.clock.Now().Weekday() != time.Monday {
			t.Errorf("%s: %s, %v at %s; outside the window: %v", op, res.Status, res.Err, w.clock.Now().UTC(), closed)
		}
	}
}

// Where the service forgets descriptions and refuses what changes nothing, a job that is run again after a kill finds its
// weight there already.
func TestAForgetfulServiceThatRefusesNoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sim.SetQuirks(fcsim.Quirks{DropAliasDescription: true})
	w.must("POST", "/services/shop/versions", nil)
	w.must("PUT", "/services/shop/aliases/prod", map[string]any{"versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.4}})
	if res := w.job(linear, rollout.Waits{}); res.Status != rollout.Completed {
		t.Errorf("%s, %v", res.Status, res.Err)
	}
}

// Without ETags the look comes after the check of the published version, however quick that was.
func TestWithoutETagsTheLookIsTheLastThingBeforeTheWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sim.SetQuirks(fcsim.Quirks{NoETag: true})
	published, moved := false, false
	w.sim.OnRequest(func(fcsim.Entry) {}, func(e fcsim.Entry) {
		switch {
		case e.Op == "PublishServiceVersion":
			published = true
		case e.Op == "ListServiceVersions" && published && !moved:
			moved = true
			w.must("PUT", "/services/shop/aliases/prod", map[string]any{"versionId": "2"})
		}
	})
	req := w.request(linear)
	req.Triggers, req.Domains = plan.Selection{}, plan.Selection{}
	res := w.release(t.Context(), req)
	if !moved || res.Status != rollout.Failed || report.Reason(res) != report.ReasonMoved || !w.alias().Equal(release.Only("2")) {
		t.Errorf("%s, %v, moved %t, alias %s", res.Status, res.Err, moved, w.alias())
	}
}

// A write that was never answered when the window closes is not left behind: it is shut out, or found to have landed,
// before a later job gets the place.
func TestNoWriteIsLeftInTheAir(t *testing.T) {
	t.Parallel()
	window := plan.Window{{Days: [7]bool{1: true, 5: true}, From: 10 * 60, To: 10*60 + 15, Zone: time.UTC}}
	for kind, stage := range map[string]int{fcsim.FaultReset: 1, fcsim.FaultLost: 2} {
		w := newWorld(t)
		w.clock.now = time.Date(2027, 1, 15, 10, 14, 30, 0, time.UTC) // a Friday
		w.sim.Inject(fcsim.Fault{Op: "UpdateAlias", Kind: kind, Skip: 1, Times: 1})
		w.sim.OnRequest(func(e fcsim.Entry) {
			if e.Op == "UpdateAlias" && w.alias().Weight("2") == 40_00 && window.Open(w.clock.Now()) {
				w.clock.mu.Lock()
				w.clock.now = w.clock.now.Add(time.Minute) // while the answer does not come
				w.clock.mu.Unlock()
			}
		}, func(fcsim.Entry) {})
		shape := plan.Shape{Strategy: plan.LinearStep, Weight: 40_00}
		res := w.job(shape, rollout.Waits{Mode: plan.WaitAuto, Max: time.Minute, Window: window})
		if res.Status != rollout.Waiting || !res.Sure || res.Pause == nil || res.Pause.Stage != stage {
			t.Fatalf("%s: %s, %v, %+v; alias %s", kind, res.Status, res.Err, res.Pause, w.alias())
		}
		tags := map[string]bool{}
		for _, e := range w.sim.Log() {
			if e.Op == "UpdateAlias" && e.Effect == 200 {
				tags[e.IfMatch] = true
			}
		}
		if len(tags) < 2 {
			t.Errorf("%s: writes with the conditions %v", kind, tags)
		}
	}
}
