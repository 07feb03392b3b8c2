package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// result is one scenario at one latency.
type result struct {
	scenario scenario
	latency  time.Duration
	samples  []sample
}

func measureAll(ctx context.Context, p product, o options) ([]result, error) {
	// The first start of a binary reads it from disk; that run does not count.
	if _, err := measure(ctx, p, scenarios[0], 0, o.auto); err != nil {
		return nil, err
	}
	var results []result
	for _, latency := range latencies {
		for _, s := range scenarios {
			results = append(results, result{scenario: s, latency: latency})
		}
	}
	// Rounds over all scenarios, so that a busy minute of the machine does not fall upon a single one.
	for range o.runs {
		for i := range results {
			r := &results[i]
			m, err := measure(ctx, p, r.scenario, r.latency, o.auto)
			if err != nil {
				return nil, fmt.Errorf("scenario %s at %s: %w", r.scenario.key, r.latency, err)
			}
			r.samples = append(r.samples, m)
		}
	}
	return results, nil
}

// measure runs the product once against a cloud of its own.
func measure(ctx context.Context, p product, s scenario, latency time.Duration, auto bool) (sample, error) {
	born := time.Now() // the zero of the log's times
	sim := fcsim.New(fcsim.Options{Seed: 7})
	if err := seed(sim, s); err != nil {
		return sample{}, err
	}
	sim.SetLatency(latency)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return sample{}, fmt.Errorf("listen on loopback: %w", err)
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	args := append(s.args(auto), "--endpoint", "http://"+listener.Addr().String(), "--output-file", filepath.Join(p.dir, "outputs.env"),
		"--access-key-id", fcsim.DefaultAccessKeyID, "--access-key-secret", fcsim.DefaultAccessKeySecret)
	r, err := p.start(ctx, args)
	// Calls that the product gave up are ended in the log as well once the server is down.
	stopped := server.Shutdown(ctx)
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		stopped = errors.Join(stopped, serveErr)
	}
	if err = errors.Join(err, stopped); err != nil {
		return sample{}, err
	}
	if r.Exit != 0 {
		return sample{}, fmt.Errorf("exit code %d:\n%s", r.Exit, r.Output)
	}
	if err := check(sim, s); err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, r.Output)
	}
	return newSample(r, sim.Log(), born)
}
