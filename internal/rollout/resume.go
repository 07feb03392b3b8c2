package rollout

import (
	"context"
	"errors"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// readAlias notes what the alias and its marker tell.
func readAlias(on *plan.Online, a release.Alias, now time.Time) {
	on.Alias = &a
	on.Found.Text, on.Found.Mark = resume.Split(a.Description)
	on.Found.ETag = a.ETag
	on.Modified = modified(a, now)
	if on.Found.Mark == "" {
		return
	}
	at, err := resume.Read(on.Found.Mark)
	if err != nil {
		on.Unreadable = err
		return
	}
	on.Progress = &at
}

// modified is when the alias was last written, by our clock: the service's own tells how long ago that is, where it shows
// one. Where only whole seconds are known, the later end is taken: a wait that counts from it is never too short.
func modified(a release.Alias, now time.Time) time.Time {
	if a.Modified.IsZero() {
		return time.Time{}
	}
	at := a.Modified
	if at.Nanosecond() == 0 {
		at = at.Add(time.Second - time.Nanosecond)
	}
	age := now.Sub(at)
	if !a.Answered.IsZero() {
		age = a.Answered.Sub(at)
	}
	return now.Add(-max(age, 0))
}

// PrepareResume looks at the alias and plans the rest of the rollout that a claim names. It writes nothing.
func PrepareResume(ctx context.Context, p Platform, clock Clock, c plan.Claim) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, c.Target), clock: clock, req: plan.Request{Target: c.Target}}
	on, err := i.lookClaimed(ctx, c)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Resume(c, on)
}

// PrepareTakeOver is PrepareResume for a job that is told to stop while it still looks around: one look at the alias tells whether
// there is a canary that it was to take over.
func PrepareTakeOver(ctx context.Context, p Platform, clock Clock, c plan.Claim) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, c.Target), clock: clock, req: plan.Request{Target: c.Target}}
	on, err := i.lookAlias(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Resume(c, on)
}

// lookClaimed reads the alias until it is as far as the claim says: a read may lag behind what an earlier job wrote.
func (i *inspection) lookClaimed(ctx context.Context, c plan.Claim) (on plan.Online, err error) {
	lag := (&aliasWriter{clock: i.clock}).patience()
	for {
		if on, err = i.lookRollout(ctx); err != nil {
			return on, err
		}
		behind := on.Progress != nil && c.ID != "" && on.Progress.ID == c.ID && on.Progress.Stage > 0 && on.Progress.Stage < c.Stage
		if !behind || !waited(ctx, lag) {
			return on, nil
		}
	}
}

// waited tells whether there was time left for another look.
func waited(ctx context.Context, b *retry.Backoff) bool { return b.Wait(ctx, errLagging) == nil }

var errLagging = errors.New("the alias still shows an earlier state")

// PrepareFull plans to give everything to the canary behind the alias. It writes nothing.
func PrepareFull(ctx context.Context, p Platform, clock Clock, t release.Target) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, t), clock: clock, req: plan.Request{Target: t}}
	on, err := i.lookRollout(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	made, err := plan.Full(t, on)
	if err == nil && on.CanaryGone && !made.Unchanged() {
		err = &release.InvalidError{Input: "version", Value: made.Version, Want: "was deleted, so it cannot be promoted; roll back instead"}
	}
	return made, err
}

// PrepareAbort plans to end an unfinished rollout. It writes nothing.
func PrepareAbort(ctx context.Context, p Platform, clock Clock, t release.Target) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, t), clock: clock, req: plan.Request{Target: t}}
	on, err := i.lookAlias(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	made, err := plan.Abort(t, on)
	if err != nil || !made.Has(plan.StepRollback) {
		return made, err
	}
	return made, i.checkHome(ctx, made.Base)
}

// PrepareRollback plans to return everything to the base or to a version named. It writes nothing.
func PrepareRollback(ctx context.Context, p Platform, clock Clock, t release.Target, version string) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, t), clock: clock, req: plan.Request{Target: t, Version: version}}
	on, err := i.lookAlias(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	made, err := plan.Back(t, version, on)
	if err != nil || made.Unchanged() {
		return made, err
	}
	return made, i.checkHome(ctx, made.Base)
}

// checkHome makes sure that the version to return to can take the calls.
func (i *inspection) checkHome(ctx context.Context, version string) error {
	qs := append(askFunctions(version, i.req.Target.Functions), question{askService, "", version})
	if err := i.round(ctx, qs...); err != nil {
		return err
	}
	i.req.Version = version
	return i.checkExists()
}

// lookRollout looks at the alias, and then whether the versions that its marker names exist.
func (i *inspection) lookRollout(ctx context.Context) (on plan.Online, err error) {
	if on, err = i.lookAlias(ctx); err != nil || on.Progress == nil || on.Progress.Stage == 0 {
		return on, err
	}
	return on, i.checkVersions(ctx, &on)
}

// lookAlias reads the alias alone, which is all that a way back depends on before it knows where to.
func (i *inspection) lookAlias(ctx context.Context) (on plan.Online, err error) {
	a, err := i.platform.Alias(ctx, i.target.Service, i.target.Alias)
	if release.NotFound(err) && !serviceMissing(err) && !release.Foreign(err) {
		return on, nil
	}
	if err != nil {
		return on, i.serviceError(err)
	}
	readAlias(&on, a, i.clock.Now())
	return on, nil
}

// checkVersions finds out whether base and canary exist.
func (i *inspection) checkVersions(ctx context.Context, on *plan.Online) error {
	base, canary := question{askService, "", on.Progress.Base}, question{askService, "", on.Progress.Canary}
	if base.qualifier == "" {
		base = canary
	}
	if err := i.round(ctx, base, canary); err != nil {
		return err
	}
	for q, gone := range map[question]*bool{base: &on.BaseGone, canary: &on.CanaryGone} {
		err := i.answers[q].err
		if *gone = release.NotFound(err) && !release.Foreign(err); err != nil && !*gone {
			return err
		}
	}
	return nil
}
