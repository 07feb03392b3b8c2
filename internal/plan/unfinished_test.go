package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func policy(o OnUnfinished) func(*Request) { return func(r *Request) { r.OnUnfinished = o } }

const fresh = "shift 20, wait 5m0s, shift 40, wait 10m0s, promote 100"

type meetCase struct {
	req   Request
	on    Online
	steps string
	at    int
	id    string
	kinds []NoticeKind
	fails *failure
}

func runMeetings(t *testing.T, cases map[string]meetCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := New(c.req, c.on)
			if c.fails != nil {
				wantFailure(t, name, p, err, c.fails)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := stepText(p); got != c.steps || p.At != c.at || p.ID != c.id {
				t.Errorf("%q at %d of %q; want %q at %d of %q", got, p.At, p.ID, c.steps, c.at, c.id)
			}
			if got := noticeKinds(p); !slices.Equal(got, c.kinds) {
				t.Errorf("notices %v, want %v", got, c.kinds)
			}
			if c.on.Alias != nil && p.Found != c.on.Found {
				t.Errorf("the description is forgotten: %+v", p.Found)
			}
		})
	}
}

// other is a release of version 3 while version 2 is under way.
func other(n int) Online {
	return online(aliasAt(threeSteps, n), func(on *Online) { on.Same, on.Versions = "3", versions("3", "2", "1") })
}

func TestReleaseMeetsItsOwnRollout(t *testing.T) {
	t.Parallel()
	req := request(threeSteps)
	continued := []NoticeKind{NoticeContinued}
	changed := Schedule{{Weight: 20_00, Interval: time.Hour}, threeSteps[1], threeSteps[2]}
	baseGone := func(on *Online) { on.BaseGone = true }
	runMeetings(t, map[string]meetCase{
		"no marker":                 {req, Online{Alias: alias("1", nil), Versions: versions("2", "1"), Same: "2"}, fresh, 0, "", nil, nil},
		"after the first weight":    {req, aliasAt(threeSteps, 1), "wait 5m0s, shift 40, wait 10m0s, promote 100", 1, rolloutID, continued, nil},
		"after the second":          {with(req, policy(OnUnfinishedContinue)), aliasAt(threeSteps, 2), "wait 10m0s, promote 100", 2, rolloutID, continued, nil},
		"restart":                   {with(req, policy(OnUnfinishedRestart)), aliasAt(threeSteps, 2), fresh, 0, "", nil, nil},
		"restart with another plan": {with(request(canary20), policy(OnUnfinishedRestart)), aliasAt(threeSteps, 2), "shift 20, wait 1m0s, promote 100", 0, "", nil, nil},
		"fail":                      {with(req, policy(OnUnfinishedFail)), aliasAt(threeSteps, 2), "", 0, "", nil, conflict("version 2", "alias prod of service shop", "step 2 of 3", "on_unfinished", "promote", "abort")},
		"another plan":              {request(changed), aliasAt(threeSteps, 1), "", 0, "", nil, conflict("version 2", "alias prod of service shop", "step 1 of 3", "another plan", "restart")},
		"another base":              {with(req, func(r *Request) { r.Base = "7" }), aliasAt(threeSteps, 1), "", 0, "", nil, conflict("another plan")},
		"base deleted":              {req, online(aliasAt(threeSteps, 1), baseGone), "", 0, "", nil, moved("base version 1 of service shop", "deleted", "promote", "rollback")},
		"base deleted, restart":     {with(req, policy(OnUnfinishedRestart)), online(aliasAt(threeSteps, 1), baseGone), "promote 100", 0, "", []NoticeKind{NoticeBaseGone}, nil},
		"version given":             {with(req, func(r *Request) { r.Version = "2" }), aliasAt(threeSteps, 1), "wait 5m0s, shift 40, wait 10m0s, promote 100", 1, rolloutID, continued, nil},
		"waits for a decision":      {request(approved), aliasAt(approved, 1), "approve 20, shift 40, approve 40, promote 100", 1, rolloutID, continued, nil},
		"complete":                  {req, aliasAt(threeSteps, 3), "", 0, "", nil, nil},
		"complete, fail":            {with(req, policy(OnUnfinishedFail)), aliasAt(threeSteps, 3), "", 0, "", nil, nil},
		"promoted by hand":          {req, online(aliasAt(threeSteps, 1), sends("2", nil)), "", 0, "", nil, nil},
		"rolled back":               {req, aliasAt(threeSteps, 0), fresh, 0, "", nil, nil},
		"rolled back, fail":         {with(req, policy(OnUnfinishedFail)), aliasAt(threeSteps, 0), fresh, 0, "", nil, nil},
	})
}

func TestReleaseMeetsAHeldRollout(t *testing.T) {
	t.Parallel()
	runMeetings(t, map[string]meetCase{
		"the same":            {request(held20), aliasAt(held20, 1), "", 1, rolloutID, nil, nil},
		"the same, fail":      {with(request(held20), policy(OnUnfinishedFail)), aliasAt(held20, 1), "", 1, rolloutID, nil, nil},
		"a larger share":      {request(Schedule{{Weight: 50_00}}), aliasAt(held20, 1), "shift 50", 0, "", nil, nil},
		"all of it":           {request(full), aliasAt(held20, 1), "promote 100", 0, "", nil, nil},
		"another version":     {request(held20), online(aliasAt(held20, 1), func(on *Online) { on.Same = "3" }), "shift 20", 0, "", []NoticeKind{NoticeReplaced}, nil},
		"moved by somebody":   {request(held20), online(aliasAt(held20, 1), sends("1", nil)), "shift 20", 0, "", nil, nil},
		"all to it, by hand":  {request(held20), online(aliasAt(held20, 1), sends("2", nil)), "", 0, "", nil, nil},
		"the same, restarted": {with(request(held20), policy(OnUnfinishedRestart)), aliasAt(held20, 1), "shift 20", 0, "", nil, nil},
	})
}

func TestReleaseMeetsTheRolloutOfAnotherVersion(t *testing.T) {
	t.Parallel()
	superseded := []NoticeKind{NoticeSuperseded, NoticeReplaced}
	req := request(threeSteps)
	runMeetings(t, map[string]meetCase{
		"superseded":      {req, other(2), fresh, 0, "", superseded, nil},
		"not published":   {req, online(other(2), func(on *Online) { on.Same = "" }), "publish, " + fresh, 0, "", superseded, nil},
		"with other plan": {request(full), other(2), "promote 100", 0, "", superseded, nil},
		"restart":         {with(req, policy(OnUnfinishedRestart)), other(2), fresh, 0, "", []NoticeKind{NoticeReplaced}, nil},
		"fail":            {with(req, policy(OnUnfinishedFail)), other(2), "", 0, "", nil, conflict("version 2", "step 2 of 3", "on_unfinished is fail")},
		"complete":        {req, other(3), fresh, 0, "", nil, nil},
	})
	p := must(t, req, other(2))
	if p.Base != "1" || p.Version != "3" || p.Notices[0].Args[0] != "2" || p.Notices[0].Args[1] != "step 2 of 3" {
		t.Errorf("base %s, version %s, notices %v", p.Base, p.Version, p.Notices)
	}
}

// Rule 6: nothing of theirs is overwritten.
func TestReleaseMeetsAnAliasThatSomebodyMoved(t *testing.T) {
	t.Parallel()
	req := request(threeSteps)
	theirs := online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"2": 30_00}))
	third := online(aliasAt(threeSteps, 1), sends("9", nil))
	back := online(aliasAt(threeSteps, 1), sends("1", nil))
	runMeetings(t, map[string]meetCase{
		"other weights":        {req, theirs, "", 0, "", nil, moved("alias prod of service shop", "version 2 20 %", "step 1 of 3", "version 2 30 %", "abort", "restart")},
		"a third version":      {req, third, "", 0, "", nil, moved("version 9 100 %")},
		"back to the base":     {req, back, "", 0, "", nil, moved("found version 1 100 %")},
		"another release":      {req, online(theirs, func(on *Online) { on.Same = "3" }), "", 0, "", nil, moved("version 2 30 %")},
		"and fail":             {with(req, policy(OnUnfinishedFail)), theirs, "", 0, "", nil, moved("version 2 30 %")},
		"restart":              {with(req, policy(OnUnfinishedRestart)), theirs, fresh, 0, "", nil, nil},
		"restart from a third": {with(req, policy(OnUnfinishedRestart)), third, fresh, 0, "", nil, nil},
	})
}

func TestReleaseMeetsAMarkerThatItCannotRead(t *testing.T) {
	t.Parallel()
	req := request(threeSteps)
	unreadable := online(aliasAt(threeSteps, 1), broken)
	runMeetings(t, map[string]meetCase{
		"a canary":             {req, unreadable, "", 0, "", nil, conflict("alias prod of service shop", "format is 2", "restart")},
		"restart":              {with(req, policy(OnUnfinishedRestart)), unreadable, fresh, 0, "", nil, nil},
		"nothing in the air":   {req, online(aliasAt(threeSteps, 0), broken), fresh, 0, "", nil, nil},
		"ours is live already": {req, online(aliasAt(threeSteps, 3), broken), "", 0, "", nil, nil},
	})
}

func TestAContinuedWaitEndsWhenItWouldHave(t *testing.T) {
	t.Parallel()
	written := moment(t, "2026-03-02T10:00:00Z")
	for _, modified := range []time.Time{written, {}} {
		p := must(t, request(threeSteps), online(aliasAt(threeSteps, 2), func(on *Online) { on.Modified = modified }))
		want := time.Time{} // the whole wait, where nobody knows
		if !modified.IsZero() {
			want = written.Add(10 * time.Minute)
		}
		if wait := p.Steps[0]; wait.Kind != StepWait || wait.Wait != 10*time.Minute || !wait.Until.Equal(want) || wait.Stage != 2 {
			t.Errorf("written %v: %+v, want until %v", modified, wait, want)
		}
	}
	// A plan that begins has no such moment.
	for _, s := range must(t, request(threeSteps), online(aliasAt(threeSteps, 0), func(on *Online) { on.Modified = written })).Steps {
		if !s.Until.IsZero() {
			t.Errorf("%+v", s)
		}
	}
}

// A continued rollout binds nothing: what came later would bring calls to a canary in the air.
func TestAContinuedRolloutKeepsItsBindings(t *testing.T) {
	t.Parallel()
	web := trigger("web", "http", "prod")
	bound := BindingsDigest([]release.Binding{{Kind: release.BindTrigger, Function: "hello", Name: "web"}})
	req := with(request(threeSteps), func(r *Request) { r.Triggers.Auto = true })
	begun := online(aliasAt(threeSteps, 1), func(on *Online) {
		on.Triggers, on.Progress.Bindings = []release.Trigger{web}, bound
	})
	same := must(t, req, begun)
	if wantBindings(t, same, "", "web", ""); same.Bindings != bound || slices.Contains(noticeKinds(same), NoticeBindingsChanged) {
		t.Errorf("the same: %q, %v", same.Bindings, same.Notices)
	}
	more := must(t, req, online(begun, func(on *Online) { on.Triggers = []release.Trigger{web, trigger("timer", "timer", "")} }))
	wantBindings(t, more, "", "web", "timer")
	if more.Bindings != bound || more.Has(StepBind) || !mentioned(more, NoticeBindLater, "timer") || !slices.Contains(noticeKinds(more), NoticeBindingsChanged) {
		t.Errorf("one more: %q, %s, %v", more.Bindings, stepText(more), more.Notices)
	}
	fewer := must(t, req, online(begun, func(on *Online) { on.Triggers = nil }))
	if !slices.Contains(noticeKinds(fewer), NoticeBindingsChanged) || fewer.Bindings != bound {
		t.Errorf("one less: %q, %v", fewer.Bindings, fewer.Notices)
	}
	// One that is held or complete binds what came later.
	held := with(request(held20), func(r *Request) { r.Triggers.Auto = true })
	for name, on := range map[string]Online{"held": aliasAt(held20, 1), "complete": aliasAt(threeSteps, 3)} {
		p := must(t, held, online(on, func(on *Online) { on.Triggers = []release.Trigger{trigger("timer", "timer", "")} }))
		if wantBindings(t, p, "timer", "", ""); stepText(p) != "bind" {
			t.Errorf("%s: %s", name, stepText(p))
		}
	}
}

// A token of a job that left before its first weight is good as long as nobody used the alias.
func TestReleaseWithATokenFromBeforeTheFirstWeight(t *testing.T) {
	t.Parallel()
	begun := func(before *release.Traffic, later bool) Request {
		return with(request(threeSteps), func(r *Request) { r.Begun = &Begun{ID: rolloutID, Before: before, Later: later} })
	}
	only := func(version string) *release.Traffic { traffic := release.Only(version); return &traffic }
	same := Online{Versions: versions("2", "1"), Same: "2"}
	at := func(main string, extra map[string]release.Weight) Online { return online(same, sends(main, extra)) }
	continued := []NoticeKind{NoticeContinued}
	// Once it was rolled back, the token begins nothing any more: the same version would come back unasked.
	rolledBack := online(aliasAt(threeSteps, 0), func(on *Online) { over := on.Progress.Over(); on.Progress = &over })
	holds := func(content string) Request {
		return with(begun(only("1"), false), func(r *Request) { r.Begun.Content = content })
	}
	otherCode, sameCode := holds("1111111111"), holds("2222222222")
	fresh1 := online(at("1", nil), func(on *Online) { on.Content = "2222222222" })
	another := online(aliasAt(threeSteps, 1), func(on *Online) { on.Progress.ID = "ffffffffffff" })
	runMeetings(t, map[string]meetCase{
		"as it was":                {begun(only("1"), false), at("1", nil), fresh, 0, rolloutID, nil, nil},
		"still no alias":           {begun(nil, false), same, "create_alias, " + fresh, 0, rolloutID, nil, nil},
		"our own new alias":        {begun(nil, false), at("1", nil), fresh, 0, rolloutID, nil, nil},
		"with another's canary":    {begun(&release.Traffic{Main: "1", Extra: map[string]release.Weight{"7": 5_00}}, false), at("1", map[string]release.Weight{"7": 5_00}), fresh, 0, rolloutID, []NoticeKind{NoticeReplaced}, nil},
		"killed before a weight":   {begun(only("1"), false), aliasAt(threeSteps, 0), fresh, 0, rolloutID, nil, nil},
		"begun by another job":     {begun(only("1"), false), aliasAt(threeSteps, 1), "", 0, "", nil, conflict("version 2", "step 1 of 3", "token is for no step yet", "newest token", "continue")},
		"the same, and later":      {begun(only("1"), true), aliasAt(threeSteps, 1), "wait 5m0s, shift 40, wait 10m0s, promote 100", 1, rolloutID, continued, nil},
		"completed by another job": {begun(only("1"), false), aliasAt(threeSteps, 3), "", 3, rolloutID, nil, nil},
		"rolled back by a job":     {begun(only("1"), false), rolledBack, "", 0, "", nil, conflict("void", "rolled back")},
		"rolled back, and later":   {begun(only("1"), true), rolledBack, "", 0, "", nil, conflict("void", "rolled back")},
		"other code":               {otherCode, fresh1, "", 0, "", nil, conflict("LATEST of service shop is not what it was")},
		"the same code":            {sameCode, fresh1, fresh, 0, rolloutID, nil, nil},
		"another base":             {begun(only("1"), false), at("9", nil), "", 0, "", nil, moved("alias prod of service shop", "version 1 100 %", "version 9 100 %", "release anew")},
		"a canary":                 {begun(only("1"), false), at("1", map[string]release.Weight{"7": 5_00}), "", 0, "", nil, moved("version 1 100 %", "version 7 5 %")},
		"a canary, though later":   {begun(only("1"), true), at("1", map[string]release.Weight{"7": 5_00}), "", 0, "", nil, moved("version 7 5 %")},
		"another rollout":          {begun(only("1"), true), another, "", 0, "", nil, moved("version 1 100 %", "version 2 20 %")},
		"deleted":                  {begun(only("1"), false), same, "", 0, "", nil, moved("version 1 100 %", "no alias")},
		"another's new alias":      {begun(nil, false), at("1", map[string]release.Weight{"7": 5_00}), "", 0, "", nil, moved("expected no alias", "version 7 5 %")},
	})
}
