package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// StepKind is what a step does.
type StepKind string

// The kinds of steps, in the order in which they can occur.
const (
	StepPublish StepKind = "publish"
	StepCreate  StepKind = "create_alias"
	StepBind    StepKind = "bind"
	StepShift   StepKind = "shift"
	StepWait    StepKind = "wait"
	StepPromote StepKind = "promote"
	// StepApprove is a wait that only somebody's decision ends.
	StepApprove StepKind = "approve"
	// StepRollback returns everything to the base. A release's plan never holds it: there it follows a failure.
	StepRollback StepKind = "rollback"
	// StepAccept leaves the traffic as somebody made it and ends the rollout.
	StepAccept StepKind = "accept"
)

// Step is one thing to do. Weight is the canary's share after the step, Wait how long a wait lasts. A wait that began in
// an earlier job has its end in Until. Stage numbers the weight that is in force after the step, from 1.
type Step struct {
	Kind   StepKind
	Weight release.Weight
	Wait   time.Duration
	Until  time.Time
	Stage  int
}

// Request is what the user asked for.
type Request struct {
	Target   release.Target
	Schedule Schedule
	// Version is released as it is; empty means what LATEST holds.
	Version string
	// Base overrides the version that a rollback returns to.
	Base     string
	Triggers Selection
	Domains  Selection
	// Mention triggers that call LATEST although none is selected: their calls do not follow the alias.
	Mention      bool
	OnUnfinished OnUnfinished
	// Begun is set when an earlier job left before anything was written.
	Begun *Begun
}

// Begun is what an earlier job saw when it left without having written: the rollout's id, and what the alias sent traffic
// to, nil when it did not exist. Content is the digest of what LATEST held, empty where a version was named. Later lets a
// rollout be taken up that went on since.
type Begun struct {
	ID      string
	Before  *release.Traffic
	Mark    string // digest of the marker that was there
	Content string
	Later   bool
}

// Found is the alias's description taken apart, the user's text and the marker as it was written, with the ETag of the look.
type Found struct{ Text, Mark, ETag string }

// Online is what the cloud holds, as far as the plan depends on it.
type Online struct {
	Alias *release.Alias // nil when it does not exist
	// Versions are the newest published versions, newest first.
	Versions []release.Version
	// Same is the version that equals LATEST; empty when one must be published.
	Same string
	// BaseGone: the base names a version that was deleted.
	BaseGone bool
	// CanaryGone: the version that the marker names was deleted.
	CanaryGone bool
	// MissingInBase are functions of the target that the base version does not hold.
	MissingInBase []string
	Triggers      []release.Trigger
	Domains       []release.Domain
	// Progress is what the alias's marker says, nil without one. Unreadable is why a marker cannot be understood.
	Progress   *Progress
	Unreadable error
	Found      Found
	// Content is the digest of what LATEST holds; empty when a version was named.
	Content string
	// Modified is when the alias was last written, by the caller's clock and never too early; zero when that is not known.
	Modified time.Time
}

// Plan is a release ready to run.
type Plan struct {
	Target  release.Target
	Version string // empty until it is published
	Base    string // empty on a first release
	// Before is what the alias sent traffic to when the plan was made; nil when it did not exist.
	Before   *release.Traffic
	Bind     []release.Binding
	Bound    []release.Binding // already at the alias
	Left     []release.Binding // calls another qualifier and stays there
	Steps    []Step
	Schedule Schedule // all weights of the rollout; empty when the traffic stays
	At       int      // the stage of the schedule that is in force already
	ID       string   // of the rollout that is continued; empty for a new one
	Found    Found
	// Bindings is the digest of what is at the alias once the plan has bound it.
	Bindings string
	Notices  []Notice

	// Content is the digest of what LATEST held; empty when a version was named.
	Content string
	// Direct: made from what the alias holds, for which no token is needed to come back.
	Direct bool
	// Gone is why the canary cannot have traffic any more, such as that its version was deleted.
	Gone error
	// Straight: there is no base that could take a share of the traffic, nor take it back.
	Straight bool

	asked bool
}

// Asked tells whether the user named the version to release.
func (p Plan) Asked() bool { return p.asked }

// Has tells whether the plan contains a step of the kind.
func (p Plan) Has(kind StepKind) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Kind == kind })
}

// Unchanged is a plan with nothing to do.
func (p Plan) Unchanged() bool { return len(p.Steps) == 0 }

// Final is the weight that the version has when the plan is done.
func (p Plan) Final() release.Weight {
	if len(p.Schedule) == 0 {
		return release.Full
	}
	return p.Schedule[len(p.Schedule)-1].Weight
}

// Base applies the rule for the version that traffic comes from: the given one, else the alias's, else the newest
// version before ours. Empty means that there is none.
func Base(given string, alias *release.Alias, versions []release.Version, version string) string {
	if given != "" {
		return given
	}
	if alias != nil {
		return alias.Traffic.Base()
	}
	for _, v := range versions {
		if version == "" || release.CompareIDs(v.ID, version) < 0 {
			return v.ID
		}
	}
	return ""
}

// New makes the plan or says which input does not fit what is online.
func New(req Request, on Online) (Plan, error) {
	if b := req.Begun; b != nil && on.Progress != nil && on.Progress.ID == b.ID && !on.Progress.beginning() {
		return b.resume(req, on)
	}
	p := Plan{Target: req.Target, Version: cmp.Or(req.Version, on.Same), Content: on.Content, asked: req.Version != ""}
	p.Base = on.base(req.Base, p.Version)
	if on.Alias != nil {
		before := on.Alias.Traffic
		p.Before, p.Found = &before, on.Found
	}
	if err := p.meetBegun(req, on); err != nil {
		return Plan{}, err
	}
	goOn, err := p.meet(req, on)
	if err != nil {
		return Plan{}, err
	}
	if err := p.check(req, on, goOn); err != nil {
		return Plan{}, err
	}
	if err := p.selectBindings(req, on); err != nil {
		return Plan{}, err
	}
	p.Bindings = BindingsDigest(p.Bind, p.Bound)
	if goOn {
		p.goOn(req, on)
	} else {
		p.addSteps(req, on)
	}
	return p, nil
}

// goOn takes up the rollout that the marker tells of.
func (p *Plan) goOn(req Request, on Online) {
	at := *on.Progress
	p.ID, p.Schedule, p.At = at.ID, req.Schedule, at.Stage
	if !at.Unfinished() {
		p.addBind()
		return
	}
	p.note(NoticeContinued, at.Canary, where(at))
	p.leaveBindings(at)
	p.addRest(at.Stage, true, due(req.Schedule, at.Stage, on.Modified))
}

// base applies the rule, but for a version that somebody made the main one while the base of its rollout, as the marker
// tells it, still has a share: it is the canary all the same.
func (on Online) base(given, version string) string {
	base, at := Base(given, on.Alias, on.Versions, version), on.Progress
	turned := given == "" && base == version && on.Alias != nil && at != nil && at.Canary == version && at.Base != ""
	if turned && on.Alias.Traffic.Weight(at.Base) > 0 {
		return at.Base
	}
	return base
}

func (p *Plan) check(req Request, on Online, goOn bool) error {
	if req.Base != "" && req.Base == p.Version {
		return &release.InvalidError{
			Input: "base_version", Value: req.Base,
			Want: "is the version to release as well; base and canary must differ",
		}
	}
	if on.Alias != nil && contentRouted(on.Alias) {
		return routedByRules(req.Target)
	}
	if goOn {
		return nil
	}
	// Held below 100 % needs another version for the rest, and the alias does not say which.
	if p.Before != nil && p.Base == p.Version && p.Before.Weight(p.Version) < release.Full && !req.Schedule.Promotes() {
		return &release.InvalidError{
			Input: "version", Value: p.Version,
			Want: "is the main version of the alias already; give base_version to say where the rest of the traffic belongs",
		}
	}
	return nil
}

func routedByRules(t release.Target) error {
	return &release.InvalidError{
		Input: "alias", Value: t.Alias,
		Want: "routes by rules (resolvePolicy Content), where weights have no effect; set resolvePolicy to Random first",
	}
}

func contentRouted(a *release.Alias) bool {
	return len(a.ResolvePolicy) > 0 && (a.ResolvePolicy[0] == 'C' || a.ResolvePolicy[0] == 'c')
}

func (p *Plan) addSteps(req Request, on Online) {
	if p.Version == "" {
		p.add(Step{Kind: StepPublish})
	}
	switch {
	case p.Before != nil && p.Version != "" && p.Before.Equal(release.Only(p.Version)):
		p.addBind()
	case p.Before != nil && p.Base == p.Version:
		p.note(NoticeTidy, p.Version, p.Before.String())
		p.addBind()
		p.addStages(Schedule{{Weight: release.Full}})
	case p.straight(on):
		p.addStraight()
	default:
		p.addGradual(req.Schedule)
	}
}

// addStraight promotes first: the base, if there is one, cannot answer the calls that the bindings bring.
func (p *Plan) addStraight() {
	p.Schedule, p.Straight = Schedule{{Weight: release.Full}}, true
	if p.Before == nil {
		p.add(Step{Kind: StepCreate, Weight: release.Full, Stage: 1})
	} else {
		p.add(Step{Kind: StepPromote, Weight: release.Full, Stage: 1})
	}
	p.addBind()
}

// addGradual binds while everything goes to the base.
func (p *Plan) addGradual(s Schedule) {
	p.noteReplaced()
	if p.Before == nil {
		p.add(Step{Kind: StepCreate})
	} else if len(p.Bind) > 0 && p.othersInTheAir() {
		p.add(Step{Kind: StepShift})
	}
	p.addBind()
	p.addStages(s)
}

// straight tells whether there is no base that could take a share of the traffic.
func (p *Plan) straight(on Online) bool {
	switch {
	case p.Base == "":
		p.note(NoticeFirst)
	case on.BaseGone:
		p.note(NoticeBaseGone, p.Base)
	case len(on.MissingInBase) > 0:
		p.note(NoticeMissingInBase, joined(on.MissingInBase), p.Base)
	default:
		return false
	}
	return true
}

func (p *Plan) noteReplaced() {
	if p.Before == nil {
		return
	}
	for v, w := range p.Before.Extra {
		if v != p.Version && v != p.Base && w < release.Full {
			p.note(NoticeReplaced, v, w.String())
		}
	}
}

// othersInTheAir tells whether a version that is neither the base nor ours has a share.
func (p *Plan) othersInTheAir() bool {
	for v := range p.Before.Extra {
		if v != p.Version && v != p.Base {
			return true
		}
	}
	return false
}

func (p *Plan) addBind() {
	if len(p.Bind) > 0 {
		p.add(Step{Kind: StepBind})
	}
}

func (p *Plan) addStages(s Schedule) {
	p.Schedule = s
	p.addFrom(1)
}

func (p *Plan) add(s Step) { p.Steps = append(p.Steps, s) }
