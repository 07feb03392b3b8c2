package plan

import "time"

// Span is a stretch of minutes on some days of the week. One that ends at or before its beginning goes on past midnight
// and belongs to the day on which it began.
type Span struct {
	Days     [7]bool // by time.Weekday
	From, To int     // minutes since midnight, To up to 24 h
	Zone     *time.Location
}

// Window is when weights may be changed: in any of its spans. Without spans it is always open.
type Window []Span

// Open tells whether the moment lies in the window.
func (w Window) Open(t time.Time) bool {
	for _, s := range w {
		if s.open(t) {
			return true
		}
	}
	return len(w) == 0
}

func (s Span) open(t time.Time) bool {
	local := t.In(s.Zone)
	minute, day := local.Hour()*60+local.Minute(), local.Weekday()
	if s.From < s.To {
		return s.Days[day] && minute >= s.From && minute < s.To
	}
	return (s.Days[day] && minute >= s.From) || (s.Days[(day+6)%7] && minute < s.To)
}

// Next is the moment itself while the window is open, else its next opening. It looks at every minute, so that a change of
// the clocks needs no rule of its own; in two weeks each span opens, even where such a change leaves one out.
func (w Window) Next(t time.Time) time.Time {
	if w.Open(t) {
		return t
	}
	at := t.Truncate(time.Minute)
	for range 14 * 24 * 60 {
		if at = at.Add(time.Minute); w.Open(at) {
			break
		}
	}
	return at
}
