package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// printTables prints what was measured, what is asked for, and the calls behind each miss.
func printTables(out io.Writer, results []result, figures []figure, o options) error {
	selected := "by name"
	if o.auto {
		selected = "by auto"
	}
	_, err := fmt.Fprintf(out, "fc-rollout release, canaryWeight %d, bindings selected %s: median (min–max) of %d runs\n\n", weight, selected, o.runs)
	err = errors.Join(err, printScenarios(out), printResults(out, results), printFigures(out, figures))
	for _, r := range toShow(results, figures, o.calls) {
		err = errors.Join(err, printCalls(out, r))
	}
	return err
}

func printScenarios(out io.Writer) error {
	for _, s := range scenarios {
		if _, err := fmt.Fprintf(out, "(%s) %s\n", s.key, s.title); err != nil {
			return err
		}
	}
	return nil
}

func printResults(out io.Writer, results []result) error {
	rows := [][]string{{"", "latency", "calls", "round trips*", "first call to end, ms", "whole process, ms", "start to first call, ms", "peak memory, MB"}}
	for _, r := range results {
		trips := "-"
		if r.latency == slow {
			trips = newSpread(r.samples, roundTrips).text(0)
		}
		rows = append(rows, []string{
			"(" + r.scenario.key + ")", millis(r.latency), newSpread(r.samples, calls).text(0), trips,
			newSpread(r.samples, callingMS).text(0), newSpread(r.samples, processMS).text(0),
			newSpread(r.samples, toFirstMS).text(1), newSpread(r.samples, peakMB).text(1),
		})
	}
	if err := printRows(out, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "* in sequence, before the first weight moves; in (f) of the whole run. Counted where calls overlap cleanly.")
	return err
}

func printFigures(out io.Writer, figures []figure) error {
	rows := [][]string{{"figure", "measured", "target", "", "predecessor"}}
	for _, f := range figures {
		unit := ""
		if f.unit != "" {
			unit = " " + f.unit
		}
		rows = append(rows, []string{f.name, f.got.text(f.decimals) + unit, fmt.Sprintf("≤ %g%s", f.target, unit), f.verdict(), f.predecessor})
	}
	return printRows(out, rows)
}

func printRows(out io.Writer, rows [][]string) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	_, err := fmt.Fprintln(w)
	for _, row := range rows {
		_, rowErr := fmt.Fprintln(w, strings.Join(row, "\t"))
		err = errors.Join(err, rowErr)
	}
	return errors.Join(err, w.Flush())
}
