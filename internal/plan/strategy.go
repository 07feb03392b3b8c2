package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Strategy is how traffic moves to the new version. The names are those of the predecessor fc-canary.
type Strategy string

// The five strategies.
const (
	CanaryStep   Strategy = "canaryStep"
	LinearStep   Strategy = "linearStep"
	CanaryPlans  Strategy = "canaryPlans"
	CanaryWeight Strategy = "canaryWeight"
	FullWeight   Strategy = "fullWeight"
)

// Strategies lists the names a user may write, presets of AWS CodeDeploy apart.
func Strategies() []string {
	return []string{
		string(CanaryStep), string(LinearStep), string(CanaryPlans), string(CanaryWeight), string(FullWeight),
	}
}

// Stage is one weight of a schedule and how long it is held before the next.
type Stage struct {
	Weight   release.Weight
	Interval time.Duration
	// Approve: the next weight waits for somebody's decision instead of a time; Interval is zero then.
	Approve bool
}

// Schedule is the series of weights, strictly increasing. One that ends below 100 % is held there.
type Schedule []Stage

// ApproveWord is what a user writes in place of an interval to have somebody decide.
const ApproveWord = "approve"

// Shape is a strategy with its parameters. Weight and Interval are zero and Plans empty where the strategy has none.
type Shape struct {
	Strategy Strategy
	Weight   release.Weight
	Interval time.Duration
	Approve  bool // in place of each interval
	Plans    []Stage
}

// Default intervals between steps, those of the predecessor.
const (
	DefaultCanaryInterval = 10 * time.Minute
	DefaultLinearInterval = time.Minute
)

var preset = regexp.MustCompile(
	`^(?:CodeDeployDefault\.)?(?:Lambda|ECS)?(?:AllAtOnce|(Canary)(\d{1,2})Percent(\d{1,4})Minutes?|(Linear)(\d{1,2})PercentEvery(\d{1,4})Minutes?)$`)

// Preset reads the names that AWS CodeDeploy gives its deployment configurations for Lambda and ECS.
func Preset(name string) (Shape, bool) {
	m := preset.FindStringSubmatch(name)
	switch {
	case m == nil:
		return Shape{}, false
	case m[1] != "":
		return presetShape(CanaryStep, m[2], m[3])
	case m[4] != "":
		return presetShape(LinearStep, m[5], m[6])
	}
	return Shape{Strategy: FullWeight}, true
}

func presetShape(s Strategy, percent, minutes string) (Shape, bool) {
	w, err := release.ParseWeight(percent)
	n, _ := strconv.Atoi(minutes)
	if err != nil || n == 0 {
		return Shape{}, false
	}
	return Shape{Strategy: s, Weight: w, Interval: time.Duration(n) * time.Minute}, true
}

// Schedule works the shape out. It fails for plans that do not grow.
func (s Shape) Schedule() (Schedule, error) {
	switch s.Strategy {
	case CanaryStep:
		return closed(Schedule{{Weight: s.Weight, Interval: s.Interval, Approve: s.Approve}}), nil
	case LinearStep:
		return linear(Stage{s.Weight, s.Interval, s.Approve}), nil
	case CanaryPlans:
		if err := CheckPlans(s.Plans); err != nil {
			return nil, err
		}
		return closed(slices.Clone(s.Plans)), nil
	case CanaryWeight:
		return Schedule{{Weight: s.Weight}}, nil
	case FullWeight:
		return Schedule{{Weight: release.Full}}, nil
	}
	return nil, fmt.Errorf("unknown strategy %q", s.Strategy)
}

// CheckPlans demands at least one stage and strictly increasing weights.
func CheckPlans(stages []Stage) error {
	if len(stages) == 0 {
		return fmt.Errorf("want at least one weight")
	}
	for i := 1; i < len(stages); i++ {
		if stages[i].Weight <= stages[i-1].Weight {
			return fmt.Errorf("want strictly increasing weights, but %s follows %s", stages[i].Weight, stages[i-1].Weight)
		}
	}
	return nil
}

func linear(first Stage) Schedule {
	var s Schedule
	for st := first; st.Weight < release.Full; st.Weight += first.Weight {
		s = append(s, st)
	}
	return closed(s)
}

// closed ends the schedule at 100 %, without a wait behind it.
func closed(s Schedule) Schedule {
	if n := len(s); n > 0 && s[n-1].Weight == release.Full {
		s[n-1].Interval, s[n-1].Approve = 0, false
		return s
	}
	return append(s, Stage{Weight: release.Full})
}

// Promotes tells whether the schedule ends at 100 %.
func (s Schedule) Promotes() bool { return len(s) > 0 && s[len(s)-1].Weight == release.Full }

// Approves tells whether somebody has to decide between two of its weights.
func (s Schedule) Approves() bool {
	return slices.ContainsFunc(s, func(st Stage) bool { return st.Approve })
}

// Total is the sum of the waits.
func (s Schedule) Total() time.Duration {
	var d time.Duration
	for _, st := range s {
		d += st.Interval
	}
	return d
}

// String is the compact form that the plans input also takes: "10:5m0s, 30:10m0s, 100".
func (s Schedule) String() string {
	parts := make([]string, len(s))
	for i, st := range s {
		parts[i] = st.Weight.String()
		switch {
		case st.Approve:
			parts[i] += ":" + ApproveWord
		case st.Interval > 0:
			parts[i] += ":" + st.Interval.String()
		}
	}
	return strings.Join(parts, ", ")
}
