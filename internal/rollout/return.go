package rollout

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// How a rollback watches for a write without an answer where no ETag can stop it.
const (
	watchLooks = 3
	watchPause = 600 * time.Millisecond
)

// hurry is how long one call may take when the whole return must end within seconds.
const hurry = 2 * time.Second

// errUnanswered is why a return to the base is not certain.
var errUnanswered = errors.New("a write of weights was never answered and may still take effect; look at the alias")

// home is where the traffic goes when the release fails: the base, or what the alias had when no weight of ours was
// ever seen.
func (r *run) home() state {
	if !r.alias.wrote && !r.reached && r.plan.Before != nil {
		return state{traffic: *r.plan.Before, mark: r.plan.Found.Mark}
	}
	return r.over()
}

// shifted tells whether the new version may have received traffic that can be taken back. A release that went straight
// to 100 % has no base that could take it.
func (r *run) shifted() bool {
	w := r.alias
	if r.plan.Base == "" || r.plan.Straight || r.plan.Has(plan.StepRollback) || r.plan.Has(plan.StepAccept) {
		return false
	}
	return len(w.ghosts) > 0 || ((w.wrote || r.reached) && (w.last == nil || !w.last.traffic.Equal(release.Only(r.plan.Base))))
}

// rollback returns the alias. quick says that seconds count: the write then goes first, guarded by the ETag that is
// known, the look follows, and no call may take long.
func (r *run) rollback(cause error, quick bool) error {
	home := r.home()
	r.observe(Event{Kind: EventRollingBack, Traffic: home.traffic, Err: cause})
	rec := Record{Step: plan.Step{Kind: plan.StepRollback}, Started: r.Clock.Now()}
	w := r.alias
	w.fresh, w.alongside, w.afterwards, w.returning = nil, nil, nil, true
	late := slices.Clone(w.ghosts)
	late = slices.DeleteFunc(late, func(g ghost) bool { return !g.late })
	if quick {
		w.limit = hurry
	}
	err := w.giveBack(r.grace, home, quick)
	if err == nil && len(late) > 0 {
		w.ghosts = late // until it is shown that they cannot come any more
		err = w.layGhosts(r.grace, home, r.version)
	}
	rec.Ended, rec.Failed, rec.Traffic = r.Clock.Now(), err != nil, r.traffic()
	r.records = append(r.records, rec)
	if err == nil {
		r.observe(Event{Kind: EventRolledBack, Traffic: home.traffic})
	}
	return err
}

func (w *aliasWriter) giveBack(ctx context.Context, home state, quick bool) error {
	if quick && w.tag != "" && len(w.ghosts) == 0 {
		// The first call may be slow, as long as the time left is enough for quick ones.
		w.limit = 3 * time.Second
		err := w.update(ctx, w.tag, home)
		w.limit = hurry / 3
		if err == nil {
			return w.acceptedAs(home, w.readBack(ctx))
		}
	}
	return w.acceptedAs(home, w.put(ctx, home))
}

// acceptedAs lets a missing read-back pass when the service accepted the state as the last one.
func (w *aliasWriter) acceptedAs(s state, err error) error {
	if !w.theirs && w.last != nil && w.last.equal(s) && len(w.ghosts) == 0 {
		return nil
	}
	return err
}

// layGhosts makes sure that no write without an answer takes effect later. With ETags two harmless writes make its
// condition fail. Without them it can only be watched for a while.
func (w *aliasWriter) layGhosts(ctx context.Context, home state, canary string) error {
	if w.fence(ctx, home, canary) == nil {
		return w.acceptedAs(home, w.put(ctx, home))
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

// fence changes what has no effect and changes it back: the traffic stays, the ETag does not. In between it tries the old
// ETag, because a service that takes it would take a late write as well. A canary without a share gets one of nothing;
// otherwise the mark of the job in the marker is another one for a moment.
func (w *aliasWriter) fence(ctx context.Context, home state, canary string) error {
	if w.tag == "" || canary == "" {
		return errors.ErrUnsupported
	}
	nothing := home
	if _, held := home.traffic.Extra[canary]; held && home.mark == "" {
		return errors.ErrUnsupported
	} else if held {
		nothing.mark = strings.TrimSuffix(home.mark, "]") + "0]"
	} else {
		nothing.traffic = release.Traffic{Main: home.traffic.Main, Extra: map[string]release.Weight{canary: 0}}
		maps.Copy(nothing.traffic.Extra, home.traffic.Extra)
	}
	ghosts, old := slices.Clone(w.ghosts), w.tag
	if err := w.update(ctx, old, nothing); err != nil {
		return err
	}
	err := w.update(ctx, old, home)
	if release.Status(err) != http.StatusPreconditionFailed {
		w.ghosts = ghosts
		return errors.Join(errors.ErrUnsupported, err)
	}
	a, err := w.look(ctx)
	if err != nil || a == nil || !a.Traffic.Equal(home.traffic) {
		return errors.Join(err, w.lagError())
	}
	return w.update(ctx, a.ETag, home)
}
