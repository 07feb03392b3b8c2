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

// Next is the moment itself while the window is open, else its next opening.
func (w Window) Next(t time.Time) time.Time {
	if w.Open(t) {
		return t
	}
	var next time.Time
	for _, s := range w {
		if opening := s.next(t); next.IsZero() || opening.Before(next) {
			next = opening
		}
	}
	return next
}

// next looks a week ahead and one day more. An hour that a change of the clocks leaves out opens when it would be over.
func (s Span) next(t time.Time) time.Time {
	local := t.In(s.Zone)
	for days := range 16 {
		at := time.Date(local.Year(), local.Month(), local.Day()+days, 0, s.From, 0, 0, s.Zone)
		for range 2 {
			if at.After(t) && s.open(at) {
				return at
			}
			at = at.Add(time.Hour)
		}
	}
	return t.AddDate(0, 0, 7) // cannot happen: some day of the week is in the span
}
