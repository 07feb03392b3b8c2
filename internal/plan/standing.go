package plan

import "github.com/fc-rollout/fc-rollout/internal/release"

// Standing is what an alias and its marker together say about the rollout behind it.
type Standing string

// The standings.
const (
	StandNone       Standing = "none"        // no rollout of this program, or one that was over before somebody went elsewhere
	StandUnfinished Standing = "unfinished"  // weights are still to come
	StandHeld       Standing = "held"        // the plan ended with a share for the canary
	StandComplete   Standing = "completed"   // the canary has everything, by us or by hand
	StandBack       Standing = "rolled_back" // all is at the base again
	StandMoved      Standing = "moved"       // unfinished, and the weights are somebody's
	StandUnreadable Standing = "unreadable"  // a marker that this program does not understand
)

// Stand compares traffic and marker; at is nil without one.
func Stand(now release.Traffic, at *Progress, unreadable error) Standing {
	switch {
	case unreadable != nil:
		return StandUnreadable
	case at == nil:
		return StandNone
	case at.Stage > 0 && now.Equal(release.Only(at.Canary)):
		return StandComplete
	case now.Equal(at.Traffic()):
		return standAt(*at)
	case at.Unfinished():
		return StandMoved
	}
	return StandNone
}

func standAt(at Progress) Standing {
	switch {
	case at.Stage == 0:
		return StandBack
	case at.Unfinished():
		return StandUnfinished
	case at.InAir():
		return StandHeld
	}
	return StandComplete
}

func (on Online) standing() Standing { return Stand(on.Alias.Traffic, on.Progress, on.Unreadable) }
