package rollout

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// aliasWriter is the only place that writes an alias. It knows how the last write left the alias and writes only while
// it still is so.
type aliasWriter struct {
	api      Aliases
	target   release.Target
	describe string
	backoff  func() *retry.Backoff
	clock    Clock

	last     *release.Traffic // as the last write left it; nil while the alias does not exist
	theirs   bool             // somebody moved it: found is what they made of it, nil when they deleted it
	found    *release.Traffic
	pending  *release.Traffic // a write whose outcome is not known
	wrote    bool             // the alias was given something else than it had at the start
	verified bool             // last was read back
	fresh    *release.Alias   // looked at just now, good for one write
	// alongside runs next to the first look before a write, such as the check that a published version exists.
	alongside func(context.Context) error
	// afterwards runs next to the first read-back after a write, such as the read-back of the bindings.
	afterwards func(context.Context) error
}

// look reads the alias; nil means that it does not exist.
func (w *aliasWriter) look(ctx context.Context) (*release.Alias, error) {
	a, err := w.api.Alias(ctx, w.target.Service, w.target.Alias)
	if release.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// refresh looks at the alias and runs what waits to be checked, in parallel.
func (w *aliasWriter) refresh(ctx context.Context) (*release.Alias, error) {
	if w.fresh != nil {
		a := w.fresh
		w.fresh = nil
		return a, nil
	}
	return w.lookBeside(ctx, &w.alongside)
}

// lookBeside looks at the alias while the check, if there is one, runs once.
func (w *aliasWriter) lookBeside(ctx context.Context, once *func(context.Context) error) (*release.Alias, error) {
	check := *once
	*once = nil
	if check == nil {
		return w.look(ctx)
	}
	var a *release.Alias
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { a, err = w.look(gctx); return err })
	g.Go(func() error { return check(gctx) })
	return a, g.Wait()
}

// create makes the alias. No look is needed before: the service refuses to create what exists.
func (w *aliasWriter) create(ctx context.Context, want release.Traffic) error {
	b := w.backoff()
	for {
		w.pending = &want
		err := w.api.CreateAlias(ctx, w.target.Service, w.target.Alias, w.describe, want)
		if err == nil {
			w.last, w.pending, w.wrote = &want, nil, true
			return nil
		}
		exists := release.Status(err) == http.StatusConflict
		if !release.Retryable(err) && !exists {
			w.pending = nil
			return err
		}
		// The answer may have been lost: an alias as we wanted it is ours, any other is somebody's.
		a, lookErr := w.look(ctx)
		switch {
		case lookErr != nil:
			return errors.Join(err, lookErr)
		case a != nil && a.Traffic.Equal(want):
			w.last, w.pending, w.wrote = &want, nil, true
			return nil
		case a != nil:
			w.pending = nil
			return w.moved(a)
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// put gives the alias the traffic: already so, then nothing; as the last write left it, then write and read back; else
// somebody moved it, and nothing is written.
func (w *aliasWriter) put(ctx context.Context, want release.Traffic) error {
	b := w.backoff()
	for {
		a, err := w.refresh(ctx)
		if err != nil {
			return err
		}
		if done, err := w.judge(a, want); done || err != nil {
			return err
		}
		err = w.write(ctx, a, want)
		if err == nil {
			var done bool
			if done, err = w.readBack(ctx, want); done || err != nil {
				return err
			}
			// Reads may lag behind writes: how long is not documented.
			err = &release.APIError{
				Op: "GetAlias", Resource: "alias " + w.target.Alias,
				Message: "still shows the state before the update", Retryable: true, Unknown: true,
			}
		} else if !worthLooking(err) {
			return err
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// judge compares what is there with what is wanted and with what we left.
func (w *aliasWriter) judge(a *release.Alias, want release.Traffic) (done bool, err error) {
	switch {
	case a != nil && a.Traffic.Equal(want):
		w.settle(want)
		return true, nil
	case w.ours(a):
		return false, nil
	}
	return false, w.moved(a)
}

func (w *aliasWriter) settle(t release.Traffic) {
	if w.last == nil || !w.last.Equal(t) {
		w.wrote = true
	}
	w.last, w.pending, w.verified = &t, nil, true
}

func (w *aliasWriter) ours(a *release.Alias) bool {
	if a == nil {
		return w.last == nil
	}
	return (w.last != nil && a.Traffic.Equal(*w.last)) || (w.pending != nil && a.Traffic.Equal(*w.pending))
}

func (w *aliasWriter) moved(a *release.Alias) error {
	found, expected := "no alias", "no alias"
	w.theirs, w.found = true, nil
	if a != nil {
		found = a.Traffic.String()
		w.found = &a.Traffic
	}
	if w.last != nil {
		expected = w.last.String()
	}
	return &release.MovedError{What: "alias " + w.target.Alias + " of service " + w.target.Service, Expected: expected, Found: found}
}

func (w *aliasWriter) write(ctx context.Context, a *release.Alias, want release.Traffic) error {
	if a == nil {
		return w.create(ctx, want)
	}
	w.pending = &want
	err := w.api.UpdateAlias(ctx, w.target.Service, w.target.Alias, a.ETag, want)
	if err != nil && !release.OutcomeUnknown(err) {
		w.pending = nil // refused, so it did not take effect
	}
	return err
}

// readBack tells whether the write is visible; an error when something else is.
func (w *aliasWriter) readBack(ctx context.Context, want release.Traffic) (bool, error) {
	a, err := w.lookBeside(ctx, &w.afterwards)
	if err != nil {
		return false, err
	}
	return w.judge(a, want)
}

// catchUp runs what was to be read back beside a write that did not come.
func (w *aliasWriter) catchUp(ctx context.Context) error {
	check := w.afterwards
	w.afterwards = nil
	if check == nil {
		return nil
	}
	return check(ctx)
}

// verify makes sure of a created alias that no later write has looked at.
func (w *aliasWriter) verify(ctx context.Context) error {
	if w.last == nil || w.verified {
		return nil
	}
	b := w.backoff()
	for {
		a, err := w.refresh(ctx)
		if err != nil {
			return err
		}
		if a != nil {
			_, err := w.judge(a, *w.last)
			return err
		}
		missing := &release.APIError{
			Op: "GetAlias", Resource: "alias " + w.target.Alias,
			Status: http.StatusNotFound, Message: "not there although it was created", Retryable: true,
		}
		if err := b.Wait(ctx, missing); err != nil {
			return err
		}
	}
}

// worthLooking tells whether a failed write may be tried again after another look: it may have been applied (no change,
// lost answer), or somebody may have been faster (412), or the service was busy.
func worthLooking(err error) bool {
	return errors.Is(err, release.ErrNoChange) || release.Retryable(err) ||
		release.Status(err) == http.StatusPreconditionFailed
}
