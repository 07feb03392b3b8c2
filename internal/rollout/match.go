package rollout

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/fc-rollout/fc-rollout/internal/drift"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// olderCandidates is how many versions behind the newest are looked at for one that equals LATEST.
const olderCandidates = 10

// match finds the published version that equals LATEST, so that nothing is published twice. The newest comes first;
// older ones matter when somebody went back to earlier code.
func (i *inspection) match(ctx context.Context) error {
	if i.req.Version != "" || len(i.online.Versions) == 0 {
		return nil
	}
	names := i.functionNames()
	newest, older := i.candidates()
	var qs []question
	if !i.knownToDiffer(newest, names) {
		qs = append(qs, askFunctions("", names)...)
		qs = append(qs, askContent(newest, names)...)
	}
	for _, v := range older {
		qs = append(qs, question{askFunction, i.req.Target.Functions[0], v})
	}
	qs = append(qs, i.baseQuestions(newest)...)
	if err := i.round(ctx, qs...); err != nil {
		return err
	}
	if i.same(newest, names) {
		i.online.Same = newest
		return nil
	}
	return i.matchOlder(ctx, older, names)
}

func (i *inspection) matchOlder(ctx context.Context, older, names []string) error {
	first := i.req.Target.Functions[0]
	latest := i.get(askFunction, first, "").doc
	var promising []string
	qs := askFunctions("", names)
	for _, v := range older {
		if ans := i.get(askFunction, first, v); ans.err == nil && drift.SameFunction(latest, ans.doc) {
			promising = append(promising, v)
			qs = append(qs, askContent(v, names)...)
		}
	}
	if len(promising) == 0 {
		return nil
	}
	if err := i.round(ctx, qs...); err != nil {
		return err
	}
	for _, v := range promising {
		if i.same(v, names) {
			i.online.Same = v
			return nil
		}
	}
	return nil
}

// baseQuestions saves readBase a round of its own.
func (i *inspection) baseQuestions(newest string) (qs []question) {
	base := plan.Base(i.req.Base, i.online.Alias, i.online.Versions, "")
	bases := []string{base}
	if i.online.Alias == nil {
		bases = append(bases, plan.Base(i.req.Base, nil, i.online.Versions, newest))
	}
	for _, b := range bases {
		if b != "" && !i.servedByAlias(b) {
			qs = append(qs, question{askService, "", b})
			qs = append(qs, askFunctions(b, i.req.Target.Functions)...)
		}
	}
	return qs
}

func (i *inspection) candidates() (newest string, older []string) {
	for n, v := range i.online.Versions {
		if n > 0 && n <= olderCandidates {
			older = append(older, v.ID)
		}
	}
	return i.online.Versions[0].ID, older
}

// functionNames are all functions that LATEST holds, or those of the target where listing is not permitted.
func (i *inspection) functionNames() []string {
	set := map[string]bool{}
	for _, f := range i.req.Target.Functions {
		set[f] = true
	}
	ans := i.get(askNames, "", "")
	for _, f := range ans.names {
		set[f] = true
	}
	if ans.err != nil {
		i.notices = append(i.notices, plan.Notice{Kind: plan.NoticePartialRead, Args: []string{ans.err.Error()}})
	}
	return slices.Sorted(maps.Keys(set))
}

// knownToDiffer tells whether the answers under the alias's name already show a difference between LATEST and the
// version. They never prove equality: the alias may have moved between two reads.
func (i *inspection) knownToDiffer(version string, names []string) bool {
	a := i.online.Alias
	if a == nil || !a.Traffic.Equal(release.Only(version)) {
		return false // with extra weights the answers may be another version's
	}
	service, latest := i.get(askService, "", a.Name), i.get(askService, "", "")
	if service.err == nil && !drift.SameService(service.doc, latest.doc) {
		return true
	}
	for _, f := range i.req.Target.Functions {
		ans := i.get(askFunction, f, a.Name)
		if ans.err == nil && !drift.SameFunction(ans.doc, i.get(askFunction, f, "").doc) {
			return true
		}
	}
	held := i.get(askNames, "", a.Name)
	return held.err == nil && len(held.names) > 0 && i.get(askNames, "", "").err == nil && !sameNames(held.names, names)
}

// same tells whether LATEST and the version hold the same. Functions that only the version has count where they can
// be listed.
func (i *inspection) same(version string, names []string) bool {
	latest, ok := i.content("", names)
	if !ok {
		return false
	}
	held, ok := i.content(version, names)
	if !ok || !drift.SameContent(latest, held) {
		return false
	}
	list := i.get(askNames, "", version)
	return list.err != nil || i.get(askNames, "", "").err != nil || sameNames(list.names, names)
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func codeOf(err error) string {
	if api, ok := errors.AsType[*release.APIError](err); ok {
		return api.Code
	}
	return ""
}
