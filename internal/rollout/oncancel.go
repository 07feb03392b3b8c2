package rollout

import (
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// onCancel holds or finishes where that was asked for and is possible; done is false when the alias has to go back.
func (r *run) onCancel() (status Status, err error, done bool) { //nolint:revive // the error belongs to the status
	switch r.OnCancel {
	case plan.CancelHold:
		return r.hold()
	case plan.CancelFinish:
		return r.finish()
	}
	return "", nil, false
}

// hold makes sure of what is in force and leaves it to a later job.
func (r *run) hold() (Status, error, bool) { //nolint:revive // as above
	w := r.alias
	w.fresh, w.alongside, w.afterwards, w.limit = nil, nil, nil, hurry
	if len(w.ghosts) > 0 || !w.verified {
		if theirs, sure := r.makeSure(); theirs != nil || !sure {
			return Failed, theirs, theirs != nil
		}
	}
	switch {
	case r.stage() == 0 || w.unmarked:
		return "", nil, false
	case r.stage() == len(r.plan.Schedule) && r.plan.Final() < release.Full:
		return Held, nil, true // where the plan ends
	case r.stage() == len(r.plan.Schedule):
		return Completed, nil, true // the last write took effect after all
	}
	until := r.holding
	if st := r.plan.Schedule[r.stage()-1]; until.IsZero() && !st.Approve {
		until = r.Clock.Now().Add(st.Interval)
	}
	r.left = r.pause(until, WaitHeld)
	r.observe(Event{Kind: EventHolding, Traffic: r.traffic(), Version: r.version})
	return Cancelled, nil, true
}

// makeSure looks once which of our states is in force.
func (r *run) makeSure() (theirs error, sure bool) { //nolint:revive // an outcome more than a failure
	w := r.alias
	if a, err := w.look(r.grace); err == nil && w.last != nil {
		switch w.judge(a, *w.last) {
		case moved:
			return w.movedError(a), false
		case asWanted, asLeft:
			w.settle(a, *w.last)
			return nil, len(w.ghosts) == 0 || w.fence(r.grace, *w.last, r.version) == nil
		case lagging:
		}
	}
	return nil, false
}

// finish goes to the last weight, unless a decision or the release window stands before it.
func (r *run) finish() (Status, error, bool) { //nolint:revive // as above
	last := len(r.plan.Schedule)
	if r.stage() == 0 || !r.Waits.Window.Open(r.Clock.Now()) || r.plan.Schedule[r.stage()-1:last-1].Approves() {
		return "", nil, false
	}
	w := r.alias
	w.fresh, w.alongside, w.afterwards, w.limit = nil, nil, nil, hurry
	want := r.state(last)
	r.observe(Event{Kind: EventFinishing, Traffic: want.traffic, Version: r.version})
	rec := Record{Step: plan.Step{Kind: plan.StepPromote, Weight: r.plan.Final(), Stage: last}, Started: r.Clock.Now()}
	err := w.acceptedAs(want, w.put(r.grace, want))
	rec.Ended, rec.Failed, rec.Traffic = r.Clock.Now(), err != nil, r.traffic()
	r.records = append(r.records, rec)
	switch {
	case w.theirs:
		return Failed, err, true
	case err == nil && r.plan.Final() < release.Full:
		return Held, nil, true
	case err == nil:
		r.observe(Event{Kind: EventPromoted, Traffic: want.traffic, Version: r.version})
		return Completed, nil, true
	}
	return "", nil, false
}
