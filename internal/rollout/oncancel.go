package rollout

import (
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// ending is how a cancelled run ended without going back. err says that somebody else had moved the alias.
type ending struct {
	status Status
	err    error
}

// onCancel holds or finishes where that was asked for and is possible; nil means that the alias has to go back.
func (r *run) onCancel() *ending {
	switch r.OnCancel {
	case plan.CancelHold:
		return r.hold()
	case plan.CancelFinish:
		return r.finish()
	}
	return nil
}

// hold makes sure of what is in force and leaves it to a later job.
func (r *run) hold() *ending {
	w := r.alias
	w.hasten()
	if len(w.ghosts) > 0 || !w.verified {
		sure, err := r.makeSure()
		if err != nil {
			return &ending{Failed, err}
		}
		if !sure {
			return nil
		}
	}
	switch {
	case r.stage() == 0 || w.unmarked:
		return nil
	case r.stage() == len(r.plan.Schedule) && r.plan.Final() < release.Full:
		return &ending{status: Held} // where the plan ends
	case r.stage() == len(r.plan.Schedule):
		return &ending{status: Completed} // the last write took effect after all
	}
	until := r.holding
	if st := r.plan.Schedule[r.stage()-1]; until.IsZero() && !st.Approve {
		until = r.Clock.Now().Add(st.Interval)
	}
	r.left = r.pause(until, WaitHeld)
	r.observe(Event{Kind: EventHolding, Traffic: r.traffic(), Version: r.version})
	return &ending{status: Cancelled}
}

// hasten drops what is not needed any more, and keeps calls short: seconds count.
func (w *aliasWriter) hasten() { w.fresh, w.alongside, w.afterwards, w.limit = nil, nil, nil, hurry }

// makeSure looks once which of our states is in force, and shuts out a write that may still come. The error says that the
// alias is somebody's.
func (r *run) makeSure() (sure bool, err error) {
	w := r.alias
	if a, err := w.look(r.grace); err == nil && w.last != nil {
		switch w.judge(a, *w.last) {
		case moved:
			return false, w.movedError(a)
		case asWanted, asLeft:
			w.settle(a, *w.last)
			return len(w.ghosts) == 0 || w.fence(r.grace, *w.last, r.version) == nil, nil
		case lagging:
		}
	}
	return false, nil
}

// finish goes to the last weight, unless a decision or the release window stands before it.
func (r *run) finish() *ending {
	last := len(r.plan.Schedule)
	if r.stage() == 0 || !r.Waits.Window.Open(r.Clock.Now()) || r.plan.Schedule[r.stage()-1:last-1].Approves() {
		return nil
	}
	w := r.alias
	w.hasten()
	if len(w.ghosts) > 0 {
		if sure, err := r.makeSure(); err != nil {
			return &ending{Failed, err}
		} else if !sure {
			return nil
		}
	}
	want := r.state(last)
	r.observe(Event{Kind: EventFinishing, Traffic: want.traffic, Version: r.version})
	rec := Record{Step: plan.Step{Kind: plan.StepPromote, Weight: r.plan.Final(), Stage: last}, Started: r.Clock.Now()}
	err := w.acceptedAs(want, w.put(r.grace, want))
	rec.Ended, rec.Failed, rec.Traffic = r.Clock.Now(), err != nil, r.traffic()
	r.records = append(r.records, rec)
	switch {
	case w.theirs:
		return &ending{Failed, err}
	case err == nil && r.plan.Final() < release.Full:
		return &ending{status: Held}
	case err == nil:
		r.observe(Event{Kind: EventPromoted, Traffic: want.traffic, Version: r.version})
		return &ending{status: Completed}
	}
	return nil
}
