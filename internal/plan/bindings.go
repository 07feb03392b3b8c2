package plan

import (
	"errors"
	"slices"
	"strings"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Selection says which triggers or custom domains to point at the alias: none, auto, or those named.
type Selection struct {
	Auto  bool
	Names []string
}

// None tells whether nothing is selected.
func (s Selection) None() bool { return !s.Auto && len(s.Names) == 0 }

// fixedTriggers cannot be updated through the API's tools (reference: triggers and custom domains).
var fixedTriggers = []string{"mns_topic", "tablestore"}

const httpTrigger = "http"

func (p *Plan) selectBindings(req Request, on Online) error {
	errs := append(p.selectTriggers(req, on), p.selectRoutes(req, on)...)
	return errors.Join(errs...)
}

func (p *Plan) selectTriggers(req Request, on Online) (errs []error) {
	for _, name := range req.Triggers.Names {
		if !slices.ContainsFunc(on.Triggers, func(t release.Trigger) bool { return triggerNamed(t, name) }) {
			errs = append(errs, &release.InvalidError{
				Input: "triggers", Value: name,
				Want: "no such trigger on " + functionList(req.Target) + "; it has " + orNone(triggerNames(on.Triggers)),
			})
		}
	}
	for _, t := range on.Triggers {
		named := slices.ContainsFunc(req.Triggers.Names, func(n string) bool { return triggerNamed(t, n) })
		if !named && !req.Triggers.Auto {
			if req.Mention && release.Unpinned(t.Qualifier) {
				p.note(NoticeUnbound, "trigger "+t.Name+" of function "+t.Function, req.Target.Alias)
			}
			continue
		}
		if err := p.takeTrigger(req.Target, t, named, on.Triggers); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (p *Plan) takeTrigger(target release.Target, t release.Trigger, named bool, all []release.Trigger) error {
	b := release.Binding{Kind: release.BindTrigger, Function: t.Function, Name: t.Name, From: t.Qualifier}
	if t.Qualifier == target.Alias {
		p.Bound = append(p.Bound, b)
		return nil
	}
	if !named && !release.Unpinned(t.Qualifier) {
		p.leave(b)
		return nil
	}
	if slices.Contains(fixedTriggers, strings.ToLower(t.Type)) {
		return &release.InvalidError{
			Input: "triggers", Value: t.Name,
			Want: "a trigger of type " + t.Type + " cannot be updated; create it anew with qualifier " + target.Alias +
				" and delete this one, or name only the other triggers",
		}
	}
	if t.Type == httpTrigger && slices.ContainsFunc(all, func(o release.Trigger) bool {
		return o.Function == t.Function && o.Name != t.Name && o.Type == httpTrigger &&
			(o.Qualifier == target.Alias || p.takes(o))
	}) {
		if !named {
			p.Left = append(p.Left, b)
			p.note(NoticeSecondHTTP, b.String())
			return nil
		}
		return &release.InvalidError{
			Input: "triggers", Value: t.Name,
			Want: "alias " + target.Alias + " has, or would have, another HTTP trigger of function " + t.Function + "; an alias takes one",
		}
	}
	p.take(b)
	return nil
}

// takes tells whether the trigger is to be bound.
func (p *Plan) takes(t release.Trigger) bool {
	return slices.ContainsFunc(p.Bind, func(b release.Binding) bool {
		return b.Kind == release.BindTrigger && b.Function == t.Function && b.Name == t.Name
	})
}

func (p *Plan) take(b release.Binding) {
	if slices.Contains(p.Bind, b) {
		return // named twice
	}
	p.Bind = append(p.Bind, b)
	if !release.Unpinned(b.From) {
		p.note(NoticeRebound, b.String(), b.From)
	}
}

func (p *Plan) leave(b release.Binding) {
	p.Left = append(p.Left, b)
	p.note(NoticeLeft, b.String(), b.From)
}

func (p *Plan) selectRoutes(req Request, on Online) (errs []error) {
	if req.Domains.Auto {
		for _, d := range on.Domains {
			p.takeRoutes(req.Target, d, ownRoutes(req.Target, d, ""))
		}
	}
	for _, name := range req.Domains.Names {
		domain, path := SplitRoute(name)
		i := slices.IndexFunc(on.Domains, func(d release.Domain) bool { return strings.EqualFold(d.Name, domain) })
		if i < 0 {
			errs = append(errs, &release.InvalidError{Input: "custom_domains", Value: name, Want: "no such custom domain in this account and region"})
			continue
		}
		if err := p.takeNamed(req.Target, on.Domains[i], name, path); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// takeNamed binds the routes of a named domain. A domain without a path leaves routes alone that are pinned elsewhere,
// unless it is the only one that can be meant.
func (p *Plan) takeNamed(target release.Target, d release.Domain, name, path string) error {
	routes := ownRoutes(target, d, path)
	if len(routes) == 0 {
		return &release.InvalidError{
			Input: "custom_domains", Value: name,
			Want: "has no such route to " + functionList(target) + "; its routes to it are " + orNone(paths(ownRoutes(target, d, ""))),
		}
	}
	pinned := func(r release.Route) bool { return !release.Unpinned(r.Qualifier) && r.Qualifier != target.Alias }
	if path != "" || len(routes) == 1 {
		for _, r := range routes {
			b := routeBinding(d, r)
			if r.Qualifier == target.Alias {
				p.Bound = append(p.Bound, b)
				continue
			}
			p.take(b)
		}
		return nil
	}
	if !slices.ContainsFunc(routes, func(r release.Route) bool { return !pinned(r) }) {
		return &release.InvalidError{
			Input: "custom_domains", Value: name,
			Want: "all its routes to " + functionList(target) + " call other qualifiers; name the one to move as domain and path, such as " +
				d.Name + routes[0].Path,
		}
	}
	p.takeRoutes(target, d, routes)
	return nil
}

func (p *Plan) takeRoutes(target release.Target, d release.Domain, routes []release.Route) {
	for _, r := range routes {
		b := routeBinding(d, r)
		switch {
		case r.Qualifier == target.Alias:
			p.Bound = append(p.Bound, b)
		case release.Unpinned(r.Qualifier):
			p.take(b)
		default:
			p.leave(b)
		}
	}
}

// SplitRoute takes "example.com/api/*" apart; the path is empty when only the domain is named.
func SplitRoute(name string) (domain, path string) {
	if i := strings.IndexByte(name, '/'); i >= 0 {
		return name[:i], name[i:]
	}
	return name, ""
}

func ownRoutes(target release.Target, d release.Domain, path string) (own []release.Route) {
	for _, r := range d.Routes {
		if r.Service == target.Service && slices.Contains(target.Functions, r.Function) && (path == "" || path == r.Path) {
			own = append(own, r)
		}
	}
	return own
}

func routeBinding(d release.Domain, r release.Route) release.Binding {
	return release.Binding{Kind: release.BindRoute, Function: r.Function, Name: d.Name, Path: r.Path, Index: r.Index, From: r.Qualifier}
}

// triggerNamed accepts "trigger" and "function/trigger".
func triggerNamed(t release.Trigger, name string) bool {
	return name == t.Name || name == t.Function+"/"+t.Name
}

func triggerNames(ts []release.Trigger) (names []string) {
	for _, t := range ts {
		names = append(names, t.Function+"/"+t.Name)
	}
	return names
}

func paths(routes []release.Route) (out []string) {
	for _, r := range routes {
		out = append(out, r.Path)
	}
	return out
}

func functionList(t release.Target) string {
	if len(t.Functions) == 1 {
		return "function " + t.Functions[0]
	}
	return "functions " + joined(t.Functions)
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return joined(names)
}

// RoutesOf lists the domain's routes to the target's functions, whatever they call.
func RoutesOf(target release.Target, d release.Domain) (bindings []release.Binding) {
	for _, r := range ownRoutes(target, d, "") {
		bindings = append(bindings, routeBinding(d, r))
	}
	return bindings
}
