package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func entry(seq int, op string, start, end time.Duration, body any) fcsim.Entry {
	return fcsim.Entry{Seq: seq, Op: op, Start: start * time.Millisecond, End: end * time.Millisecond, Body: body}
}

func TestSampleCountsWhatEndedBeforeTheFirstWeight(t *testing.T) {
	t.Parallel()
	toBase := map[string]any{"versionId": baseVersion, "additionalVersionWeight": map[string]any{}}
	log := []fcsim.Entry{
		entry(1, "GetAlias", 10, 60, nil),
		entry(2, "GetService", 11, 61, nil),
		entry(3, "CreateAlias", 62, 112, toBase),
		entry(4, "GetTrigger", 113, 190, nil), // still running when the weight moves
	}
	for name, move := range map[string]map[string]any{
		"a share":     {"versionId": baseVersion, "additionalVersionWeight": map[string]any{newVersion: 0.2}},
		"all at once": {"versionId": newVersion, "additionalVersionWeight": map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := append(slices.Clone(log), entry(5, "UpdateAlias", 120, 170, move), entry(6, "GetAlias", 171, 221, nil))
			born := time.Now()
			s, err := newSample(receipt{Started: born.UnixNano(), Wall: int64(time.Second)}, all, born)
			if err != nil {
				t.Fatal(err)
			}
			if s.roundTrips != 2 || s.calling != 211*time.Millisecond || s.toFirst.Round(time.Millisecond) != 10*time.Millisecond {
				t.Errorf("got %d round trips, %s, first after %s", s.roundTrips, s.calling, s.toFirst)
			}
		})
	}
}

func TestSampleWithoutCallsIsNone(t *testing.T) {
	t.Parallel()
	if _, err := newSample(receipt{}, nil, time.Now()); err == nil {
		t.Error("got a sample")
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	samples := []sample{{peakKiB: 4}, {peakKiB: 1}, {peakKiB: 3}, {peakKiB: 2}}
	got := newSpread(samples, func(s sample) float64 { return float64(s.peakKiB) })
	if want := (spread{median: 2.5, min: 1, max: 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got.text(1) != "2.5 (1.0–4.0)" || (spread{3, 3, 3}).text(0) != "3" {
		t.Errorf("got %q and %q", got.text(1), spread{3, 3, 3}.text(0))
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]spread{"ok": {4, 3, 9}, "MISSED": {5, 5, 5}, "MISSED (the minimum is ok)": {5, 4, 5}} {
		if v := (figure{got: got, target: 4}).verdict(); v != want {
			t.Errorf("%v: got %q, want %q", got, v, want)
		}
	}
}

func TestCallsOfAMissShowTheChain(t *testing.T) {
	t.Parallel()
	log := []fcsim.Entry{entry(1, "A", 0, 10, nil), entry(2, "B", 0, 12, nil), entry(3, "C", 13, 20, nil)}
	log[0].Depth, log[1].Depth, log[2].Depth = 1, 1, 2
	r := result{samples: []sample{{log: log}}}
	if got := longest(log); !slices.Equal(got, []int{3, 2}) {
		t.Errorf("got chain %v", got)
	}
	var out strings.Builder
	results := []result{r}
	shown := toShow(results, []figure{{got: spread{5, 5, 5}, target: 4, of: &results[0]}}, false)
	if len(shown) != 1 || printCalls(&out, shown[0]) != nil || strings.Count(out.String(), "→") != 2 {
		t.Errorf("got %d results and\n%s", len(shown), out.String())
	}
}

func TestEveryScenarioCanBeSetAndIsNotDoneYet(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios {
		sim := fcsim.New(fcsim.Options{})
		if err := seed(sim, s); err != nil {
			t.Errorf("%s: %v", s.key, err)
		}
		if done := check(sim, s) == nil; done == s.changed {
			t.Errorf("%s: done before the release: %v", s.key, done)
		}
	}
}
