package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// longest bounds an interval: a workflow run, waits included, ends after 35 days (reference: CI systems).
const longest = 30 * 24 * time.Hour

// takes says which inputs a strategy has.
var takes = map[plan.Strategy][]string{
	plan.CanaryStep:   {"weight", "interval"},
	plan.LinearStep:   {"weight", "interval"},
	plan.CanaryPlans:  {"plans", "interval"},
	plan.CanaryWeight: {"weight"},
	plan.FullWeight:   {},
}

func (p *parser) strategy(c *Config) {
	name := p.get("strategy")
	c.StrategyGiven = name != ""
	if name == "" {
		for _, in := range []string{"weight", "interval", "plans"} {
			if p.get(in) != "" {
				p.fail("strategy", "required because "+in+" is given; want one of "+strings.Join(plan.Strategies(), ", "))
				break
			}
		}
		name = string(plan.FullWeight)
	}
	shape, isPreset := plan.Preset(name)
	switch {
	case isPreset:
		p.refuse(name, nil)
	case takes[plan.Strategy(name)] == nil:
		p.fail("strategy", "want one of "+strings.Join(plan.Strategies(), ", ")+
			" or an AWS CodeDeploy preset such as Canary10Percent5Minutes"+didYouMean(name, plan.Strategies(), func(n string) string { return n }))
		return
	default:
		shape = p.shape(plan.Strategy(name), c.StrategyGiven)
	}
	c.Shape = shape
	if len(p.errs) > 0 {
		return
	}
	schedule, err := shape.Schedule()
	if err != nil {
		p.fail("plans", err.Error())
		return
	}
	c.Release.Schedule = schedule
}

func (p *parser) shape(s plan.Strategy, given bool) plan.Shape {
	shape := plan.Shape{Strategy: s}
	if given {
		p.refuse(string(s), takes[s])
	}
	switch s {
	case plan.CanaryStep:
		shape.Weight = p.weight(s)
		shape.Interval, shape.Approve = p.interval(plan.DefaultCanaryInterval)
	case plan.LinearStep:
		shape.Weight = p.weight(s)
		shape.Interval, shape.Approve = p.interval(plan.DefaultLinearInterval)
	case plan.CanaryWeight:
		shape.Weight = p.weight(s)
	case plan.CanaryPlans:
		p.interval(0) // only checked: a step without a wait of its own takes the text
		shape.Plans = p.plans()
	}
	return shape
}

// interval reads the input of the same name: a duration, or that somebody decides.
func (p *parser) interval(otherwise time.Duration) (d time.Duration, approve bool) {
	if strings.EqualFold(p.get("interval"), plan.ApproveWord) {
		return 0, true
	}
	s := p.get("interval")
	if s == "" {
		return otherwise, false
	}
	d, ok := parseInterval(s)
	if !ok || d > longest {
		p.fail("interval", "want a duration such as 30s or 10m (a bare number is minutes), at most "+short(longest)+", or approve")
	}
	return d, false
}

// refuse reports inputs that the strategy would ignore: whoever gives them means something else.
func (p *parser) refuse(strategy string, allowed []string) {
	for _, in := range []string{"weight", "interval", "plans"} {
		if p.get(in) == "" || contains(allowed, in) {
			continue
		}
		p.fail(in, "strategy "+strategy+" does not take it; remove it or choose another strategy")
	}
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

func (p *parser) weight(s plan.Strategy) release.Weight {
	text := p.get("weight")
	if text == "" {
		p.fail("weight", "required for strategy "+string(s)+"; want a percentage such as 20")
		return 0
	}
	w, err := release.ParseWeight(text)
	if err != nil {
		p.fail("weight", err.Error())
	}
	return w
}

// parseInterval takes a Go duration, or a bare number of minutes as the predecessor counts. A part of a millisecond counts
// as a whole one.
func parseInterval(s string) (time.Duration, bool) {
	d, ok := parseExact(s)
	return (d + time.Millisecond - 1).Truncate(time.Millisecond), ok
}

func parseExact(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "0123456789.") == "" {
		if n > float64(longest/time.Minute)*2 {
			return 0, false
		}
		return time.Duration(n * float64(time.Minute)), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0 && !strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "-")
}

func short(d time.Duration) string { return release.ShortDuration(d) }
