package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

var (
	errMoved  = &release.MovedError{What: "alias prod", Expected: "version 1 60 %, version 2 40 %", Found: "version 1 100 %"}
	errDenied = &release.APIError{Op: "UpdateAlias", Resource: "alias prod of service shop", Status: 403, Code: "AccessDenied", Message: "not you", RequestID: "req-9"}
	errBusy   = &release.APIError{Op: "UpdateAlias", Resource: "alias prod of service shop", Status: 503, Code: "ServiceUnavailable", Retryable: true}
)

func TestReasons(t *testing.T) {
	t.Parallel()
	wrap := func(err error) error { return fmt.Errorf("shift: %w", err) }
	for name, c := range map[string]struct {
		result rollout.Result
		want   string
	}{
		"none":                 {rollout.Result{Status: rollout.Completed}, ""},
		"invalid":              {rollout.Result{Status: rollout.Failed, Err: wrap(&release.InvalidError{Input: "weight"})}, "invalid_input"},
		"several invalid":      {rollout.Result{Status: rollout.Failed, Err: errors.Join(&release.InvalidError{Input: "a"}, &release.InvalidError{Input: "b"})}, "invalid_input"},
		"credentials":          {rollout.Result{Status: rollout.Failed, Err: fmt.Errorf("%w: %w", ErrCredentials, errors.New("no profile"))}, "credentials"},
		"denied":               {rollout.Result{Status: rollout.Failed, Err: wrap(errDenied)}, "permission_denied"},
		"not signed":           {rollout.Result{Status: rollout.Failed, Err: &release.APIError{Status: 401}}, "credentials"},
		"not found":            {rollout.Result{Status: rollout.Failed, Err: &release.APIError{Status: 404}}, "not_found"},
		"denied, not missing":  {rollout.Result{Status: rollout.Failed, Err: &release.APIError{Status: 403, Message: "AliasNotFound"}}, "permission_denied"},
		"busy, rolled back":    {rollout.Result{Status: rollout.RolledBack, Err: wrap(errBusy)}, "unavailable"},
		"rejected":             {rollout.Result{Status: rollout.RolledBack, Err: &release.APIError{Status: 400}}, "rejected"},
		"moved":                {rollout.Result{Status: rollout.Failed, Err: wrap(errMoved)}, "moved"},
		"moved while back":     {rollout.Result{Status: rollout.Failed, Err: errDenied, RollbackErr: wrap(errMoved)}, "moved"},
		"rollback failed":      {rollout.Result{Status: rollout.Failed, Err: errDenied, RollbackErr: errBusy}, "rollback_failed"},
		"cancelled":            {rollout.Result{Status: rollout.Cancelled, Err: rollout.ErrCancelled}, "cancelled"},
		"cancelled in a call":  {rollout.Result{Status: rollout.Cancelled, Err: &release.APIError{Err: context.Canceled, Retryable: true}}, "cancelled"},
		"nobody knows this":    {rollout.Result{Status: rollout.Failed, Err: errors.New("odd")}, "internal"},
		"cancelled, not moved": {rollout.Result{Status: rollout.Failed, Err: rollout.ErrCancelled, RollbackErr: errDenied}, "rollback_failed"},
	} {
		if got := Reason(c.result); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// outcome is a linear release of version 2 over version 1 that ended so.
func outcome(t *testing.T, r rollout.Result) Outcome {
	t.Helper()
	if r.Version == "" {
		r.Version, r.Base = "2", "1"
	}
	return Outcome{Target: shop(), Plan: newPlan(t, linear40(t), online("2")), Result: r}
}

func traffic(t release.Traffic) *release.Traffic { return &t }

func TestHeadlineAndNextOfEveryStatus(t *testing.T) {
	t.Parallel()
	split := traffic(release.Split("1", "2", 40_00))
	for name, c := range map[string]struct {
		result         rollout.Result
		headline, next []string
	}{
		"completed":         {rollout.Result{Status: rollout.Completed, Traffic: traffic(release.Only("2")), Sure: true}, []string{"completed", "prod", "version 2"}, []string{"To roll back", "version 1"}},
		"unchanged":         {rollout.Result{Status: rollout.Unchanged, Traffic: traffic(release.Only("2")), Sure: true}, []string{"unchanged", "version 2", "prod"}, nil},
		"rolled back":       {rollout.Result{Status: rollout.RolledBack, Traffic: traffic(release.Only("1")), Sure: true, Err: errDenied}, []string{"rolled back", "version 1"}, []string{"again"}},
		"cancelled":         {rollout.Result{Status: rollout.Cancelled, Traffic: traffic(release.Only("1")), Sure: true, Err: rollout.ErrCancelled}, []string{"cancelled", "version 1 100 %"}, []string{"again"}},
		"cancelled early":   {rollout.Result{Status: rollout.Cancelled, Sure: true, Err: rollout.ErrCancelled}, []string{"cancelled", "not touched"}, []string{"again"}},
		"planned":           {rollout.Result{Status: rollout.Planned, Sure: true}, []string{"planned", "nothing was written"}, []string{"run release"}},
		"denied":            {rollout.Result{Status: rollout.Failed, Sure: true, Err: errDenied}, []string{"failed", "not touched"}, []string{"RAM"}},
		"invalid":           {rollout.Result{Status: rollout.Failed, Sure: true, Err: &release.InvalidError{Input: "weight"}}, []string{"failed", "not touched"}, []string{"input"}},
		"credentials":       {rollout.Result{Status: rollout.Failed, Sure: true, Err: ErrCredentials}, []string{"failed"}, []string{"access_key_id", "ALIBABA_CLOUD_ACCESS_KEY_ID"}},
		"unavailable":       {rollout.Result{Status: rollout.Failed, Sure: true, Err: errBusy}, []string{"failed"}, []string{"retry_timeout"}},
		"creation unknown":  {rollout.Result{Status: rollout.Failed, Err: errBusy}, []string{"failed", "not known"}, []string{"again"}},
		"moved":             {rollout.Result{Status: rollout.Failed, Traffic: split, Sure: true, Err: errMoved}, []string{"failed", "expected version 1 60 %, version 2 40 %, found version 1 100 %", "overwritten"}, []string{"Somebody else"}},
		"moved in rollback": {rollout.Result{Status: rollout.Failed, Traffic: split, Sure: true, Err: errDenied, RollbackErr: errMoved}, []string{"failed", "found version 1 100 %"}, []string{"Somebody else"}},
		// Rule 9: when the write back fails too, the words say where the traffic is.
		"rollback failed": {rollout.Result{Status: rollout.Failed, Traffic: split, Sure: true, Err: errDenied, RollbackErr: errBusy}, []string{"failed", "version 1 60 %, version 2 40 %"}, []string{"prod", "version 1", "by hand"}},
		"not confirmed":   {rollout.Result{Status: rollout.Failed, Traffic: split, Err: errDenied, RollbackErr: errBusy}, []string{"failed", "not confirmed", "version 2 40 %"}, []string{"by hand"}},
	} {
		o := outcome(t, c.result)
		wants(t, name, o.Headline(), c.headline...)
		wants(t, name, o.Next(), c.next...)
		if c.next == nil && o.Next() != "" {
			t.Errorf("%s: nothing is to be done, but it says %q", name, o.Next())
		}
	}
}

func TestHeldSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	req := linear40(t)
	req.Schedule = schedule(t, plan.Shape{Strategy: plan.CanaryWeight, Weight: 20_00})
	o := Outcome{Target: shop(), Plan: newPlan(t, req, online("2")), Result: rollout.Result{
		Status: rollout.Held, Version: "2", Base: "1", Sure: true, Traffic: traffic(release.Split("1", "2", 20_00)),
	}}
	wants(t, "headline", o.Headline(), "held", "version 2", "20 %", "version 1", "prod")
	wants(t, "next", o.Next(), "fullWeight and version 2", "canaryWeight with version 2", "fullWeight and version 1")
}

// The outputs have a fixed order whatever happened, and all are single lines with plain numbers.
func TestOutputs(t *testing.T) {
	t.Parallel()
	names := []string{"status", "failure_reason", "alias", "version", "base_version", "weight", "plan", "resume_token", "resume_at", "next_weight", "steps_left"}
	const steps = `[{"weight":40,"interval":"1m"},{"weight":80,"interval":"1m"},{"weight":100}]`
	half := release.Split("1", "2", 50)
	for name, c := range map[string]struct {
		outcome Outcome
		want    []string
	}{
		"completed":   {outcome(t, rollout.Result{Status: rollout.Completed, Traffic: traffic(release.Only("2")), Sure: true}), []string{"completed", "", "prod", "2", "1", "100", steps, "", "", "", "0"}},
		"half %":      {outcome(t, rollout.Result{Status: rollout.Failed, Traffic: &half, Sure: true, Err: errDenied, RollbackErr: errBusy}), []string{"failed", "rollback_failed", "prod", "2", "1", "0.5", steps, "", "", "", ""}},
		"rolled back": {outcome(t, rollout.Result{Status: rollout.RolledBack, Traffic: traffic(release.Only("1")), Sure: true, Err: errDenied}), []string{"rolled_back", "permission_denied", "prod", "2", "1", "0", steps, "", "", "", "0"}},
		"not sure":    {outcome(t, rollout.Result{Status: rollout.Failed, Traffic: &half, Err: errBusy, RollbackErr: errBusy}), []string{"failed", "rollback_failed", "prod", "2", "1", "", steps, "", "", "", ""}},
		"refused":     {Outcome{Target: shop(), Result: rollout.Result{Status: rollout.Failed, Sure: true, Err: &release.InvalidError{Input: "weight", Value: "a\nb"}}}, []string{"failed", "invalid_input", "prod", "", "", "", "[]", "", "", "", ""}},
		"cancelled":   {outcome(t, rollout.Result{Status: rollout.Cancelled, Traffic: traffic(release.Only("1")), Sure: true, Err: rollout.ErrCancelled}), []string{"cancelled", "cancelled", "prod", "2", "1", "0", steps, "", "", "", ""}},
	} {
		if len(Outputs) != len(names) {
			t.Fatalf("%d outputs, want %d", len(Outputs), len(names))
		}
		for i, out := range Outputs {
			value := out.Value(c.outcome)
			if out.Name != names[i] || value != c.want[i] || out.Help == "" {
				t.Errorf("%s: output %d is %s=%q, want %s=%q", name, i, out.Name, value, names[i], c.want[i])
			}
			if strings.ContainsAny(value, "\r\n") {
				t.Errorf("%s: %s is not one line", name, out.Name)
			}
		}
	}
}

func TestPlanJSONIsPlain(t *testing.T) {
	t.Parallel()
	s := plan.Schedule{{Weight: 50, Interval: 90 * time.Minute}, {Weight: 33_33, Interval: time.Second}, {Weight: release.Full}}
	if got, want := PlanJSON(s), `[{"weight":0.5,"interval":"1h30m"},{"weight":33.33,"interval":"1s"},{"weight":100}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := PlanJSON(nil); got != "[]" {
		t.Errorf("no schedule: %s", got)
	}
}
