package plan

import (
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	now := moment(t, "2026-03-02T10:00:00Z")
	for name, c := range map[string]struct {
		step Step
		want time.Time
	}{
		"one that begins now":    {Step{Kind: StepWait, Wait: time.Minute}, now.Add(time.Minute)},
		"of an earlier job":      {Step{Kind: StepWait, Wait: time.Hour, Until: now.Add(time.Minute)}, now.Add(time.Minute)},
		"over long ago":          {Step{Kind: StepWait, Wait: time.Hour, Until: now.Add(-time.Minute)}, now},
		"over at this moment":    {Step{Kind: StepWait, Wait: time.Hour, Until: now}, now},
		"longer than its length": {Step{Kind: StepWait, Wait: time.Minute, Until: now.Add(time.Hour)}, now.Add(time.Hour)},
	} {
		if got := c.step.Ends(now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLasts(t *testing.T) {
	t.Parallel()
	now := moment(t, "2026-03-02T10:00:00Z") // a Monday
	office := Window{span(time.UTC, 10_00, 11_00, workdays...)}
	steps := func(s Schedule) Plan {
		p := Plan{}
		p.addStages(s)
		return p
	}
	hours := Schedule{{Weight: 10_00, Interval: 40 * time.Minute}, {Weight: 20_00, Interval: 40 * time.Minute}, {Weight: release.Full}}
	approve := Schedule{{Weight: 10_00, Interval: 5 * time.Minute}, {Weight: 20_00, Approve: true}, {Weight: 30_00, Interval: time.Hour}, {Weight: release.Full}}
	rest := Plan{Schedule: threeSteps}
	rest.addRest(1, true, now.Add(2*time.Minute))
	late := Plan{Schedule: threeSteps}
	late.addRest(1, true, now.Add(-2*time.Minute))
	for name, c := range map[string]struct {
		plan Plan
		from int
		w    Window
		want time.Duration
	}{
		"nothing to do":            {Plan{}, 0, nil, 0},
		"no wait":                  {steps(full), 0, nil, 0},
		"all waits":                {steps(hours), 0, nil, 80 * time.Minute},
		"from the second weight":   {steps(hours), 2, nil, 40 * time.Minute},
		"from the end":             {steps(hours), 5, nil, 0},
		"up to a decision":         {steps(approve), 0, nil, 5 * time.Minute},
		"at the decision":          {steps(approve), 3, nil, 0},
		"after the decision":       {steps(approve), 4, nil, time.Hour},
		"the rest of a wait":       {rest, 0, nil, 12 * time.Minute},
		"a wait that is over":      {late, 0, nil, 10 * time.Minute},
		"in the window":            {steps(threeSteps), 0, office, 15 * time.Minute},
		"past its end":             {steps(hours), 0, office, 24 * time.Hour},
		"nothing in the window":    {steps(full), 0, office, 0},
		"decision after its end":   {steps(Schedule{{Weight: 1, Interval: time.Hour}, {Weight: 2, Approve: true}, {Weight: 3}}), 0, office, 24 * time.Hour},
		"waits for its next opens": {steps(full), 0, Window{span(time.UTC, 12_00, 13_00, time.Monday)}, 2 * time.Hour},
	} {
		if got := c.plan.Lasts(c.from, now, c.w); got != c.want {
			t.Errorf("%s: %s lasts %v, want %v", name, stepText(c.plan), got, c.want)
		}
	}
}
