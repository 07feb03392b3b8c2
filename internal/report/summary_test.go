package report

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

var update = flag.Bool("update", false, "write the golden files anew")

var start = time.Date(2026, 3, 1, 10, 40, 0, 0, time.UTC)

// records are steps that follow each other: each takes as long as its wait says, or 120 ms.
func records(recs ...rollout.Record) []rollout.Record {
	at := start
	for i := range recs {
		recs[i].Started = at
		at = at.Add(max(recs[i].Step.Wait, 120*time.Millisecond))
		recs[i].Ended = at
	}
	return recs
}

func step(kind plan.StepKind, w release.Weight, after release.Traffic) rollout.Record {
	r := rollout.Record{Step: plan.Step{Kind: kind, Weight: w}, Traffic: after}
	if kind == plan.StepWait {
		r.Step.Wait = time.Minute
	}
	return r
}

func failed(r rollout.Record) rollout.Record {
	r.Failed = true
	return r
}

// walked is a linear release 40 → 80 → 100 that came as far as it came.
func walked(t *testing.T, result rollout.Result, recs ...rollout.Record) Outcome {
	t.Helper()
	publish := step(plan.StepPublish, 0, release.Only("1"))
	publish.Detail = "2"
	result.Version, result.Base = "2", "1"
	result.Records = records(append([]rollout.Record{publish, step(plan.StepBind, 0, release.Only("1"))}, recs...)...)
	made := newPlan(t, linear40(t), online(""))
	result.Bound = made.Bind
	return Outcome{Target: shop(), Plan: made, Result: result}
}

func goldens(t *testing.T) map[string]Outcome {
	t.Helper()
	at40, at80 := release.Split("1", "2", 40_00), release.Split("1", "2", 80_00)
	completed := walked(t, rollout.Result{Status: rollout.Completed, Traffic: traffic(release.Only("2")), Sure: true},
		step(plan.StepShift, 40_00, at40), step(plan.StepWait, 40_00, at40), step(plan.StepShift, 80_00, at80), step(plan.StepWait, 80_00, at80),
		step(plan.StepPromote, release.Full, release.Only("2")))
	rolledBack := walked(t, rollout.Result{Status: rollout.RolledBack, Traffic: traffic(release.Only("1")), Sure: true, Err: errDenied},
		step(plan.StepShift, 40_00, at40), step(plan.StepWait, 40_00, at40), failed(step(plan.StepShift, 80_00, at40)), step(plan.StepRollback, 0, release.Only("1")))
	moved := walked(t, rollout.Result{Status: rollout.Failed, Traffic: traffic(release.Only("1")), Sure: true, Err: errMoved},
		step(plan.StepShift, 40_00, at40), failed(step(plan.StepWait, 40_00, at40)))
	stuck := walked(t, rollout.Result{Status: rollout.Failed, Traffic: &at40, Sure: true, Err: errDenied, RollbackErr: errBusy},
		step(plan.StepShift, 40_00, at40), failed(step(plan.StepShift, 80_00, at40)), failed(step(plan.StepRollback, 0, at40)))

	req := linear40(t)
	req.Schedule = schedule(t, plan.Shape{Strategy: plan.CanaryWeight, Weight: 20_00})
	held := walked(t, rollout.Result{Status: rollout.Held, Traffic: traffic(release.Split("1", "2", 20_00)), Sure: true}, step(plan.StepShift, 20_00, release.Split("1", "2", 20_00)))
	held.Plan = newPlan(t, req, online(""))

	planned := Outcome{Target: shop(), Plan: newPlan(t, linear40(t), online("")), Result: rollout.Result{
		Status: rollout.Planned, Base: "1", Traffic: traffic(release.Only("1")), Sure: true,
	}}
	refused := Outcome{Target: shop(), Result: rollout.Result{Status: rollout.Failed, Sure: true, Err: &release.InvalidError{Input: "weight", Value: "120", Want: "want a percentage"}}}
	waiting := walked(t, rollout.Result{
		Status: rollout.Waiting, Traffic: &at40, Sure: true,
		Pause: &rollout.Pause{Stage: 1, Left: 2, Next: 80_00, Until: start.Add(10 * time.Minute), Why: rollout.WaitInterval},
	}, step(plan.StepShift, 40_00, at40))
	waiting.Token = exampleToken
	return map[string]Outcome{
		"waiting":   waiting,
		"completed": completed, "rolled_back": rolledBack, "moved": moved, "rollback_failed": stuck, "held": held, "planned": planned, "refused": refused,
	}
}

func summaryOf(t *testing.T, o Outcome) string {
	t.Helper()
	text, err := Summary(o, asIs)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// After a wanted change of words: go test ./internal/report -update.
func TestGoldenSummaries(t *testing.T) {
	t.Parallel()
	for name, o := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, file := summaryOf(t, o), filepath.Join("testdata", name+".md")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the summary differs from %s:\n%s", file, got)
			}
		})
	}
}

// What the issue wants on the page, golden files or not: steps with times, a picture, bindings, what to do next.
func TestSummaryHoldsWhatIsPromised(t *testing.T) {
	t.Parallel()
	all := goldens(t)
	for name, words := range map[string][]string{
		"completed":       {"completed: alias prod", "10:40:00 UTC", "| shift to 40 % | 40 % |", "| wait 1m |", "version 2 100 %", "```mermaid", "[0, 40, 80, 100]", "| trigger web of function hello | LATEST → prod |", "shop.example/bound", "shop.example/pinned"},
		"rolled_back":     {"rolled back: alias prod", "version 1 100 %", "req-9", "AccessDenied", "[0, 40, 0]", "**failed**", "return to the base", "**Next:**"},
		"moved":           {"failed: alias prod was changed by someone else", "found version 1 100 %", "**Next:** Somebody else"},
		"held":            {"held: version 2 has 20 %", "**Next:** To promote"},
		"planned":         {"planned for alias prod of service shop; nothing was written", "| publish |", "| shift to 40 % |", "LATEST, not moved"},
		"rollback_failed": {"req-9", "the return to the base failed", "ServiceUnavailable", "version 1 60 %, version 2 40 %", "by hand"},
		"refused":         {"failed:", "weight", "120", "want a percentage"},
	} {
		text := summaryOf(t, all[name])
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", name, w, text)
			}
		}
	}
	if text := summaryOf(t, all["moved"]); !strings.Contains(text, "`["+strings.Repeat("█", 25)+"] version 1 100 %`") {
		t.Errorf("after somebody else moved the alias, the bar does not show what they made of it:\n%s", text)
	}
}

const hostileText = "x | y `z` <script>alert(1)</script>\n| a | b |\r\n```\n::error::x ##[error]y ![i](http://evil.example/i.png) [l](javascript:x) <!-- * ~~ @user \\| \u2028 &lt;b&gt;"

// hostileOutcome differs from the rolled back one in foreign words only.
func hostileOutcome(t *testing.T, text string) Outcome {
	t.Helper()
	o := goldens(t)["rolled_back"]
	o.Result.Err = &release.APIError{Op: "UpdateAlias", Resource: "alias prod", Status: 400, Code: text, Message: text, RequestID: text}
	o.Result.RollbackErr = fmt.Errorf("denied: %s", text)
	o.Result.Records[0].Detail = text
	for i := range o.Plan.Bind {
		o.Plan.Bind[i].Name, o.Plan.Bind[i].Path, o.Plan.Bind[i].From, o.Plan.Bind[i].Function = text, text, text, text
	}
	for i := range o.Plan.Bound {
		o.Plan.Bound[i].Name, o.Plan.Bound[i].Path = text, text
	}
	for i := range o.Plan.Notices {
		for k := range o.Plan.Notices[i].Args {
			o.Plan.Notices[i].Args[k] = text
		}
	}
	return o
}

// shapeOf is what a summary is made of, without its words: tables with their columns, fences, headings.
func shapeOf(text string) (shape []string) {
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "|"):
			shape = append(shape, fmt.Sprintf("row of %d", strings.Count(line, "|")))
		case strings.HasPrefix(line, "```"), line == "":
			shape = append(shape, line)
		default:
			shape = append(shape, line[:1])
		}
	}
	return shape
}

func TestForeignTextCannotBreakThePage(t *testing.T) {
	t.Parallel()
	got, plain := summaryOf(t, hostileOutcome(t, hostileText)), summaryOf(t, hostileOutcome(t, "harmless"))
	if a, b := strings.Join(shapeOf(got), "\n"), strings.Join(shapeOf(plain), "\n"); a != b {
		t.Errorf("the page has another shape:\n%s\nthan with harmless words:\n%s", got, plain)
	}
	if !strings.Contains(got, "alert(1)") {
		t.Errorf("the words are lost:\n%s", got)
	}
	for _, bad := range []string{"<", "](", "![", "http://", "@user", "~~"} {
		if strings.Contains(got, bad) {
			t.Errorf("the page contains %q:\n%s", bad, got)
		}
	}
}

// A page with thousands of rows would be dropped or unreadable.
func TestLongReleasesStayReadable(t *testing.T) {
	t.Parallel()
	var recs []rollout.Record
	for w := release.Weight(10); w < release.Full; w += 10 {
		recs = append(recs, step(plan.StepShift, w, release.Split("1", "2", w)), step(plan.StepWait, w, release.Split("1", "2", w)))
	}
	o := walked(t, rollout.Result{Status: rollout.Completed, Traffic: traffic(release.Only("2")), Sure: true}, append(recs, step(plan.StepPromote, release.Full, release.Only("2")))...)
	text := summaryOf(t, o)
	if rows := strings.Count(text, "\n|"); rows > 100 || len(text) > 1<<16 {
		t.Errorf("%d rows, %d bytes", rows, len(text))
	}
	bars := regexp.MustCompile(`bar \[(.*)\]`).FindStringSubmatch(text)
	if bars == nil {
		t.Fatalf("no picture:\n%s", text)
	}
	points := strings.Split(bars[1], ", ")
	if len(points) > 60 || points[0] != "0" || points[len(points)-1] != "100" {
		t.Errorf("the picture shows %v", points)
	}
	if !strings.Contains(text, "more") || !strings.Contains(text, "promote to 100 %") {
		t.Errorf("first and last rows are not kept:\n%s", text)
	}
}

func asIs(s string) string { return s }

// Escaping must not hide a secret from whoever takes it out.
func TestSecretsLeaveTheSummaryBeforeItIsEscaped(t *testing.T) {
	t.Parallel()
	o := outcome(t, rollout.Result{Status: rollout.Failed, Sure: true, Err: errors.New("key pa*ss&word is bad")})
	text, err := Summary(o, func(s string) string { return strings.ReplaceAll(s, "pa*ss&word", "***") })
	if err != nil || strings.Contains(text, "ss&amp;word") || !strings.Contains(text, "key &#42;&#42;&#42; is bad") {
		t.Errorf("%v\n%s", err, text)
	}
}
