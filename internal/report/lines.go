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
	case rollout.EventRollingBack:
		return fmt.Sprintf("returning alias %s to the base: %s", t.Alias, e.Err)
	case rollout.EventRolledBack:
		return fmt.Sprintf("alias %s  %s", t.Alias, Bar(e.Traffic))
	}
	return passing(e)
}

// passing words what is about time and the next job.
func passing(e rollout.Event) string {
	switch e.Kind {
	case rollout.EventWaiting:
		text := fmt.Sprintf("waiting %s, until %s, then %s %%", release.ShortDuration(e.Left.Round(time.Second)), clock(e.Until), e.Next)
		if e.Reason == rollout.WaitWindow {
			text += " (outside the release window)"
		}
		return text
	case rollout.EventWaited:
		return fmt.Sprintf("wait is over, next is %s %%", e.Next)
	case rollout.EventLeaving:
		return leaving(e)
	case rollout.EventUnmarked:
		return "the alias does not show the marker written to its description: when this job is killed, no later one can continue the rollout"
	case rollout.EventHolding:
		return fmt.Sprintf("cancelled: the weights stay, as on_cancel says  %s", Bar(e.Traffic))
	case rollout.EventFinishing:
		return fmt.Sprintf("cancelled: going to the last weight at once, as on_cancel says  %s", Bar(e.Traffic))
	}
	return string(e.Kind)
}

func leaving(e rollout.Event) string {
	switch {
	case e.Reason == rollout.WaitWindow:
		return fmt.Sprintf("outside the release window until %s: leaving the rest, next %s %%, to a later job", Moment(e.Until), e.Next)
	case e.Until.IsZero():
		return fmt.Sprintf("%s %% waits for approval: leaving it to a later job", e.Next)
	}
	return fmt.Sprintf("leaving the rest, next %s %% at %s, to a later job", e.Next, Moment(e.Until))
}

func clock(t time.Time) string { return t.Format("15:04:05 MST") }

var notices = map[plan.NoticeKind]string{
	plan.NoticeFirst:           "first release behind this alias: there is no version to share the traffic with, so it goes straight to 100 %",
	plan.NoticeBaseGone:        "base version %s does not exist any more, so calls to it fail; the release goes straight to 100 %%",
	plan.NoticeMissingInBase:   "function %s is not in base version %s, which cannot take a share; the release goes straight to 100 %%",
	plan.NoticeTidy:            "version %s is what the alias already sends its main traffic to (%s); extra weights are removed",
	plan.NoticeReplaced:        "version %s had %s %% of the traffic; its share goes back to the base",
	plan.NoticeSuperseded:      "the unfinished rollout of version %s (%s) is superseded by this release",
	plan.NoticeContinued:       "continuing the unfinished rollout of version %s (%s)",
	plan.NoticeBindingsChanged: "the triggers or routes at the alias are not those with which the rollout began",
	plan.NoticeAccepted:        "the rollout of version %s left %s, and somebody made it %s: that stays, and the rollout ends",
	plan.NoticeMovedBefore:     "the rollout left %s, and somebody made it %s since: the rollback that was asked for replaces that",
	plan.NoticeUnexplained:     "version %s has %s %% already, and no marker tells why: the release begins anew",
	plan.NoticeBindLater:       "%s is not bound while the rollout goes on; the next release binds it",
	plan.NoticeLeft:            "%s calls qualifier %s and is left alone",
	plan.NoticeRebound:         "%s is named and will be moved here from qualifier %s",
	plan.NoticeSecondHTTP:      "%s is left alone: the alias has an HTTP trigger of this function already, and takes one",
	plan.NoticeUnbound:         "%s calls LATEST and not alias %s, so this release does not steer its calls; triggers: auto would bind it, triggers: none leaves it without this note",
	plan.NoticeNoStrategy:      "no strategy is given: fullWeight, all traffic at once",
	plan.NoticePartialRead:     "the service's functions cannot be listed, so only the named ones are compared: %s",
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
		if p.Before != nil && p.Before.Equal(release.Only(p.Version)) {
			return append(lines, "  nothing to do: version "+p.Version+" has all the traffic")
		}
		return append(lines, "  nothing to do")
	}
	version := "the new version"
	switch {
	case p.Has(plan.StepRollback):
		return append(lines, "  rollback 100 % to version "+p.Base)
	case p.Has(plan.StepAccept):
		return append(lines, "  accept   the traffic as it is")
	case p.At > 0 && p.Version != "":
		version = "version " + p.Version
		lines = append(lines, "  continue "+version+" at "+plan.StageOf(p.At, len(p.Schedule)))
	case p.Version != "":
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
		text := "  wait     " + release.ShortDuration(s.Wait)
		if !s.Until.IsZero() {
			text += ", until " + clock(s.Until)
		}
		lines = append(lines, text)
	case plan.StepApprove:
		lines = append(lines, "  approve  somebody decides; the job leaves with a resume_token")
	case plan.StepPromote:
		lines = append(lines, "  promote  100 % to "+version)
	}
	return lines
}

// OneLine makes foreign text fit one line of a log: line breaks and other control characters become spaces.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
}
