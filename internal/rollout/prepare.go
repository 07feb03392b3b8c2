package rollout

import (
	"context"
	"slices"

	"github.com/fc-rollout/fc-rollout/internal/drift"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Prepare looks at everything the release depends on, without writing, and makes the plan. An error that wraps
// release.InvalidError names an input that does not fit what is online.
func Prepare(ctx context.Context, p Platform, clock Clock, req plan.Request) (plan.Plan, error) {
	i := &inspection{asker: newAsker(p, req.Target), req: req, clock: clock}
	if err := i.round(ctx, i.first()...); err != nil {
		return plan.Plan{}, err
	}
	if err := i.readFirst(); err != nil {
		return plan.Plan{}, err
	}
	if err := i.match(ctx); err != nil {
		return plan.Plan{}, err
	}
	if err := i.readBase(ctx); err != nil {
		return plan.Plan{}, err
	}
	if content, complete := i.content("", req.Target.Functions); req.Version == "" && complete {
		i.online.Content = drift.Digest(content)
	}
	made, err := plan.New(req, i.online)
	if err != nil {
		return plan.Plan{}, err
	}
	made.Notices = append(i.notices, made.Notices...)
	return made, nil
}

type inspection struct {
	*asker
	req     plan.Request
	clock   Clock
	online  plan.Online
	notices []plan.Notice
}

// first is everything that can be asked without knowing anything. The alias's own name serves as a qualifier as well:
// its main version is mostly the newest one, and knowing at once that LATEST differs from it saves a round.
func (i *inspection) first() []question {
	t := i.req.Target
	qs := []question{{kind: askAlias}, {kind: askVersions}}
	if i.req.Version != "" {
		qs = append(qs, question{askService, "", i.req.Version})
		qs = append(qs, askFunctions(i.req.Version, t.Functions)...)
	} else {
		qs = append(qs, askContent("", t.Functions)...)
		qs = append(qs, askContent(t.Alias, t.Functions)...)
	}
	if i.req.Base != "" {
		qs = append(qs, question{askService, "", i.req.Base})
		qs = append(qs, askFunctions(i.req.Base, t.Functions)...)
	}
	if !i.req.Triggers.None() || i.req.Mention {
		for _, f := range t.Functions {
			qs = append(qs, question{kind: askTriggers, name: f})
		}
	}
	if i.req.Domains.Auto {
		qs = append(qs, question{kind: askDomains})
	}
	for _, name := range i.req.Domains.Names {
		domain, _ := plan.SplitRoute(name)
		qs = append(qs, question{kind: askDomain, name: domain})
	}
	return qs
}

func (i *inspection) readFirst() error {
	if err := i.checkExists(); err != nil {
		return err
	}
	versions := i.get(askVersions, "", "")
	alias := i.get(askAlias, "", "")
	if versions.err != nil {
		return versions.err
	}
	if alias.err != nil && !release.NotFound(alias.err) {
		return alias.err
	}
	i.online.Versions = versions.versions
	if alias.err == nil {
		readAlias(&i.online, alias.alias, i.clock.Now())
	}
	return i.readBindings()
}

// checkExists turns a 404 for what the user named into an error about that input.
func (i *inspection) checkExists() error {
	version := i.req.Version
	if err := i.get(askService, "", version).err; err != nil {
		if version != "" && release.NotFound(err) && !serviceMissing(err) {
			return i.noVersion("version", version)
		}
		return i.serviceError(err)
	}
	for _, f := range i.req.Target.Functions {
		if err := i.functionError(f, i.get(askFunction, f, version).err); err != nil {
			return err
		}
	}
	if i.req.Base == "" {
		return nil
	}
	err := i.get(askService, "", i.req.Base).err
	if release.NotFound(err) {
		return i.noVersion("base_version", i.req.Base)
	}
	return err
}

func (i *inspection) noVersion(input, version string) error {
	return &release.InvalidError{Input: input, Value: version, Want: "no such version of service " + i.req.Target.Service}
}

func (i *inspection) functionError(function string, err error) error {
	switch {
	case !release.NotFound(err):
		return err
	case i.req.Version != "":
		return &release.InvalidError{Input: "version", Value: i.req.Version, Want: "this version does not hold function " + function}
	}
	return &release.InvalidError{Input: "functions", Value: function, Want: "service " + i.req.Target.Service + " has no such function"}
}

func (i *inspection) serviceError(err error) error {
	if release.NotFound(err) {
		return &release.InvalidError{Input: "service", Value: i.req.Target.Service, Want: "no such service at this endpoint; check region and account_id"}
	}
	return err
}

func serviceMissing(err error) bool { return codeOf(err) == "ServiceNotFound" }

func (i *inspection) readBindings() error {
	for _, f := range i.req.Target.Functions {
		ans := i.get(askTriggers, f, "") // an empty answer where it was not asked
		if ans.err != nil && !i.req.Triggers.None() && !release.NotFound(ans.err) {
			return ans.err
		}
		i.online.Triggers = append(i.online.Triggers, ans.triggers...)
	}
	var domains []release.Domain
	if i.req.Domains.Auto {
		ans := i.get(askDomains, "", "")
		if ans.err != nil {
			return ans.err
		}
		domains = ans.domains
	}
	for _, name := range i.req.Domains.Names {
		domain, _ := plan.SplitRoute(name)
		ans := i.get(askDomain, domain, "")
		if release.NotFound(ans.err) {
			continue // the plan names it
		}
		if ans.err != nil {
			return ans.err
		}
		domains = append(domains, ans.domains...)
	}
	i.online.Domains = domains
	return nil
}

// readBase finds out whether the base can take a share of the traffic.
func (i *inspection) readBase(ctx context.Context) error {
	version := i.req.Version
	if version == "" {
		version = i.online.Same
	}
	base := plan.Base(i.req.Base, i.online.Alias, i.online.Versions, version)
	if base == "" || base == version || i.servedByAlias(base) {
		return nil
	}
	functions := i.req.Target.Functions
	if err := i.round(ctx, append(askFunctions(base, functions), question{askService, "", base})...); err != nil {
		return err
	}
	if err := i.get(askService, "", base).err; release.NotFound(err) {
		i.online.BaseGone = true
		return nil
	} else if err != nil {
		return err
	}
	for _, f := range functions {
		err := i.get(askFunction, f, base).err
		if release.NotFound(err) {
			i.online.MissingInBase = append(i.online.MissingInBase, f)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// servedByAlias tells whether the answers under the alias's name already show that the version holds all functions.
// They prove presence only: an absence is asked for again under the version's own id.
func (i *inspection) servedByAlias(version string) bool {
	a := i.online.Alias
	if a == nil || !a.Traffic.Equal(release.Only(version)) {
		return false
	}
	return !slices.ContainsFunc(i.req.Target.Functions, func(f string) bool {
		ans, ok := i.answers[question{askFunction, f, a.Name}]
		return !ok || ans.err != nil
	})
}
