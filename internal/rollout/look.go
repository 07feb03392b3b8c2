package rollout

import (
	"context"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// State is what is online behind a target, for people to read.
type State struct {
	Alias *release.Alias // nil when it does not exist
	// Progress is what the alias's marker says, Due when its next weight is due: both empty without an unfinished rollout.
	Progress   *plan.Progress
	Due        time.Time
	Unreadable error // a marker that cannot be understood
	// Bindings point at the alias; Others at something else.
	Bindings, Others []release.Binding
	// Unread says what could not be looked at, for example for lack of a permission.
	Unread []error
}

// Look reads the alias and everything that points at it, and writes nothing.
func Look(ctx context.Context, p Platform, clock Clock, t release.Target) (State, error) {
	var s State
	if len(t.Functions) == 0 {
		if err := s.allFunctions(ctx, p, &t); err != nil {
			return State{}, err
		}
	}
	a := newAsker(p, t)
	qs := []question{{kind: askAlias}, {kind: askDomains}, {askService, "", ""}}
	qs = append(qs, askFunctions("", t.Functions)...)
	for _, f := range t.Functions {
		qs = append(qs, question{kind: askTriggers, name: f})
	}
	if err := a.round(ctx, qs...); err != nil {
		return State{}, err
	}
	i := &inspection{asker: a, req: plan.Request{Target: t}}
	if err := a.get(askService, "", "").err; err != nil && serviceMissing(err) {
		return State{}, i.serviceError(err)
	}
	for _, f := range t.Functions {
		if err := a.get(askFunction, f, "").err; release.NotFound(err) {
			return State{}, i.functionError(f, err)
		}
	}
	switch ans := a.get(askAlias, "", ""); {
	case ans.err == nil:
		s.readAlias(ans.alias, clock.Now())
	case !release.NotFound(ans.err):
		return State{}, ans.err
	}
	s.readBindings(a, t)
	return s, nil
}

// allFunctions fills in what the user did not name.
func (s *State) allFunctions(ctx context.Context, p Platform, t *release.Target) (err error) {
	t.Functions, err = p.FunctionNames(ctx, t.Service, "")
	switch {
	case err == nil, release.NotFound(err): // a missing service shows again
		return nil
	case refused(err):
		s.Unread = append(s.Unread, err)
		return nil
	}
	return err
}

// readBindings plans the bindings of everything, which sorts them into those at the alias and those elsewhere.
func (s *State) readBindings(a *asker, t release.Target) {
	for _, f := range t.Functions {
		ans := a.get(askTriggers, f, "")
		if ans.err != nil {
			s.Unread = append(s.Unread, ans.err)
		}
		for _, tr := range ans.triggers {
			s.add(t.Alias, release.Binding{Kind: release.BindTrigger, Function: f, Name: tr.Name, From: tr.Qualifier})
		}
	}
	domains := a.get(askDomains, "", "")
	if domains.err != nil {
		s.Unread = append(s.Unread, domains.err)
	}
	for _, d := range domains.domains {
		for _, b := range plan.RoutesOf(t, d) {
			s.add(t.Alias, b)
		}
	}
}

// readAlias notes what the alias and its marker tell.
func (s *State) readAlias(a release.Alias, now time.Time) {
	var on plan.Online
	readAlias(&on, a, now)
	s.Alias, s.Progress, s.Unreadable = on.Alias, on.Progress, on.Unreadable
	if at := on.Progress; at != nil && at.Unfinished() && !at.Approve && !on.Modified.IsZero() {
		s.Due = on.Modified.Add(at.Hold)
	}
}

func (s *State) add(alias string, b release.Binding) {
	if b.From == alias {
		s.Bindings = append(s.Bindings, b)
		return
	}
	s.Others = append(s.Others, b)
}
