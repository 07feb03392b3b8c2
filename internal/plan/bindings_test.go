package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func trigger(name, kind, qualifier string) release.Trigger {
	return release.Trigger{Function: "hello", Name: name, Type: kind, Qualifier: qualifier}
}

func route(path, function, qualifier string) release.Route {
	return release.Route{Path: path, Service: "shop", Function: function, Qualifier: qualifier}
}

func domain(name string, routes ...release.Route) release.Domain {
	return release.Domain{Name: name, Routes: routes}
}

// bindable is an alias at version 1 with a version 2 to release.
func bindable(triggers []release.Trigger, domains []release.Domain) Online {
	return Online{Alias: alias("1", nil), Versions: versions("2", "1"), Same: "2", Triggers: triggers, Domains: domains}
}

func names(bs []release.Binding) string {
	var parts []string
	for _, b := range bs {
		parts = append(parts, b.Name+b.Path)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func wantBindings(t *testing.T, p Plan, bind, bound, left string) {
	t.Helper()
	for what, pair := range map[string][2]string{"bind": {names(p.Bind), bind}, "bound": {names(p.Bound), bound}, "left": {names(p.Left), left}} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
}

// mentioned tells whether a notice of the kind names the binding.
func mentioned(p Plan, kind NoticeKind, binding string) bool {
	return slices.ContainsFunc(p.Notices, func(n Notice) bool {
		return n.Kind == kind && len(n.Args) > 0 && strings.Contains(n.Args[0], binding)
	})
}

// Rule 7: auto binds only what points at LATEST or nowhere; what points at another qualifier is left and mentioned.
func TestAutoTakesWhatCallsLatestAndMentionsTheRest(t *testing.T) {
	t.Parallel()
	req := request(canary20)
	req.Triggers, req.Domains = Selection{Auto: true}, Selection{Auto: true}
	p := must(t, req, bindable(
		[]release.Trigger{
			trigger("latest", "http", "LATEST"), trigger("nowhere", "timer", ""), trigger("here", "oss", "prod"),
			trigger("pinned", "timer", "1"), trigger("fixed", "mns_topic", "staging"),
		},
		[]release.Domain{
			domain("a.example", route("/x", "hello", "LATEST"), route("/y", "hello", ""), route("/z", "hello", "prod"), route("/p", "hello", "1"), route("/o", "other", "")),
			domain("b.example", release.Route{Path: "/s", Service: "elsewhere", Function: "hello"}),
		},
	))
	wantBindings(t, p, "a.example/x a.example/y latest nowhere", "a.example/z here", "a.example/p fixed pinned")
	for _, left := range []string{"pinned", "fixed", "a.example/p"} {
		if !mentioned(p, NoticeLeft, left) {
			t.Errorf("%s is not mentioned: %v", left, p.Notices)
		}
	}
	for _, b := range p.Bind {
		if !release.Unpinned(b.From) || b.Function != "hello" {
			t.Errorf("takes %+v", b)
		}
	}
}

func TestNothingIsBoundByDefault(t *testing.T) {
	t.Parallel()
	p := must(t, request(full), bindable([]release.Trigger{trigger("web", "http", "")}, []release.Domain{domain("a.example", route("/", "hello", ""))}))
	if wantBindings(t, p, "", "", ""); p.Has(StepBind) || len(p.Notices) > 0 {
		t.Errorf("steps %s, notices %v", stepText(p), p.Notices)
	}
}

func TestNamedTriggers(t *testing.T) {
	t.Parallel()
	req := request(canary20)
	req.Triggers.Names = []string{"web", "hello/timer", "here"}
	p := must(t, req, bindable([]release.Trigger{
		trigger("web", "http", "1"), trigger("timer", "timer", ""), trigger("here", "oss", "prod"), trigger("unnamed", "oss", ""), trigger("fixed", "mns_topic", ""),
	}, nil))
	wantBindings(t, p, "timer web", "here", "")
	if !mentioned(p, NoticeRebound, "web") || mentioned(p, NoticeRebound, "timer") {
		t.Errorf("only what leaves another qualifier is mentioned: %v", p.Notices)
	}
	req.Triggers.Names = []string{"web", "hello/web"}
	p = must(t, req, bindable([]release.Trigger{trigger("web", "http", "")}, nil))
	wantBindings(t, p, "web", "", "")
}

// Rule 7: bindings are made while the alias still sends 100 % to the base.
func TestBindingsComeBeforeTheFirstShift(t *testing.T) {
	t.Parallel()
	triggers := []release.Trigger{trigger("web", "http", "")}
	changed := func(change func(*Online)) Online {
		on := bindable(triggers, nil)
		change(&on)
		return on
	}
	for name, c := range map[string]struct {
		on       Online
		schedule Schedule
		want     string
	}{
		"canary":      {bindable(triggers, nil), canary20, "bind, shift 20, wait 1m0s, promote 100"},
		"full":        {bindable(triggers, nil), full, "bind, promote 100"},
		"held":        {bindable(triggers, nil), held20, "bind, shift 20"},
		"publishing":  {changed(func(on *Online) { on.Same = "" }), canary20, "publish, bind, shift 20, wait 1m0s, promote 100"},
		"new alias":   {changed(func(on *Online) { on.Alias = nil }), canary20, "create_alias, bind, shift 20, wait 1m0s, promote 100"},
		"tidy":        {changed(func(on *Online) { on.Alias = alias("1", map[string]release.Weight{"2": release.Full}) }), full, "bind, promote 100"},
		"live":        {changed(func(on *Online) { on.Alias = alias("2", nil) }), canary20, "bind"},
		"first":       {Online{Triggers: triggers}, canary20, "publish, create_alias 100, bind"},
		"not in base": {changed(func(on *Online) { on.MissingInBase = []string{"hello"} }), canary20, "promote 100, bind"},
		"base gone":   {changed(func(on *Online) { on.BaseGone = true }), canary20, "promote 100, bind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(c.schedule)
			req.Triggers.Auto = true
			if got := stepText(must(t, req, c.on)); got != c.want {
				t.Errorf("steps: %s\nwant:  %s", got, c.want)
			}
		})
	}
}

func TestBindingsThatCannotBe(t *testing.T) {
	t.Parallel()
	auto := Selection{Auto: true}
	name := func(names ...string) Selection { return Selection{Names: names} }
	pinned := domain("a.example", route("/x", "hello", "1"), route("/y", "hello", "2"))
	for title, c := range map[string]struct {
		triggers, domains Selection
		on                Online
		input, value      string
		says              string
	}{
		"no such trigger":         {name("wob"), Selection{}, bindable([]release.Trigger{trigger("web", "http", "")}, nil), "triggers", "wob", "web"},
		"of another function":     {name("other/web"), Selection{}, bindable([]release.Trigger{trigger("web", "http", "")}, nil), "triggers", "other/web", "hello/web"},
		"no trigger at all":       {name("web"), Selection{}, bindable(nil, nil), "triggers", "web", "none"},
		"mns_topic named":         {name("m"), Selection{}, bindable([]release.Trigger{trigger("m", "mns_topic", "")}, nil), "triggers", "m", "create it anew"},
		"mns_topic auto":          {auto, Selection{}, bindable([]release.Trigger{trigger("m", "mns_topic", "LATEST")}, nil), "triggers", "m", "create it anew"},
		"tablestore":              {auto, Selection{}, bindable([]release.Trigger{trigger("t", "tablestore", "")}, nil), "triggers", "t", "create it anew"},
		"second HTTP trigger":     {name("web"), Selection{}, bindable([]release.Trigger{trigger("web", "http", ""), trigger("old", "http", "prod")}, nil), "triggers", "web", "HTTP"},
		"no such domain":          {Selection{}, name("x.example"), bindable(nil, []release.Domain{domain("a.example")}), "custom_domains", "x.example", "no such custom domain"},
		"domain without route":    {Selection{}, name("a.example"), bindable(nil, []release.Domain{domain("a.example", route("/", "other", ""))}), "custom_domains", "a.example", "no such route"},
		"no such path":            {Selection{}, name("a.example/api"), bindable(nil, []release.Domain{domain("a.example", route("/", "hello", ""))}), "custom_domains", "a.example/api", "no such route"},
		"all its routes pinned":   {Selection{}, name("a.example"), bindable(nil, []release.Domain{pinned}), "custom_domains", "a.example", "a.example/x"},
		"another service's route": {Selection{}, name("a.example"), bindable(nil, []release.Domain{domain("a.example", release.Route{Path: "/", Service: "x", Function: "hello"})}), "custom_domains", "a.example", "no such route"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			req := request(canary20)
			req.Triggers, req.Domains = c.triggers, c.domains
			p, err := New(req, c.on)
			invalid, ok := errors.AsType[*release.InvalidError](err)
			if !ok {
				t.Fatalf("plan %s, error %v; want an invalid input", stepText(p), err)
			}
			if invalid.Input != c.input || invalid.Value != c.value || !strings.Contains(invalid.Want, c.says) {
				t.Errorf("%v; want input %s, value %s and the words %q", err, c.input, c.value, c.says)
			}
		})
	}
}

// Nobody is asked to mend one input at a time.
func TestAllBindingErrorsComeAtOnce(t *testing.T) {
	t.Parallel()
	req := request(canary20)
	req.Triggers.Names = []string{"wob", "m", "bow"}
	req.Domains.Names = []string{"x.example", "a.example/api"}
	_, err := New(req, bindable([]release.Trigger{trigger("m", "mns_topic", "")}, []release.Domain{domain("a.example", route("/", "hello", ""))}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{`"wob"`, `"m"`, `"bow"`, `"x.example"`, `"a.example/api"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not among the errors: %v", part, err)
		}
	}
}

func TestAutoLeavesASecondHTTPTriggerAndSaysSo(t *testing.T) {
	t.Parallel()
	req := request(canary20)
	req.Triggers.Auto = true
	p := must(t, req, bindable([]release.Trigger{trigger("web", "http", ""), trigger("old", "http", "prod")}, nil))
	wantBindings(t, p, "", "old", "web")
	if !mentioned(p, NoticeSecondHTTP, "web") {
		t.Errorf("notices: %v", p.Notices)
	}
	two := request(canary20)
	two.Target.Functions = []string{"hello", "bye"}
	two.Triggers.Auto = true
	other := trigger("old", "http", "prod")
	other.Function = "bye"
	p = must(t, two, bindable([]release.Trigger{trigger("web", "http", ""), other}, nil))
	wantBindings(t, p, "web", "old", "") // one for each function
}

func TestNamedDomains(t *testing.T) {
	t.Parallel()
	several := domain("a.example", route("/x", "hello", ""), route("/y", "hello", "LATEST"), route("/z", "hello", "prod"), route("/p", "hello", "1"), route("/o", "other", ""))
	one := domain("b.example", route("/*", "hello", "1"))
	for title, c := range map[string]struct {
		names             []string
		bind, bound, left string
		rebound           string
	}{
		"several routes":      {[]string{"a.example"}, "a.example/x a.example/y", "a.example/z", "a.example/p", ""},
		"a path":              {[]string{"a.example/x"}, "a.example/x", "", "", ""},
		"a pinned path":       {[]string{"a.example/p"}, "a.example/p", "", "", "a.example/p"},
		"a path already here": {[]string{"a.example/z"}, "", "a.example/z", "", ""},
		"the only route":      {[]string{"b.example"}, "b.example/*", "", "", "b.example/*"},
		"with its path":       {[]string{"b.example/*"}, "b.example/*", "", "", "b.example/*"},
		"two of them":         {[]string{"b.example", "a.example/x"}, "a.example/x b.example/*", "", "", "b.example/*"},
		"named twice":         {[]string{"a.example/x", "a.example"}, "a.example/x a.example/y", "a.example/z", "a.example/p", ""},
		"any case":            {[]string{"A.Example/x"}, "a.example/x", "", "", ""},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			req := request(canary20)
			req.Domains.Names = c.names
			p := must(t, req, bindable(nil, []release.Domain{several, one}))
			wantBindings(t, p, c.bind, c.bound, c.left)
			if c.left != "" && !mentioned(p, NoticeLeft, c.left) {
				t.Errorf("%s is left without a word: %v", c.left, p.Notices)
			}
			if c.rebound != "" && !mentioned(p, NoticeRebound, c.rebound) {
				t.Errorf("%s moves without a word: %v", c.rebound, p.Notices)
			}
		})
	}
}

func TestRoutesOfAreThoseOfTheTarget(t *testing.T) {
	t.Parallel()
	d := domain("a.example", route("/x", "hello", "1"), route("/o", "other", ""), release.Route{Path: "/s", Service: "x", Function: "hello"}, route("/y", "hello", "prod"))
	if got := names(RoutesOf(target(), d)); got != "a.example/x a.example/y" {
		t.Errorf("routes: %s", got)
	}
}

func TestTwoNamedHTTPTriggersAreRefused(t *testing.T) {
	t.Parallel()
	req := request(canary20)
	req.Triggers.Names = []string{"a", "b"}
	if p, err := New(req, bindable([]release.Trigger{trigger("a", "http", ""), trigger("b", "http", "1")}, nil)); err == nil {
		t.Errorf("binds %v", p.Bind)
	}
}

// Two routes of one path, for different methods, are two bindings.
func TestRoutesOfOnePathAreAllBound(t *testing.T) {
	t.Parallel()
	d := domain("a.example", route("/", "hello", ""), route("/", "hello", "LATEST"))
	d.Routes[1].Index = 1
	req := request(canary20)
	req.Domains.Auto = true
	p, err := New(req, bindable(nil, []release.Domain{d}))
	if err != nil || len(p.Bind) != 2 {
		t.Errorf("%v, %v", p.Bind, err)
	}
}
