package ci

import (
	"io"
	"testing"
	"time"
)

func TestWhatTheSystemSaysAboutTheJobsTime(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 3, 1, 10, 40, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		env  map[string]string
		want Job
	}{
		"nothing":              {nil, Job{}},
		"gitlab":               {map[string]string{"CI_JOB_TIMEOUT": "3600", "CI_JOB_STARTED_AT": "2026-03-01T10:40:00Z"}, Job{started, time.Hour}},
		"gitlab, older":        {map[string]string{"CI_JOB_STARTED_AT": "2026-03-01T10:40:00Z"}, Job{Started: started}},
		"nonsense":             {map[string]string{"CI_JOB_TIMEOUT": "1h", "CI_JOB_STARTED_AT": "today"}, Job{}},
		"negative":             {map[string]string{"CI_JOB_TIMEOUT": "-5"}, Job{}},
		"github's own runner":  {map[string]string{"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}, Job{Timeout: 6 * time.Hour}},
		"a runner of the user": {map[string]string{"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}, Job{}},
	} {
		s := Detect(func(name string) string { return c.env[name] }, io.Discard, io.Discard)
		if got := s.Job(); !got.Started.Equal(c.want.Started) || got.Timeout != c.want.Timeout {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
