package rollout

import (
	"context"
	"errors"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// conclude turns the end of the walk into a result, and returns the alias to the base where that is due.
func (r *run) conclude(ctx context.Context, err error) Result {
	res := Result{Status: Completed, Base: r.plan.Base}
	switch {
	case err != nil:
		res.Err = err
		res.Status, res.RollbackErr = r.afterFailure(ctx, err)
		if res.Status == Completed || res.Status == Held {
			res.Err = nil // finished all the same
		}
	case r.left != nil:
		res.Status = Waiting
	case r.plan.Has(plan.StepRollback):
		res.Status = RolledBack
	case r.plan.Final() < release.Full:
		res.Status = Held
	case r.plan.Unchanged(), r.plan.Has(plan.StepAccept):
		res.Status = Unchanged
	}
	res.Version, res.Plan, res.Records, res.Pause = r.version, r.plan, r.records, r.left
	for _, p := range r.pins {
		if p.shown {
			res.Bound = append(res.Bound, p.bindings...)
		}
	}
	res.Sure = len(r.alias.ghosts) == 0
	if r.alias.last != nil {
		traffic := r.traffic()
		res.Traffic = &traffic
	}
	if r.alias.theirs {
		res.Traffic, res.Sure = r.alias.found, true
	}
	return res
}

func (r *run) afterFailure(ctx context.Context, err error) (Status, error) {
	after := Failed
	if ctx.Err() != nil {
		after = Cancelled
	}
	r.left = nil
	if r.alias.theirs {
		return Failed, nil // somebody else decides now
	}
	if _, moved := errors.AsType[*release.MovedError](err); moved {
		after = Failed // a binding is somebody's, but the alias is still ours to take back
	}
	if !r.shifted() {
		return after, nil
	}
	if after == Cancelled {
		if e := r.onCancel(); e != nil {
			return e.status, e.err
		}
	}
	before := r.alias.wrote || r.plan.At > 0
	if rollbackErr := r.rollback(err, ctx.Err() != nil); rollbackErr != nil {
		return Failed, rollbackErr
	}
	if after == Failed && (before || r.alias.wrote) {
		return RolledBack, nil
	}
	return after, nil // no weight had moved after all
}
