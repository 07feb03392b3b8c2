package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// A second job overtakes the first one at any of its calls, before the call takes effect or after: with the same
// version or another, with ETags or without. One goes on, the other stops with exit code 5, or comes after it.
func TestTwoJobsAtOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{fcsim.FaultBlockBefore, fcsim.FaultBlockAfter} {
		for name, quirks := range map[string]fcsim.Quirks{"etag": {}, "no etag": {NoETag: true}, "no etag, no refusal": {NoETag: true, AliasNoChangeOK: true}} {
			for _, other := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/other version %t", kind, name, other), func(t *testing.T) {
					t.Parallel()
					overtake(t, kind, quirks, other)
				})
			}
		}
	}
}

func overtake(t *testing.T, kind string, quirks fcsim.Quirks, other bool) {
	stopped := 0
	for call := 0; ; call += stride {
		w := newCrashWorld(t, crashCases["linearStep"])
		w.sim.SetQuirks(quirks)
		w.must("POST", "/services/shop/versions", map[string]any{})
		w.must("POST", "/services/shop/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
		w.must("PUT", "/services/shop/functions/hello", map[string]any{"code": zipped("fcsim:reply three")})
		w.must("POST", "/services/shop/versions", map[string]any{})
		strategy := w.c.strategy
		first := append(releaseOf("--version", "2"), strategy...)
		second := first
		if other {
			second = append(releaseOf("--version", "3"), strategy...)
		}
		w.sim.Inject(fcsim.Fault{Op: "*", Kind: kind, Skip: call, Times: 1})
		held, log := w.start(w.dir, first)
		ended := make(chan struct{})
		go func() { _ = held.Wait(); close(ended) }()
		if !w.blocked(ended) {
			break
		}
		code, overtaking := w.finish(t.TempDir(), second)
		w.sim.Release()
		<-ended
		got := held.ProcessState.ExitCode()
		if code != 0 && code != ExitMoved || got != 0 && got != ExitMoved || code+got > ExitMoved {
			t.Fatalf("call %d: exit codes %d and %d\n%s\n%s", call, got, code, log, overtaking)
		}
		if code+got == ExitMoved {
			stopped++
		}
		w.settled(call)
	}
	if stopped < 3/stride {
		t.Errorf("a job was stopped at %d calls only", stopped)
	}
}

func (w *crashWorld) finish(dir string, args []string) (code int, log string) {
	cmd, out := w.start(dir, args)
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String()
}

// settled checks that a single version has everything, that the marker says so, and that no write was blind where ETags
// are given.
func (w *crashWorld) settled(call int) {
	w.t.Helper()
	alias := w.must("GET", "/services/shop/aliases/prod", nil)
	weights, _ := alias["additionalVersionWeight"].(map[string]any)
	description := fmt.Sprint(alias["description"])
	if len(weights) != 0 || !strings.Contains(description, fmt.Sprintf("-%v 3/3 100 ", alias["versionId"])) {
		w.t.Errorf("call %d: the alias is left as %v", call, alias)
	}
	if w.sim.Quirks().NoETag {
		return
	}
	for _, e := range w.sim.Log() {
		if e.Op == "UpdateAlias" && e.Effect == 200 && e.IfMatch == "" {
			w.t.Errorf("call %d: a write without a condition", call)
		}
	}
}
