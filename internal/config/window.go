package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
)

const windowForm = "want days, hours and a time zone, such as Mon-Fri 10:00-17:00 Asia/Shanghai"

// Limits of the release_window input.
const (
	maxWindowText  = 4 << 10
	maxWindowSpans = 100
)

var hours = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})$`)

// parseWindow reads windows such as "Mon-Fri 10:00-12:00,14:00-17:00 Asia/Shanghai; Sun 10:00-11:00". Without days it is
// every day, without a zone UTC; zoned tells whether each has one.
func parseWindow(text string) (w plan.Window, zoned bool, err error) {
	if len(text) > maxWindowText {
		return nil, false, fmt.Errorf("larger than %d KiB", maxWindowText>>10)
	}
	zoned = true
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		words := strings.Fields(part)
		spans, err := parseSpans(words)
		if err != nil {
			return nil, false, err
		}
		w = append(w, spans...)
		zoned = zoned && !strings.Contains(words[len(words)-1], ":")
	}
	if len(w) == 0 || len(w) > maxWindowSpans {
		return nil, false, errors.New(windowForm)
	}
	return w, zoned, nil
}

func parseSpans(words []string) (spans []plan.Span, err error) {
	proto := plan.Span{Zone: time.UTC, Days: everyDay}
	if len(words) > 0 && words[0] != "" && !strings.Contains(words[0], ":") {
		if proto.Days, err = parseDays(words[0]); err != nil {
			return nil, err
		}
		words = words[1:]
	}
	if len(words) == 2 {
		if proto.Zone, err = parseZone(words[1]); err != nil {
			return nil, err
		}
		words = words[:1]
	}
	if len(words) != 1 {
		return nil, errors.New(windowForm)
	}
	for part := range strings.SplitSeq(words[0], ",") {
		s := proto
		if s.From, s.To, err = parseHours(part); err != nil {
			return nil, err
		}
		spans = append(spans, s)
	}
	return spans, nil
}

var everyDay = [7]bool{true, true, true, true, true, true, true}

// parseZone takes the name of a time zone. Local would be another one on each runner.
func parseZone(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return nil, errors.New("name the time zone, such as Asia/Shanghai: the runner's own may be any")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("no such time zone %q; want a name such as Asia/Shanghai or UTC", clipped(name))
	}
	return zone, nil
}

func parseDays(text string) (days [7]bool, err error) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		first, ok := weekday(from)
		last, ok2 := first, true
		if ranged {
			last, ok2 = weekday(to)
		}
		if !ok || !ok2 {
			return days, fmt.Errorf("no such days %q; %s", clipped(part), windowForm)
		}
		for d := first; ; d = (d + 1) % 7 {
			days[d] = true
			if d == last {
				break
			}
		}
	}
	return days, nil
}

// weekday reads a name of at least three letters.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(s) >= 3 && len(s) <= len(d.String()) && strings.EqualFold(s, d.String()[:len(s)]) {
			return d, true
		}
	}
	return 0, false
}

// parseHours reads "10:00-17:00" into minutes. An end before the beginning is on the next day.
func parseHours(text string) (from, to int, err error) {
	m := hours.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, fmt.Errorf("no such hours %q; %s", clipped(text), windowForm)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	from, to = n[0]*60+n[1], n[2]*60+n[3]
	if n[1] > 59 || n[3] > 59 || from >= 24*60 || to > 24*60 || from == to {
		return 0, 0, fmt.Errorf("no such hours %q; %s", clipped(text), windowForm)
	}
	return from, to, nil
}
