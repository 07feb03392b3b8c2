package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// toShow are the results whose calls are worth reading: all at the slow latency, or those behind a miss.
func toShow(results []result, figures []figure, all bool) []result {
	var out []result
	for i := range results {
		missed := slices.ContainsFunc(figures, func(f figure) bool { return f.of == &results[i] && !f.ok() })
		if missed || (all && results[i].latency == slow) {
			out = append(out, results[i])
		}
	}
	return out
}

// printCalls shows the calls of the middle run, with a mark at the chain that made it so long.
func printCalls(out io.Writer, r result) error {
	s := median(r.samples, callingMS)
	log := slices.SortedStableFunc(slices.Values(s.log), func(a, b fcsim.Entry) int { return cmp.Compare(a.Start, b.Start) })
	chain := longest(log)
	move, moved := firstMove(log)
	_, err := fmt.Fprintf(out, "\nCalls of (%s) at %s, a middle run; process start %.1f ms before the first call, end %.1f ms after the last\n",
		r.scenario.key, millis(r.latency), toFirstMS(s), processMS(s)-toFirstMS(s)-callingMS(s))
	if err != nil {
		return err
	}
	rows := [][]string{{"chain", "depth", "start, ms", "end, ms", "status", "operation", "path"}}
	for _, e := range log {
		mark := ""
		if slices.Contains(chain, e.Seq) {
			mark = "→"
		}
		op := e.Op
		if moved && e.Seq == move.Seq {
			op += " (moves the first weight)"
		}
		rows = append(rows, []string{mark, strconv.Itoa(e.Depth), offset(e.Start, log), offset(e.End, log), strconv.Itoa(e.Status), op, e.Path})
	}
	return printRows(out, rows)
}

func offset(at time.Duration, log []fcsim.Entry) string {
	return fmt.Sprintf("%.1f", (at-log[0].Start).Seconds()*1000)
}

// longest follows the deepest call back to the first, each time to the predecessor that ended last, which is the one
// that was waited for. It gives sequence numbers.
func longest(log []fcsim.Entry) []int {
	var chain []int
	var next fcsim.Entry
	for _, e := range log {
		if e.Depth > next.Depth || (e.Depth == next.Depth && e.End > next.End) {
			next = e
		}
	}
	for found := next.Depth > 0; found; {
		chain = append(chain, next.Seq)
		var before fcsim.Entry
		found = false
		for _, e := range log {
			if e.Depth == next.Depth-1 && e.End > 0 && e.End <= next.Start && e.End > before.End {
				before, found = e, true
			}
		}
		next = before
	}
	return chain
}
