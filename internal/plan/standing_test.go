package plan

import (
	"errors"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

const rolloutID = "0123456789ab"

var threeSteps = Schedule{{Weight: 20_00, Interval: 5 * time.Minute}, {Weight: 40_00, Interval: 10 * time.Minute}, {Weight: release.Full}}

// stage is the progress of a rollout of version 2 from version 1 behind alias prod.
func stage(s Schedule, n int) *Progress {
	at := Plan{Target: target(), Base: "1", Schedule: s, ID: rolloutID}.Progress("2", n)
	return &at
}

// aliasAt is the alias at the stage, with the marker of it.
func aliasAt(s Schedule, n int) Online {
	at := stage(s, n)
	return Online{
		Alias: &release.Alias{Name: "prod", Traffic: at.Traffic()}, Versions: versions("2", "1"), Same: "2", Progress: at,
		Found: Found{Text: "Shop", Mark: "[the marker]"},
	}
}

func online(on Online, change func(*Online)) Online {
	change(&on)
	return on
}

// sends puts other traffic behind the alias, as somebody else does who leaves the description alone.
func sends(main string, extra map[string]release.Weight) func(*Online) {
	return func(on *Online) { on.Alias = alias(main, extra) }
}

func TestStand(t *testing.T) {
	t.Parallel()
	split := func(main, extra string, w release.Weight) release.Traffic {
		return release.Traffic{Main: main, Extra: map[string]release.Weight{extra: w}}
	}
	first := &Progress{ID: rolloutID, Canary: "2", Stage: 1, Stages: 1, Weight: release.Full}
	for name, c := range map[string]struct {
		now  release.Traffic
		at   *Progress
		bad  error
		want Standing
	}{
		"no marker":                     {release.Only("1"), nil, nil, StandNone},
		"a canary without marker":       {split("1", "2", 20_00), nil, nil, StandNone},
		"unreadable":                    {split("1", "2", 20_00), nil, errors.New("damaged"), StandUnreadable},
		"unreadable, nothing in air":    {release.Only("1"), nil, errors.New("damaged"), StandUnreadable},
		"first weight":                  {split("1", "2", 20_00), stage(threeSteps, 1), nil, StandUnfinished},
		"second weight":                 {split("1", "2", 40_00), stage(threeSteps, 2), nil, StandUnfinished},
		"last weight":                   {release.Only("2"), stage(threeSteps, 3), nil, StandComplete},
		"held":                          {split("1", "2", 20_00), stage(held20, 1), nil, StandHeld},
		"rolled back":                   {release.Only("1"), stage(threeSteps, 0), nil, StandBack},
		"first release":                 {release.Only("2"), first, nil, StandComplete},
		"promoted by hand":              {release.Only("2"), stage(threeSteps, 1), nil, StandComplete},
		"held, promoted by hand":        {release.Only("2"), stage(held20, 1), nil, StandComplete},
		"other weight":                  {split("1", "2", 21_00), stage(threeSteps, 1), nil, StandMoved},
		"weight of another stage":       {split("1", "2", 40_00), stage(threeSteps, 1), nil, StandMoved},
		"other canary":                  {split("1", "3", 20_00), stage(threeSteps, 1), nil, StandMoved},
		"other base":                    {split("3", "2", 20_00), stage(threeSteps, 1), nil, StandMoved},
		"turned round":                  {split("2", "1", 20_00), stage(threeSteps, 1), nil, StandMoved},
		"a third version":               {release.Traffic{Main: "1", Extra: map[string]release.Weight{"2": 20_00, "3": 1}}, stage(threeSteps, 1), nil, StandMoved},
		"unfinished, back by hand":      {release.Only("1"), stage(threeSteps, 1), nil, StandMoved},
		"unfinished, to a third":        {release.Only("3"), stage(threeSteps, 1), nil, StandMoved},
		"promoted in the legacy form":   {split("1", "2", release.Full), stage(threeSteps, 1), nil, StandMoved},
		"held, back by hand":            {release.Only("1"), stage(held20, 1), nil, StandNone},
		"held, other weight":            {split("1", "2", 30_00), stage(held20, 1), nil, StandNone},
		"complete, then another":        {release.Only("3"), stage(threeSteps, 3), nil, StandNone},
		"complete, then another canary": {split("2", "3", 20_00), stage(threeSteps, 3), nil, StandNone},
		"rolled back, then another":     {release.Only("3"), stage(threeSteps, 0), nil, StandNone},
		"rolled back, then the canary":  {release.Only("2"), stage(threeSteps, 0), nil, StandNone},
	} {
		if got := Stand(c.now, c.at, c.bad); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestProgressOfEachStage(t *testing.T) {
	t.Parallel()
	mixed := Schedule{{Weight: 10_00, Approve: true}, {Weight: 33_33, Interval: time.Minute}, {Weight: 50_00}, {Weight: release.Full}}
	p := Plan{Target: target(), Base: "1", Schedule: mixed, ID: rolloutID, Bindings: "01234567"}
	common := Progress{ID: rolloutID, Base: "1", Canary: "2", Digest: Digest(target(), "1", "2", mixed), Stages: 4, Bindings: "01234567"}
	for n, change := range []func(*Progress){
		func(*Progress) {},
		func(p *Progress) { p.Weight, p.Next, p.Approve = 10_00, 33_33, true },
		func(p *Progress) { p.Weight, p.Next, p.Hold = 33_33, 50_00, time.Minute },
		func(p *Progress) { p.Weight, p.Next = 50_00, release.Full },
		func(p *Progress) { p.Weight = release.Full },
	} {
		want := common
		want.Stage = n
		change(&want)
		got := p.Progress("2", n)
		if got != want {
			t.Errorf("stage %d: %+v, want %+v", n, got, want)
		}
		if got.Unfinished() != (n > 0 && n < 4) || got.InAir() != (n > 0 && n < 4) || got.Complete() != (n == 4) {
			t.Errorf("stage %d: unfinished %v, in the air %v, complete %v", n, got.Unfinished(), got.InAir(), got.Complete())
		}
		if !got.Traffic().Equal(release.Split("1", "2", want.Weight)) {
			t.Errorf("stage %d: %s", n, got.Traffic())
		}
	}
	if held := (Plan{Target: target(), Base: "1", Schedule: held20}).Progress("2", 1); held.Unfinished() || !held.InAir() || held.Complete() || held.Next != 0 {
		t.Errorf("held: %+v", held)
	}
	if none := (Progress{Canary: "2", Stages: 1}).Traffic(); !none.Equal(release.Traffic{}) {
		t.Errorf("before a first release: %s", none)
	}
}

func TestDigestTellsPlansApart(t *testing.T) {
	t.Parallel()
	changed := func(change func(Schedule) Schedule) Schedule { return change(append(Schedule{}, threeSteps...)) }
	seen := map[string]string{}
	for name, digest := range map[string]string{
		"the plan":        Digest(target(), "1", "2", threeSteps),
		"other service":   Digest(release.Target{Service: "cart", Functions: []string{"hello"}, Alias: "prod"}, "1", "2", threeSteps),
		"other alias":     Digest(release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "test"}, "1", "2", threeSteps),
		"exchanged names": Digest(release.Target{Service: "prod", Functions: []string{"hello"}, Alias: "shop"}, "1", "2", threeSteps),
		"moved borders":   Digest(release.Target{Service: `shop" "`, Alias: "prod"}, "1", "2", threeSteps),
		"other base":      Digest(target(), "3", "2", threeSteps),
		"no base":         Digest(target(), "", "2", threeSteps),
		"other canary":    Digest(target(), "1", "3", threeSteps),
		"exchanged":       Digest(target(), "2", "1", threeSteps),
		"other weight":    Digest(target(), "1", "2", changed(func(s Schedule) Schedule { s[0].Weight++; return s })),
		"other interval":  Digest(target(), "1", "2", changed(func(s Schedule) Schedule { s[1].Interval++; return s })),
		"approve":         Digest(target(), "1", "2", changed(func(s Schedule) Schedule { s[1].Approve = true; return s })),
		"a step less":     Digest(target(), "1", "2", threeSteps[:2]),
		"no steps":        Digest(target(), "1", "2", nil),
	} {
		if seen[digest] != "" || len(digest) != 10 {
			t.Errorf("%s: %q, as of %q", name, digest, seen[digest])
		}
		seen[digest] = name
	}
	if a, b := Digest(target(), "1", "2", threeSteps), Digest(target(), "1", "2", changed(func(s Schedule) Schedule { return s })); a != b {
		t.Errorf("the same plan: %s and %s", a, b)
	}
	// A later job compares with what today's wrote.
	if got := Digest(target(), "1", "2", threeSteps); got != "e3d0bf8d2f" {
		t.Errorf("of the same plan, another program has %s", got)
	}
}

func TestBindingsDigest(t *testing.T) {
	t.Parallel()
	web := release.Binding{Kind: release.BindTrigger, Function: "hello", Name: "web"}
	route := release.Binding{Kind: release.BindRoute, Function: "hello", Name: "a.example", Path: "/x"}
	list := func(bs ...release.Binding) []release.Binding { return bs }
	want := BindingsDigest(list(web, route))
	if len(want) != 8 {
		t.Errorf("%q", want)
	}
	was := web
	was.From = "LATEST"
	// What was bound by an earlier job is only found by the next: where from, when and how often does not matter.
	for name, got := range map[string]string{
		"other order":     BindingsDigest(list(route, web)),
		"in two lists":    BindingsDigest(list(route), list(web)),
		"the other way":   BindingsDigest(list(web), nil, list(route)),
		"twice":           BindingsDigest(list(web, route), list(web)),
		"other qualifier": BindingsDigest(list(was, route)),
	} {
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := BindingsDigest(nil, list()); got != "" {
		t.Errorf("no bindings: %q", got)
	}
	seen := map[string]string{want: "both"}
	for name, got := range map[string]string{
		"one":            BindingsDigest(list(web)),
		"other kind":     BindingsDigest(list(release.Binding{Kind: release.BindRoute, Function: "hello", Name: "web"})),
		"other function": BindingsDigest(list(release.Binding{Kind: release.BindTrigger, Function: "bye", Name: "web"})),
		"other name":     BindingsDigest(list(release.Binding{Kind: release.BindTrigger, Function: "hello", Name: "wob"})),
		"other path":     BindingsDigest(list(release.Binding{Kind: release.BindTrigger, Function: "hello", Name: "web", Path: "/"})),
	} {
		if seen[got] != "" {
			t.Errorf("%s: the same as %s", name, seen[got])
		}
		seen[got] = name
	}
}
