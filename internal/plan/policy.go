package plan

// OnUnfinished says what a release does when it finds an unfinished rollout behind the alias.
type OnUnfinished string

// The choices. Continue takes up a rollout of the same version and plan; another version supersedes it.
const (
	OnUnfinishedContinue OnUnfinished = "continue"
	OnUnfinishedRestart  OnUnfinished = "restart"
	OnUnfinishedFail     OnUnfinished = "fail"
)

// OnUnfinishedChoices lists what a user may write.
func OnUnfinishedChoices() []string {
	return []string{string(OnUnfinishedContinue), string(OnUnfinishedRestart), string(OnUnfinishedFail)}
}

// WaitMode says where the time between weights is passed.
type WaitMode string

// The modes: in the job, never but for the rest of an earlier job's wait, or as long as the remaining schedule fits.
const (
	WaitInJob WaitMode = "job"
	WaitToken WaitMode = "token"
	WaitAuto  WaitMode = "auto"
)

// OnCancel is what a signal does while a canary is in the air.
type OnCancel string

// The choices: return to the base, leave the weights for a later job, or go to the last weight of the plan at once.
const (
	CancelRollback OnCancel = "rollback"
	CancelHold     OnCancel = "hold"
	CancelFinish   OnCancel = "finish"
)
