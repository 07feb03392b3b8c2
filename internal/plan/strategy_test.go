package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func weights(s Schedule) (ws []string) {
	for _, st := range s {
		ws = append(ws, st.Weight.String())
	}
	return ws
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	const pause = 3 * time.Minute
	for name, c := range map[string]struct {
		shape Shape
		want  string
		total time.Duration
	}{
		"canaryStep":             {Shape{Strategy: CanaryStep, Weight: 20_00, Interval: pause}, "20, 100", pause},
		"canaryStep of all":      {Shape{Strategy: CanaryStep, Weight: release.Full, Interval: pause}, "100", 0},
		"linearStep 40":          {Shape{Strategy: LinearStep, Weight: 40_00, Interval: pause}, "40, 80, 100", 2 * pause},
		"linearStep 10 is ten":   {Shape{Strategy: LinearStep, Weight: 10_00, Interval: pause}, "10, 20, 30, 40, 50, 60, 70, 80, 90, 100", 9 * pause},
		"linearStep thirds":      {Shape{Strategy: LinearStep, Weight: 33_33, Interval: pause}, "33.33, 66.66, 99.99, 100", 3 * pause},
		"linearStep of all":      {Shape{Strategy: LinearStep, Weight: release.Full, Interval: pause}, "100", 0},
		"canaryPlans":            {Shape{Strategy: CanaryPlans, Plans: []Stage{{Weight: 10_00, Interval: pause}, {Weight: 30_00, Interval: 2 * pause}}}, "10, 30, 100", 3 * pause},
		"canaryPlans to the end": {Shape{Strategy: CanaryPlans, Plans: []Stage{{Weight: 10_00, Interval: pause}, {Weight: release.Full, Interval: pause}}}, "10, 100", pause},
		"canaryWeight is held":   {Shape{Strategy: CanaryWeight, Weight: 20_00}, "20", 0},
		"canaryWeight promotes":  {Shape{Strategy: CanaryWeight, Weight: release.Full}, "100", 0},
		"fullWeight":             {Shape{Strategy: FullWeight}, "100", 0},
	} {
		s, err := c.shape.Schedule()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(weights(s), ", "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if s.Total() != c.total {
			t.Errorf("%s: waits %v in all, want %v (no wait behind 100 %%)", name, s.Total(), c.total)
		}
		if want := strings.HasSuffix(c.want, "100"); s.Promotes() != want {
			t.Errorf("%s: promotes = %v", name, s.Promotes())
		}
	}
}

// Integer arithmetic: no weight of any schedule repeats, falls or misses the end.
func TestEveryScheduleGrowsAndEndsAt100(t *testing.T) {
	t.Parallel()
	for w := release.Weight(1); w <= release.Full; w++ {
		for _, strategy := range []Strategy{CanaryStep, LinearStep, CanaryWeight} {
			s, err := Shape{Strategy: strategy, Weight: w, Interval: time.Minute}.Schedule()
			if err != nil || len(s) == 0 {
				t.Fatalf("%s %s: %v, %v", strategy, w, s, err)
			}
			if s[0].Weight != w {
				t.Fatalf("%s %s starts at %s", strategy, w, s[0].Weight)
			}
			for i := 1; i < len(s); i++ {
				if s[i].Weight <= s[i-1].Weight {
					t.Fatalf("%s %s: %s follows %s", strategy, w, s[i].Weight, s[i-1].Weight)
				}
				if strategy == LinearStep && s[i].Weight != min(w*release.Weight(i+1), release.Full) {
					t.Fatalf("linearStep %s: step %d is %s", w, i+1, s[i].Weight)
				}
			}
			if held := strategy == CanaryWeight && w < release.Full; s.Promotes() == held {
				t.Fatalf("%s %s ends at %s", strategy, w, s[len(s)-1].Weight)
			}
		}
	}
}

// peers, 8: [50, 20], [100, 10], [20, 20] and [] are errors before any call.
func TestPlansThatDoNotGrowAreRefused(t *testing.T) {
	t.Parallel()
	for name, plans := range map[string][]Stage{
		"falling": {{Weight: 50_00}, {Weight: 20_00}}, "behind the end": {{Weight: release.Full}, {Weight: 10_00}}, "equal": {{Weight: 20_00}, {Weight: 20_00}},
		"all twice": {{Weight: release.Full}, {Weight: release.Full}}, "empty": {}, "none": nil,
	} {
		if s, err := (Shape{Strategy: CanaryPlans, Plans: plans}).Schedule(); err == nil {
			t.Errorf("%s: %s, want an error", name, s)
		}
	}
}

func TestAMisspeltStrategyIsNoRelease(t *testing.T) {
	t.Parallel()
	for _, name := range []Strategy{"", "canarystep", "fullweight", "linear"} {
		if s, err := (Shape{Strategy: name, Weight: 20_00}).Schedule(); err == nil {
			t.Errorf("%q: %s, want an error", name, s)
		}
	}
}

func TestTheGivenPlansAreNotChanged(t *testing.T) {
	t.Parallel()
	plans := []Stage{{Weight: 10_00, Interval: time.Minute}, {Weight: release.Full, Interval: time.Minute}}
	if _, err := (Shape{Strategy: CanaryPlans, Plans: plans}).Schedule(); err != nil {
		t.Fatal(err)
	}
	if want := []Stage{{Weight: 10_00, Interval: time.Minute}, {Weight: release.Full, Interval: time.Minute}}; !slices.Equal(plans, want) {
		t.Errorf("plans = %v", plans)
	}
}

func TestPresetsOfCodeDeploy(t *testing.T) {
	t.Parallel()
	canary := func(w release.Weight, minutes time.Duration) Shape {
		return Shape{Strategy: CanaryStep, Weight: w, Interval: minutes * time.Minute}
	}
	linear := func(w release.Weight, minutes time.Duration) Shape {
		return Shape{Strategy: LinearStep, Weight: w, Interval: minutes * time.Minute}
	}
	for name, want := range map[string]Shape{
		"AllAtOnce":                                            {Strategy: FullWeight},
		"LambdaAllAtOnce":                                      {Strategy: FullWeight},
		"CodeDeployDefault.AllAtOnce":                          {Strategy: FullWeight},
		"CodeDeployDefault.LambdaAllAtOnce":                    {Strategy: FullWeight},
		"CodeDeployDefault.ECSAllAtOnce":                       {Strategy: FullWeight},
		"Canary10Percent5Minutes":                              canary(10_00, 5),
		"Canary10Percent30Minutes":                             canary(10_00, 30),
		"CodeDeployDefault.LambdaCanary10Percent15Minutes":     canary(10_00, 15),
		"CodeDeployDefault.ECSCanary10Percent5Minutes":         canary(10_00, 5),
		"Linear10PercentEvery1Minute":                          linear(10_00, 1),
		"Linear10PercentEvery10Minutes":                        linear(10_00, 10),
		"CodeDeployDefault.LambdaLinear10PercentEvery2Minutes": linear(10_00, 2),
		"CodeDeployDefault.LambdaLinear10PercentEvery1Minute":  linear(10_00, 1),
		"CodeDeployDefault.ECSLinear10PercentEvery3Minutes":    linear(10_00, 3),
	} {
		got, ok := Preset(name)
		if !ok || got.Strategy != want.Strategy || got.Weight != want.Weight || got.Interval != want.Interval || got.Plans != nil {
			t.Errorf("Preset(%q) = %+v, %v; want %+v", name, got, ok, want)
		}
	}
}

func TestWhatIsNoPreset(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Linear0PercentEvery1Minute", "Linear00PercentEvery1Minute", "Canary10Percent0Minutes", "Canary0Percent5Minutes",
		"Linear10PercentEvery0Minutes", "allatonce", "AllAtOnce ", "CodeDeployDefault.", "CodeDeployDefault.HalfAtATime",
		"CodeDeployDefault.OneAtATime", "Canary10Percent", "Canary10PercentEvery5Minutes", "Linear10Percent5Minutes",
		"Canary-10Percent5Minutes", "Canary10.5Percent5Minutes", "xCanary10Percent5Minutes", "Canary10Percent5Minutes\n",
		"Canary100Percent5Minutes", "Canary10Percent99999Minutes", "Foo.AllAtOnce", "canaryStep",
	} {
		if got, ok := Preset(name); ok {
			t.Errorf("Preset(%q) = %+v", name, got)
		}
	}
}
