package plan

import (
	"cmp"
	"fmt"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Claim is a place in a rollout that somebody says it is at: by a token, or by the inputs of the plan.
type Claim struct {
	Target   release.Target
	Schedule Schedule
	// ID, Base and Canary are empty and Stage is 0 where the claim leaves them to the marker.
	ID, Base, Canary string
	Stage            int
	Due              time.Time // the earliest time of the next weight; zero when the claim knows none
	// Skip the wait that is running: the next weight is wanted now.
	Skip bool
	// Later stages than the claimed one are taken up as well.
	Later bool
}

// Resume plans the rest of the rollout that a claim names. The alias decides whether the claim is true.
func Resume(c Claim, on Online) (Plan, error) {
	if on.Alias != nil && contentRouted(on.Alias) {
		return Plan{}, routedByRules(c.Target)
	}
	at, err := c.progress(on)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{
		Target: c.Target, Version: at.Canary, Base: at.Base, Schedule: c.Schedule, ID: at.ID, Bindings: at.Bindings, Found: on.Found, asked: true,
	}
	before := on.Alias.Traffic
	p.Before = &before
	if !at.Unfinished() {
		p.At = len(c.Schedule)
		return p, nil
	}
	if !at.fits(c.Target, c.Schedule) {
		return Plan{}, &release.ConflictError{
			What:   fmt.Sprintf("the rollout of version %s behind %s (%s) has another plan", at.Canary, aliasName(c.Target), where(at)),
			Remedy: "Continue it with the newest token or with the inputs it began with, or run release with on_unfinished: restart to begin again.",
		}
	}
	if on.BaseGone {
		return Plan{}, baseGone(c.Target, at)
	}
	p.note(NoticeContinued, at.Canary, where(at))
	p.addRest(at.Stage, !c.passes(at), c.due(at, on))
	if on.CanaryGone {
		p.Gone = canaryGone(c.Target, at)
	}
	return p, nil
}

// passes tells whether the wait of the stage is over by the claim itself: by a promotion, or because who comes with the
// token of a stage that waits for a decision has decided. A token of an earlier stage says nothing about this one: its
// promotion was done already.
func (c Claim) passes(at Progress) bool {
	if c.ID == "" {
		return c.Skip
	}
	return c.Stage == at.Stage && (c.Skip || c.Schedule[at.Stage-1].Approve)
}

// clockSlack is how far two ways to tell the same moment may lie apart: the service gives whole seconds.
const clockSlack = 3 * time.Second

// due is when the wait of the stage is over: as the claim says, unless the alias shows that the clock of the machine that
// made it is behind.
func (c Claim) due(at Progress, on Online) time.Time {
	until := due(c.Schedule, at.Stage, on.Modified)
	if c.Stage == at.Stage && !c.Due.IsZero() && !until.After(c.Due.Add(clockSlack)) {
		return c.Due
	}
	return until
}

func baseGone(t release.Target, at Progress) error {
	return &release.MovedError{
		What: "base version " + at.Base + " of service " + t.Service, Expected: "that it exists", Found: "that it was deleted, so calls to it fail",
		Remedy: "To give everything to version " + at.Canary + ", run promote with full; to go to another version, run rollback with version.",
	}
}

func canaryGone(t release.Target, at Progress) error {
	return &release.MovedError{
		What: "version " + at.Canary + " of service " + t.Service, Expected: "that it exists", Found: "that it was deleted, so calls to it fail",
		Remedy: "Run release to begin with another version.",
	}
}

// progress checks the claim against marker and weights.
func (c Claim) progress(on Online) (Progress, error) {
	if c.none(on) {
		return Progress{}, &release.ConflictError{
			What: "there is no unfinished rollout behind " + aliasName(c.Target) + ", which sends traffic to " + on.Alias.Traffic.String(), Remedy: "Run release to begin one.",
		}
	}
	if void := c.void(on); void != "" {
		return Progress{}, &release.ConflictError{What: "the token is void: " + void, Remedy: "There is nothing to do with it; status shows where the alias is."}
	}
	if other := c.other(on); other != "" {
		return Progress{}, &release.MovedError{What: aliasName(c.Target), Expected: c.expected(), Found: other, Remedy: remedyRestart}
	}
	at := *on.Progress
	switch {
	case !on.Alias.Traffic.Equal(at.Traffic()):
		return at, movedFrom(c.Target, at, on)
	case !at.Complete() && c.Stage != 0 && at.Stage != c.Stage && !c.Later:
		return at, movedOn(c.Target, at, c.Stage, len(c.Schedule))
	}
	return at, nil
}

// none tells whether there is nothing unfinished for who comes without a token.
func (c Claim) none(on Online) bool {
	return c.ID == "" && on.Alias != nil && on.Unreadable == nil && (on.Progress == nil || on.Progress.Stage == 0)
}

// void says why nothing can ever come of a token any more; empty otherwise.
func (c Claim) void(on Online) string {
	at := on.Progress
	switch {
	case c.ID == "" || on.Alias == nil || at == nil:
		return ""
	case at.ID != c.ID && at.Stage > 0:
		return fmt.Sprintf("its rollout%s was superseded by one of version %s (%s) behind %s", ofVersion(c.Canary), at.Canary, where(*at), aliasName(c.Target))
	case at.ID != c.ID:
		return fmt.Sprintf("its rollout%s was superseded by another one behind %s, which sends traffic to %s", ofVersion(c.Canary), aliasName(c.Target), on.Alias.Traffic)
	case at.Stage == 0:
		return fmt.Sprintf("its rollout%s was rolled back; %s sends traffic to %s", ofVersion(at.Canary), aliasName(c.Target), on.Alias.Traffic)
	}
	return ""
}

func ofVersion(v string) string {
	if v == "" {
		return ""
	}
	return " of version " + v
}

// other says what is there in place of the claimed rollout; empty when that is there.
func (c Claim) other(on Online) string {
	switch at := on.Progress; {
	case on.Alias == nil:
		return "no alias"
	case on.Unreadable != nil:
		return "a marker that cannot be read: " + on.Unreadable.Error()
	case at == nil:
		return "no marker of a rollout, and traffic to " + on.Alias.Traffic.String()
	case (c.Canary != "" && c.Canary != at.Canary) || (c.Base != "" && c.Base != at.Base):
		return fmt.Sprintf("a rollout from version %s to version %s", at.Base, at.Canary)
	}
	return ""
}

func (c Claim) expected() string {
	if c.Canary == "" {
		return "an unfinished rollout"
	}
	return "the rollout of version " + c.Canary + " from " + cmp.Or(c.Base, "none") + " at " + StageOf(c.Stage, len(c.Schedule))
}

// StageOf says how far a rollout is: "step 2 of 5".
func StageOf(stage, stages int) string {
	if stage == 0 {
		return "no step yet"
	}
	return fmt.Sprintf("step %d of %d", stage, stages)
}
