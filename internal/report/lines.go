package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// Line words an event for the log.
func Line(e rollout.Event, t release.Target) string { return OneLine(line(e, t)) }

func line(e rollout.Event, t release.Target) string {
	switch e.Kind {
	case rollout.EventPublished:
		return fmt.Sprintf("published version %s of service %s", e.Version, t.Service)
	case rollout.EventReused:
		return fmt.Sprintf("releasing version %s of service %s, nothing to publish", e.Version, t.Service)
	case rollout.EventNoChange:
		return fmt.Sprintf("nothing new to publish, says the service: releasing its newest version %s", e.Version)
	case rollout.EventCreated:
		return fmt.Sprintf("created alias %s  %s", t.Alias, Bar(e.Traffic))
	case rollout.EventBound:
		return fmt.Sprintf("%s now calls alias %s (was %s)", e.Binding, t.Alias, release.Qualified(e.Binding.From))
	case rollout.EventShifted, rollout.EventPromoted:
		return fmt.Sprintf("alias %s  %s", t.Alias, Bar(e.Traffic))
	case rollout.EventWaiting:
		return fmt.Sprintf("waiting %s, until %s, then %s %%", release.ShortDuration(e.Left.Round(time.Second)), clock(e.Until), e.Next)
	case rollout.EventWaited:
		return fmt.Sprintf("wait is over, next is %s %%", e.Next)
	case rollout.EventRollingBack:
		return fmt.Sprintf("returning alias %s to the base: %s", t.Alias, e.Err)
	case rollout.EventRolledBack:
		return fmt.Sprintf("alias %s  %s", t.Alias, Bar(e.Traffic))
	}
	return string(e.Kind)
}

func clock(t time.Time) string { return t.Format("15:04:05 MST") }

var notices = map[plan.NoticeKind]string{
	plan.NoticeFirst:         "first release behind this alias: there is no version to share the traffic with, so it goes straight to 100 %",
	plan.NoticeBaseGone:      "base version %s does not exist any more, so calls to it fail; the release goes straight to 100 %%",
	plan.NoticeMissingInBase: "function %s is not in base version %s, which cannot take a share; the release goes straight to 100 %%",
	plan.NoticeTidy:          "version %s is what the alias already sends its main traffic to (%s); extra weights are removed",
	plan.NoticeReplaced:      "version %s had %s %% of the traffic; its share goes back to the base",
	plan.NoticeLeft:          "%s calls qualifier %s and is left alone",
	plan.NoticeRebound:       "%s is named and will be moved here from qualifier %s",
	plan.NoticeSecondHTTP:    "%s is left alone: the alias has an HTTP trigger of this function already, and takes one",
	plan.NoticeUnbound:       "%s calls LATEST and not alias %s, so this release does not steer its calls; triggers: auto would bind it, triggers: none leaves it without this note",
	plan.NoticeNoStrategy:    "no strategy is given: fullWeight, all traffic at once",
	plan.NoticePartialRead:   "the service's functions cannot be listed, so only the named ones are compared: %s",
}

// NoticeText words a notice of a plan.
func NoticeText(n plan.Notice) string {
	format, known := notices[n.Kind]
	if !known {
		return string(n.Kind)
	}
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		args[i] = OneLine(a)
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// PlanLines words what a release would do, one line a step.
func PlanLines(p plan.Plan) []string {
	head := fmt.Sprintf("plan for alias %s of service %s", p.Target.Alias, p.Target.Service)
	if p.Before == nil {
		head += " (the alias does not exist yet)"
	} else {
		head += "  " + Bar(*p.Before)
	}
	lines := []string{head}
	if p.Unchanged() {
		return append(lines, "  nothing to do: version "+p.Version+" has all the traffic")
	}
	version := "the new version"
	if p.Version != "" {
		version = "version " + p.Version
		why := ", nothing to publish: LATEST equals it"
		if p.Asked() {
			why = ", as asked"
		}
		lines = append(lines, "  release  "+version+why)
	}
	for _, s := range p.Steps {
		lines = append(lines, planStep(p, s, version)...)
	}
	return lines
}

func planStep(p plan.Plan, s plan.Step, version string) (lines []string) {
	switch s.Kind {
	case plan.StepPublish:
		lines = append(lines, "  publish  a version of what LATEST holds")
	case plan.StepCreate:
		to := "version " + p.Base
		if s.Weight == release.Full {
			to = version
		}
		lines = append(lines, "  create   alias "+p.Target.Alias+" with all traffic to "+to)
	case plan.StepBind:
		for _, b := range p.Bind {
			lines = append(lines, fmt.Sprintf("  bind     %s (calls %s now)", b, release.Qualified(b.From)))
		}
	case plan.StepShift:
		lines = append(lines, fmt.Sprintf("  shift    %s %% to %s, the rest to version %s", s.Weight, version, p.Base))
	case plan.StepWait:
		lines = append(lines, "  wait     "+release.ShortDuration(s.Wait))
	case plan.StepPromote:
		lines = append(lines, "  promote  100 % to "+version)
	}
	return lines
}

// OneLine makes foreign text fit one line of a log: line breaks and other control characters become spaces.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
}
