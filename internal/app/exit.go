package app

import (
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
	case rollout.Completed, rollout.Held, rollout.Unchanged, rollout.Planned:
		return ExitDone
	case rollout.Cancelled:
		return ExitCancelled
	}
	switch report.Reason(res) {
	case report.ReasonMoved:
		return ExitMoved
	case report.ReasonInvalid, report.ReasonCredentials:
		if res.Status == rollout.Failed && len(res.Records) == 0 {
			return ExitInvalid
		}
	}
	return ExitFailed
}
