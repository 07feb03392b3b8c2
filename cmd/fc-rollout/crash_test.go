package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// crashInterval is the wait between weights in the matrix.
const crashInterval = 200 * time.Millisecond

// crashCase is a release that is killed at each of its calls.
type crashCase struct {
	strategy []string
	weights  []string // those that the canary may have, in order, as the API writes them
	noAlias  bool
}

var crashCases = map[string]crashCase{
	"canaryStep":   {[]string{"--strategy", "canaryStep", "--weight", "20", "--interval", "200ms"}, []string{"0.2", "1"}, false},
	"linearStep":   {[]string{"--strategy", "linearStep", "--weight", "40", "--interval", "200ms"}, []string{"0.4", "0.8", "1"}, true},
	"canaryPlans":  {[]string{"--strategy", "canaryPlans", "--plans", "10:200ms, 30:200ms"}, []string{"0.1", "0.3", "1"}, false},
	"canaryWeight": {[]string{"--strategy", "canaryWeight", "--weight", "50"}, []string{"0.5"}, true},
	"fullWeight":   {[]string{"--strategy", "fullWeight"}, []string{"1"}, false},
}

// A release that is killed (SIGKILL) at any call, before the call takes effect or after, is finished by the same command,
// or by the token where there is one: with the same end, one version, no weight out of turn and no wait cut short.
func TestKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	for name, c := range crashCases {
		for _, mode := range []string{"job", "token"} {
			for _, kind := range []string{fcsim.FaultBlockBefore, fcsim.FaultBlockAfter} {
				t.Run(fmt.Sprintf("%s/%s/%s", name, mode, kind), func(t *testing.T) {
					t.Parallel()
					c.matrix(t, mode, kind)
				})
			}
		}
	}
}

// matrix kills at the first call, the second, and so on until the release is over before the kill.
func (c crashCase) matrix(t *testing.T, mode, kind string) {
	calls := 0
	for {
		w := newCrashWorld(t, c)
		if killed := w.drive(mode, kind, calls); !killed {
			break
		}
		w.check(c)
		calls += stride
	}
	if least := 8 + 3*len(c.weights); calls < least {
		t.Errorf("killed at %d calls only, want at least %d", calls, least)
	}
}

// crashWorld is a cloud for one release, with version 1 live, changed code, and a trigger and a route to bind.
type crashWorld struct {
	t     *testing.T
	c     crashCase
	sim   *fcsim.Simulator
	url   string
	dir   string
	mu    sync.Mutex
	steps []crashStep
}

// crashStep is a weight of version 2 and when it came into force.
type crashStep struct {
	weight string
	at     time.Time
}

func newCrashWorld(t *testing.T, c crashCase) *crashWorld {
	t.Helper()
	w := &crashWorld{t: t, c: c, sim: fcsim.New(fcsim.Options{Seed: 1, FineTimes: true}), dir: t.TempDir()}
	server := httptest.NewServer(w.sim)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	w.url = server.URL
	w.must("POST", "/services", map[string]any{"serviceName": "shop"})
	w.must("POST", "/services/shop/functions", map[string]any{
		"functionName": "hello", "runtime": "nodejs14", "handler": "index.handler", "code": zipped("fcsim:reply one"),
	})
	w.must("POST", "/services/shop/versions", map[string]any{})
	if !c.noAlias {
		w.must("POST", "/services/shop/aliases", map[string]any{"aliasName": "prod", "versionId": "1", "description": "the shop's"})
	}
	w.must("POST", "/services/shop/functions/hello/triggers", map[string]any{
		"triggerName": "tick", "triggerType": "timer", "triggerConfig": `{"cronExpression":"@every 1m"}`,
	})
	w.must("POST", "/custom-domains", map[string]any{
		"domainName": "example.com", "protocol": "HTTP", "routeConfig": map[string]any{"routes": []any{
			map[string]any{"path": "/*", "serviceName": "shop", "functionName": "hello"},
		}},
	})
	w.must("PUT", "/services/shop/functions/hello", map[string]any{"code": zipped("fcsim:reply two")})
	w.sim.OnRequest(func(fcsim.Entry) {}, w.note)
	return w
}

func (w *crashWorld) must(method, path string, body any) map[string]any {
	w.t.Helper()
	status, _, answer := w.sim.Do(method, "/2021-04-06"+path, body, nil)
	if status >= 300 {
		w.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// note keeps the weight of version 2 after each write of the alias.
func (w *crashWorld) note(e fcsim.Entry) {
	if !strings.HasSuffix(e.Op, "Alias") || e.Method == "GET" || e.Effect != 200 {
		return
	}
	weight := w.weight()
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.steps); (n == 0 && weight != "0") || (n > 0 && w.steps[n-1].weight != weight) {
		w.steps = append(w.steps, crashStep{weight, time.Now()})
	}
}

// weight is the share of version 2, without leaving a trace.
func (w *crashWorld) weight() string {
	_, _, answer := w.sim.Do("GET", "/2021-04-06/services/shop/aliases/prod", nil, nil)
	if answer["versionId"] == "2" {
		return "1"
	}
	weights, _ := answer["additionalVersionWeight"].(map[string]any)
	if share, ok := weights["2"]; ok {
		return fmt.Sprint(share)
	}
	return "0"
}

// drive runs the release to its end, job after job, and kills one of them at the call with the number.
func (w *crashWorld) drive(mode, kind string, call int) (killed bool) {
	w.sim.Inject(fcsim.Fault{Op: "*", Kind: kind, Skip: call, Times: 1})
	first := append(releaseOf("--triggers", "auto", "--custom-domains", "auto", "--wait", mode), w.c.strategy...)
	command := first
	for range 10 {
		ended, code, log := w.run(command)
		switch {
		case !ended: // and the same command is run again
			killed = true
		case code == ExitMoved && command[0] == "resume":
			command = first // the token's step was done before the kill: the inputs find the rollout
		case code != 0:
			w.t.Fatalf("%s call %d: %v ended with %d:\n%s", kind, call, command, code, log)
		case w.output("status") != "waiting":
			return killed
		default:
			command = []string{"resume", "--wait", mode, "--resume-token", w.output("resume_token")}
		}
	}
	w.t.Fatalf("%s call %d: no end", kind, call)
	return killed
}

func releaseOf(args ...string) []string {
	return append([]string{"release", "--service", "shop", "--functions", "hello", "--alias", "prod"}, args...)
}

// ExitMoved is the exit code of a run that found somebody else's doing, or that its rollout has moved on.
const ExitMoved = 5

// run runs one job; ended is false when it was killed at the blocked call.
func (w *crashWorld) run(args []string) (ended bool, code int, log string) {
	cmd, out := w.start(w.dir, args)
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	if w.blocked(done) {
		_ = cmd.Process.Kill()
		<-done
		if err := w.sim.WaitBlocked(w.t.Context(), 0); err != nil {
			w.t.Fatal(err)
		}
		return false, 0, ""
	}
	<-done
	return true, cmd.ProcessState.ExitCode(), out.String()
}

// blocked waits until a call is held; false means that the process ended before.
func (w *crashWorld) blocked(ended <-chan struct{}) bool {
	ctx, stop := context.WithTimeout(w.t.Context(), time.Minute)
	defer stop()
	go func() {
		select {
		case <-ended:
			stop()
		case <-ctx.Done():
		}
	}()
	return w.sim.WaitBlocked(ctx, 1) == nil
}

// start starts a job in a folder of its own.
func (w *crashWorld) start(dir string, args []string) (*exec.Cmd, *bytes.Buffer) {
	cmd, out := exec.Command("fc-rollout", args...), &bytes.Buffer{}
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "FC_ROLLOUT_ENDPOINT=" + w.url,
		"FC_ROLLOUT_ACCESS_KEY_ID=" + fcsim.DefaultAccessKeyID, "FC_ROLLOUT_ACCESS_KEY_SECRET=" + fcsim.DefaultAccessKeySecret,
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	return cmd, out
}

func (w *crashWorld) output(name string) string {
	text, err := os.ReadFile(filepath.Join(w.dir, "fc-rollout.env"))
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return value
		}
	}
	w.t.Fatalf("no output %s in %s", name, text)
	return ""
}

func (w *crashWorld) check(c crashCase) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var seen []string
	for i, s := range w.steps {
		seen = append(seen, s.weight)
		if i > 0 && s.at.Sub(w.steps[i-1].at) < crashInterval {
			w.t.Errorf("%s %% came %s after the weight before", s.weight, s.at.Sub(w.steps[i-1].at))
		}
	}
	if strings.Join(seen, " ") != strings.Join(c.weights, " ") {
		w.t.Errorf("weights %v, want %v", seen, c.weights)
	}
	versions, _ := w.must("GET", "/services/shop/versions", nil)["versions"].([]any)
	if len(versions) != 2 {
		w.t.Errorf("%d versions, want 2", len(versions))
	}
	if trigger := w.must("GET", "/services/shop/functions/hello/triggers/tick", nil); trigger["qualifier"] != "prod" {
		w.t.Errorf("the trigger calls %v", trigger["qualifier"])
	}
	if domain := fmt.Sprint(w.must("GET", "/custom-domains/example.com", nil)["routeConfig"]); !strings.Contains(domain, "qualifier:prod") {
		w.t.Errorf("the routes are %s", domain)
	}
	if description := fmt.Sprint(w.must("GET", "/services/shop/aliases/prod", nil)["description"]); !c.noAlias && !strings.HasPrefix(description, "the shop's [fcr1 ") {
		w.t.Errorf("the description is %q", description)
	}
}

// What acts on the alias alone is killed at each of its calls as well: the same command again ends as planned.
func TestCommandsKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command []string
		version string // that has everything in the end
	}{{[]string{"promote", "--full"}, "2"}, {[]string{"rollback"}, "1"}, {[]string{"abort"}, "1"}} {
		for _, kind := range []string{fcsim.FaultBlockBefore, fcsim.FaultBlockAfter} {
			t.Run(c.command[0]+"/"+kind, func(t *testing.T) {
				t.Parallel()
				for call, killed := 0, true; killed; call += stride {
					killed = killedCommand(t, append(c.command, "--service", "shop", "--alias", "prod"), kind, call, c.version)
					if !killed && call < 5 {
						t.Errorf("only %d calls", call)
					}
				}
			})
		}
	}
}

func killedCommand(t *testing.T, command []string, kind string, call int, version string) (killed bool) {
	w := newCrashWorld(t, crashCases["canaryStep"])
	first := append(releaseOf("--wait", "token"), w.c.strategy...)
	if _, code, log := w.run(first); code != 0 || w.output("status") != "waiting" {
		t.Fatalf("%d:\n%s", code, log)
	}
	w.sim.Inject(fcsim.Fault{Op: "*", Kind: kind, Skip: call, Times: 1})
	ended, code, log := w.run(command)
	if !ended {
		_, code, log = w.run(command)
	}
	alias := w.must("GET", "/services/shop/aliases/prod", nil)
	weights, _ := alias["additionalVersionWeight"].(map[string]any)
	if code != 0 || alias["versionId"] != version || len(weights) > 0 {
		t.Errorf("call %d: %v ended with %d, alias %v\n%s", call, command, code, alias, log)
	}
	// Whatever was cut off, nothing is unfinished: the next release begins anew, or has nothing to do.
	if code, log := w.finish(t.TempDir(), append(releaseOf("--wait", "token"), w.c.strategy...)); code != 0 {
		t.Errorf("call %d: the next release ended with %d\n%s", call, code, log)
	}
	return !ended
}
