package rollout

import (
	"context"
	"errors"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// StepRollback marks the return to the base among the records; it is never part of a plan.
const StepRollback plan.StepKind = "rollback"

// How a rollback watches for a write without an answer where no ETag can stop it.
const (
	watchLooks = 3
	watchPause = 600 * time.Millisecond
)

// errUnanswered is why a return to the base is not certain.
var errUnanswered = errors.New("a write of weights was never answered and may still take effect; look at the alias")

// home is where the traffic goes when the release fails: the base, or what the alias had when no weight of ours was
// ever seen.
func (r *run) home() release.Traffic {
	if !r.alias.wrote && r.plan.Before != nil {
		return *r.plan.Before
	}
	return release.Only(r.plan.Base)
}

// shifted tells whether the new version may have received traffic that can be taken back.
func (r *run) shifted() bool {
	w := r.alias
	if r.plan.Base == "" {
		return false
	}
	return len(w.ghosts) > 0 || (w.wrote && (w.last == nil || !w.last.Equal(release.Only(r.plan.Base))))
}

// rollback returns the alias. quick says that seconds count: the write then goes first, guarded by the ETag that is
// known, and the look follows.
func (r *run) rollback(cause error, quick bool) error {
	home := r.home()
	r.observe(Event{Kind: EventRollingBack, Traffic: home, Err: cause})
	rec := Record{Step: plan.Step{Kind: StepRollback}, Started: r.Clock.Now()}
	w := r.alias
	w.fresh, w.alongside, w.afterwards = nil, nil, nil
	err := w.giveBack(r.grace, home, r.version, quick)
	rec.Ended, rec.Failed, rec.Traffic = r.Clock.Now(), err != nil, r.traffic()
	r.records = append(r.records, rec)
	if err == nil {
		r.observe(Event{Kind: EventRolledBack, Traffic: home})
	}
	return err
}

func (w *aliasWriter) giveBack(ctx context.Context, home release.Traffic, canary string, quick bool) error {
	err := errors.ErrUnsupported
	if quick && w.tag != "" && len(w.ghosts) == 0 {
		if err = w.update(ctx, w.tag, home); err == nil {
			err = w.readBack(ctx)
		}
	}
	if err != nil && !w.home(home) && !w.theirs {
		err = w.put(ctx, home)
	}
	if err != nil && w.home(home) && !w.theirs {
		err = nil // accepted by the service; only the read-back is missing
	}
	if err == nil && len(w.ghosts) > 0 {
		return w.layGhosts(ctx, home, canary)
	}
	return err
}

// home tells whether the service accepted that state as the last one.
func (w *aliasWriter) home(t release.Traffic) bool {
	return w.last != nil && w.last.Equal(t) && len(w.ghosts) == 0
}

// layGhosts makes sure that no write without an answer takes effect later. With ETags two harmless writes (a share of
// nothing, and back) make its condition fail. Without them it can only be watched for a while.
func (w *aliasWriter) layGhosts(ctx context.Context, home release.Traffic, canary string) error {
	if w.tag != "" && canary != "" {
		nothing := release.Traffic{Main: home.Main, Extra: map[string]release.Weight{canary: 0}}
		for v, share := range home.Extra {
			nothing.Extra[v] = share
		}
		if _, held := home.Extra[canary]; !held && w.update(ctx, w.tag, nothing) == nil {
			if a, err := w.look(ctx); err == nil && a != nil && a.Traffic.Equal(home) {
				if w.update(ctx, a.ETag, home) == nil {
					return w.readBack(ctx)
				}
			}
		}
	}
	for range watchLooks {
		if w.clock.Sleep(ctx, watchPause) != nil {
			return errUnanswered
		}
		if err := w.put(ctx, home); err != nil {
			return err
		}
	}
	if len(w.ghosts) > 0 {
		return errUnanswered
	}
	return nil
}
