package report

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

func shop() release.Target {
	return release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "prod"}
}

// wants demands that the text is one line and holds all words.
func wants(t *testing.T, name, text string, words ...string) {
	t.Helper()
	if strings.ContainsAny(text, "\r\n") {
		t.Errorf("%s: not one line: %q", name, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: %q lacks %q", name, text, w)
		}
	}
}

func TestEveryMilestoneIsAReadableLine(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 3, 1, 10, 42, 0, 0, time.UTC)
	binding := release.Binding{Kind: release.BindTrigger, Function: "hello", Name: "web"}
	split := release.Split("1", "2", 40_00)
	for kind, c := range map[rollout.EventKind]struct {
		event rollout.Event
		words []string
	}{
		rollout.EventPublished:   {rollout.Event{Version: "2"}, []string{"published", "version 2", "shop"}},
		rollout.EventReused:      {rollout.Event{Version: "2"}, []string{"version 2", "nothing to publish"}},
		rollout.EventNoChange:    {rollout.Event{Version: "2"}, []string{"nothing new to publish", "newest version 2"}},
		rollout.EventCreated:     {rollout.Event{Traffic: release.Only("1")}, []string{"created", "prod", "version 1 100 %", "█"}},
		rollout.EventBound:       {rollout.Event{Binding: binding}, []string{"trigger web", "prod", "was LATEST"}},
		rollout.EventShifted:     {rollout.Event{Traffic: split}, []string{"prod", "version 1 60 %, version 2 40 %", "░"}},
		rollout.EventPromoted:    {rollout.Event{Traffic: release.Only("2")}, []string{"prod", "version 2 100 %"}},
		rollout.EventWaiting:     {rollout.Event{Until: until, Left: 10*time.Minute + 3*time.Millisecond, Next: 80_00}, []string{"10m", "until 10:42:00 UTC", "80 %"}},
		rollout.EventWaited:      {rollout.Event{Next: release.Full}, []string{"100 %"}},
		rollout.EventRollingBack: {rollout.Event{Err: errors.New("UpdateAlias:\n denied")}, []string{"prod", "base", "UpdateAlias:", "denied"}},
		rollout.EventRolledBack:  {rollout.Event{Traffic: release.Only("1")}, []string{"prod", "version 1 100 %"}},
	} {
		c.event.Kind = kind
		wants(t, string(kind), Line(c.event, shop()), c.words...)
	}
}

func TestNoticesAreWordedWithTheirDetails(t *testing.T) {
	t.Parallel()
	for kind, args := range map[plan.NoticeKind][]string{
		plan.NoticeFirst: nil, plan.NoticeNoStrategy: nil, plan.NoticeBaseGone: {"7"}, plan.NoticeMissingInBase: {"hello", "7"},
		plan.NoticeTidy: {"8", "version 8 80 %, version 9 20 %"}, plan.NoticeReplaced: {"7", "20"}, plan.NoticeLeft: {"trigger web", "staging"},
		plan.NoticeRebound: {"trigger web", "staging"}, plan.NoticeSecondHTTP: {"trigger web"}, plan.NoticePartialRead: {"403\nAccessDenied %s"},
	} {
		words := slices.Clone(args)
		if kind == plan.NoticePartialRead {
			words = []string{"403 AccessDenied %s"}
		}
		text := NoticeText(plan.Notice{Kind: kind, Args: args})
		wants(t, string(kind), text, words...)
		if strings.Contains(text, "%!") || strings.Contains(text, "%%") || !strings.Contains(text, " ") {
			t.Errorf("%s: %q", kind, text)
		}
	}
	// Rule 2: straight to 100 %, with a notice.
	wants(t, "first", NoticeText(plan.Notice{Kind: plan.NoticeFirst}), "straight to 100 %")
	wants(t, "missing", NoticeText(plan.Notice{Kind: plan.NoticeMissingInBase, Args: []string{"hello", "7"}}), "straight to 100 %")
}

func newPlan(t *testing.T, req plan.Request, on plan.Online) plan.Plan {
	t.Helper()
	p, err := plan.New(req, on)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func schedule(t *testing.T, s plan.Shape) plan.Schedule {
	t.Helper()
	out, err := s.Schedule()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func linear40(t *testing.T) plan.Request {
	t.Helper()
	return plan.Request{
		Target: shop(), Triggers: plan.Selection{Auto: true}, Domains: plan.Selection{Auto: true},
		Schedule: schedule(t, plan.Shape{Strategy: plan.LinearStep, Weight: 40_00, Interval: time.Minute}),
	}
}

// online is version 1 behind the alias, version 2 made of LATEST, one trigger and three routes.
func online(same string) plan.Online {
	return plan.Online{
		Alias: &release.Alias{Name: "prod", Traffic: release.Only("1")}, Same: same,
		Versions: []release.Version{{ID: "2"}, {ID: "1"}},
		Triggers: []release.Trigger{{Function: "hello", Name: "web", Type: "http"}},
		Domains: []release.Domain{{Name: "shop.example", Routes: []release.Route{
			{Path: "/*", Service: "shop", Function: "hello", Qualifier: "LATEST"},
			{Path: "/bound", Service: "shop", Function: "hello", Qualifier: "prod"},
			{Path: "/pinned", Service: "shop", Function: "hello", Qualifier: "1"},
		}}},
	}
}

func TestPlanLinesSayEachStep(t *testing.T) {
	t.Parallel()
	lines := PlanLines(newPlan(t, linear40(t), online("")))
	order := []string{"prod", "publish", "trigger web", "shop.example/*", "40 %", "1m", "80 %", "1m", "100 %"}
	if len(lines) != len(order) {
		t.Fatalf("lines: %q", lines)
	}
	for i, words := range order {
		wants(t, "line", lines[i], words)
	}
	wants(t, "head", lines[0], "version 1 100 %", "█")
	wants(t, "shift", lines[4], "the new version", "version 1")
	again := PlanLines(newPlan(t, linear40(t), online("2")))
	if text := strings.Join(again, "\n"); strings.Contains(text, "a version of what LATEST holds") || !strings.Contains(text, "version 2, nothing to publish") {
		t.Errorf("reuse: %q", again)
	}
}

func TestPlanLinesOfSpecialPlans(t *testing.T) {
	t.Parallel()
	first := online("")
	first.Alias, first.Versions = nil, nil
	wants(t, "first", strings.Join(PlanLines(newPlan(t, linear40(t), first)), " / "), "does not exist yet", "publish", "create", "the new version", "trigger web")
	fresh := online("2")
	fresh.Alias = nil
	wants(t, "new alias", strings.Join(PlanLines(newPlan(t, linear40(t), fresh)), " / "), "does not exist yet", "all traffic to version 1", "40 % to version 2")
	live := plan.Online{Alias: &release.Alias{Traffic: release.Only("2")}, Same: "2", Versions: []release.Version{{ID: "2"}}}
	lines := PlanLines(newPlan(t, linear40(t), live))
	if len(lines) != 2 {
		t.Fatalf("live: %q", lines)
	}
	wants(t, "live", lines[1], "nothing to do", "version 2")
}

// status prints the alias: base, canary, weight, bindings, unfinished rollout.
func TestStatusLines(t *testing.T) {
	t.Parallel()
	web := release.Binding{Kind: release.BindTrigger, Function: "hello", Name: "web", From: "prod"}
	other := release.Binding{Kind: release.BindRoute, Function: "hello", Name: "shop.example", Path: "/x"}
	canary := &release.Alias{Name: "prod", Traffic: release.Split("1", "2", 20_00)}
	for name, c := range map[string]struct {
		state rollout.State
		words []string
		not   string
	}{
		"none":   {rollout.State{}, []string{"alias prod of service shop does not exist", "bound    nothing"}, "base "},
		"idle":   {rollout.State{Alias: &release.Alias{Traffic: release.Only("1")}, Bindings: []release.Binding{web}}, []string{"base     version 1", "canary   none", "none unfinished", "trigger web"}, "nothing"},
		"canary": {rollout.State{Alias: canary, Others: []release.Binding{other}}, []string{"base     version 1", "canary   version 2", "weight   20 %", "unfinished", "shop.example/x", "LATEST"}, "none unfinished"},
		"legacy": {
			rollout.State{Alias: &release.Alias{Traffic: release.Traffic{Main: "1", Extra: map[string]release.Weight{"2": release.Full}}}},
			[]string{"base     version 2", "canary   none"},
			"version 1",
		},
		"unread": {rollout.State{Alias: canary, Unread: []error{errors.New("ListCustomDomains:\ndenied")}}, []string{"unread", "ListCustomDomains: denied"}, "nothing"},
	} {
		lines := StatusLines(shop(), c.state, start)
		text := strings.Join(lines, " / ")
		wants(t, name, text, c.words...)
		if strings.Contains(text, c.not) {
			t.Errorf("%s: %q says %q", name, text, c.not)
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "a\nb": "a b", "a\r\n\r\nb": "a b", "\n::error::x": "::error::x", "a\u2028b\u2029c": "a b c", "tab\there": "tab here", "a\x00b\x1b[0m": "a b [0m", "": "", "日本\n語": "日本 語",
	} {
		if got := OneLine(text); got != want {
			t.Errorf("OneLine(%q) = %q, want %q", text, got, want)
		}
	}
}
