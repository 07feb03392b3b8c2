package plan

import (
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// meet decides what becomes of the rollout that the alias's marker tells of. goOn says that the plan takes it up.
func (p *Plan) meet(req Request, on Online) (goOn bool, err error) {
	if on.Alias == nil || req.OnUnfinished == OnUnfinishedRestart || on.Alias.Traffic.Equal(release.Only(p.Version)) {
		return false, nil
	}
	at := on.Progress
	switch on.standing() {
	case StandUnfinished:
		return p.meetUnfinished(req, *at, on)
	case StandHeld: // its plan ended: the same one has nothing to do, another begins
		return p.is(req, *at), nil
	case StandMoved:
		return false, movedFrom(p.Target, *at, on)
	case StandUnreadable:
		if len(on.Alias.Traffic.Extra) > 0 {
			return false, unreadable(p.Target, on)
		}
	case StandNone:
		return false, p.meetUnexplained(req, on.Alias.Traffic)
	}
	return false, nil
}

// meetUnexplained is about a canary of which no marker tells.
func (p *Plan) meetUnexplained(req Request, now release.Traffic) error {
	canary, share := now.Canary()
	if canary == "" {
		return nil
	}
	if req.OnUnfinished == OnUnfinishedFail {
		return &release.ConflictError{
			What:   "a canary that no marker explains is behind " + aliasName(p.Target) + " (" + now.String() + ") and on_unfinished is fail",
			Remedy: "Give it everything with promote with full, take it back with rollback, or choose on_unfinished continue or restart.",
		}
	}
	if canary == p.Version {
		p.note(NoticeUnexplained, canary, share.String())
	}
	return nil
}

// is tells whether the plan is the one of the rollout behind the alias.
func (p *Plan) is(req Request, at Progress) bool {
	return p.Version == at.Canary && p.Base == at.Base && at.fits(p.Target, req.Schedule)
}

func (p *Plan) meetUnfinished(req Request, at Progress, on Online) (goOn bool, err error) {
	switch {
	case req.OnUnfinished == OnUnfinishedFail:
		return false, &release.ConflictError{
			What:   "an unfinished rollout of version " + at.Canary + " is behind " + aliasName(p.Target) + " (" + where(at) + ") and on_unfinished is fail",
			Remedy: "Finish it with promote, end it with abort, or begin again with on_unfinished: restart.",
		}
	case p.Version != at.Canary:
		p.note(NoticeSuperseded, at.Canary, where(at))
		return false, nil
	case !p.is(req, at):
		return false, &release.ConflictError{
			What:   "the unfinished rollout of version " + at.Canary + " behind " + aliasName(p.Target) + " (" + where(at) + ") has another plan than this job",
			Remedy: "Run it with the inputs it began with, finish it with promote with full, end it with abort, or begin again with these inputs and on_unfinished: restart.",
		}
	case on.BaseGone:
		return false, baseGone(p.Target, at)
	}
	return true, nil
}

func unreadable(t release.Target, on Online) error {
	return &release.ConflictError{
		What: aliasName(t) + " has a canary and a marker that cannot be read: " + on.Unreadable.Error(), Remedy: remedyRestart,
	}
}

// meetBegun makes sure that nobody used the alias since an earlier job left without having written.
func (p *Plan) meetBegun(req Request, on Online) error {
	b := req.Begun
	if b == nil {
		return nil
	}
	p.ID = b.ID
	if b.Content != "" && on.Content != "" && b.Content != on.Content {
		return &release.ConflictError{
			What:   "LATEST of service " + p.Target.Service + " is not what it was when the token was made",
			Remedy: "Run release to release what it holds now.",
		}
	}
	if b.holds(on, p.Base) {
		return nil
	}
	expected, found := "no alias", "no alias"
	if b.Before != nil {
		expected = b.Before.String()
	}
	if on.Alias != nil {
		found = on.Alias.Traffic.String()
	}
	if found == expected {
		found += ", after another rollout"
	}
	return &release.MovedError{What: aliasName(p.Target), Expected: expected, Found: found, Remedy: "Agree with who did it, then run release anew."}
}

// holds tells whether the alias is as it was. One with all traffic to the base may be our own, from a job that was killed.
func (b Begun) holds(on Online, base string) bool {
	a := on.Alias
	if a == nil {
		return b.Before == nil
	}
	if on.Progress != nil && on.Progress.ID == b.ID {
		return a.Traffic.Equal(release.Only(base))
	}
	if b.Mark != MarkDigest(on.Found.Mark) {
		return false // another rollout came and went
	}
	if b.Before == nil {
		return a.Traffic.Equal(release.Only(base))
	}
	return a.Traffic.Equal(*b.Before)
}

// resume takes up what the token began already; it begins nothing a second time.
func (b Begun) resume(req Request, on Online) (Plan, error) {
	if at := *on.Progress; at.InAir() && !b.Later {
		return Plan{}, movedOn(req.Target, at, 0, at.Stages)
	}
	return Resume(Claim{Target: req.Target, Schedule: req.Schedule, ID: b.ID, Later: b.Later}, on)
}

func movedOn(t release.Target, at Progress, stage, stages int) error {
	if at.Stage < stage {
		return &release.ConflictError{
			What:   "the rollout of version " + at.Canary + " behind " + aliasName(t) + " is at " + where(at) + "; the token is for " + StageOf(stage, stages),
			Remedy: "Somebody began it again: use their token, or release with the same inputs, which continues it.",
		}
	}
	return &release.ConflictError{
		What:   "the rollout of version " + at.Canary + " behind " + aliasName(t) + " has moved on to " + where(at) + "; the token is for " + StageOf(stage, stages),
		Remedy: "Use the newest token, or release with the same inputs, which continues it; on_unfinished: continue lets an older token do so too.",
	}
}

const remedyRestart = "Look who did it and agree with them; then abort accepts what is online, and on_unfinished: restart begins again."

func movedFrom(t release.Target, at Progress, on Online) error {
	return &release.MovedError{
		What: aliasName(t), Expected: at.Traffic().String() + " (" + where(at) + " of the rollout of version " + at.Canary + ")",
		Found: on.Alias.Traffic.String(), Remedy: remedyRestart,
	}
}

func aliasName(t release.Target) string { return "alias " + t.Alias + " of service " + t.Service }

// where says how far a rollout is: "step 2 of 5".
func where(at Progress) string { return StageOf(at.Stage, at.Stages) }

// addRest is what is left of a rollout whose stage is in force: the rest of the wait, and the weights after it.
func (p *Plan) addRest(stage int, wait bool, due time.Time) {
	p.At = stage
	if wait {
		p.addHold(stage, due)
	}
	p.addFrom(stage + 1)
}

// addFrom is all weights from a stage on, with the waits between them.
func (p *Plan) addFrom(stage int) {
	for ; stage <= len(p.Schedule); stage++ {
		p.addWeight(stage)
		if stage < len(p.Schedule) {
			p.addHold(stage, time.Time{})
		}
	}
}

func (p *Plan) addWeight(stage int) {
	kind, w := StepShift, p.Schedule[stage-1].Weight
	if w == release.Full {
		kind = StepPromote
	}
	p.add(Step{Kind: kind, Weight: w, Stage: stage})
}

func (p *Plan) addHold(stage int, until time.Time) {
	switch st := p.Schedule[stage-1]; {
	case st.Approve:
		p.add(Step{Kind: StepApprove, Weight: st.Weight, Stage: stage})
	case st.Interval > 0:
		p.add(Step{Kind: StepWait, Weight: st.Weight, Wait: st.Interval, Until: until, Stage: stage})
	}
}

// due is when the hold of a stage is over that was entered when the alias was last modified; zero when that is not known.
func due(s Schedule, stage int, modified time.Time) time.Time {
	if modified.IsZero() {
		return time.Time{}
	}
	return modified.Add(s[stage-1].Interval)
}

// leaveBindings keeps a continued rollout from binding: what was bound is, and what came later waits for its end.
func (p *Plan) leaveBindings(at Progress) {
	if digest := BindingsDigest(p.Bind, p.Bound); digest != at.Bindings {
		p.note(NoticeBindingsChanged)
	}
	for _, b := range p.Bind {
		p.note(NoticeBindLater, b.String())
	}
	p.Left, p.Bind = append(p.Left, p.Bind...), nil
	p.Bindings = at.Bindings
}
