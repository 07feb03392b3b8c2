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
	"github.com/fc-rollout/fc-rollout/internal/resume"
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
	// Label is unique to this run, 12 hexadecimal digits. It is the id of a new rollout and marks the published version, so
	// that this is found again after a lost answer; its beginning tells this run's marker from another job's.
	Label    string
	Waits    Waits
	OnCancel plan.OnCancel
}

// Run walks the plan. Cancelling the context while it runs returns the alias to the base, or does what OnCancel says.
func Run(ctx context.Context, p plan.Plan, opts Options) Result {
	backoff := func() *retry.Backoff { return retry.New(opts.Clock, opts.Retry, opts.OnRetry) }
	r := &run{
		Options: opts, backoff: backoff,
		alias:  &aliasWriter{api: opts.Aliases, target: p.Target, text: opts.Description, backoff: backoff, clock: opts.Clock},
		binder: &pinner{api: opts.Binder, target: p.Target, backoff: backoff, clock: opts.Clock},
	}
	r.take(p)
	r.binder.mayWrite = r.mayWrite
	if !p.Has(plan.StepRollback) && !p.Has(plan.StepAccept) {
		r.alias.mayWrite = r.mayWrite
	}
	if p.Before != nil {
		r.alias.text = p.Found.Text
		r.alias.last = &state{traffic: *p.Before, mark: p.Found.Mark, stage: p.At}
		r.alias.tag = p.Found.ETag
	}
	var stopReturn context.CancelFunc
	r.grace, stopReturn = outlive(ctx, opts.Clock, returnGrace)
	defer stopReturn()
	return r.conclude(ctx, r.begin(ctx))
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
	// advanced: this run has set a weight of the plan.
	advanced bool
	// replanned: the steps were made anew and start over.
	replanned bool
	// holding is when the wait that is under way ends.
	holding time.Time
	// left is set when the run leaves the rest to a later job.
	left *Pause
	// grace ends some seconds after the first signal; a rollback runs in it.
	grace context.Context
}

// take makes a plan the one that is walked.
func (r *run) take(p plan.Plan) {
	if p.ID == "" {
		p.ID = r.Label
	}
	r.plan, r.version, r.pins = p, p.Version, pins(p.Bind)
	r.reached = p.At > 0 && p.At < len(p.Schedule) // a canary that an ended plan holds is not this run's to take back
}

// state is what the alias holds when a stage of the plan is in force; with 0 everything is at the base.
func (r *run) state(stage int) state {
	at := r.plan.Progress(r.version, stage)
	return state{traffic: release.Split(r.plan.Base, r.version, at.Weight), mark: r.signed(at), stage: stage}
}

// signed is the marker with the mark of this run.
func (r *run) signed(at plan.Progress) string {
	at.Run = r.Label[:min(len(r.Label), 4)]
	return resume.Mark(at)
}

// over is what the alias holds after a rollback: everything at the base, and a marker that ends the rollout.
func (r *run) over() state {
	return state{traffic: release.Only(r.plan.Base), mark: r.signed(r.plan.Progress(r.version, 0).Over())}
}

// stage is the one in force; 0 is none.
func (r *run) stage() int {
	if r.alias.last == nil {
		return 0
	}
	return r.alias.last.stage
}

func (r *run) begin(ctx context.Context) error {
	if r.plan.Gone != nil {
		return r.plan.Gone
	}
	if r.version != "" && len(r.plan.Steps) > 0 && r.plan.At == 0 && !r.plan.Has(plan.StepRollback) && !r.plan.Has(plan.StepAccept) {
		r.observe(Event{Kind: EventReused, Version: r.version})
	}
	return r.walk(ctx)
}

func (r *run) walk(ctx context.Context) error {
	for i := 0; i < len(r.plan.Steps); i++ {
		if ctx.Err() != nil {
			return CancelledBy(ctx)
		}
		if err := r.recorded(ctx, i); errors.Is(err, errClosed) {
			i-- // the window closed between two attempts: the step waits for it, or is left
			continue
		} else if err != nil {
			return err
		}
		if r.left != nil {
			break
		}
		if r.replanned {
			i, r.replanned = -1, false
		}
	}
	if err := r.alias.finish(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil && (r.advanced && r.plan.Final() < release.Full || r.left != nil) {
		return CancelledBy(ctx) // with a canary in the air
	}
	return nil
}

// recorded runs a step and notes what came of it.
func (r *run) recorded(ctx context.Context, index int) error {
	step := r.plan.Steps[index]
	rec := Record{Step: step, Started: r.Clock.Now()}
	err := r.pass(ctx, index)
	if r.left != nil && err == nil {
		return nil
	}
	if err == nil {
		err = r.step(ctx, step)
	}
	if errors.Is(err, errClosed) {
		return err
	}
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

func (r *run) step(ctx context.Context, s plan.Step) error {
	// A signal does not cut a write off; the context is checked again before the next step.
	wctx, stop := outlive(ctx, r.Clock, writeGrace)
	defer stop()
	switch s.Kind {
	case plan.StepWait, plan.StepApprove:
		return nil // it was passed
	case plan.StepPublish:
		return r.publish(wctx)
	case plan.StepCreate:
		return r.create(wctx, s)
	case plan.StepBind:
		return r.bind(wctx)
	case plan.StepRollback:
		return r.goBack(wctx)
	case plan.StepAccept:
		want := r.over()
		want.traffic = *r.plan.Before
		return r.alias.put(wctx, want)
	default:
		return r.shift(wctx, s)
	}
}

func (r *run) create(ctx context.Context, s plan.Step) error {
	want := r.state(s.Stage)
	if s.Stage == 0 {
		want.mark = "" // nothing has begun
	}
	if err := r.alias.create(ctx, want); err != nil {
		return err
	}
	r.observe(Event{Kind: EventCreated, Traffic: want.traffic})
	return nil
}

func (r *run) shift(ctx context.Context, s plan.Step) error {
	want := r.state(s.Stage)
	if last := r.alias.last; s.Stage == len(r.plan.Schedule) && last != nil && last.mark == "" && last.traffic.Equal(want.traffic) {
		want.mark = "" // there already, and nothing follows for which a marker is needed
	}
	if err := r.alias.put(ctx, want); err != nil {
		return err
	}
	r.reached, r.advanced = true, r.advanced || s.Stage > 0
	kind := EventShifted
	if s.Kind == plan.StepPromote {
		kind = EventPromoted
	}
	r.observe(Event{Kind: kind, Traffic: want.traffic, Version: r.version})
	if r.alias.unmarked && s.Stage == 1 && len(r.plan.Schedule) > 1 {
		r.observe(Event{Kind: EventUnmarked})
	}
	return nil
}

// goBack is a rollback that was asked for.
func (r *run) goBack(ctx context.Context) error {
	want := r.over()
	r.observe(Event{Kind: EventRollingBack, Traffic: want.traffic, Err: errAsked})
	if err := r.alias.put(ctx, want); err != nil {
		return err
	}
	r.observe(Event{Kind: EventRolledBack, Traffic: want.traffic})
	return nil
}

var errAsked = errors.New("as asked")

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

func (r *run) traffic() release.Traffic {
	if r.alias.last == nil {
		return release.Traffic{}
	}
	return r.alias.last.traffic
}

func (r *run) observe(e Event) {
	e.At = r.Clock.Now()
	if r.Observe != nil {
		r.Observe(e)
	}
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
