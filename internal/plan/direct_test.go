package plan

import (
	"errors"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// failure is an error by its type and the words that it must hold, its remedy included.
type failure struct {
	kind string // "moved", "conflict", "invalid"
	says []string
}

func moved(says ...string) *failure    { return &failure{"moved", says} }
func conflict(says ...string) *failure { return &failure{"conflict", says} }
func invalid(says ...string) *failure  { return &failure{"invalid", says} }

// kindOf gives the error's type and all that it tells.
func kindOf(err error) (kind, text string) {
	if e, ok := errors.AsType[*release.MovedError](err); ok {
		return "moved", e.Error() + " " + e.Remedy
	}
	if e, ok := errors.AsType[*release.ConflictError](err); ok {
		return "conflict", e.Error() + " " + e.Remedy
	}
	if e, ok := errors.AsType[*release.InvalidError](err); ok {
		return "invalid", e.Error()
	}
	return "other", ""
}

func wantFailure(t *testing.T, name string, p Plan, err error, want *failure) {
	t.Helper()
	kind, text := kindOf(err)
	if err == nil || kind != want.kind {
		t.Errorf("%s: plan %q, %s error %v; want %s", name, stepText(p), kind, err, want.kind)
		return
	}
	for _, word := range want.says {
		if !strings.Contains(text, word) {
			t.Errorf("%s: %q lacks %q", name, text, word)
		}
	}
}

func broken(on *Online) {
	on.Progress, on.Unreadable = nil, errors.New("its format is 2, and this program reads format 1")
}

// directCase is what a plan that works on the alias as it is must be.
type directCase struct {
	on            Online
	version, base string
	steps         string
	id            string
	fails         *failure
}

func (c directCase) check(t *testing.T, name string, p Plan, err error) {
	t.Helper()
	if c.fails != nil {
		wantFailure(t, name, p, err, c.fails)
		return
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if p.Version != c.version || p.Base != c.base || p.ID != c.id || stepText(p) != c.steps {
		t.Errorf("%s: version %s, base %s, id %q, steps %q; want %s, %s, %q, %q", name, p.Version, p.Base, p.ID, stepText(p), c.version, c.base, c.id, c.steps)
	}
	if !p.Asked() || p.Before == nil || !p.Before.Equal(c.on.Alias.Traffic) || p.Found != c.on.Found {
		t.Errorf("%s: keeps %+v of what is online", name, p)
	}
}

func canary(main, extra string, w release.Weight) Online {
	return Online{Alias: alias(main, map[string]release.Weight{extra: w})}
}

var byRules = Online{Alias: &release.Alias{Name: "prod", Traffic: release.Only("1"), ResolvePolicy: "Content"}}

func TestPromotingInFull(t *testing.T) {
	t.Parallel()
	bound := online(aliasAt(threeSteps, 1), func(on *Online) { on.Progress.Bindings = "01234567" })
	for name, c := range map[string]directCase{
		"unfinished":            {aliasAt(threeSteps, 1), "2", "1", "promote 100", rolloutID, nil},
		"waits for a decision":  {aliasAt(Schedule{{Weight: 20_00, Approve: true}, {Weight: release.Full}}, 1), "2", "1", "promote 100", rolloutID, nil},
		"held":                  {aliasAt(held20, 1), "2", "1", "promote 100", rolloutID, nil},
		"with bindings":         {bound, "2", "1", "promote 100", rolloutID, nil},
		"base deleted":          {online(aliasAt(threeSteps, 2), func(on *Online) { on.BaseGone = true }), "2", "1", "promote 100", rolloutID, nil},
		"complete":              {aliasAt(threeSteps, 3), "2", "2", "", "", nil},
		"by hand already":       {online(aliasAt(threeSteps, 1), sends("2", nil)), "2", "2", "", "", nil},
		"no canary":             {Online{Alias: alias("1", nil)}, "1", "1", "", "", nil},
		"canary of another":     {canary("1", "7", 5_00), "7", "1", "promote 100", "", nil},
		"legacy form":           {canary("1", "2", release.Full), "2", "1", "promote 100", "", nil},
		"after a held one":      {online(aliasAt(held20, 1), sends("1", map[string]release.Weight{"7": 5_00})), "7", "1", "promote 100", "", nil},
		"moved":                 {online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"2": 30_00})), "", "", "", "", moved("alias prod of service shop", "version 2 20 %", "step 1 of 3", "version 2 30 %", "abort", "restart")},
		"moved, another canary": {online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"7": 20_00})), "", "", "", "", moved("version 7 20 %")},
		"rolled back":           {aliasAt(threeSteps, 0), "", "", "", "", conflict("version 2", "rolled back", "alias prod of service shop", "release")},
		"unreadable":            {online(aliasAt(threeSteps, 1), broken), "", "", "", "", conflict("alias prod", "format is 2")},
		"no alias":              {Online{}, "", "", "", "", invalid("alias", "prod", "service shop")},
		"by rules":              {byRules, "", "", "", "", invalid("alias", "Content")},
	} {
		p, err := Full(target(), c.on)
		c.check(t, name, p, err)
		if c.steps != "" && (p.Bindings != bindingsOf(c.on) || p.Final() != release.Full) {
			t.Errorf("%s: bindings %q, ends at %s", name, p.Bindings, p.Final())
		}
	}
}

func bindingsOf(on Online) string {
	if on.Progress == nil || !on.Alias.Traffic.Equal(on.Progress.Traffic()) {
		return ""
	}
	return on.Progress.Bindings
}

func TestRollingBack(t *testing.T) {
	t.Parallel()
	firstRelease := online(aliasAt(full, 1), func(on *Online) { on.Progress.Base = "" })
	for name, c := range map[string]struct {
		version string
		directCase
	}{
		"unfinished":               {"", directCase{aliasAt(threeSteps, 1), "2", "1", "rollback", rolloutID, nil}},
		"held":                     {"", directCase{aliasAt(held20, 1), "2", "1", "rollback", rolloutID, nil}},
		"complete":                 {"", directCase{aliasAt(threeSteps, 3), "2", "1", "rollback", rolloutID, nil}},
		"promoted by hand":         {"", directCase{online(aliasAt(threeSteps, 1), sends("2", nil)), "2", "1", "rollback", rolloutID, nil}},
		"back already":             {"", directCase{aliasAt(threeSteps, 0), "1", "1", "", "", nil}},
		"held, back by hand":       {"", directCase{online(aliasAt(held20, 1), sends("1", nil)), "1", "1", "", "", nil}},
		"canary of another":        {"", directCase{canary("1", "7", 5_00), "7", "1", "rollback", "", nil}},
		"legacy form":              {"", directCase{canary("1", "2", release.Full), "2", "2", "rollback", "", nil}},
		"to a version":             {"5", directCase{aliasAt(threeSteps, 3), "2", "5", "rollback", rolloutID, nil}},
		"to a version, unfinished": {"5", directCase{aliasAt(threeSteps, 1), "2", "5", "rollback", rolloutID, nil}},
		"to a version, no marker":  {"5", directCase{Online{Alias: alias("7", nil)}, "7", "5", "rollback", "", nil}},
		"to what is there":         {"7", directCase{Online{Alias: alias("7", nil)}, "7", "7", "", "", nil}},
		"unreadable, a canary":     {"", directCase{online(aliasAt(threeSteps, 1), broken), "2", "1", "rollback", "", nil}},
		// Somebody changed the weights and left the base in its place: there is nothing of theirs to lose.
		"moved, same base":       {"", directCase{online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"2": 30_00})), "2", "1", "rollback", rolloutID, nil}},
		"moved to the base":      {"", directCase{online(aliasAt(threeSteps, 1), sends("1", nil)), "2", "1", "rollback", rolloutID, nil}}, // the marker goes
		"moved, with a version":  {"5", directCase{online(aliasAt(threeSteps, 1), sends("9", nil)), "2", "5", "rollback", rolloutID, nil}},
		"moved, another base":    {"", directCase{online(aliasAt(threeSteps, 1), sends("9", nil)), "", "", "", "", moved("alias prod of service shop", "step 1 of 3", "version 2 20 %", "version 9 100 %", "abort")}},
		"no marker":              {"", directCase{Online{Alias: alias("7", nil)}, "", "", "", "", invalid("version:", "version 7", "no record")}},
		"first release":          {"", directCase{firstRelease, "", "", "", "", invalid("version:", "version 2")}},
		"complete, then another": {"", directCase{online(aliasAt(threeSteps, 3), sends("9", nil)), "", "", "", "", invalid("version:", "version 9")}},
		"unreadable, no canary":  {"", directCase{online(aliasAt(threeSteps, 3), broken), "", "", "", "", invalid("version:", "version 2")}},
		"no alias":               {"1", directCase{Online{}, "", "", "", "", invalid("alias", "prod", "service shop")}},
		"by rules":               {"1", directCase{byRules, "", "", "", "", invalid("alias", "Content")}},
	} {
		p, err := Back(target(), c.version, c.on)
		c.check(t, name, p, err)
	}
}

// Abort ends what is unfinished. What is complete stays, and what somebody chose is accepted.
func TestAborting(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]directCase{
		"unfinished":           {aliasAt(threeSteps, 2), "2", "1", "rollback", rolloutID, nil},
		"held":                 {aliasAt(held20, 1), "2", "1", "rollback", rolloutID, nil},
		"complete":             {aliasAt(threeSteps, 3), "2", "2", "", "", nil},
		"promoted by hand":     {online(aliasAt(threeSteps, 1), sends("2", nil)), "2", "2", "", "", nil},
		"back already":         {aliasAt(threeSteps, 0), "1", "1", "", "", nil},
		"no marker":            {Online{Alias: alias("7", nil)}, "7", "7", "", "", nil},
		"canary of another":    {canary("1", "7", 5_00), "7", "1", "rollback", "", nil},
		"legacy form":          {canary("1", "2", release.Full), "2", "2", "rollback", "", nil}, // to the version that has everything
		"held, then another":   {online(aliasAt(held20, 1), sends("9", nil)), "9", "9", "", "", nil},
		"moved to the base":    {online(aliasAt(threeSteps, 1), sends("1", nil)), "2", "1", "rollback", rolloutID, nil}, // the marker goes
		"moved to a third":     {online(aliasAt(threeSteps, 1), sends("9", nil)), "2", "1", "accept", rolloutID, nil},
		"moved, other weights": {online(aliasAt(threeSteps, 1), sends("1", map[string]release.Weight{"2": 30_00})), "2", "1", "accept", rolloutID, nil},
		"moved, other base":    {online(aliasAt(threeSteps, 1), sends("9", map[string]release.Weight{"2": 20_00})), "2", "1", "accept", rolloutID, nil},
		"accepted before": {online(aliasAt(threeSteps, 1), func(on *Online) {
			over := on.Progress.Over()
			on.Progress, on.Alias = &over, alias("1", map[string]release.Weight{"2": 30_00})
		}), "1", "1", "", "", nil}, // and nothing of it is taken back by a second abort
		"unreadable, a canary": {online(aliasAt(threeSteps, 1), broken), "2", "1", "rollback", "", nil},
		"unreadable, none":     {online(aliasAt(threeSteps, 3), broken), "2", "2", "", "", nil},
		"no alias":             {Online{}, "", "", "", "", invalid("alias", "prod", "service shop")},
		"by rules":             {byRules, "", "", "", "", invalid("alias", "Content")},
	} {
		p, err := Abort(target(), c.on)
		c.check(t, name, p, err)
	}
}
