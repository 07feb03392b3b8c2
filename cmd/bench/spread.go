package main

import (
	"cmp"
	"fmt"
	"slices"
)

// spread is the middle and the ends of several measurements of one figure.
type spread struct{ median, min, max float64 }

func newSpread(samples []sample, value func(sample) float64) spread {
	all := make([]float64, len(samples))
	for i, s := range samples {
		all[i] = value(s)
	}
	slices.Sort(all)
	n := len(all)
	return spread{median: (all[(n-1)/2] + all[n/2]) / 2, min: all[0], max: all[n-1]}
}

// text leaves the ends out where they say nothing.
func (s spread) text(decimals int) string {
	number := func(v float64) string { return fmt.Sprintf("%.*f", decimals, v) }
	if number(s.min) == number(s.max) {
		return number(s.median)
	}
	return fmt.Sprintf("%s (%s–%s)", number(s.median), number(s.min), number(s.max))
}

// median is the sample that stands in the middle by the value.
func median(samples []sample, value func(sample) float64) sample {
	sorted := slices.SortedFunc(slices.Values(samples), func(a, b sample) int { return cmp.Compare(value(a), value(b)) })
	return sorted[(len(sorted)-1)/2]
}

// The figures of a sample, each in the unit it is shown in.
func calls(s sample) float64      { return float64(len(s.log)) }
func roundTrips(s sample) float64 { return float64(s.roundTrips) }
func callingMS(s sample) float64  { return s.calling.Seconds() * 1000 }
func processMS(s sample) float64  { return s.process.Seconds() * 1000 }
func toFirstMS(s sample) float64  { return s.toFirst.Seconds() * 1000 }
func peakMB(s sample) float64     { return float64(s.peakKiB) * 1024 / 1e6 }
