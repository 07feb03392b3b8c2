package report

import "github.com/fc-rollout/fc-rollout/internal/rollout"

// Outputs are the values for later jobs, in a fixed order and all single-line: name and value.
func Outputs(o Outcome) [][2]string {
	weight := ""
	if w := o.Weight(); w != nil {
		weight = w.String()
	}
	schedule := "[]"
	if len(o.Plan.Schedule) > 0 {
		schedule = PlanJSON(o.Plan.Schedule)
	}
	if o.Result.Status == rollout.Planned {
		weight = o.Plan.Final().String()
	}
	return [][2]string{
		{"status", string(o.Result.Status)},
		{"failure_reason", Reason(o.Result)},
		{"alias", o.Target.Alias},
		{"version", o.Result.Version},
		{"base_version", o.Result.Base},
		{"weight", weight},
		{"plan", schedule},
	}
}
