package report

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

const exampleToken = "fcr1.ExampleTokenExampleToken"

// left is a linear release that left after its first weight.
func left(t *testing.T, p rollout.Pause) Outcome {
	t.Helper()
	at40 := release.Split("1", "2", 40_00)
	o := walked(t, rollout.Result{Status: rollout.Waiting, Traffic: &at40, Sure: true, Pause: &p}, step(plan.StepShift, 40_00, at40))
	o.Token = exampleToken
	return o
}

func TestWaitingSaysWhatComesNextAndHowToGoOn(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 3, 1, 10, 42, 0, 1, time.UTC)
	for name, c := range map[string]struct {
		pause                rollout.Pause
		headline, next       []string
		at, weight, stepLeft string
	}{
		"interval": {
			rollout.Pause{Stage: 1, Left: 2, Next: 80_00, Until: due, Why: rollout.WaitInterval},
			[]string{"waiting: alias prod of service shop sends traffic to version 1 60 %, version 2 40 %", "80 % is due at 2026-03-01T10:42:01Z"},
			[]string{"To go on at 2026-03-01T10:42:01Z", "run resume with the resume_token", "promote", "rollback"},
			"2026-03-01T10:42:01Z", "80", "2",
		},
		"approval": {
			rollout.Pause{Stage: 2, Left: 1, Next: release.Full, Why: rollout.WaitApproval},
			[]string{"100 % waits for approval"},
			[]string{"which approves it"},
			"", "100", "1",
		},
		"window": {
			rollout.Pause{Left: 3, Next: 40_00, Until: due, Why: rollout.WaitWindow},
			[]string{"when the release window opens"},
			[]string{"Nothing was written yet"},
			"2026-03-01T10:42:01Z", "40", "3",
		},
	} {
		o := left(t, c.pause)
		wants(t, name, o.Headline(), c.headline...)
		wants(t, name, o.Next(), c.next...)
		values := map[string]string{}
		for _, out := range Outputs {
			values[out.Name] = out.Value(o)
		}
		if values["status"] != "waiting" || values["resume_token"] != exampleToken || values["resume_at"] != c.at || values["next_weight"] != c.weight || values["steps_left"] != c.stepLeft {
			t.Errorf("%s: %v", name, values)
		}
		if text := summaryOf(t, o); !strings.Contains(text, "fc-rollout resume --resume-token "+exampleToken) {
			t.Errorf("%s: the summary lacks the line to go on with:\n%s", name, text)
		}
	}
}

// A remedy is said as it stands; a rollback that was asked for is no failure.
func TestConflictsAndRequestedRollbacks(t *testing.T) {
	t.Parallel()
	conflict := &release.ConflictError{What: "another plan", Remedy: "Begin again."}
	o := outcome(t, rollout.Result{Status: rollout.Failed, Err: conflict, Sure: true})
	if Reason(o.Result) != "conflict" || o.Next() != "Begin again." {
		t.Errorf("%s, %q", Reason(o.Result), o.Next())
	}
	o.Result.Err = errors.Join(&release.MovedError{What: "x", Remedy: "Look."})
	if Reason(o.Result) != "moved" || o.Next() != "Look." {
		t.Errorf("%s, %q", Reason(o.Result), o.Next())
	}
	o = outcome(t, rollout.Result{Status: rollout.RolledBack, Traffic: traffic(release.Only("1")), Sure: true})
	wants(t, "asked", o.Next(), "the next release releases it again")
}

func stateWith(now release.Traffic, at *plan.Progress) rollout.State {
	return rollout.State{Alias: &release.Alias{Name: "prod", Traffic: now, Description: "text"}, Progress: at, Due: start.Add(5 * time.Minute)}
}

func TestStatusTellsWhereARolloutIs(t *testing.T) {
	t.Parallel()
	at := plan.Progress{ID: "0123456789ab", Base: "1", Canary: "2", Stage: 1, Stages: 3, Weight: 40_00, Next: 80_00, Hold: 10 * time.Minute}
	held, approve, back, complete := at, at, at, at
	held.Stage, held.Next = 3, 0
	approve.Approve, approve.Hold = true, 0
	back.Stage, back.Weight, back.Next = 0, 0, 0
	complete.Stage, complete.Weight, complete.Next = 3, release.Full, 0
	split := release.Split("1", "2", 40_00)
	for name, c := range map[string]struct {
		state  rollout.State
		status rollout.Status
		json   string
		words  []string
	}{
		"unfinished": {stateWith(split, &at), rollout.Waiting, "unfinished", []string{"version 2, step 1 of 3, rollout 0123456789ab", "80 % at 2026-03-01T10:45:00Z, in 5m", "resume with its token"}},
		"approval":   {stateWith(split, &approve), rollout.Waiting, "unfinished", []string{"80 % when somebody approves"}},
		"held":       {stateWith(split, &held), rollout.Held, "held", []string{"unfinished", "promote with full"}},
		"moved":      {stateWith(release.Only("1"), &at), rollout.Unchanged, "moved", []string{"somebody moved the alias since", "abort accepts"}},
		"back":       {stateWith(release.Only("1"), &back), rollout.Unchanged, "rolled_back", []string{"was rolled back"}},
		"complete":   {stateWith(release.Only("2"), &complete), rollout.Unchanged, "completed", []string{"none unfinished"}},
		"unreadable": {rollout.State{Alias: &release.Alias{Traffic: split}, Unreadable: errors.New("it is\ndamaged")}, rollout.Held, "unreadable", []string{"cannot be read: it is damaged"}},
		"by hand":    {stateWith(split, nil), rollout.Held, "none", []string{"no marker explains"}},
	} {
		text := strings.Join(StatusLines(shop(), c.state, start), " / ")
		wants(t, name, text, c.words...)
		if got := StatusResult(c.state); got.Status != c.status {
			t.Errorf("%s: status %s, want %s", name, got.Status, c.status)
		}
		var out struct {
			Status  string
			Traffic []map[string]any
			Rollout struct {
				State string
				GoOn  []string `json:"go_on"`
			}
			Bindings []any
		}
		if err := json.Unmarshal([]byte(StatusJSON(shop(), c.state)), &out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out.Status != string(c.status) || out.Rollout.State != c.json || len(out.Traffic) == 0 || out.Bindings == nil {
			t.Errorf("%s: %+v", name, out)
		}
		if rolls := slices.Contains(out.Rollout.GoOn, "rollback"); rolls == (c.json == "rolled_back") {
			t.Errorf("%s: go on with %v", name, out.Rollout.GoOn)
		}
	}
	if text := strings.Join(StatusLines(shop(), stateWith(split, &at), start.Add(time.Hour)), " / "); !strings.Contains(text, "80 % is due since 2026-03-01T10:45:00Z") {
		t.Error(text)
	}
}
