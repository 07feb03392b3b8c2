package report

import (
	"fmt"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// StatusLines words what is online.
func StatusLines(t release.Target, s rollout.State) []string {
	head := fmt.Sprintf("alias %s of service %s", t.Alias, t.Service)
	if s.Alias == nil {
		return append([]string{head + " does not exist; the first release creates it"}, bindingLines(t, s)...)
	}
	lines := []string{head + "  " + Bar(s.Alias.Traffic), "  base     version " + s.Alias.Traffic.Base()}
	canaries := 0
	for _, share := range s.Alias.Traffic.Shares() {
		if share.Version != s.Alias.Traffic.Base() {
			lines = append(lines, fmt.Sprintf("  canary   version %s", share.Version), fmt.Sprintf("  weight   %s %%", share.Weight))
			canaries++
		}
	}
	if canaries == 0 {
		lines = append(lines, "  canary   none", "  rollout  none unfinished")
	} else {
		lines = append(lines, "  rollout  unfinished: go on with strategy fullWeight and the canary's version, or roll back with strategy fullWeight and version "+
			s.Alias.Traffic.Base())
	}
	return append(lines, bindingLines(t, s)...)
}

func bindingLines(t release.Target, s rollout.State) (lines []string) {
	for _, b := range s.Bindings {
		lines = append(lines, "  bound    "+b.String())
	}
	for _, b := range s.Others {
		lines = append(lines, fmt.Sprintf("  other    %s calls %s, not %s", b, release.Qualified(b.From), t.Alias))
	}
	for _, err := range s.Unread {
		lines = append(lines, "  unread   "+OneLine(err.Error()))
	}
	if len(lines) == 0 {
		lines = append(lines, "  bound    nothing")
	}
	return lines
}
