package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// How long after the first signal calls may still run: a write under way is finished rather than cut off, so that its
// outcome is known, and the return to the base must end within 5 s.
const (
	writeGrace  = 2500 * time.Millisecond
	returnGrace = 4700 * time.Millisecond
)

// Options are what the engine needs besides the plan.
type Options struct {
	Versions Versions
	Aliases  Aliases
	Binder   Binder
	Clock    Clock
	Retry    retry.Policy
	OnRetry  func(err error, wait time.Duration)
	Observe  func(Event)
	// Replan makes the plan again for a version that only publishing could tell.
	Replan      func(ctx context.Context, version string) (plan.Plan, error)
	Description string // of the version to publish and of an alias to create
	// Label is unique to this run. It marks the published version, so that it is found again after a lost answer.
	Label string
}

// Run walks the plan. Cancelling the context while it runs returns the alias to the base.
func Run(ctx context.Context, p plan.Plan, opts Options) Result {
	backoff := func() *retry.Backoff { return retry.New(opts.Clock, opts.Retry, opts.OnRetry) }
	r := &run{
		Options: opts, plan: p, backoff: backoff, version: p.Version, pins: pins(p.Bind),
		alias: &aliasWriter{
			api: opts.Aliases, target: p.Target, describe: cut(opts.Description, descriptionLimit), backoff: backoff, clock: opts.Clock, last: p.Before,
		},
		binder: &pinner{api: opts.Binder, target: p.Target, backoff: backoff, clock: opts.Clock},
	}
	var stopReturn context.CancelFunc
	r.grace, stopReturn = outlive(ctx, opts.Clock, returnGrace)
	defer stopReturn()
	return r.conclude(ctx, r.walk(ctx))
}

type run struct {
	Options
	plan    plan.Plan
	backoff func() *retry.Backoff
	alias   *aliasWriter
	binder  *pinner
	pins    []*pin
	version string
	records []Record
	// reached: a weight of the plan was in force, written now or found so.
	reached bool
	// replanned: the steps were made anew and start over.
	replanned bool
	// grace ends some seconds after the first signal; a rollback runs in it.
	grace context.Context
}

func (r *run) walk(ctx context.Context) error {
	if r.version != "" && !r.plan.Unchanged() {
		r.observe(Event{Kind: EventReused, Version: r.version})
	}
	for i := 0; i < len(r.plan.Steps); i++ {
		if ctx.Err() != nil {
			return CancelledBy(ctx)
		}
		if err := r.recorded(ctx, i); err != nil {
			return err
		}
		if r.replanned {
			i, r.replanned = -1, false
		}
	}
	if err := r.alias.verify(ctx); err != nil {
		return err
	}
	if err := r.alias.catchUp(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil && r.plan.Final() < release.Full {
		return CancelledBy(ctx) // with a canary in the air
	}
	return nil
}

// recorded runs a step and notes what came of it.
func (r *run) recorded(ctx context.Context, index int) error {
	step := r.plan.Steps[index]
	rec := Record{Step: step, Started: r.Clock.Now()}
	err := r.step(ctx, step, index)
	rec.Ended, rec.Failed, rec.Traffic = r.Clock.Now(), err != nil, r.traffic()
	switch {
	case err != nil:
		rec.Detail = err.Error()
	case step.Kind == plan.StepPublish:
		rec.Detail = r.version
	}
	r.records = append(r.records, rec)
	return err
}

func (r *run) step(ctx context.Context, s plan.Step, index int) error {
	if s.Kind == plan.StepWait {
		return r.wait(ctx, s, r.nextWeight(index))
	}
	// A signal does not cut a write off; the context is checked again before the next step.
	wctx, stop := outlive(ctx, r.Clock, writeGrace)
	defer stop()
	switch s.Kind {
	case plan.StepPublish:
		return r.publish(wctx)
	case plan.StepCreate:
		return r.create(wctx, s)
	case plan.StepBind:
		return r.bind(wctx)
	default:
		return r.shift(wctx, s)
	}
}

func (r *run) create(ctx context.Context, s plan.Step) error {
	want := release.Only(r.plan.Base)
	if s.Weight == release.Full {
		want = release.Only(r.version)
	}
	if err := r.alias.create(ctx, want); err != nil {
		return err
	}
	r.observe(Event{Kind: EventCreated, Traffic: want})
	return nil
}

func (r *run) shift(ctx context.Context, s plan.Step) error {
	want := release.Split(r.plan.Base, r.version, s.Weight)
	if err := r.alias.put(ctx, want); err != nil {
		return err
	}
	r.reached = true
	kind := EventShifted
	if s.Kind == plan.StepPromote {
		kind = EventPromoted
	}
	r.observe(Event{Kind: kind, Traffic: want, Version: r.version})
	return nil
}

// bind writes all bindings in parallel, next to a look at the alias, which must still be as we left it. Where every
// answer shows the new qualifier, the read-back runs beside that of the next weight; otherwise it comes first.
func (r *run) bind(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.alias.ahead(gctx) })
	g.Go(func() error { return r.binder.writeAll(gctx, r.pins) })
	if err := g.Wait(); err != nil {
		return err
	}
	r.alias.afterwards = func(ctx context.Context) error { return r.binder.checkAll(ctx, r.pins) }
	if slices.ContainsFunc(r.pins, func(p *pin) bool { return !p.shown }) {
		if err := r.alias.catchUp(ctx); err != nil {
			return err
		}
	}
	for _, b := range r.plan.Bind {
		r.observe(Event{Kind: EventBound, Binding: b})
	}
	return nil
}

func (r *run) nextWeight(index int) release.Weight {
	if index+1 < len(r.plan.Steps) {
		return r.plan.Steps[index+1].Weight
	}
	return release.Full
}

// wait sleeps until a point in time and tells what is left now and then.
func (r *run) wait(ctx context.Context, s plan.Step, next release.Weight) error {
	until := r.Clock.Now().Add(s.Wait)
	for {
		left := until.Sub(r.Clock.Now())
		if left <= 0 {
			r.observe(Event{Kind: EventWaited, Next: next})
			return nil
		}
		r.observe(Event{Kind: EventWaiting, Until: until, Left: left, Next: next})
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

func (r *run) traffic() release.Traffic {
	if r.alias.last == nil {
		return release.Traffic{}
	}
	return *r.alias.last
}

func (r *run) observe(e Event) {
	e.At = r.Clock.Now()
	if r.Observe != nil {
		r.Observe(e)
	}
}

// conclude turns the end of the walk into a result, and returns the alias to the base where that is due.
func (r *run) conclude(ctx context.Context, err error) Result {
	res := Result{Status: Completed, Version: r.version, Base: r.plan.Base, Plan: r.plan}
	switch {
	case err == nil && r.plan.Unchanged():
		res.Status = Unchanged
	case err == nil && r.plan.Final() < release.Full:
		res.Status = Held
	case err != nil:
		res.Err = err
		res.Status, res.RollbackErr = r.afterFailure(ctx, err)
	}
	res.Records = r.records
	for _, p := range r.pins {
		if p.shown {
			res.Bound = append(res.Bound, p.bindings...)
		}
	}
	res.Traffic, res.Sure = r.alias.last, len(r.alias.ghosts) == 0
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
	if r.alias.theirs {
		return Failed, nil // somebody else decides now
	}
	if _, moved := errors.AsType[*release.MovedError](err); moved {
		after = Failed // a binding is somebody's, but the alias is still ours to take back
	}
	if !r.shifted() {
		return after, nil
	}
	before := r.alias.wrote
	if rollbackErr := r.rollback(err, ctx.Err() != nil); rollbackErr != nil {
		return Failed, rollbackErr
	}
	if after == Failed && (before || r.alias.wrote) {
		return RolledBack, nil
	}
	return after, nil // no weight had moved after all
}

// ErrCancelled is the error of a run that was told to stop.
var ErrCancelled = errors.New("cancelled")

// CancelledBy says what ended the context, such as which signal.
func CancelledBy(ctx context.Context) error {
	return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
}

// outlive gives a context that goes on for a while after its parent ended.
func outlive(parent context.Context, clock Clock, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	stop := context.AfterFunc(parent, func() {
		_ = clock.Sleep(ctx, d)
		cancel(fmt.Errorf("no answer within %s of the signal", release.ShortDuration(d)))
	})
	return ctx, func() { stop(); cancel(nil) }
}
