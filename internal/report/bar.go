package report

import (
	"fmt"
	"strings"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// barWidth is the number of cells of a traffic bar; one cell is 4 %.
const barWidth = 25

// fills tell the versions of a bar apart: the main version first.
var fills = []string{"█", "░", "▒", "▓"}

// Bar draws a traffic split: "[███████████████░░░░░░░░░░] version 1 60 %, version 2 40 %".
func Bar(t release.Traffic) string {
	var cells strings.Builder
	drawn, sum := 0, release.Weight(0)
	shares := t.Shares()
	for i, s := range shares {
		sum += s.Weight
		end := min(int((sum*barWidth+release.Full/2)/release.Full), barWidth)
		if s.Weight > 0 && end == drawn && drawn < barWidth {
			end++ // a small share is still seen
		}
		if i < len(shares)-1 && end == barWidth {
			end-- // and leaves room for one
		}
		cells.WriteString(strings.Repeat(fills[i%len(fills)], max(end-drawn, 0)))
		drawn = max(end, drawn)
	}
	return fmt.Sprintf("[%s] %s", cells.String()+strings.Repeat("·", max(barWidth-drawn, 0)), t)
}
