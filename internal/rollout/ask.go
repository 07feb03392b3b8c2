package rollout

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// parallel bounds the calls under way at once. It is far above what a service usually has, so that the number of
// triggers, domains and functions does not lengthen the way.
const parallel = 256

type questionKind int

const (
	askService questionKind = iota
	askFunction
	askNames
	askAlias
	askVersions
	askTriggers
	askDomains
	askDomain
)

// question is one read. Optional ones may fail without ending the inspection.
type question struct {
	kind      questionKind
	name      string // function or domain
	qualifier string // version or alias; empty is LATEST
}

type answer struct {
	doc      release.Document
	names    []string
	alias    release.Alias
	versions []release.Version
	triggers []release.Trigger
	domains  []release.Domain
	err      error
}

// asker asks each question once, all of a round in parallel.
type asker struct {
	platform Platform
	target   release.Target
	mu       sync.Mutex
	answers  map[question]answer
}

func newAsker(p Platform, t release.Target) *asker {
	return &asker{platform: p, target: t, answers: map[question]answer{}}
}

// round asks what was not asked before. Errors are answers; they are judged by who needs them. Only an error that no
// caller tolerates (neither 404 nor a refusal) ends the round early.
func (a *asker) round(ctx context.Context, questions ...question) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	asked := map[question]bool{}
	for _, q := range questions {
		if _, known := a.answers[q]; known || asked[q] {
			continue
		}
		asked[q] = true
	}
	for q := range asked {
		g.Go(func() error {
			ans := a.ask(ctx, q)
			a.mu.Lock()
			a.answers[q] = ans
			a.mu.Unlock()
			if ans.err != nil && !refused(ans.err) {
				return ans.err
			}
			return nil
		})
	}
	return g.Wait()
}

// refused tells whether the service answered and will answer the same again.
func refused(err error) bool {
	s := release.Status(err)
	return s >= 400 && s < 500 && !release.Retryable(err)
}

func (a *asker) ask(ctx context.Context, q question) (ans answer) {
	p, service := a.platform, a.target.Service
	switch q.kind {
	case askService:
		ans.doc, ans.err = p.Service(ctx, service, q.qualifier)
	case askFunction:
		ans.doc, ans.err = p.Function(ctx, service, q.name, q.qualifier)
	case askNames:
		ans.names, ans.err = p.FunctionNames(ctx, service, q.qualifier)
	case askAlias:
		ans.alias, ans.err = p.Alias(ctx, service, a.target.Alias)
	case askVersions:
		ans.versions, ans.err = p.Versions(ctx, service)
	case askTriggers:
		ans.triggers, ans.err = p.Triggers(ctx, service, q.name)
	case askDomains:
		ans.domains, ans.err = p.Domains(ctx)
	case askDomain:
		var d release.Domain
		d, ans.err = p.Domain(ctx, q.name)
		ans.domains = []release.Domain{d}
	}
	return ans
}

func (a *asker) get(kind questionKind, name, qualifier string) answer {
	return a.answers[question{kind, name, qualifier}]
}

// content puts the answers about a qualifier together; complete is false when one is missing or failed.
func (a *asker) content(qualifier string, names []string) (c release.Content, complete bool) {
	service, ok := a.answers[question{askService, "", qualifier}]
	if !ok || service.err != nil {
		return c, false
	}
	c = release.Content{Service: service.doc, Functions: map[string]release.Document{}}
	for _, n := range names {
		f, ok := a.answers[question{askFunction, n, qualifier}]
		if !ok || (f.err != nil && !release.NotFound(f.err)) {
			return c, false
		}
		if f.err == nil {
			c.Functions[n] = f.doc
		}
	}
	return c, true
}

func askContent(qualifier string, functions []string) []question {
	qs := []question{{askService, "", qualifier}, {askNames, "", qualifier}}
	return append(qs, askFunctions(qualifier, functions)...)
}

func askFunctions(qualifier string, functions []string) []question {
	qs := make([]question, len(functions))
	for i, f := range functions {
		qs[i] = question{askFunction, f, qualifier}
	}
	return qs
}
