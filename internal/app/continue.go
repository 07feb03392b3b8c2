package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/config"
	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/resume"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// prepare makes the plan that the command stands for.
func (s *step) prepare(ctx context.Context, api *fc.V2) (plan.Plan, error) {
	c, clock := s.config, systemClock{}
	target := c.Release.Target
	switch {
	case c.Command == config.CommandRollback:
		return rollout.PrepareRollback(ctx, api, clock, target, c.Release.Version)
	case c.Command == config.CommandAbort:
		return rollout.PrepareAbort(ctx, api, clock, target)
	case c.Command == config.CommandPromote && c.Full:
		return s.prepareFull(ctx, api)
	case c.Command == config.CommandRelease || c.Command == config.CommandPlan || (c.Token != nil && c.Token.Begin != nil):
		return rollout.Prepare(ctx, api, clock, s.request())
	}
	return rollout.PrepareResume(ctx, api, clock, s.claim())
}

// stopGrace is how long a job that is told to stop while it still looks around may look once more. It leaves the engine
// the rest of the 7 s that there are.
const stopGrace = 2200 * time.Millisecond

// prepareToStop finds out whether this job was to take over a canary that is in the air: then on_cancel decides about it.
// Otherwise there is nothing of ours, and the first error stands.
func (s *step) prepareToStop(ctx context.Context, api *fc.V2, cause error) (plan.Plan, error) {
	c := s.config
	if c.Token != nil && c.Token.Begin != nil && !c.ContinueGiven {
		return plan.Plan{}, cause // it begins a rollout; one that has begun since is another job's
	}
	goesOn := c.Command == config.CommandResume || (c.Command == config.CommandPromote && !c.Full) ||
		(c.Command == config.CommandRelease && c.Release.OnUnfinished == plan.OnUnfinishedContinue)
	if !goesOn {
		return plan.Plan{}, cause
	}
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer stop()
	made, err := rollout.PrepareTakeOver(grace, api, systemClock{}, s.claim())
	if err != nil || len(made.Steps) == 0 {
		return plan.Plan{}, cause
	}
	return made, nil
}

// prepareFull checks a token first, where one is given: it may be another rollout's by now.
func (s *step) prepareFull(ctx context.Context, api *fc.V2) (plan.Plan, error) {
	if s.config.Token != nil {
		if made, err := rollout.PrepareResume(ctx, api, systemClock{}, s.claim()); err != nil || made.Unchanged() {
			return made, err
		}
	}
	return rollout.PrepareFull(ctx, api, systemClock{}, s.config.Release.Target)
}

// claim is where the token, or who gives the inputs of the plan, says that the rollout is.
func (s *step) claim() plan.Claim {
	c := s.config
	claim := plan.Claim{Target: c.Release.Target, Skip: c.Command == config.CommandPromote, Later: c.ContinueGiven}
	if t := c.Token; t != nil {
		claim.Schedule, claim.ID, claim.Base, claim.Canary, claim.Stage, claim.Due = t.Schedule, t.ID, t.Base, t.Canary, t.Stage, t.ResumeAt
		if c.WindowGiven {
			claim.Due = time.Time{} // it may be the opening of another window: the alias tells how long the weight is in force
		}
		return claim
	}
	claim.Schedule, claim.Base, claim.Canary = c.Release.Schedule, c.Release.Base, c.Release.Version
	return claim
}

// request is what is to be released: by the inputs, or by the token of a job that left before it wrote anything.
func (s *step) request() plan.Request {
	t := s.config.Token
	if t == nil || t.Begin == nil {
		return s.config.Release
	}
	b := t.Begin
	return plan.Request{
		Target: t.Target, Schedule: t.Schedule, Version: b.Version, Base: b.Base, Triggers: b.Triggers, Domains: b.Domains, Mention: b.Mention,
		OnUnfinished: s.config.Release.OnUnfinished, Begun: &plan.Begun{ID: t.ID, Before: b.Before, Mark: b.Mark, Content: b.Content, Later: s.config.ContinueGiven},
	}
}

func (s *step) description() string {
	if t := s.config.Token; t != nil && t.Begin != nil {
		return t.Begin.Description
	}
	return s.config.Description
}

// sessionLifetime is how long a fixed security token is trusted to last: the usual action for it asks for 1800 s, and
// nothing says how much of them is left.
const sessionLifetime = 30 * time.Minute

// waits puts together how this run passes time, and which input says when that ends.
func (s *step) waits(now time.Time) (w rollout.Waits, endedBy string) {
	c := s.config
	w = rollout.Waits{Mode: c.Wait, Max: c.MaxWait, Window: c.Window}
	if c.Command == config.CommandPromote && !c.WaitGiven {
		w.Mode = plan.WaitToken
	}
	if c.MaxWaitGiven || (c.Command == config.CommandResume && !c.WaitGiven) {
		w.First = c.MaxWait
	}
	w.End, endedBy = s.jobEnd(now)
	if lifetime := s.lifetime(); lifetime > 0 {
		if end := now.Add(lifetime); w.End.IsZero() || end.Before(w.End) {
			w.End, endedBy = end, "credentials_lifetime"
		}
	}
	return w, endedBy
}

func (s *step) jobEnd(now time.Time) (end time.Time, input string) {
	job := s.ci.Job()
	if job.Started.IsZero() || job.Started.After(now) {
		job.Started = now
	}
	if s.config.JobTimeout > 0 {
		job.Timeout = s.config.JobTimeout
	}
	if job.Timeout == 0 {
		return end, ""
	}
	return job.Started.Add(job.Timeout), "job_timeout"
}

// lifetime is how long the credentials last; zero when they do not end, or are renewed.
func (s *step) lifetime() time.Duration {
	c, getenv := s.config, s.process.Getenv
	chain := c.AccessKeyID == "" && getenv("ALIBABA_CLOUD_ACCESS_KEY_ID") != "" && getenv("ALIBABA_CLOUD_SECURITY_TOKEN") != ""
	switch {
	case c.Lifetime > 0:
		return c.Lifetime
	case c.SecurityToken != "" || chain:
		return sessionLifetime
	}
	return 0
}

// fit makes sure, before any traffic moves, that a schedule that waits in the job ends before the job and its
// credentials do. Waits for the release window do not count: for these the run leaves with a token.
func (s *step) fit(p plan.Plan, w rollout.Waits, endedBy string) error {
	if w.End.IsZero() || len(p.Steps) == 0 || s.config.Command == config.CommandPlan {
		return nil
	}
	now := systemClock{}.Now()
	lasts, left := p.Lasts(0, now, nil), w.End.Sub(now)
	if lasts == 0 || lasts < left {
		return nil
	}
	why := fmt.Sprintf("the schedule waits %s, and the job and its credentials have %s left", release.ShortDuration(lasts.Round(time.Second)), release.ShortDuration(max(left, 0).Round(time.Second)))
	switch {
	case w.Mode == plan.WaitAuto:
		s.warn(why + ": the rest is left to a later job")
	case w.Mode == plan.WaitInJob && (w.First <= 0 || p.At == 0 || p.Steps[0].Ends(now).Sub(now) <= w.First):
		return &release.InvalidError{Input: endedBy, Want: why + "; nothing was written. Use wait: auto or wait: token, a shorter schedule, or say a longer " + endedBy}
	}
	return nil
}

// leave makes the token for the next job.
func (s *step) leave(o *report.Outcome) error {
	pause := o.Result.Pause
	if pause == nil {
		return nil
	}
	if o.Plan.Direct || len(o.Plan.Schedule) == 0 {
		// What promote with full does, or a release that only binds, is asked for again. A token that was given stays good.
		o.Token = s.config.TokenText
		return nil
	}
	account, region := config.Identity(s.config.AccountID, s.config.Region, s.config.Host)
	t := resume.Token{
		Account: resume.AccountDigest(account), Region: region, Target: o.Target, ID: o.Plan.ID, Base: o.Plan.Base, Canary: o.Result.Version,
		Schedule: o.Plan.Schedule, Stage: pause.Stage, ResumeAt: pause.Until, Created: systemClock{}.Now(), Window: s.config.WindowText,
	}
	if pause.Stage == 0 {
		req := s.request()
		t.Begin = &resume.Begin{
			Version: req.Version, Base: req.Base, Triggers: req.Triggers, Domains: req.Domains, Mention: req.Mention,
			Description: resume.Cut(s.description(), resume.DescriptionLimit), Content: o.Plan.Content, Before: o.Plan.Before, Mark: plan.MarkDigest(o.Plan.Found.Mark),
		}
	}
	// A token in which a secret happens to occur would be masked, and lost.
	for range 100 {
		var nonce [4]byte
		_, _ = rand.Read(nonce[:]) // never fails
		text, err := t.Encode(nonce)
		if err != nil {
			return err
		}
		if s.ci.Redact(text) == text {
			o.Token = text
			return nil
		}
	}
	return errors.New("no resume_token: each one would contain a masked value; run release with the same inputs to go on")
}
