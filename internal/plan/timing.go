package plan

import "time"

// Lasts is how long the plan's waits take from the step on, when it is reached at the given time and weights change only
// in the window. It counts up to the next decision that somebody has to make; the calls themselves are not counted.
func (p Plan) Lasts(from int, now time.Time, w Window) time.Duration {
	at := now
	for _, s := range p.Steps[from:] {
		switch s.Kind {
		case StepApprove:
			return at.Sub(now)
		case StepWait:
			at = s.Ends(at)
		default:
			at = w.Next(at)
		}
	}
	return at.Sub(now)
}

// Ends is when a wait that begins now is over.
func (s Step) Ends(now time.Time) time.Time {
	if s.Until.IsZero() {
		return now.Add(s.Wait)
	}
	if s.Until.Before(now) {
		return now
	}
	return s.Until
}
