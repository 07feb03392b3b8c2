package rollout

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// aliasWriter is the only place that writes an alias. It knows how the last write left the alias and writes only while
// it still is so.
type aliasWriter struct {
	api     Aliases
	target  release.Target
	text    string // the user's part of the description, as last seen
	backoff func() *retry.Backoff
	clock   Clock

	last     *state // as the last write left it; nil while the alias does not exist
	tag      string // the ETag that goes with it; empty when none is known
	verified bool   // last was read back
	created  bool   // by us
	wrote    bool   // a write of weights was accepted or seen
	unmarked bool   // the service does not show the marker that was written
	refused  *state // what the service last called no change
	// past are the states before last, and pastTags their ETags: a read that lags behind shows one of them.
	past     []state
	pastTags map[string]bool
	// ghosts are writes whose outcome is not known. They are ours when they are seen.
	ghosts []ghost
	// theirs: somebody moved the alias; found is what they made of it, nil when they deleted it.
	theirs bool
	found  *release.Traffic

	// mayWrite is asked right before each write but those of a rollback.
	mayWrite func() error

	limit time.Duration // of one call; zero leaves it to the client
	// returning to the base: what is there already is welcome, and an alias that is gone stays so.
	returning bool

	fresh   *release.Alias // looked at ahead, good for one write while it is young
	freshAt time.Time
	// alongside runs next to the first look before a write, such as the check that a published version exists.
	alongside func(context.Context) error
	// afterwards runs next to the first read-back after a write, such as the read-back of the bindings.
	afterwards func(context.Context) error
}

// young is how old a look may be when a write follows it. Without an ETag nothing guards the time between the two, and
// the look comes right before the write.
const young = time.Second

// look reads the alias; nil means that it does not exist. Only the alias's own absence counts: a missing service is an
// error of another kind.
func (w *aliasWriter) look(ctx context.Context) (*release.Alias, error) {
	strangers := w.patience()
	for {
		limited, cancel := w.limited(ctx)
		a, err := w.api.Alias(limited, w.target.Service, w.target.Alias)
		cancel()
		code := codeOf(err)
		switch {
		case err == nil:
			w.text, _ = resume.Split(a.Description)
			return &a, nil
		case release.NotFound(err) && release.Foreign(err):
			if strangers.Wait(ctx, err) != nil {
				return nil, err
			}
		case release.NotFound(err) && (code == "" || code == "AliasNotFound"):
			return nil, nil
		case w.limit == 0 || !release.Retryable(err) || w.clock.Sleep(ctx, hurry/10) != nil:
			return nil, err
		}
	}
}

// limited cuts a call short where seconds count, so that one that hangs leaves time for another.
func (w *aliasWriter) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if w.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, w.limit)
}

// refresh gives a young look at the alias, and runs what waits to be checked beside it.
func (w *aliasWriter) refresh(ctx context.Context) (*release.Alias, error) {
	if a, at := w.fresh, w.freshAt; a != nil {
		w.fresh = nil
		if a.ETag != "" && w.clock.Now().Sub(at) < young {
			return a, nil
		}
	}
	checked := w.alongside != nil
	a, at, err := w.lookBeside(ctx, &w.alongside)
	if err == nil && (w.clock.Now().Sub(at) >= young || (checked && a != nil && a.ETag == "")) {
		return w.look(ctx) // the check took longer than the look
	}
	return a, err
}

// ahead looks now for a write that follows soon.
func (w *aliasWriter) ahead(ctx context.Context) (err error) {
	w.fresh, w.freshAt, err = w.lookBeside(ctx, &w.alongside)
	return err
}

// lookBeside looks at the alias while the check, if there is one, runs once. It tells when the look ended.
func (w *aliasWriter) lookBeside(ctx context.Context, once *func(context.Context) error) (a *release.Alias, at time.Time, err error) {
	check := *once
	*once = nil
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		a, err = w.look(gctx)
		at = w.clock.Now()
		return err
	})
	if check != nil {
		g.Go(func() error { return check(gctx) })
	}
	err = g.Wait()
	return a, at, err
}

// put gives the alias the traffic: already so, then nothing; as the last write left it, then write and read back; else
// somebody moved it, and nothing is written.
func (w *aliasWriter) put(ctx context.Context, want state) error {
	b, lag := w.backoff(), w.patience()
	for {
		a, err := w.refresh(ctx)
		if err != nil {
			return err
		}
		switch w.judge(a, want) {
		case asWanted:
			w.settle(a, want)
			return nil
		case moved:
			return w.movedError(a)
		case lagging:
			if err := w.waitForReads(ctx, lag, a); err != nil {
				return err
			}
			continue
		case asLeft:
		}
		again, err := w.write(ctx, a, want)
		if !again {
			return err
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// write writes once to what was looked at and reads back; again says that a further look and try make sense.
func (w *aliasWriter) write(ctx context.Context, a *release.Alias, want state) (again bool, err error) {
	if a == nil {
		if w.returning {
			return false, nil
		}
		return false, w.create(ctx, want)
	}
	if err := w.guarded(); err != nil {
		return false, err
	}
	w.tag = a.ETag // also after a change that left the traffic alone
	if err := w.update(ctx, a.ETag, want); err != nil {
		return worthLooking(err), err
	}
	return false, w.readBack(ctx)
}

// patience bounds how long reads may lag behind: how long is not documented.
func (w *aliasWriter) patience() *retry.Backoff {
	return retry.New(w.clock, retry.Policy{Budget: 10 * time.Second}, nil)
}

// update writes once and notes what is known afterwards.
func (w *aliasWriter) update(ctx context.Context, tag string, want state) error {
	ctx, cancel := w.limited(ctx)
	defer cancel()
	answer, err := w.api.UpdateAlias(ctx, w.target.Service, w.written(want, tag))
	switch {
	case err == nil:
		w.accepted(tag != "", answer.ETag, want)
	case release.OutcomeUnknown(err):
		w.haunt(want, release.MayComeLate(err))
	case errors.Is(err, release.ErrNoChange):
		w.refused = &want
	}
	return err
}

// guarded tells whether a write may be sent now.
func (w *aliasWriter) guarded() error {
	if w.mayWrite == nil || w.returning {
		return nil
	}
	return w.mayWrite()
}

// written is the state as it goes to the service.
func (w *aliasWriter) written(s state, tag string) release.Alias {
	return release.Alias{Name: w.target.Alias, Traffic: s.traffic, Description: resume.Describe(w.text, s.mark), ETag: tag}
}

func (w *aliasWriter) accepted(conditional bool, tag string, want state) {
	if conditional {
		w.ghosts = nil // what is still on its way carries an ETag that does not match any more
	} else {
		w.ghosts = slices.DeleteFunc(w.ghosts, func(g ghost) bool { return want.equal(g.state) })
	}
	want.traffic = release.NewTraffic(want.traffic.Main, want.traffic.Extra)
	w.leave(want, tag)
	w.wrote, w.verified = true, false
}

// readBack waits until the accepted state is visible. It writes nothing: a state that is neither ours nor behind ours
// was made by somebody else after our write.
func (w *aliasWriter) readBack(ctx context.Context) error {
	lag := w.patience()
	for {
		a, _, err := w.lookBeside(ctx, &w.afterwards)
		if err != nil {
			return err
		}
		switch w.judge(a, *w.last) {
		case asWanted:
			w.settle(a, *w.last)
			return nil
		case asLeft, moved: // a ghost that landed over our write is somebody's for the reader: the next put sorts it out
			return w.movedError(a)
		case lagging:
			if err := w.waitForReads(ctx, lag, a); err != nil {
				return err
			}
		}
	}
}

// waitForReads lets a read that is behind catch up. One that never does is somebody's doing, but not where the time ended
// early: then all that is known is that the read was behind.
func (w *aliasWriter) waitForReads(ctx context.Context, lag *retry.Backoff, a *release.Alias) error {
	err := lag.Wait(ctx, w.lagError())
	if err != nil && ctx.Err() == nil {
		return w.movedError(a)
	}
	return err
}

// create makes the alias. No look is needed before: the service refuses to create what exists.
func (w *aliasWriter) create(ctx context.Context, want state) error {
	b := w.backoff()
	for {
		if err := w.guarded(); err != nil {
			return err
		}
		answer, err := w.api.CreateAlias(ctx, w.target.Service, w.written(want, ""))
		if err == nil {
			w.leave(want, answer.ETag)
			w.created = true
			return nil
		}
		exists := release.Status(err) == http.StatusConflict
		if !release.Retryable(err) && !exists {
			return err
		}
		// The answer may have been lost: an alias as we wanted it is ours, any other is somebody's.
		a, lookErr := w.look(ctx)
		switch {
		case lookErr != nil:
			w.haunt(want, true)
			return errors.Join(err, lookErr)
		case a != nil && stateOf(a).is(want):
			w.created = true
			w.settle(a, want)
			return nil
		case a != nil:
			return w.movedError(a)
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// finish makes sure of everything that waits to be read back.
func (w *aliasWriter) finish(ctx context.Context) error {
	if err := w.verify(ctx); err != nil {
		return err
	}
	return w.catchUp(ctx)
}

// verify makes sure of a created alias that no later write has looked at.
func (w *aliasWriter) verify(ctx context.Context) error {
	if w.last == nil || w.verified || !w.created {
		return nil
	}
	if w.alongside != nil {
		if err := w.ahead(ctx); err != nil {
			return err
		}
	}
	return w.readBack(ctx)
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

// worthLooking tells whether a failed write may be tried again after another look: it may have been applied (no change,
// lost answer), or somebody may have been faster (412), or the service was busy.
func worthLooking(err error) bool {
	return errors.Is(err, release.ErrNoChange) || release.Retryable(err) ||
		release.Status(err) == http.StatusPreconditionFailed
}
