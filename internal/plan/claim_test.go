package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// tokenFor is the claim of a token that was made at the stage.
func tokenFor(s Schedule, n int) Claim {
	return Claim{Target: target(), Schedule: s, ID: rolloutID, Base: "1", Canary: "2", Stage: n}
}

// inputs are the claim of somebody who gives the plan and nothing else.
func inputs(s Schedule) Claim { return Claim{Target: target(), Schedule: s} }

func claimed(c Claim, change func(*Claim)) Claim {
	change(&c)
	return c
}

var approved = Schedule{{Weight: 20_00, Approve: true}, {Weight: 40_00, Approve: true}, {Weight: release.Full}}

func TestTheRestOfARollout(t *testing.T) {
	t.Parallel()
	skip := func(c *Claim) { c.Skip = true }
	later := func(c *Claim) { c.Later = true }
	for name, c := range map[string]struct {
		claim Claim
		on    Online
		steps string
		at    int
	}{
		"after the first weight":     {tokenFor(threeSteps, 1), aliasAt(threeSteps, 1), "wait 5m0s, shift 40, wait 10m0s, promote 100", 1},
		"after the second":           {tokenFor(threeSteps, 2), aliasAt(threeSteps, 2), "wait 10m0s, promote 100", 2},
		"by the inputs":              {inputs(threeSteps), aliasAt(threeSteps, 1), "wait 5m0s, shift 40, wait 10m0s, promote 100", 1},
		"by the inputs, skipping":    {claimed(inputs(threeSteps), skip), aliasAt(threeSteps, 1), "shift 40, wait 10m0s, promote 100", 1},
		"the next weight now":        {claimed(tokenFor(threeSteps, 1), skip), aliasAt(threeSteps, 1), "shift 40, wait 10m0s, promote 100", 1},
		"without a wait":             {tokenFor(Schedule{{Weight: 20_00}, {Weight: release.Full}}, 1), aliasAt(Schedule{{Weight: 20_00}, {Weight: release.Full}}, 1), "promote 100", 1},
		"older token":                {claimed(tokenFor(threeSteps, 1), later), aliasAt(threeSteps, 2), "wait 10m0s, promote 100", 2},
		"promoted already":           {claimed(claimed(tokenFor(threeSteps, 1), later), skip), aliasAt(threeSteps, 2), "wait 10m0s, promote 100", 2},
		"decided by token":           {tokenFor(approved, 1), aliasAt(approved, 1), "shift 40, approve 40, promote 100", 1},
		"not decided by inputs":      {inputs(approved), aliasAt(approved, 1), "approve 20, shift 40, approve 40, promote 100", 1},
		"decided by promote":         {claimed(inputs(approved), skip), aliasAt(approved, 1), "shift 40, approve 40, promote 100", 1},
		"an old token decides less":  {claimed(tokenFor(approved, 1), later), aliasAt(approved, 2), "approve 40, promote 100", 2},
		"a new one decides":          {claimed(tokenFor(approved, 2), later), aliasAt(approved, 2), "promote 100", 2},
		"ends below 100 %":           {tokenFor(threeSteps[:2], 1), aliasAt(threeSteps[:2], 1), "wait 5m0s, shift 40", 1},
		"complete":                   {tokenFor(threeSteps, 2), aliasAt(threeSteps, 3), "", 3},
		"complete, by the inputs":    {inputs(threeSteps), aliasAt(threeSteps, 3), "", 3},
		"held":                       {inputs(held20), aliasAt(held20, 1), "", 1},
		"complete, canary deleted":   {tokenFor(threeSteps, 2), online(aliasAt(threeSteps, 3), func(on *Online) { on.CanaryGone = true }), "", 3},
		"complete, base was deleted": {tokenFor(threeSteps, 2), online(aliasAt(threeSteps, 3), func(on *Online) { on.BaseGone = true }), "", 3},
	} {
		p, err := Resume(c.claim, c.on)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := stepText(p); got != c.steps || p.At != c.at {
			t.Errorf("%s: %q at %d, want %q at %d", name, got, p.At, c.steps, c.at)
		}
		if p.ID != rolloutID || p.Version != "2" || p.Base != "1" || !p.Asked() || p.Found != c.on.Found || !p.Before.Equal(c.on.Alias.Traffic) || p.Gone != nil {
			t.Errorf("%s: %+v", name, p)
		}
		if want := c.steps != ""; slices.Contains(noticeKinds(p), NoticeContinued) != want {
			t.Errorf("%s: notices %v", name, p.Notices)
		}
		for _, s := range p.Steps {
			if hold := s.Kind == StepWait || s.Kind == StepApprove; s.Stage < c.at || (s.Stage == c.at && !hold) {
				t.Errorf("%s: %+v is behind stage %d", name, s, c.at)
			}
		}
	}
}

// The token says when the wait is over, unless the alias shows that its clock was behind by more than rounding explains.
func TestTheRestOfTheWait(t *testing.T) {
	t.Parallel()
	written := moment(t, "2026-03-02T10:00:00Z")
	due := written.Add(5 * time.Minute)
	for name, c := range map[string]struct {
		token, at int
		due       time.Time
		modified  time.Time
		id        string
		want      time.Time
	}{
		"both agree":                  {1, 1, due, written, rolloutID, due},
		"the token is later":          {1, 1, due.Add(time.Second), written, rolloutID, due.Add(time.Second)},
		"the alias is later":          {1, 1, due.Add(-time.Minute), written, rolloutID, due},
		"the alias is rounded":        {1, 1, due.Add(-2 * time.Second), written, rolloutID, due.Add(-2 * time.Second)},
		"the token alone knows":       {1, 1, due, time.Time{}, rolloutID, due},
		"the alias alone knows":       {1, 1, time.Time{}, written, rolloutID, due},
		"nobody knows":                {1, 1, time.Time{}, time.Time{}, rolloutID, time.Time{}},
		"token of an earlier stage":   {1, 2, due.Add(time.Hour), written, rolloutID, written.Add(10 * time.Minute)},
		"and the alias does not know": {1, 2, due.Add(time.Hour), time.Time{}, rolloutID, time.Time{}},
		"no token":                    {0, 1, time.Time{}, written, "", due},
	} {
		claim := tokenFor(threeSteps, c.token)
		claim.Due, claim.Later, claim.ID = c.due, true, c.id
		p, err := Resume(claim, online(aliasAt(threeSteps, c.at), func(on *Online) { on.Modified = c.modified }))
		if err != nil || len(p.Steps) == 0 {
			t.Errorf("%s: %q, %v", name, stepText(p), err)
			continue
		}
		wait := p.Steps[0]
		if wait.Kind != StepWait || !wait.Until.Equal(c.want) || wait.Wait != threeSteps[c.at-1].Interval || wait.Weight != threeSteps[c.at-1].Weight {
			t.Errorf("%s: %+v, want until %v", name, wait, c.want)
		}
		for _, s := range p.Steps[1:] {
			if !s.Until.IsZero() {
				t.Errorf("%s: a later wait ends at %v, whenever it begins", name, s.Until)
			}
		}
	}
}

func TestClaimsThatAreNotTrue(t *testing.T) {
	t.Parallel()
	later := func(c *Claim) { c.Later = true }
	noMarker := func(on *Online) { on.Progress = nil }
	otherID := func(on *Online) { on.Progress.ID = "ffffffffffff" }
	for name, c := range map[string]struct {
		claim Claim
		on    Online
		want  *failure
	}{
		"no alias":                   {tokenFor(threeSteps, 1), Online{}, moved("alias prod of service shop", "rollout of version 2 from 1 at step 1 of 3", "no alias")},
		"no alias, by the inputs":    {inputs(threeSteps), Online{}, moved("alias prod of service shop", "an unfinished rollout", "no alias")},
		"no marker":                  {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), noMarker), moved("step 1 of 3", "no marker", "version 2 20 %", "restart")},
		"no marker, by the inputs":   {inputs(threeSteps), online(aliasAt(threeSteps, 1), noMarker), conflict("no unfinished rollout", "alias prod of service shop", "version 2 20 %", "release")},
		"rolled back":                {tokenFor(threeSteps, 1), aliasAt(threeSteps, 0), conflict("void", "rolled back", "version 1 100 %")},
		"rolled back, by the inputs": {inputs(threeSteps), aliasAt(threeSteps, 0), conflict("no unfinished rollout", "version 1 100 %")},
		"unreadable":                 {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), broken), moved("cannot be read", "format is 2")},
		"unreadable, by the inputs":  {inputs(threeSteps), online(aliasAt(threeSteps, 1), broken), moved("cannot be read", "format is 2")},
		"another rollout":            {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), otherID), conflict("void", "superseded by one of version 2 (step 1 of 3)")},
		"another, even with later":   {claimed(tokenFor(threeSteps, 1), later), online(aliasAt(threeSteps, 1), otherID), conflict("superseded")},
		"another that is complete":   {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 3), otherID), conflict("superseded", "step 3 of 3")},
		"another version":            {claimed(inputs(threeSteps), func(c *Claim) { c.Canary = "3" }), aliasAt(threeSteps, 1), moved("rollout of version 3", "from version 1 to version 2")},
		"another base":               {claimed(inputs(threeSteps), func(c *Claim) { c.Base = "0" }), aliasAt(threeSteps, 1), moved("from version 1 to version 2")},
		"other weights":              {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"2": 21_00})), moved("version 2 20 %", "step 1 of 3", "version 2 21 %")},
		"other weights, by inputs":   {inputs(threeSteps), online(aliasAt(threeSteps, 1), sends("1", nil)), moved("version 2 20 %", "version 1 100 %")},
		"promoted by hand":           {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), sends("2", nil)), moved("version 2 20 %", "found version 2 100 %")},
		"complete, then moved":       {tokenFor(threeSteps, 2), online(aliasAt(threeSteps, 3), sends("1", nil)), moved("version 2 100 %", "found version 1 100 %")},
		"later stage":                {tokenFor(threeSteps, 1), aliasAt(threeSteps, 2), conflict("version 2", "step 2 of 3", "token is for step 1 of 3", "newest token", "continue")},
		"earlier stage":              {tokenFor(threeSteps, 2), aliasAt(threeSteps, 1), conflict("step 1 of 3", "token is for step 2 of 3")},
		"held at a later stage":      {tokenFor(threeSteps[:2], 1), aliasAt(threeSteps[:2], 2), conflict("step 2 of 2", "token is for step 1 of 2")},
		"another plan":               {inputs(canary20), aliasAt(threeSteps, 1), conflict("version 2", "step 1 of 3", "another plan", "restart")},
		"another interval":           {tokenFor(Schedule{{Weight: 20_00, Interval: time.Second}, threeSteps[1], threeSteps[2]}, 1), aliasAt(threeSteps, 1), conflict("another plan")},
		"another service":            {claimed(inputs(threeSteps), func(c *Claim) { c.Target.Service = "cart" }), aliasAt(threeSteps, 1), conflict("another plan", "service cart")},
		"base deleted":               {tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), func(on *Online) { on.BaseGone = true }), moved("base version 1 of service shop", "deleted", "promote", "version 2", "rollback")},
	} {
		p, err := Resume(c.claim, c.on)
		wantFailure(t, name, p, err, c.want)
	}
}

// The plan is made all the same, so that the run can give everything back.
func TestADeletedCanaryIsTold(t *testing.T) {
	t.Parallel()
	p, err := Resume(tokenFor(threeSteps, 1), online(aliasAt(threeSteps, 1), func(on *Online) { on.CanaryGone = true }))
	if err != nil || p.Gone == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	wantFailure(t, "gone", p, p.Gone, moved("version 2 of service shop", "deleted", "release"))
}

// Where weights have no effect, none is set: neither at the beginning of a rollout nor in the middle.
func TestAnAliasThatRoutesByRulesIsNotContinued(t *testing.T) {
	t.Parallel()
	on := online(aliasAt(threeSteps, 1), func(on *Online) { on.Alias.ResolvePolicy = "Content" })
	p, err := Resume(tokenFor(threeSteps, 1), on)
	wantFailure(t, "by a token", p, err, invalid("alias", "Content"))
	p, err = New(request(threeSteps), on)
	wantFailure(t, "by release", p, err, invalid("alias", "Content"))
}

// The description is a text that anybody can edit: stage and weight may contradict the plan whose digest is right.
func TestAMarkerThatDoesNotFitItsPlanIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Progress){
		"more stages":    func(at *Progress) { at.Stage, at.Stages = 5, 9 },
		"fewer stages":   func(at *Progress) { at.Stages = 2 },
		"another weight": func(at *Progress) { at.Weight = 25_00 },
		"another stage":  func(at *Progress) { at.Stage = 2 },
	} {
		on := aliasAt(threeSteps, 1)
		change(on.Progress)
		on.Modified = moment(t, "2026-03-02T10:00:00Z")
		on.Alias = alias("1", map[string]release.Weight{"2": on.Progress.Weight})
		for way, plan := range map[string]func() (Plan, error){
			"resume":  func() (Plan, error) { return Resume(inputs(threeSteps), on) },
			"release": func() (Plan, error) { return New(request(threeSteps), on) },
		} {
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s, %s: panic: %v", way, name, r)
					}
				}()
				if p, err := plan(); err == nil {
					t.Errorf("%s, %s: goes on with %s", way, name, stepText(p))
				}
			}()
		}
	}
}

func TestStagesAreNamed(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{"no step yet": StageOf(0, 3), "step 1 of 3": StageOf(1, 3), "step 3 of 3": StageOf(3, 3)} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
