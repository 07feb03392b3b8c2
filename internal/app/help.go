package app

import (
	"fmt"
	"strings"

	"github.com/fc-rollout/fc-rollout/internal/config"
)

const usageHead = `fc-rollout releases Alibaba Cloud Function Compute services progressively and safely.

Usage: fc-rollout COMMAND [flags]

Commands:
  release     publish a version (or take one) and move the alias to it by a strategy; continue an unfinished rollout
  plan        print what release would do; write nothing
  resume      go on where an earlier job left, by its resume token
  promote     set the next weight now; with --full give everything to the canary
  rollback    return all traffic to the base, or to --version
  abort       end an unfinished rollout: return the traffic, or accept what somebody made of it
  status      print the alias: base, canary, weight, bindings, unfinished rollout and how to go on (--json)
  demo        play releases against the embedded simulator, no cloud account needed
  simulator   serve the simulator to try a pipeline against (--addr 127.0.0.1:9000)
  version     print the version
  help        print this

Each input is taken from its flag, else from FC_ROLLOUT_<NAME>, else from INPUT_<NAME> (GitHub Actions).

Inputs (promote --full, rollback, abort and status need only the connection, service and alias):
`

const usageTail = `
Exit codes: 0 done, waiting for a later job, or nothing to do · 1 failed or rolled back · 2 invalid input, nothing was written ·
5 somebody else moved the alias, or an unfinished rollout is in the way; nothing of theirs was overwritten ·
130 cancelled, traffic back at the base (or held, see --on-cancel).
`

func usage() string {
	var b strings.Builder
	b.WriteString(usageHead)
	for _, in := range config.Inputs {
		if in.Name == "command" {
			continue // the command line has the command itself
		}
		fmt.Fprintf(&b, "  %-22s %s", in.Flag(), in.Help)
		if in.Default != "" {
			fmt.Fprintf(&b, " Default: %s.", in.Default)
		}
		b.WriteByte('\n')
	}
	return b.String() + usageTail
}
