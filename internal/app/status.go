package app

import (
	"context"

	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// status prints what is online. The output status is held while a canary is in the air, else unchanged.
func (s *step) status(ctx context.Context, api *fc.V2) int {
	target := s.config.Release.Target
	outcome := report.Outcome{Target: target, Result: rollout.Result{Status: rollout.Unchanged, Sure: true}}
	state, err := rollout.Look(ctx, api, target)
	if err != nil {
		outcome.Result = s.unprepared(ctx, err)
		return s.finish(outcome)
	}
	for _, line := range report.StatusLines(target, state) {
		s.log.Info().Msg(line)
	}
	if state.Alias != nil {
		traffic := state.Alias.Traffic
		outcome.Result.Traffic = &traffic
		outcome.Result.Base, outcome.Result.Version = traffic.Base(), traffic.Base()
		for _, share := range traffic.Shares() {
			if share.Version != traffic.Base() && share.Weight < release.Full {
				outcome.Result.Status, outcome.Result.Version = rollout.Held, share.Version
			}
		}
	}
	if !s.writeOutputs(outcome) {
		return ExitFailed
	}
	return ExitDone
}
