// Command bench measures the built fc-rollout binary against the simulator over real HTTP and prints the figures next
// to their targets. They are there to be read: without -strict a miss changes no exit code.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 2 && os.Args[1] == launchWord {
		return launch(ctx, os.Args[2:])
	}
	o := parseOptions()
	missed, err := bench(ctx, os.Stdout, o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		return 1
	}
	if missed > 0 && o.strict {
		return 1
	}
	return 0
}

// options are the command line.
type options struct {
	runs   int
	strict bool // exit 1 on a miss
	auto   bool // select bindings with auto and not by name
	calls  bool // print the calls of every scenario, not only of those that miss
}

func parseOptions() options {
	var o options
	flag.IntVar(&o.runs, "runs", 7, "runs per scenario and latency")
	flag.BoolVar(&o.strict, "strict", false, "exit 1 when a figure misses its target")
	flag.BoolVar(&o.auto, "auto", false, "select triggers and domains with auto instead of by name")
	flag.BoolVar(&o.calls, "calls", false, "print the calls of one run of every scenario, not only where a target is missed")
	flag.Parse()
	o.runs = max(o.runs, 1)
	return o
}

// bench measures and prints everything and counts the misses.
func bench(ctx context.Context, out io.Writer, o options) (missed int, err error) {
	dir, err := os.MkdirTemp("", "fc-rollout-bench-")
	if err != nil {
		return 0, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := build(ctx, dir)
	if err != nil {
		return 0, err
	}
	results, err := measureAll(ctx, p, o)
	if err != nil {
		return 0, err
	}
	figures := judge(results, p)
	if err := printTables(out, results, figures, o); err != nil {
		return 0, fmt.Errorf("print: %w", err)
	}
	for _, f := range figures {
		if !f.ok() {
			missed++
		}
	}
	return missed, nil
}
