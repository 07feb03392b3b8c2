package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Progress is how far a rollout is, as the marker behind its alias says. The weights must agree with it.
type Progress struct {
	ID     string // of the rollout
	Base   string // empty when there was none
	Canary string
	Digest string // of the plan
	// Stage numbers the weight in force, 1 being the first; 0 means that none is, before the first or after a rollback.
	Stage, Stages int
	Weight        release.Weight // of the canary
	// Next is the weight that follows, zero at the end; Hold is the wait before it, or Approve says that somebody decides.
	Next    release.Weight
	Hold    time.Duration
	Approve bool
	// Bindings is the digest of what was bound to the alias when the rollout began.
	Bindings string
	// Run tells the jobs of one rollout apart, so that two at once cannot take each other's writes for their own.
	Run string
}

// Unfinished tells whether weights of the plan are still to come.
func (p Progress) Unfinished() bool { return p.Stage > 0 && p.Stage < p.Stages }

// beginning tells whether the rollout has begun without a weight yet. Once it was rolled back, its plan is over.
func (p Progress) beginning() bool { return p.Stage == 0 && p.Stages > 0 }

// Over is the progress of the rollout after a rollback.
func (p Progress) Over() Progress {
	p.Stage, p.Stages, p.Weight, p.Next, p.Hold, p.Approve = 0, 0, 0, 0, 0, false
	return p
}

// InAir tells whether the canary has a share below 100 %.
func (p Progress) InAir() bool { return p.Stage > 0 && p.Weight < release.Full }

// Complete tells whether the canary has everything.
func (p Progress) Complete() bool { return p.Stage > 0 && p.Weight >= release.Full }

// Traffic is what the alias must hold for the marker to be believed.
func (p Progress) Traffic() release.Traffic {
	if p.Stage == 0 && p.Base == "" {
		return release.Traffic{}
	}
	return release.Split(p.Base, p.Canary, p.Weight)
}

// fits tells whether the progress can be one of the plan: the digest alone does not guard the other fields.
func (p Progress) fits(t release.Target, s Schedule) bool {
	return p.Digest == Digest(t, p.Base, p.Canary, s) && p.Stages == len(s) && p.Stage > 0 && p.Stage <= len(s) && p.Weight == s[p.Stage-1].Weight
}

// Digest is a short hash of everything that makes a plan another one: service, alias, base, canary and the schedule.
func Digest(t release.Target, base, canary string, s Schedule) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q\n", t.Service, t.Alias, base, canary)
	for _, st := range s {
		fmt.Fprintf(h, "%d %d %t\n", st.Weight, st.Interval, st.Approve)
	}
	return hex.EncodeToString(h.Sum(nil))[:10]
}

// MarkDigest is a short hash of a marker; empty for none.
func MarkDigest(mark string) string {
	if mark == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(mark))
	return hex.EncodeToString(sum[:])[:10]
}

// BindingsDigest is a short hash of which triggers and routes are at the alias, whatever their order; empty for none.
func BindingsDigest(bindings ...[]release.Binding) string {
	var names []string
	for _, b := range slices.Concat(bindings...) {
		names = append(names, fmt.Sprintf("%q %q %q %q", b.Kind, b.Function, b.Name, b.Path))
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(names), "\n")))
	return hex.EncodeToString(sum[:])[:8]
}

// Progress is how far the plan's rollout is when the stage is in force.
func (p Plan) Progress(version string, stage int) Progress {
	at := Progress{
		ID: p.ID, Base: p.Base, Canary: version, Digest: Digest(p.Target, p.Base, version, p.Schedule),
		Stage: stage, Stages: len(p.Schedule), Bindings: p.Bindings,
	}
	if stage == 0 {
		return at
	}
	now := p.Schedule[stage-1]
	at.Weight = now.Weight
	if stage < len(p.Schedule) {
		at.Next, at.Hold, at.Approve = p.Schedule[stage].Weight, now.Interval, now.Approve
	}
	return at
}
