package main

import (
	"fmt"
	"time"
)

// figure is one number that has a target.
type figure struct {
	name        string
	unit        string
	decimals    int
	got         spread
	target      float64
	predecessor string  // as measured before this project began
	of          *result // nil for what no run shows
}

func (f figure) ok() bool { return f.got.median <= f.target }

// verdict also tells when only the busy machine may be to blame.
func (f figure) verdict() string {
	switch {
	case f.ok():
		return "ok"
	case f.got.min <= f.target:
		return "MISSED (the minimum is ok)"
	}
	return "MISSED"
}

// goal is a target for one scenario at the slow latency.
type goal struct {
	key, name, unit string
	decimals        int
	value           func(sample) float64
	target          float64
	predecessor     string
}

const (
	nameTrips   = "round trips before the first weight moves"
	nameCalling = "first call to end, 50 ms a call"
	nameProcess = "whole process, 50 ms a call"
)

var goals = []goal{
	{"a", nameTrips, "", 0, roundTrips, 4, "-"},
	{"b", nameTrips, "", 0, roundTrips, 4, "-"},
	{"c", nameTrips, "", 0, roundTrips, 4, "-"},
	{"d", nameTrips, "", 0, roundTrips, 6, "-"},
	{"e", nameTrips, "", 0, roundTrips, 6, "-"},
	{"b", nameCalling, "ms", 0, callingMS, 350, "450 ms"},
	{"c", nameCalling, "ms", 0, callingMS, 600, "1380 ms"},
	{"b", nameProcess, "ms", 0, processMS, 450, "700 ms"},
}

// judge picks the figures that have a target out of the results.
func judge(results []result, p product) []figure {
	var out []figure
	for _, g := range goals {
		r := find(results, g.key, slow)
		out = append(out, figure{
			name: fmt.Sprintf("(%s) %s", g.key, g.name), unit: g.unit, decimals: g.decimals,
			got: newSpread(r.samples, g.value), target: g.target, predecessor: g.predecessor, of: r,
		})
	}
	start, memory := worst(results, toFirstMS), worst(results, peakMB)
	size := float64(p.size) / 1e6
	return append(out,
		figure{name: worstName("start to first call", start), unit: "ms", decimals: 1, got: newSpread(start.samples, toFirstMS), target: 30, predecessor: "≥ 230 ms", of: start},
		figure{name: worstName("peak memory", memory), unit: "MB", decimals: 1, got: newSpread(memory.samples, peakMB), target: 40, predecessor: "91 MB", of: memory},
		figure{name: "stripped binary", unit: "MB", decimals: 1, got: spread{size, size, size}, target: 16, predecessor: "30 MB"},
	)
}

func find(results []result, key string, latency time.Duration) *result {
	for i := range results {
		if results[i].scenario.key == key && results[i].latency == latency {
			return &results[i]
		}
	}
	panic("bench: no scenario " + key) // a slip in the table of goals
}

// worst is the result with the highest median.
func worst(results []result, value func(sample) float64) *result {
	highest := &results[0]
	for i := range results {
		if newSpread(results[i].samples, value).median > newSpread(highest.samples, value).median {
			highest = &results[i]
		}
	}
	return highest
}

func worstName(name string, r *result) string {
	return fmt.Sprintf("%s, worst of all: (%s) at %s", name, r.scenario.key, millis(r.latency))
}

func millis(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
