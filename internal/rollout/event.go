package rollout

import (
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// EventKind names a milestone.
type EventKind string

// The milestones of a run.
const (
	EventPublished   EventKind = "published"
	EventReused      EventKind = "reused"
	EventNoChange    EventKind = "no_change" // the service saw nothing new to publish; Version is the newest
	EventCreated     EventKind = "created"
	EventBound       EventKind = "bound"
	EventShifted     EventKind = "shifted"
	EventPromoted    EventKind = "promoted"
	EventWaiting     EventKind = "waiting"
	EventWaited      EventKind = "waited"
	EventLeaving     EventKind = "leaving"  // the rest is for a later job
	EventUnmarked    EventKind = "unmarked" // the alias shows no marker after it was written
	EventHolding     EventKind = "holding"  // cancelled: the weights stay
	EventFinishing   EventKind = "finishing"
	EventRollingBack EventKind = "rolling_back"
	EventRolledBack  EventKind = "rolled_back"
)

// Event is one milestone as it happens. Only the fields that the kind needs are set.
type Event struct {
	Kind    EventKind
	At      time.Time
	Version string
	Traffic release.Traffic
	Binding release.Binding
	Until   time.Time     // end of a wait
	Left    time.Duration // what remains of it
	Next    release.Weight
	Reason  WaitReason
	Err     error
}

// Status is how a run ended, in the words of the output of the same name.
type Status string

// The statuses. Planned is that of a plan that was only printed.
const (
	Completed  Status = "completed"
	Held       Status = "held"
	Unchanged  Status = "unchanged"
	RolledBack Status = "rolled_back"
	Cancelled  Status = "cancelled"
	Failed     Status = "failed"
	Waiting    Status = "waiting" // a later job goes on
	Planned    Status = "planned"
)

// Record is a finished step for the summary.
type Record struct {
	Step    plan.Step
	Traffic release.Traffic
	Started time.Time
	Ended   time.Time
	Detail  string
	Failed  bool
}

// Result is what a run left behind.
type Result struct {
	Status  Status
	Version string
	Base    string
	// Traffic is what the alias was last seen to send, or was last told to; nil when nothing is known.
	Traffic *release.Traffic
	// Sure is false when the last write's outcome could not be read back.
	Sure    bool
	Records []Record
	// Bound are the bindings that were seen at the alias.
	Bound []release.Binding
	// Pause is the place from which a later job goes on; nil unless the rest was left to one.
	Pause *Pause
	// Plan is the plan as it was walked in the end; publishing may have changed it.
	Plan plan.Plan
	// Err is why the run did not end as planned; RollbackErr why the traffic could not be returned.
	Err         error
	RollbackErr error
}
