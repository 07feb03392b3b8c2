package plan

import (
	"cmp"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Full plans to give everything to the canary that is behind the alias, whatever its plan still held in store.
func Full(t release.Target, on Online) (Plan, error) {
	p, err := direct(t, on)
	if err != nil {
		return Plan{}, err
	}
	now, at := on.Alias.Traffic, on.Progress
	switch on.standing() {
	case StandUnfinished, StandHeld:
		p.ID, p.Base, p.Version, p.Bindings = at.ID, at.Base, at.Canary, at.Bindings
	case StandMoved:
		return Plan{}, movedFrom(t, *at, on)
	case StandUnreadable:
		return Plan{}, unreadable(t, on)
	case StandBack:
		return Plan{}, &release.ConflictError{
			What:   "there is nothing to promote: the rollout of version " + at.Canary + " behind " + aliasName(t) + " was rolled back",
			Remedy: "Run release to begin again.",
		}
	default:
		p.Base, p.Version = now.Main, extraOf(now)
		if p.Version == "" {
			p.Version, p.Base = now.Base(), now.Base()
			return p, nil
		}
	}
	p.addStages(Schedule{{Weight: release.Full}})
	return p, nil
}

// extraOf is the version with a share that is not the main one, even with all of it; empty without one.
func extraOf(t release.Traffic) string {
	for _, s := range t.Shares() {
		if s.Version != t.Main {
			return s.Version
		}
	}
	return ""
}

// Abort plans to end an unfinished rollout: the traffic returns to the base, or stays where somebody moved it.
func Abort(t release.Target, on Online) (Plan, error) {
	p, err := direct(t, on)
	if err != nil {
		return Plan{}, err
	}
	now, at := on.Alias.Traffic, on.Progress
	switch stand := on.standing(); {
	case stand == StandUnfinished, stand == StandHeld, stand == StandMoved && now.Equal(release.Only(at.Base)),
		len(now.Extra) > 0 && (at == nil || stand == StandUnreadable):
		return Back(t, "", on)
	case stand == StandMoved:
		p.takeFrom(at, stand)
		p.Base = at.Base
		p.note(NoticeAccepted, at.Canary, at.Traffic().String(), now.String())
		p.add(Step{Kind: StepAccept})
	default: // nothing is unfinished
		p.Version, p.Base = now.Base(), now.Base()
	}
	return p, nil
}

// Back plans to return everything to the base, or to the version named.
func Back(t release.Target, version string, on Online) (Plan, error) {
	p, err := direct(t, on)
	if err != nil {
		return Plan{}, err
	}
	now, stand := on.Alias.Traffic, on.standing()
	p.Version = cmp.Or(extraOf(now), now.Main)
	p.takeFrom(on.Progress, stand)
	if p.Base = version; version == "" {
		if p.Base, err = home(t, stand, on); err != nil {
			return Plan{}, err
		}
	}
	there := now.Equal(release.Only(p.Base))
	if stand == StandMoved && !there {
		p.note(NoticeMovedBefore, on.Progress.Traffic().String(), now.String())
	}
	if stand == StandMoved || !there {
		p.add(Step{Kind: StepRollback})
	}
	return p, nil
}

// takeFrom keeps what the marker says of a rollout that is, or was, behind the alias.
func (p *Plan) takeFrom(at *Progress, stand Standing) {
	if at != nil && at.Stage > 0 && stand != StandNone {
		p.ID, p.Version, p.Bindings = at.ID, at.Canary, at.Bindings
	}
}

// home is the version that the marker or the alias calls the base.
func home(t release.Target, stand Standing, on Online) (string, error) {
	now, at := on.Alias.Traffic, on.Progress
	switch stand {
	case StandMoved:
		if now.Weight(at.Base) == 0 {
			return "", movedFrom(t, *at, on)
		}
		return at.Base, nil
	case StandUnfinished, StandHeld, StandComplete, StandBack:
		if at.Base != "" {
			return at.Base, nil
		}
	default:
		if len(now.Extra) > 0 {
			return now.Base(), nil
		}
		if at != nil && now.Equal(release.Only(at.Base)) {
			return at.Base, nil
		}
	}
	return "", &release.InvalidError{
		Input: "version", Want: "required: " + aliasName(t) + " sends all traffic to version " + now.Main + ", and no record tells what came before it",
	}
}

// direct is the start of a plan that works on what the alias holds.
func direct(t release.Target, on Online) (Plan, error) {
	if on.Alias == nil {
		return Plan{}, &release.InvalidError{Input: "alias", Value: t.Alias, Want: "service " + t.Service + " has no such alias"}
	}
	if contentRouted(on.Alias) {
		return Plan{}, routedByRules(t)
	}
	before := on.Alias.Traffic
	return Plan{Target: t, Before: &before, Found: on.Found, Direct: true, asked: true}, nil
}
