package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
)

func TestWaitingDefaults(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil)
	if c.Wait != plan.WaitInJob || c.WaitGiven || c.MaxWait != 30*time.Minute || c.MaxWaitGiven || c.OnCancel != plan.CancelRollback ||
		c.Release.OnUnfinished != plan.OnUnfinishedContinue || c.ContinueGiven || c.JobTimeout != 0 || c.Lifetime != 0 || len(c.Window) != 0 {
		t.Errorf("%+v", c)
	}
	c = mustLoad(t, map[string]string{
		"wait": "auto", "max_wait": "90", "on_cancel": "hold", "on_unfinished": "continue", "job_timeout": "1h", "credentials_lifetime": "15m",
	})
	if c.Wait != plan.WaitAuto || !c.WaitGiven || c.MaxWait != 90*time.Minute || c.OnCancel != plan.CancelHold || !c.ContinueGiven ||
		c.JobTimeout != time.Hour || c.Lifetime != 15*time.Minute {
		t.Errorf("%+v", c)
	}
}

func TestWaitingThatMeansNothingIsRefused(t *testing.T) {
	t.Parallel()
	_, errs := load(nil, environ(map[string]string{
		"wait": "tokens", "max_wait": "soon", "on_cancel": "stop", "on_unfinished": "resume", "job_timeout": "-1", "full": "yes", "json": "1", "release_window": "always",
	}), false)
	wantErrors(t, errs, []string{"wait", "did you mean token"}, []string{"max_wait"}, []string{"on_cancel", "rollback, hold, finish"},
		[]string{"on_unfinished", "continue, restart, fail"}, []string{"job_timeout"}, []string{"full", "true or false"}, []string{"json", "true or false"}, []string{"release_window"})
	_, errs = load(nil, environ(map[string]string{"full": "true", "json": "true"}), false)
	wantErrors(t, errs, []string{"full", "promote"}, []string{"json", "status"})
}

// Commands on an alias need no functions where the alias is named; those that make a plan do.
func TestWhatEachCommandNeeds(t *testing.T) {
	t.Parallel()
	noFunctions := map[string]string{"functions": "", "alias": "prod", "strategy": "canaryStepp"} // the job's common variables
	for _, args := range [][]string{{"status"}, {"rollback"}, {"rollback", "--version", "3"}, {"abort"}, {"promote", "--full"}} {
		if c := mustLoad(t, noFunctions, args...); c.Release.Target.Alias != "prod" {
			t.Errorf("%v: %+v", args, c.Release.Target)
		}
	}
	for _, command := range []string{"release", "plan", "promote"} {
		_, errs := load([]string{command}, environ(map[string]string{"functions": "", "alias": "prod"}), false)
		wantErrors(t, errs, []string{"functions", "required"})
	}
	_, errs := load([]string{"rollback"}, environ(map[string]string{"functions": ""}), false)
	wantErrors(t, errs, []string{"functions", "required"})
}

func tokenText(t *testing.T, change func(*resume.Token)) string {
	t.Helper()
	token := resume.Token{
		Account: resume.AccountDigest("1234567890123456"), Region: "cn-hangzhou", ID: "0123456789ab", Base: "1", Canary: "2", Stage: 1,
		Target:   release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "prod"},
		Schedule: plan.Schedule{{Weight: 10_00, Interval: time.Minute}, {Weight: release.Full}},
	}
	if change != nil {
		change(&token)
	}
	text, err := token.Encode([4]byte{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A token brings its target along. What the inputs say besides must agree with it, as far as both sides know it.
func TestTheTokenBringsTheTarget(t *testing.T) {
	t.Parallel()
	nothing := map[string]string{"service": "", "functions": ""}
	text := tokenText(t, nil)
	for _, command := range []string{"resume", "promote", "rollback", "abort", "status"} {
		c := mustLoad(t, nothing, command, "--resume-token", text)
		if c.Token == nil || c.Release.Target.Alias != "prod" || c.Release.Target.Service != "shop" || len(c.Release.Target.Functions) != 1 {
			t.Errorf("%s: %+v", command, c.Release.Target)
		}
	}
	endpointOnly := map[string]string{"region": "", "account_id": "", "endpoint": "http://127.0.0.1:9000", "service": "", "functions": ""}
	mustLoad(t, endpointOnly, "resume", "--resume-token", text)
	mustLoad(t, map[string]string{"region": "", "account_id": "", "endpoint": "1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com"}, "resume", "--alias", "prod", "--resume-token", text)
	for name, c := range map[string]struct {
		change map[string]string
		args   []string
		words  []string
	}{
		"service":   {map[string]string{"service": "other"}, nil, []string{"service shop, not other"}},
		"functions": {map[string]string{"functions": "hello,more"}, nil, []string{"functions hello, not hello, more"}},
		"alias":     {nil, []string{"--alias", "stage"}, []string{"alias prod, not stage"}},
		"version":   {nil, []string{"--version", "9"}, []string{"version 2, not 9"}},
		"base":      {nil, []string{"--base-version", "9"}, []string{"base version 1, not 9"}},
		"region":    {map[string]string{"region": "cn-beijing"}, nil, []string{"region cn-hangzhou, not cn-beijing"}},
		"account":   {map[string]string{"account_id": "6543210987654321"}, nil, []string{"another account"}},
		"endpoint":  {map[string]string{"endpoint": "1234567890123456.cn-beijing.fc.aliyuncs.com"}, nil, []string{"region cn-hangzhou, not cn-beijing"}},
	} {
		_, errs := load(append([]string{"resume", "--resume-token", text}, c.args...), environ(c.change), false)
		if len(errs) == 0 {
			t.Errorf("%s: no error", name)
		}
		wantErrors(t, errs, append(c.words, "resume_token"))
		if strings.Contains(errors.Join(errs...).Error(), text) {
			t.Errorf("%s: the error repeats the token", name)
		}
	}
}

func TestTokensInTheWrongPlace(t *testing.T) {
	t.Parallel()
	text := tokenText(t, nil)
	for _, command := range []string{"release", "plan"} {
		_, errs := load([]string{command, "--resume-token", text}, environ(nil), false)
		wantErrors(t, errs, []string{"resume_token", "resume and promote"})
	}
	_, errs := load([]string{"resume"}, environ(nil), false)
	wantErrors(t, errs, []string{"resume_token", "required"})
	_, errs = load([]string{"resume", "--resume-token", "fcr9.abc"}, environ(nil), false)
	wantErrors(t, errs, []string{"resume_token", "format is 9"})
}

// approve stands in place of an interval wherever one may be given.
func TestApproveAsAnInterval(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs map[string]string
		want   string
	}{
		"compact": {map[string]string{"strategy": "canaryPlans", "plans": "10:approve, 30:5m"}, "10:approve, 30:5m0s, 100"},
		"list":    {map[string]string{"strategy": "canaryPlans", "plans": "[{weight: 10, interval: Approve}, {weight: 100}]"}, "10:approve, 100"},
		"default": {map[string]string{"strategy": "canaryPlans", "plans": "10, 30:5m", "interval": "approve"}, "10:approve, 30:5m0s, 100"},
		"step":    {map[string]string{"strategy": "canaryStep", "weight": "20", "interval": "approve"}, "20:approve, 100"},
		"linear":  {map[string]string{"strategy": "linearStep", "weight": "40", "interval": "approve"}, "40:approve, 80:approve, 100"},
	} {
		if got := mustLoad(t, c.inputs).Release.Schedule.String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestWindowsAreRead(t *testing.T) {
	t.Parallel()
	moment := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	// 2026-03-06 is a Friday.
	for text, c := range map[string]struct{ open, closed []string }{
		"Mon-Fri 10:00-17:00 Asia/Shanghai":           {[]string{"2026-03-06T02:00:00Z", "2026-03-06T08:59:59Z"}, []string{"2026-03-06T01:59:59Z", "2026-03-06T09:00:00Z", "2026-03-07T03:00:00Z"}},
		"mon-friday 10:00-17:00":                      {[]string{"2026-03-06T10:00:00Z"}, []string{"2026-03-06T09:59:00Z"}},
		"Fri-Mon 10:00-11:00 UTC":                     {[]string{"2026-03-06T10:30:00Z", "2026-03-08T10:30:00Z", "2026-03-09T10:30:00Z"}, []string{"2026-03-10T10:30:00Z", "2026-03-05T10:30:00Z"}},
		"Mon,Wed,Fri 10:00-12:00,14:00-15:00":         {[]string{"2026-03-06T11:00:00Z", "2026-03-06T14:30:00Z"}, []string{"2026-03-06T13:00:00Z", "2026-03-05T11:00:00Z"}},
		"10:00-12:00":                                 {[]string{"2026-03-07T11:00:00Z"}, []string{"2026-03-07T12:00:00Z"}},
		"Fri 22:00-04:00 UTC":                         {[]string{"2026-03-06T23:00:00Z", "2026-03-07T03:59:00Z"}, []string{"2026-03-07T04:00:00Z", "2026-03-06T03:00:00Z"}},
		"00:00-24:00":                                 {[]string{"2026-03-07T00:00:00Z", "2026-03-07T23:59:59Z"}, nil},
		"Fri 09:00-10:00 UTC ; Sat 11:00-12:00 UTC; ": {[]string{"2026-03-06T09:30:00Z", "2026-03-07T11:30:00Z"}, []string{"2026-03-06T11:30:00Z"}},
	} {
		w, zoned, err := parseWindow(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if zoned != (strings.Contains(text, "UTC") || strings.Contains(text, "Asia")) {
			t.Errorf("%s: zoned %t", text, zoned)
		}
		for _, at := range c.open {
			if !w.Open(moment(at)) {
				t.Errorf("%s is closed at %s", text, at)
			}
		}
		for _, at := range c.closed {
			if w.Open(moment(at)) {
				t.Errorf("%s is open at %s", text, at)
			}
		}
	}
}

func TestWindowsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Mon-Fri", "Mon-Fri 10:00", "Mon-Fri 10-17", "Mo 10:00-17:00", "Mon-Fry 10:00-17:00", "10:00-10:00", "24:00-25:00", "10:60-11:00", "25:00-26:00",
		"Mon-Fri 10:00-17:00 Nowhere/City", "Mon-Fri 10:00-17:00 Local", "Mon-Fri 10:00-17:00 UTC x", ";", "Mon-Fri 10:00-17:00 ../etc/passwd", "-", ",", strings.Repeat("10:00-11:00,", 200),
	} {
		if w, _, err := parseWindow(text); err == nil {
			t.Errorf("%q is read as %v", text, w)
		}
	}
}

// Whatever a user writes is refused or has an opening.
func FuzzWindow(f *testing.F) {
	for _, text := range []string{"Mon-Fri 10:00-17:00 Asia/Shanghai", "Sat,Sun 22:00-04:00; 00:00-24:00 UTC", "Mon 1:1-1:2", "x"} {
		f.Add(text, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		w, _, err := parseWindow(text)
		if err != nil {
			return
		}
		at := time.Unix(unix%4_000_000_000, 0)
		if next := w.Next(at); next.Before(at) || !w.Open(next) {
			t.Errorf("%q at %s: next %s, open %t", text, at.UTC(), next.UTC(), w.Open(next))
		}
	})
}
