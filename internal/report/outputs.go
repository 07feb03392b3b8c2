package report

import "github.com/fc-rollout/fc-rollout/internal/rollout"

// Output is a value for later jobs; Help is what action.yml and the README say about it.
type Output struct {
	Name, Help string
	value      func(Outcome) string
}

// Value is the output's single line for an outcome.
func (o Output) Value(of Outcome) string { return o.value(of) }

// Outputs is the table of outputs, in the order in which they are written.
var Outputs = []Output{
	{"status", "completed, held (a canary stays at its weight), unchanged, rolled_back, cancelled, failed or planned.", func(o Outcome) string { return string(o.Result.Status) }},
	{"failure_reason", "Empty, or why it did not end as planned: invalid_input, credentials, permission_denied, not_found, unavailable, rejected, moved, rollback_failed, cancelled, internal.", func(o Outcome) string { return Reason(o.Result) }},
	{"alias", "The alias whose traffic was moved.", func(o Outcome) string { return o.Target.Alias }},
	{"version", "The version that is released.", func(o Outcome) string { return o.Result.Version }},
	{"base_version", "The version that has the rest of the traffic, or had it before; the released one itself when nothing changed.", func(o Outcome) string { return o.Result.Base }},
	{"weight", "Percent of the traffic that the version has at the end (for plan: will have); empty when that is not known.", finalWeight},
	{"plan", "The steps as a JSON list of {weight, interval}; the last one is held or has nothing behind it.", func(o Outcome) string { return PlanJSON(o.Plan.Schedule) }},
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
