package app

import (
	"context"
	"fmt"

	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// status prints what is online. The output status is waiting while a rollout is unfinished, held while a canary is in the
// air otherwise, else unchanged.
func (s *step) status(ctx context.Context, api *fc.V2) int {
	target := s.config.Release.Target
	outcome := report.Outcome{Target: target, Result: rollout.Result{Status: rollout.Unchanged, Sure: true}}
	state, err := rollout.Look(ctx, api, systemClock{}, target)
	if err != nil {
		outcome.Result = s.unprepared(ctx, err)
		return s.finish(outcome)
	}
	now := systemClock{}.Now()
	if s.config.JSON {
		_, _ = fmt.Fprintln(s.process.Stdout, s.ci.Redact(report.StatusJSON(target, state)))
	} else {
		for _, line := range report.StatusLines(target, state, now) {
			s.log.Info().Msg(line)
		}
	}
	outcome.Result = report.StatusResult(state)
	if !s.writeOutputs(outcome) {
		return ExitFailed
	}
	return ExitDone
}
