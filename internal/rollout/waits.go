package rollout

import (
	"context"
	"errors"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Waits is how a run passes time.
type Waits struct {
	Mode plan.WaitMode
	// Max bounds the waits of modes token and auto.
	Max time.Duration
	// First bounds the wait before the first weight of a job in mode job; zero does not.
	First time.Duration
	// End is when the job or its credentials end; zero when that is not known.
	End    time.Time
	Window plan.Window
}

// WaitReason is what a wait is for, or why a run left.
type WaitReason string

// The reasons.
const (
	WaitInterval WaitReason = "interval"
	WaitApproval WaitReason = "approval"
	WaitWindow   WaitReason = "release_window"
	WaitHeld     WaitReason = "held" // cancelled, and told to hold
)

// Pause is the place from which a later job goes on.
type Pause struct {
	Stage int // in force; 0 when nothing was written yet
	Left  int // weights still to come
	Next  release.Weight
	Until time.Time // zero: until somebody decides
	Why   WaitReason
}

// errUnmarked is why a run cannot leave the rest to a later job.
var errUnmarked = errors.New("the alias does not show the marker that was written to its description, so no later job could go on; use wait: job")

// errClosed stops a write that would come after the release window has closed.
var errClosed = errors.New("the release window has closed")

func (r *run) mayWrite() error {
	if r.Waits.Window.Open(r.Clock.Now()) {
		return nil
	}
	return errClosed
}

// pass lets the time pass that is due before a step, or sets left.
func (r *run) pass(ctx context.Context, index int) error {
	s := r.plan.Steps[index]
	if s.Kind == plan.StepRollback || s.Kind == plan.StepAccept {
		return nil // the way back is always open
	}
	if s.Kind == plan.StepApprove {
		return r.leave(time.Time{}, WaitApproval)
	}
	now := r.Clock.Now()
	until, why := now, WaitInterval
	if s.Kind == plan.StepWait {
		until = s.Ends(now)
	}
	if opening := r.Waits.Window.Next(until); opening.After(until) {
		until, why = opening, WaitWindow
	}
	if !r.stays(index, now, until) {
		return r.leave(until, why)
	}
	return r.wait(ctx, until, r.nextWeight(index), why)
}

// stays tells whether the run passes the time itself.
func (r *run) stays(index int, now, until time.Time) bool {
	s, w := r.plan.Steps[index], r.Waits
	rest := until.Sub(now)
	switch {
	case s.Stage > 0 && w.Mode == plan.WaitToken && r.advanced:
		return false // one weight a job
	case rest <= 0:
		return true
	case !w.End.IsZero() && until.After(w.End):
		return false
	case !r.advanced:
		return w.firstFits(rest)
	case w.Mode == plan.WaitAuto:
		return w.allFits(max(r.plan.Lasts(index, now, w.Window), rest), now)
	}
	return w.Mode != plan.WaitToken || rest <= w.Max
}

// allFits judges the rest of the schedule.
func (w Waits) allFits(lasts time.Duration, now time.Time) bool {
	return lasts <= w.Max && (w.End.IsZero() || now.Add(lasts).Before(w.End))
}

// firstFits judges what is to be waited for before this job's first weight.
func (w Waits) firstFits(rest time.Duration) bool {
	if w.Mode == plan.WaitInJob || w.Mode == "" {
		return w.First <= 0 || rest <= w.First
	}
	return rest <= w.Max
}

// leave ends the walk here. What was written must have been read back, and the marker be there for the next job.
func (r *run) leave(until time.Time, why WaitReason) error {
	if len(r.alias.ghosts) > 0 {
		if sure, err := r.makeSure(); err != nil {
			return err
		} else if !sure {
			return errUnanswered
		}
		if r.stage() == len(r.plan.Schedule) {
			return nil // the write without an answer was the last one, and took effect
		}
	}
	if r.stage() > 0 && r.alias.unmarked {
		return errUnmarked
	}
	r.left = r.pause(until, why)
	r.observe(Event{Kind: EventLeaving, Until: until, Next: r.left.Next, Reason: why})
	return nil
}

func (r *run) pause(until time.Time, why WaitReason) *Pause {
	p := &Pause{Stage: r.stage(), Until: until, Why: why, Left: len(r.plan.Schedule) - r.stage()}
	if p.Left > 0 {
		p.Next = r.plan.Schedule[p.Stage].Weight
	}
	return p
}

func (r *run) nextWeight(index int) release.Weight {
	for _, s := range r.plan.Steps[index:] {
		if s.Stage > r.stage() {
			return s.Weight
		}
	}
	return release.Full
}

// wait sleeps until a point in time and tells what is left now and then.
func (r *run) wait(ctx context.Context, until time.Time, next release.Weight, why WaitReason) error {
	waited := false
	for {
		left := until.Sub(r.Clock.Now())
		if left <= 0 {
			r.holding = time.Time{}
			if waited {
				r.observe(Event{Kind: EventWaited, Next: next})
			}
			return nil
		}
		r.holding, waited = until, true
		r.observe(Event{Kind: EventWaiting, Until: until, Left: left, Next: next, Reason: why})
		if err := r.Clock.Sleep(ctx, untilNextBeat(left)); err != nil {
			return CancelledBy(ctx)
		}
	}
}

// untilNextBeat is shorter the nearer the end is, and never above a minute.
func untilNextBeat(left time.Duration) time.Duration {
	beat := time.Minute
	switch {
	case left <= 10*time.Second:
		beat = time.Second
	case left <= time.Minute:
		beat = 10 * time.Second
	case left <= 5*time.Minute:
		beat = 30 * time.Second
	}
	// Aligned, so that the remaining times are round.
	if rest := left % beat; rest > 0 {
		return rest
	}
	return beat
}
