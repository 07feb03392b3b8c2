package report

import (
	"strconv"

	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// Output is a value for later jobs; Help is what action.yml and the README say about it.
type Output struct {
	Name, Help string
	value      func(Outcome) string
}

// Value is the output's single line for an outcome.
func (o Output) Value(of Outcome) string { return o.value(of) }

// Outputs is the table of outputs, in the order in which they are written.
var Outputs = []Output{
	{"status", "completed, waiting (for a later job, see resume_token), held (a canary stays at its weight), unchanged, rolled_back, cancelled, failed or planned.", func(o Outcome) string { return string(o.Result.Status) }},
	{"failure_reason", "Empty, or why it did not end as planned: invalid_input, credentials, permission_denied, not_found, unavailable, rejected, moved, conflict (an unfinished rollout is in the way), rollback_failed, cancelled, internal.", func(o Outcome) string { return Reason(o.Result) }},
	{"alias", "The alias whose traffic was moved.", func(o Outcome) string { return o.Target.Alias }},
	{"version", "The version that is released.", func(o Outcome) string { return o.Result.Version }},
	{"base_version", "The version that has the rest of the traffic, or had it before; the released one itself when nothing changed.", func(o Outcome) string { return o.Result.Base }},
	{"weight", "Percent of the traffic that the version has at the end (for plan: will have); empty when that is not known.", finalWeight},
	{"plan", "The steps as a JSON list of {weight, interval}; the last one is held or has nothing behind it.", func(o Outcome) string { return PlanJSON(o.Plan.Schedule) }},
	{"resume_token", "For resume or promote in a later job; empty unless a rollout is left unfinished.", func(o Outcome) string { return o.Token }},
	{"resume_at", "When the next weight is due (RFC 3339); empty when nothing is, or when it waits for approval.", resumeAt},
	{"next_weight", "Percent of the traffic that the version gets next; empty when nothing follows.", nextWeight},
	{"steps_left", "How many weights are still to come; empty when that is not known.", stepsLeft},
}

func resumeAt(o Outcome) string {
	if p := o.Result.Pause; p != nil && !p.Until.IsZero() {
		return Moment(p.Until)
	}
	return ""
}

func nextWeight(o Outcome) string {
	if p := o.Result.Pause; p != nil && p.Next > 0 {
		return p.Next.String()
	}
	return ""
}

func stepsLeft(o Outcome) string {
	switch o.Result.Status {
	case rollout.Completed, rollout.Held, rollout.Unchanged, rollout.RolledBack:
		return "0"
	}
	if p := o.Result.Pause; p != nil {
		return strconv.Itoa(p.Left)
	}
	return ""
}

func finalWeight(o Outcome) string {
	if o.Result.Status == rollout.Planned {
		return o.Plan.Final().String()
	}
	if w := o.Weight(); w != nil {
		return w.String()
	}
	return ""
}
