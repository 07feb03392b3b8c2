package main

import (
	"errors"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// sample is what one run of the product showed.
type sample struct {
	log        []fcsim.Entry
	roundTrips int           // in sequence before the first weight moves; all of them when none moves
	calling    time.Duration // start of the first call to end of the last
	process    time.Duration // fork to reaped
	toFirst    time.Duration // fork to the arrival of the first call
	peakKiB    int64
}

// newSample combines two clocks: the launcher's wall clock at fork, and the log's offsets from born. Both processes
// read the same system clock; the difference carries the few microseconds between time.Now and the fork.
func newSample(r receipt, log []fcsim.Entry, born time.Time) (sample, error) {
	if len(log) == 0 {
		return sample{}, errors.New("the product called nothing")
	}
	first, last := log[0].Start, log[0].End
	for _, e := range log {
		first, last = min(first, e.Start), max(last, e.End)
	}
	return sample{
		log:        log,
		roundTrips: fcsim.Depth(beforeMove(log)),
		calling:    last - first,
		process:    time.Duration(r.Wall),
		toFirst:    born.Add(first).Sub(time.Unix(0, r.Started)),
		peakKiB:    r.PeakKiB,
	}, nil
}

// beforeMove keeps the calls that had ended when the first one that moves a weight began.
func beforeMove(log []fcsim.Entry) []fcsim.Entry {
	move, moved := firstMove(log)
	if !moved {
		return log
	}
	var before []fcsim.Entry
	for _, e := range log {
		if e.End > 0 && e.End <= move.Start {
			before = append(before, e)
		}
	}
	return before
}

// firstMove is the earliest write after which the base no longer has all the traffic.
func firstMove(log []fcsim.Entry) (first fcsim.Entry, found bool) {
	for _, e := range log {
		if moves(e) && (!found || e.Start < first.Start) {
			first, found = e, true
		}
	}
	return first, found
}

func moves(e fcsim.Entry) bool {
	body, _ := e.Body.(map[string]any)
	weights, _ := body["additionalVersionWeight"].(map[string]any)
	version, given := body["versionId"].(string)
	switch e.Op {
	case "UpdateAlias", "CreateAlias":
		return len(weights) > 0 || (given && version != baseVersion)
	}
	return false
}
