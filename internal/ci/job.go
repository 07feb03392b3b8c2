package ci

import (
	"strconv"
	"time"
)

// hostedJob is how long GitHub lets a job run on a runner of its own.
const hostedJob = 6 * time.Hour

// Job is what the CI system says about the time of its job. Both are zero where it says nothing.
type Job struct {
	Started time.Time
	Timeout time.Duration
}

// Job reads GitLab's variables; GitHub only says that the runner is its own.
func (s *System) Job() (j Job) {
	if at, err := time.Parse(time.RFC3339, s.getenv("CI_JOB_STARTED_AT")); err == nil {
		j.Started = at
	}
	seconds, err := strconv.Atoi(s.getenv("CI_JOB_TIMEOUT"))
	switch {
	case s.github != nil && s.getenv("RUNNER_ENVIRONMENT") == "github-hosted":
		j.Timeout = hostedJob
	case s.github == nil && err == nil && seconds > 0 && seconds < 1<<30:
		j.Timeout = time.Duration(seconds) * time.Second
	}
	return j
}
