package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

var (
	canary20 = Schedule{{Weight: 20_00, Interval: time.Minute}, {Weight: release.Full}}
	held20   = Schedule{{Weight: 20_00}}
	full     = Schedule{{Weight: release.Full}}
)

func target() release.Target {
	return release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "prod"}
}

func request(s Schedule) Request { return Request{Target: target(), Schedule: s} }

func alias(main string, extra map[string]release.Weight) *release.Alias {
	return &release.Alias{Name: "prod", Traffic: release.Traffic{Main: main, Extra: extra}}
}

// versions are listed newest first, as the API does.
func versions(ids ...string) (vs []release.Version) {
	for _, id := range ids {
		vs = append(vs, release.Version{ID: id})
	}
	return vs
}

func stepText(p Plan) string {
	var parts []string
	for _, s := range p.Steps {
		text := string(s.Kind)
		switch {
		case s.Kind == StepWait:
			text += " " + s.Wait.String()
		case s.Weight > 0:
			text += " " + s.Weight.String()
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func noticeKinds(p Plan) (kinds []NoticeKind) {
	for _, n := range p.Notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func must(t *testing.T, req Request, on Online) Plan {
	t.Helper()
	p, err := New(req, on)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return p
}

type planCase struct {
	req     Request
	on      Online
	version string
	base    string
	steps   string
	notice  NoticeKind // empty: none at all
}

func runPlans(t *testing.T, cases map[string]planCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := must(t, c.req, c.on)
			if p.Version != c.version || p.Base != c.base {
				t.Errorf("version %q, base %q; want %q, %q", p.Version, p.Base, c.version, c.base)
			}
			if got := stepText(p); got != c.steps {
				t.Errorf("steps: %s\nwant:  %s", got, c.steps)
			}
			var want []NoticeKind
			if c.notice != "" {
				want = []NoticeKind{c.notice}
			}
			if got := noticeKinds(p); !slices.Equal(got, want) {
				t.Errorf("notices %v, want %v", got, want)
			}
		})
	}
}

func with(r Request, change func(*Request)) Request {
	change(&r)
	return r
}

// Rule 1: base_version; else the alias's versionId, the legacy form read as new; else the newest version before ours.
func TestBaseOfARelease(t *testing.T) {
	t.Parallel()
	version2 := func(r *Request) { r.Version = "2" }
	runPlans(t, map[string]planCase{
		"given":                {with(request(canary20), func(r *Request) { r.Base = "1" }), Online{Alias: alias("2", nil), Versions: versions("2", "1")}, "", "1", "publish, shift 20, wait 1m0s, promote 100", ""},
		"of the alias":         {request(canary20), Online{Alias: alias("1", nil), Versions: versions("2", "1")}, "", "1", "publish, shift 20, wait 1m0s, promote 100", ""},
		"of a canary":          {request(canary20), Online{Alias: alias("1", map[string]release.Weight{"2": 20_00}), Same: "2", Versions: versions("2", "1")}, "2", "1", "shift 20, wait 1m0s, promote 100", NoticeUnexplained},
		"legacy":               {request(canary20), Online{Alias: alias("1", map[string]release.Weight{"2": release.Full}), Versions: versions("2", "1")}, "", "2", "publish, shift 20, wait 1m0s, promote 100", ""},
		"no alias":             {request(canary20), Online{Versions: versions("2", "1")}, "", "2", "publish, create_alias, shift 20, wait 1m0s, promote 100", ""},
		"no alias, same":       {request(canary20), Online{Same: "2", Versions: versions("2", "1")}, "2", "1", "create_alias, shift 20, wait 1m0s, promote 100", ""},
		"no alias, version":    {with(request(canary20), version2), Online{Versions: versions("10", "9", "2", "1")}, "2", "1", "create_alias, shift 20, wait 1m0s, promote 100", ""},
		"numbers, not letters": {with(request(canary20), func(r *Request) { r.Version = "10" }), Online{Versions: versions("10", "9")}, "10", "9", "create_alias, shift 20, wait 1m0s, promote 100", ""},
	})
}

// Rule 2: straight to 100 %, with a notice.
func TestStraightReleases(t *testing.T) {
	t.Parallel()
	first := with(request(canary20), func(r *Request) { r.Version = "1" })
	runPlans(t, map[string]planCase{
		"no alias, no version":       {request(canary20), Online{}, "", "", "publish, create_alias 100", NoticeFirst},
		"held strategy":              {request(held20), Online{}, "", "", "publish, create_alias 100", NoticeFirst},
		"only version":               {first, Online{Versions: versions("1")}, "1", "", "create_alias 100", NoticeFirst},
		"only version is the same":   {request(canary20), Online{Versions: versions("1"), Same: "1"}, "1", "", "create_alias 100", NoticeFirst},
		"function not in base":       {request(canary20), Online{Alias: alias("1", nil), Versions: versions("1"), MissingInBase: []string{"hello"}}, "", "1", "publish, promote 100", NoticeMissingInBase},
		"not in base, no alias":      {request(canary20), Online{Versions: versions("1"), MissingInBase: []string{"hello"}}, "", "1", "publish, create_alias 100", NoticeMissingInBase},
		"base was deleted":           {request(canary20), Online{Alias: alias("1", nil), Versions: versions("2"), BaseGone: true}, "", "1", "publish, promote 100", NoticeBaseGone},
		"held strategy, not in base": {request(held20), Online{Alias: alias("1", nil), Versions: versions("1"), MissingInBase: []string{"hello"}}, "", "1", "publish, promote 100", NoticeMissingInBase},
	})
	p := must(t, request(held20), Online{})
	if p.Final() != release.Full || !p.Schedule.Promotes() {
		t.Errorf("a straight release ends at %s", p.Final())
	}
}

// Rule 4: what LATEST equals is reused, and what is live already is left alone.
func TestReuseAndUnchanged(t *testing.T) {
	t.Parallel()
	live := Online{Alias: alias("2", nil), Versions: versions("2", "1"), Same: "2"}
	runPlans(t, map[string]planCase{
		"reused":                     {request(full), Online{Alias: alias("1", nil), Versions: versions("2", "1"), Same: "2"}, "2", "1", "promote 100", ""},
		"reused for another share":   {request(Schedule{{Weight: 50_00}}), Online{Alias: alias("1", map[string]release.Weight{"2": 10_00}), Versions: versions("2", "1"), Same: "2"}, "2", "1", "shift 50", NoticeUnexplained},
		"older version is the same":  {request(full), Online{Alias: alias("3", nil), Versions: versions("3", "2"), Same: "2"}, "2", "3", "promote 100", ""},
		"live":                       {request(canary20), live, "2", "2", "", ""},
		"live, held":                 {request(held20), live, "2", "2", "", ""},
		"live, full":                 {request(full), live, "2", "2", "", ""},
		"live, version given":        {with(request(full), func(r *Request) { r.Version = "2" }), live, "2", "2", "", ""},
		"live, base given":           {with(request(canary20), func(r *Request) { r.Base = "1" }), live, "2", "1", "", ""},
		"legacy form is tidied":      {request(full), Online{Alias: alias("1", map[string]release.Weight{"2": release.Full}), Versions: versions("2", "1"), Same: "2"}, "2", "2", "promote 100", NoticeTidy},
		"legacy form, held":          {request(held20), Online{Alias: alias("1", map[string]release.Weight{"2": release.Full}), Versions: versions("2", "1"), Same: "2"}, "2", "2", "promote 100", NoticeTidy},
		"back to the base":           {with(request(full), func(r *Request) { r.Version = "1" }), Online{Alias: alias("1", map[string]release.Weight{"2": 20_00}), Versions: versions("2", "1")}, "1", "1", "promote 100", NoticeTidy},
		"a forgotten canary is told": {request(canary20), Online{Alias: alias("1", map[string]release.Weight{"2": 20_00}), Versions: versions("2", "1")}, "", "1", "publish, shift 20, wait 1m0s, promote 100", NoticeReplaced},
	})
	p := must(t, request(canary20), live)
	if !p.Unchanged() || p.Has(StepPublish) || p.Final() != release.Full {
		t.Errorf("live: %+v", p)
	}
}

// The interval before the next step is left out where there is none to wait for.
func TestStepsOfSchedules(t *testing.T) {
	t.Parallel()
	on := Online{Alias: alias("1", nil), Versions: versions("2", "1"), Same: "2"}
	for name, c := range map[string]struct {
		schedule Schedule
		want     string
		final    release.Weight
	}{
		"linear":  {Schedule{{Weight: 40_00, Interval: time.Minute}, {Weight: 80_00, Interval: time.Minute}, {Weight: release.Full}}, "shift 40, wait 1m0s, shift 80, wait 1m0s, promote 100", release.Full},
		"no wait": {Schedule{{Weight: 40_00}, {Weight: release.Full}}, "shift 40, promote 100", release.Full},
		"held":    {held20, "shift 20", 20_00},
		"full":    {full, "promote 100", release.Full},
	} {
		p := must(t, request(c.schedule), on)
		if got := stepText(p); got != c.want || p.Final() != c.final {
			t.Errorf("%s: %s, ends at %s; want %s, %s", name, got, p.Final(), c.want, c.final)
		}
		for _, s := range p.Steps {
			if (s.Kind == StepPromote) != (s.Weight == release.Full) {
				t.Errorf("%s: %s at %s", name, s.Kind, s.Weight)
			}
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	t.Parallel()
	content := alias("1", nil)
	content.ResolvePolicy = "Content"
	for name, c := range map[string]struct {
		req   Request
		on    Online
		input string
		value string
	}{
		"base is the version": {
			with(request(canary20), func(r *Request) { r.Version, r.Base = "2", "2" }),
			Online{Alias: alias("1", nil), Versions: versions("2", "1")},
			"base_version", "2",
		},
		"base is what LATEST equals": {
			with(request(canary20), func(r *Request) { r.Base = "2" }),
			Online{Alias: alias("1", nil), Versions: versions("2", "1"), Same: "2"},
			"base_version", "2",
		},
		"rule routing":            {request(canary20), Online{Alias: content, Versions: versions("1")}, "alias", "prod"},
		"rule routing, even full": {request(full), Online{Alias: content, Versions: versions("1")}, "alias", "prod"},
		"held share of the base itself": {
			with(request(held20), func(r *Request) { r.Version = "1" }),
			Online{Alias: alias("1", map[string]release.Weight{"2": 20_00}), Versions: versions("2", "1")},
			"version", "1",
		},
	} {
		p, err := New(c.req, c.on)
		invalid, ok := errors.AsType[*release.InvalidError](err)
		if !ok {
			t.Errorf("%s: plan %s, error %v; want an invalid input", name, stepText(p), err)
			continue
		}
		if invalid.Input != c.input || invalid.Value != c.value || invalid.Want == "" {
			t.Errorf("%s: %v, want input %s and value %s", name, err, c.input, c.value)
		}
	}
	random := alias("1", nil)
	random.ResolvePolicy = "Random"
	must(t, request(canary20), Online{Alias: random, Versions: versions("1")})
}
