// Command fc-rollout releases Alibaba Cloud Function Compute services through an alias, step by step.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // release windows name time zones, and small images have none

	"github.com/fc-rollout/fc-rollout/internal/app"
)

func main() { os.Exit(run()) }

func run() int {
	// All three have been seen when CI systems cancel a job. Later signals change nothing: the way back is under way.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// A log pipe that breaks must not kill the process half way; writes then fail and are let go.
	signal.Ignore(syscall.SIGPIPE)
	process := app.Process{Args: os.Args[1:], Environ: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
	// The SDK prints requests, tokens among them, to the standard output when DEBUG says so. Its output goes nowhere.
	if nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = nowhere
	}
	return app.Run(ctx, process)
}
