package rollout

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// pin is one write that binds: a trigger, or all routes of one domain.
type pin struct {
	bindings []release.Binding
	// write binds and tells whether the answer shows it done; nil when it already points at the alias.
	write  func(context.Context) (shown bool, err error)
	err    error
	looked time.Time // zero: not yet, or not any more
	shown  bool
}

// briefly is how old a look at a trigger or domain may be when its write follows: long enough for one quick call in
// between, short because a domain has no ETag and its routes are replaced as a whole.
const briefly = 200 * time.Millisecond

// pins groups bindings by what one API call can write.
func pins(bindings []release.Binding) (out []*pin) {
	for _, b := range bindings {
		if b.Kind == release.BindRoute {
			i := slices.IndexFunc(out, func(p *pin) bool {
				return p.bindings[0].Kind == release.BindRoute && p.bindings[0].Name == b.Name
			})
			if i >= 0 {
				out[i].bindings = append(out[i].bindings, b)
				continue
			}
		}
		out = append(out, &pin{bindings: []release.Binding{b}})
	}
	return out
}

// pinner points triggers and routes at the alias.
type pinner struct {
	api     Binder
	target  release.Target
	backoff func() *retry.Backoff
	clock   Clock
	// mayWrite is asked right before each write.
	mayWrite func() error
}

// look reads the trigger or domain afresh and decides what to write. A qualifier that is neither the one planned nor the
// alias was changed by somebody.
func (w *pinner) look(ctx context.Context, p *pin) error {
	p.looked, p.write = w.clock.Now(), nil
	if p.bindings[0].Kind == release.BindTrigger {
		p.err = w.lookTrigger(ctx, p)
	} else {
		p.err = w.lookDomain(ctx, p)
	}
	return p.err
}

func (w *pinner) lookTrigger(ctx context.Context, p *pin) error {
	b := p.bindings[0]
	t, err := w.api.Trigger(ctx, w.target.Service, b.Function, b.Name)
	if err != nil {
		return err
	}
	switch {
	case t.Qualifier == w.target.Alias:
	case sameQualifier(t.Qualifier, b.From):
		p.write = func(ctx context.Context) (bool, error) {
			after, err := w.api.PointTrigger(ctx, w.target.Service, t, w.target.Alias)
			return after.Qualifier == w.target.Alias, err
		}
	default:
		return movedBinding(b, t.Qualifier)
	}
	return nil
}

func (w *pinner) lookDomain(ctx context.Context, p *pin) error {
	d, err := w.api.Domain(ctx, p.bindings[0].Name)
	if err != nil {
		return err
	}
	var indexes []int
	used := map[int]bool{}
	for _, b := range p.bindings {
		i := slices.IndexFunc(d.Routes, func(r release.Route) bool {
			return !used[r.Index] && r.Path == b.Path && r.Service == w.target.Service && r.Function == b.Function &&
				(r.Qualifier == w.target.Alias || sameQualifier(r.Qualifier, b.From))
		})
		if i < 0 {
			return movedBinding(b, "another route or qualifier")
		}
		used[d.Routes[i].Index] = true
		if d.Routes[i].Qualifier != w.target.Alias {
			indexes = append(indexes, d.Routes[i].Index)
		}
	}
	if len(indexes) > 0 {
		p.write = func(ctx context.Context) (bool, error) {
			after, err := w.api.PointRoutes(ctx, d, indexes, w.target.Alias)
			return w.showsAll(after, indexes), err
		}
	}
	return nil
}

func (w *pinner) showsAll(d release.Domain, indexes []int) bool {
	for _, i := range indexes {
		if i >= len(d.Routes) || d.Routes[i].Qualifier != w.target.Alias {
			return false
		}
	}
	return true
}

func sameQualifier(a, b string) bool {
	return a == b || (release.Unpinned(a) && release.Unpinned(b))
}

func movedBinding(b release.Binding, found string) error {
	return &release.MovedError{What: b.String(), Expected: "qualifier " + release.Qualified(b.From), Found: release.Qualified(found)}
}

// lookAll fills every pin; errors stay with their pins.
func (w *pinner) lookAll(ctx context.Context, all []*pin) {
	var g errgroup.Group
	g.SetLimit(parallel)
	for _, p := range all {
		g.Go(func() error { _ = w.look(ctx, p); return nil })
	}
	_ = g.Wait()
}

// writeAll writes what was looked at, all in parallel.
func (w *pinner) writeAll(ctx context.Context, all []*pin) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, p := range all {
		g.Go(func() error { return w.point(ctx, p) })
	}
	return g.Wait()
}

func (w *pinner) point(ctx context.Context, p *pin) error {
	b := w.backoff()
	for {
		if w.clock.Now().Sub(p.looked) > briefly {
			if err := w.look(ctx, p); err != nil {
				return err
			}
		}
		if p.err != nil {
			return p.err
		}
		if p.write == nil {
			p.shown = true
			return nil
		}
		if err := w.mayWrite(); err != nil {
			return err
		}
		shown, err := p.write(ctx)
		if err == nil {
			p.shown = shown
			return nil
		}
		p.looked = time.Time{}
		if !release.Retryable(err) && release.Status(err) != http.StatusPreconditionFailed {
			return err
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// checkAll reads all of them back in parallel.
func (w *pinner) checkAll(ctx context.Context, all []*pin) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, p := range all {
		g.Go(func() error { return w.check(ctx, p) })
	}
	return g.Wait()
}

// check reads one binding back until it points at the alias.
func (w *pinner) check(ctx context.Context, p *pin) error {
	b := w.backoff()
	for {
		err := w.look(ctx, p)
		if err != nil || p.write == nil {
			p.shown = err == nil
			return err
		}
		stale := &release.APIError{
			Op: "read back", Resource: p.bindings[0].String(),
			Message: "still calls qualifier " + release.Qualified(p.bindings[0].From) + " after the update", Retryable: true,
		}
		if err := b.Wait(ctx, stale); err != nil {
			return err
		}
	}
}
