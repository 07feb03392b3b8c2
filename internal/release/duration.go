package release

import (
	"strings"
	"time"
)

// ShortDuration writes a duration without its zero parts: "10m", "1h30m", "4s".
func ShortDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	s := d.Round(time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
