package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
)

func plansOf(text string) inputs { return inputs{"strategy": "canaryPlans", "plans": text} }

func TestPlansInAllTheirForms(t *testing.T) {
	t.Parallel()
	const want = "10:5m0s, 30:10m0s, 100"
	for name, text := range map[string]string{
		"compact":            "10:5m, 30:10m",
		"compact, narrow":    "10:5m,30:10m",
		"compact, wide":      " 10 : 5m ,\n 30 : 10m ",
		"bare minutes":       "10:5, 30:10",
		"percent signs":      "10%:5m, 30%:10m",
		"with the end":       "10:5m, 30:10m, 100",
		"JSON":               `[{"weight":10,"interval":"5m"},{"weight":30,"interval":"10m"}]`,
		"JSON, minutes":      `[{"weight": 10, "interval": 5}, {"weight": 30, "interval": 10}]`,
		"JSON, lines":        "[\n  {\"weight\": \"10\", \"interval\": \"300s\"},\n  {\"interval\": 10, \"weight\": 30.00}\n]",
		"YAML":               "- weight: 10\n  interval: 5m\n- weight: 30\n  interval: 10m\n",
		"YAML, flow in list": "- {weight: 10, interval: 5m}\n- {weight: 30, interval: 10}",
		"YAML, with the end": "- {weight: 10, interval: 5m}\n- {weight: 30, interval: 10m}\n- {weight: 100}",
		"YAML, comments":     "- weight: 10 # first\n  interval: 5m\n# then\n- weight: 30\n  interval: 10m",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := mustLoad(t, plansOf(text)).Release.Schedule.String(); got != want {
				t.Errorf("%q = %s, want %s", text, got, want)
			}
		})
	}
}

func TestPlansKeepDecimals(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0.5:30s, 33.33:1.5, 99.99:1h", `[{"weight":0.5,"interval":"30s"},{"weight":33.33,"interval":1.5},{"weight":99.99,"interval":"1h"}]`} {
		if got := mustLoad(t, plansOf(text)).Release.Schedule.String(); got != "0.5:30s, 33.33:1m30s, 99.99:1h0m0s, 100" {
			t.Errorf("%q = %s", text, got)
		}
	}
}

// peers, 8: what the predecessor accepted is an error before any call.
func TestPlansThatAreRefused(t *testing.T) {
	t.Parallel()
	many := strings.TrimSuffix(strings.Repeat("1:1m,", 1001), ",")
	for name, c := range map[string]struct{ text, says string }{
		"falling":                  {"50:5m, 20:5m", "increasing"},
		"equal":                    {"20:5m, 20:5m", "increasing"},
		"behind the end":           {"100:5m, 10:5m", "increasing"},
		"falling list":             {`[{"weight":50,"interval":5},{"weight":20,"interval":5}]`, "increasing"},
		"empty JSON list":          {"[]", "at least one"},
		"empty item":               {"10:5m,", "weight"},
		"only commas":              {",,", "weight"},
		"no weight":                {":5m", "weight"},
		"no interval":              {"10, 30:5m", "interval"},
		"no interval, list":        {`[{"weight":10}]`, "interval"},
		"weight 0":                 {"0:5m", "weight"},
		"weight 101":               {"101:5m", "weight"},
		"weight 0.125":             {"0.125:5m", "weight"},
		"negative weight":          {"-10:5m", "want"},
		"negative interval":        {"10:-5m", "interval"},
		"huge interval":            {"10:99999h", "interval"},
		"two intervals":            {"10:5m:5m", "interval"},
		"unknown key":              {`[{"weight":10,"intervall":"5m"}]`, "intervall"},
		"unknown key, YAML":        {"- weight: 10\n  wait: 5m", "wait"},
		"repeated key":             {`[{"weight":10,"weight":20,"interval":"5m"}]`, "weight"},
		"nested value":             {`[{"weight":[10],"interval":"5m"}]`, "weight"},
		"null":                     {`[{"weight":null,"interval":"5m"}]`, "weight"},
		"list of numbers":          {"[10, 20]", "{weight, interval}"},
		"broken JSON":              {`[{"weight":10,"interval":"5m"}`, "{weight, interval}"},
		"a mapping":                {"{weight: 10, interval: 5m}", "want"},
		"an alias":                 {"- &a {weight: 10, interval: 5m}\n- *a", "{weight, interval}"},
		"merge key":                {"- {<<: {weight: 10}, interval: 5m}", "<<"},
		"too many":                 {many, "1000"},
		"too large":                {"- {weight: 10, interval: 5m} #" + strings.Repeat("x", 70<<10), "64 KiB"},
		"words":                    {"ten percent, then all", "weight"},
		"the predecessor's object": {`{"canaryPlans":[{"weight":10,"interval":5}]}`, "want"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, errs := load(nil, environ(plansOf(c.text)), false)
			wantErrors(t, errs, []string{"plans", c.says})
			if cfg.Release.Schedule != nil {
				t.Errorf("beside the error stands %s", cfg.Release.Schedule)
			}
		})
	}
}

func TestAStepWithoutIntervalTakesTheCommonOne(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, inputs{"strategy": "canaryPlans", "plans": "10, 30:10m, 50", "interval": "2m"})
	if got := c.Release.Schedule.String(); got != "10:2m0s, 30:10m0s, 50:2m0s, 100" {
		t.Errorf("schedule = %s", got)
	}
}

// The output plan can be given back as the input plans.
func TestTheOutputPlanIsAnInput(t *testing.T) {
	t.Parallel()
	for w := release.Weight(1); w <= release.Full; w += 37 {
		for _, interval := range []time.Duration{time.Second, time.Minute, 90 * time.Minute, 24 * time.Hour, 1500 * time.Millisecond} {
			s, err := plan.Shape{Strategy: plan.CanaryStep, Weight: w, Interval: interval}.Schedule()
			if err != nil {
				t.Fatal(err)
			}
			text := report.PlanJSON(s)
			if got := mustLoad(t, plansOf(text)).Release.Schedule; got.String() != s.String() {
				t.Fatalf("%s reads as %s, want %s", text, got, s)
			}
		}
	}
	linear, err := plan.Shape{Strategy: plan.LinearStep, Weight: 10_00, Interval: time.Minute}.Schedule()
	if err != nil {
		t.Fatal(err)
	}
	if got := mustLoad(t, plansOf(report.PlanJSON(linear))).Release.Schedule; got.String() != linear.String() {
		t.Errorf("linearStep reads as %s, want %s", got, linear)
	}
}

func FuzzParsePlans(f *testing.F) {
	for _, seed := range []string{
		"10:5m, 30:10m", "10:5,30", "100", "[]", "[{}]", `[{"weight":10,"interval":"5m"},{"weight":100}]`, "- weight: 10\n  interval: 5m\n",
		"- &a {weight: 10}\n- *a", "- {<<: {weight: 10}}", "- - - -", "[[[[[[", "- !!binary 10", "- ? {weight: 10}\n  : x", "10:-5m", "50:5m,20:5m",
		"- weight: \"\"\n  weight: 10\n  interval: 1", "---\n- {weight: 10, interval: 1}\n", "-\x00", "10:" + strings.Repeat("9", 400), "%YAML 1.1\n---\n[]",
	} {
		f.Add(seed, "")
		f.Add(seed, "2m")
	}
	f.Fuzz(func(t *testing.T, text, interval string) {
		stages, err := parsePlans(text, interval)
		if err != nil {
			if stages != nil {
				t.Fatalf("parsePlans(%q) gives %v beside an error", text, stages)
			}
			return
		}
		if len(text) > 64<<10 || len(stages) > 1000 {
			t.Fatalf("%d bytes, %d stages", len(text), len(stages))
		}
		for _, st := range stages {
			if st.Weight <= 0 || st.Weight > release.Full || st.Interval < 0 || st.Interval > 30*24*time.Hour {
				t.Fatalf("parsePlans(%q) gives the stage %+v", text, st)
			}
		}
		s, err := plan.Shape{Strategy: plan.CanaryPlans, Plans: stages}.Schedule()
		if err != nil {
			return // not increasing
		}
		var compact []string
		for _, st := range s {
			compact = append(compact, fmt.Sprintf("%s:%s", st.Weight, st.Interval))
		}
		again, err := parsePlans(strings.Join(compact, ","), "")
		if err != nil || fmt.Sprint(again) != fmt.Sprint([]plan.Stage(s)) {
			t.Fatalf("%q reads as %v, and its compact form %v as %v, %v", text, s, compact, again, err)
		}
	})
}

func TestTextBehindThePlansIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[{"weight":10,"interval":"5m"}] x`, `[{"weight":10,"interval":"5m"}]]`, `[{"weight":10,"interval":"5m"}],[{"weight":50}]`,
		"- {weight: 10, interval: 5m}\n---\n- {weight: 50, interval: 5m}", "[{weight: 10, interval: 5m}]\n{weight: 50}",
		`[{"weight":"","weight":10,"interval":"5m"}]`,
	} {
		_, errs := load(nil, environ(plansOf(text)), false)
		wantErrors(t, errs, []string{"plans"})
	}
}

// An interval that is given is checked even where no step needs it.
func TestUnusedIntervalsAreCheckedAsWell(t *testing.T) {
	t.Parallel()
	_, errs := load(nil, environ(inputs{"strategy": "canaryPlans", "plans": "10:5m", "interval": "bogus"}), false)
	wantErrors(t, errs, []string{"interval", "bogus"})
	for _, text := range []string{"10:5m, 100:bogus", "100:-5m"} {
		_, errs := load(nil, environ(plansOf(text)), false)
		wantErrors(t, errs, []string{"plans", "interval"})
	}
}

// The output plan of a release that promotes is an input plans.
func TestThePlanOutputIsAnInput(t *testing.T) {
	t.Parallel()
	for _, s := range []plan.Shape{{Strategy: plan.CanaryStep, Weight: 20_00}, {Strategy: plan.LinearStep, Weight: 40_00, Interval: time.Minute}} {
		want, err := s.Schedule()
		if err != nil {
			t.Fatal(err)
		}
		if got := mustLoad(t, plansOf(report.PlanJSON(want))).Release.Schedule; got.String() != want.String() {
			t.Errorf("%s became %s", want, got)
		}
	}
}
