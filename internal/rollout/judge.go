package rollout

import (
	"slices"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
)

// state is what a write leaves at the alias: where the traffic goes, and the marker that says whose doing that is.
type state struct {
	traffic release.Traffic
	mark    string
	stage   int // of the plan; only known of states of ours
}

func stateOf(a *release.Alias) state {
	_, mark := resume.Split(a.Description)
	return state{traffic: a.Traffic, mark: mark}
}

func (s state) equal(o state) bool { return s.traffic.Equal(o.traffic) && s.mark == o.mark }

// is tells whether what was read is the other state. A marker may be missing, because somebody edited the description or
// the service does not keep it, but must not be another one: then it is another job's doing.
func (s state) is(o state) bool {
	return s.traffic.Equal(o.traffic) && (s.mark == o.mark || s.mark == "")
}

// ghost is a write of unknown outcome; a late one was not answered and may take effect at any time.
type ghost struct {
	state
	late bool
}

// verdict is what a look at the alias means.
type verdict int

const (
	asWanted verdict = iota
	asLeft
	lagging // an earlier state of ours: the read is behind
	moved
)

func (w *aliasWriter) judge(a *release.Alias, want state) verdict {
	if a == nil {
		return w.judgeAbsence()
	}
	now := stateOf(a)
	switch {
	case now.is(want) && w.expects(want), w.returning && now.traffic.Equal(want.traffic):
		return asWanted
	case w.last != nil && now.is(*w.last):
		w.dismiss()
		return asLeft
	case w.landed(a):
		return asLeft
	case w.passed(a):
		return lagging
	}
	return moved
}

// expects tells whether the wanted state can be our doing. Somebody who sets the alias to just our next step has moved it.
func (w *aliasWriter) expects(want state) bool {
	return (w.last != nil && w.last.equal(want)) || (w.refused != nil && w.refused.equal(want)) ||
		slices.ContainsFunc(w.ghosts, func(g ghost) bool { return want.equal(g.state) })
}

func (w *aliasWriter) judgeAbsence() verdict {
	switch {
	case w.last == nil:
		return asLeft
	case w.created && !w.verified:
		return lagging
	}
	return moved
}

// passed recognises an earlier state of ours: by its ETag where there is one, because somebody may have gone back to it.
func (w *aliasWriter) passed(a *release.Alias) bool {
	if a.ETag != "" && a.ETag != w.tag { // an older body under our own ETag cannot be a newer state
		return w.pastTags[a.ETag]
	}
	return slices.ContainsFunc(w.past, stateOf(a).is)
}

// landed recognises a write of ours that took effect after all.
func (w *aliasWriter) landed(a *release.Alias) bool {
	i := slices.IndexFunc(w.ghosts, func(g ghost) bool { return stateOf(a).is(g.state) })
	if i < 0 {
		return false
	}
	landed := w.ghosts[i].state
	w.ghosts = slices.Delete(w.ghosts, i, i+1)
	w.wrote = true
	w.leave(landed, a.ETag)
	return true
}

// leave notes a new state of ours.
func (w *aliasWriter) leave(s state, tag string) {
	if w.last != nil && !w.last.equal(s) {
		w.past = append(w.past, *w.last)
	}
	if w.tag != "" && w.tag != tag {
		if w.pastTags == nil {
			w.pastTags = map[string]bool{}
		}
		w.pastTags[w.tag] = true
	}
	w.last, w.tag = &s, tag
}

// settle notes that the alias was seen as it should be.
func (w *aliasWriter) settle(a *release.Alias, s state) {
	if !w.landed(a) {
		w.leave(s, a.ETag)
	}
	w.unmarked = s.mark != "" && stateOf(a).mark != s.mark
	w.dismiss()
	w.verified = true
}

// dismiss forgets the writes that had no effect, as a look at our state shows, and can have none later.
func (w *aliasWriter) dismiss() {
	w.ghosts = slices.DeleteFunc(w.ghosts, func(g ghost) bool { return !g.late })
}

func (w *aliasWriter) movedError(a *release.Alias) error {
	found, expected := "no alias", "no alias"
	w.theirs, w.found = true, nil
	if a != nil {
		found = a.Traffic.String()
		w.found = &a.Traffic
	}
	if w.last != nil {
		expected = w.last.traffic.String()
	}
	if a != nil && found == expected {
		found += ", with the marker of another job"
	}
	return &release.MovedError{What: "alias " + w.target.Alias + " of service " + w.target.Service, Expected: expected, Found: found}
}

// lagError stands for a read that is behind while it is waited for.
func (w *aliasWriter) lagError() error {
	return &release.APIError{
		Op: "GetAlias", Resource: "alias " + w.target.Alias + " of service " + w.target.Service,
		Message: "still shows an earlier state", Retryable: true,
	}
}

// haunt remembers a write of unknown outcome.
func (w *aliasWriter) haunt(want state, late bool) {
	i := slices.IndexFunc(w.ghosts, func(g ghost) bool { return want.equal(g.state) })
	if i < 0 {
		w.ghosts = append(w.ghosts, ghost{want, late})
		return
	}
	w.ghosts[i].late = w.ghosts[i].late || late
}
