package app

import (
	"errors"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// The exit codes. 3 (unapproved drift) and 4 (rolled back after a failed check) are reserved for those checks.
const (
	ExitDone      = 0
	ExitFailed    = 1
	ExitInvalid   = 2
	ExitMoved     = 5
	ExitCancelled = 130
)

func exitCode(res rollout.Result) int {
	switch res.Status {
	case rollout.Completed, rollout.Held, rollout.Unchanged, rollout.Planned, rollout.Waiting:
		return ExitDone
	case rollout.Cancelled:
		return ExitCancelled
	case rollout.RolledBack:
		if res.Err == nil {
			return ExitDone // as asked
		}
	}
	if reason := report.Reason(res); reason == report.ReasonMoved || reason == report.ReasonConflict {
		return ExitMoved
	}
	_, invalid := errors.AsType[*release.InvalidError](res.Err)
	if (invalid || errors.Is(res.Err, report.ErrCredentials)) && len(res.Records) == 0 {
		return ExitInvalid
	}
	return ExitFailed
}
