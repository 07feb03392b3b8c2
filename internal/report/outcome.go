package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// The values of the output failure_reason; empty on success.
const (
	ReasonInvalid        = "invalid_input"
	ReasonCredentials    = "credentials"
	ReasonDenied         = "permission_denied"
	ReasonNotFound       = "not_found"
	ReasonUnavailable    = "unavailable"
	ReasonRejected       = "rejected"
	ReasonMoved          = "moved"
	ReasonConflict       = "conflict"
	ReasonRollbackFailed = "rollback_failed"
	ReasonCancelled      = "cancelled"
	ReasonInternal       = "internal"
)

// ErrCredentials marks an error as one about missing or unusable credentials.
var ErrCredentials = errors.New("no usable credentials")

// Reason classifies why a run did not end as planned.
func Reason(res rollout.Result) string {
	switch {
	case res.Err == nil:
		return ""
	case IsMoved(res.Err), IsMoved(res.RollbackErr):
		return ReasonMoved
	case res.RollbackErr != nil:
		return ReasonRollbackFailed
	case res.Status == rollout.Cancelled:
		return ReasonCancelled
	}
	return reasonOf(res.Err)
}

func reasonOf(err error) string {
	if _, ok := errors.AsType[*release.InvalidError](err); ok {
		return ReasonInvalid
	}
	if _, ok := errors.AsType[*release.ConflictError](err); ok {
		return ReasonConflict
	}
	if api, ok := errors.AsType[*release.APIError](err); ok && !errors.Is(err, context.Canceled) {
		switch {
		case api.Status == 401 || badKey(api.Code):
			return ReasonCredentials
		case api.Status == 403:
			return ReasonDenied
		case api.Status == 404:
			return ReasonNotFound
		case api.Retryable:
			return ReasonUnavailable
		}
		return ReasonRejected
	}
	switch {
	case errors.Is(err, ErrCredentials):
		return ReasonCredentials
	case errors.Is(err, rollout.ErrCancelled), errors.Is(err, context.Canceled):
		return ReasonCancelled
	}
	return ReasonInternal
}

// Each takes joined errors apart, so that every one gets a line of its own.
func Each(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || !isJoin(err, joined.Unwrap()) {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, Each(e)...)
	}
	return all
}

// isJoin tells errors.Join from fmt.Errorf with several %w, whose words belong together.
func isJoin(err error, parts []error) bool {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Error()
	}
	return err.Error() == strings.Join(texts, "\n")
}

// badKey recognises the codes that are about the key and not about what it may do.
func badKey(code string) bool {
	return code == "SignatureNotMatch" || strings.HasPrefix(code, "InvalidAccessKeyI") ||
		strings.Contains(code, "SecurityToken")
}

// IsMoved tells whether somebody else changed what the release works on.
func IsMoved(err error) bool {
	_, ok := errors.AsType[*release.MovedError](err)
	return ok
}

// Outcome is everything that the ends of a run have to say.
type Outcome struct {
	Target release.Target
	Plan   plan.Plan
	Result rollout.Result
	// Token is for the job that goes on; empty when nothing is left for one.
	Token string
}

// Weight is the share that the released version has now; nil when that is not known.
func (o Outcome) Weight() *release.Weight {
	if o.Result.Traffic == nil || !o.Result.Sure || o.Result.Version == "" {
		return nil
	}
	w := o.Result.Traffic.Weight(o.Result.Version)
	return &w
}

// PlanJSON is the schedule in the form that the plans input takes: each weight with the wait behind it.
func PlanJSON(s plan.Schedule) string {
	type stage struct {
		Weight   release.Weight `json:"weight"`
		Interval string         `json:"interval,omitempty"`
	}
	stages := make([]stage, len(s))
	for i, st := range s {
		stages[i].Weight = st.Weight
		if i < len(s)-1 {
			stages[i].Interval = release.ShortDuration(st.Interval)
			if st.Approve {
				stages[i].Interval = plan.ApproveWord
			}
		}
	}
	text, err := json.Marshal(stages)
	if err != nil {
		return "[]" // cannot happen: numbers and strings only
	}
	return string(text)
}

// Headline says in one sentence how the run ended and where the traffic is.
func (o Outcome) Headline() string {
	r, alias := o.Result, "alias "+o.Target.Alias+" of service "+o.Target.Service
	switch r.Status {
	case rollout.Completed:
		return fmt.Sprintf("completed: %s sends all traffic to version %s", alias, r.Version)
	case rollout.Waiting:
		return "waiting: " + o.whereTraffic() + "; " + o.due()
	case rollout.Held:
		return fmt.Sprintf("held: version %s has %s %% behind %s, version %s the rest", r.Version, o.Plan.Final(), alias, r.Base)
	case rollout.Unchanged:
		if r.Traffic != nil && r.Traffic.Weight(r.Version) < release.Full {
			return "unchanged: " + o.whereTraffic() + ", nothing to do"
		}
		return fmt.Sprintf("unchanged: version %s already has all traffic of %s", r.Version, alias)
	case rollout.RolledBack:
		return fmt.Sprintf("rolled back: %s sends all traffic to version %s again", alias, r.Base)
	case rollout.Cancelled:
		if r.Pause != nil {
			return "cancelled, holding the weights: " + o.whereTraffic()
		}
		return "cancelled: " + o.whereTraffic()
	case rollout.Planned:
		return "planned for " + alias + "; nothing was written"
	}
	return "failed: " + o.whereTraffic()
}

func (o Outcome) whereTraffic() string {
	r, alias := o.Result, "alias "+o.Target.Alias+" of service "+o.Target.Service
	moved, isMoved := errors.AsType[*release.MovedError](errors.Join(r.Err, r.RollbackErr))
	switch {
	case o.Target.Service == "":
		return "nothing was called"
	case isMoved:
		return moved.Error() + "; nothing of it was overwritten"
	case r.Traffic == nil && r.Sure:
		return alias + " was not touched"
	case r.Traffic == nil:
		return "it is not known whether " + alias + " was created"
	case !r.Sure:
		return fmt.Sprintf("the last write to %s was not confirmed; last known traffic: %s", alias, r.Traffic)
	}
	return fmt.Sprintf("%s sends traffic to %s", alias, r.Traffic)
}

// due says what comes next and when.
func (o Outcome) due() string {
	p := o.Result.Pause
	switch {
	case p == nil:
		return ""
	case p.Until.IsZero():
		return fmt.Sprintf("%s %% waits for approval", p.Next)
	case p.Next == 0:
		return "the bindings are due at " + Moment(p.Until) + ", when the release window opens"
	}
	text := fmt.Sprintf("%s %% is due at %s", p.Next, Moment(p.Until))
	if p.Why == rollout.WaitWindow {
		text += ", when the release window opens"
	}
	return text
}

// Moment writes a time for people and programs alike: RFC 3339, in UTC, never earlier than it is.
func Moment(t time.Time) string {
	if whole := t.Truncate(time.Second); whole.Before(t) {
		t = whole.Add(time.Second)
	}
	return t.UTC().Format(time.RFC3339)
}

// Next says what to do now; empty when there is nothing.
func (o Outcome) Next() string {
	r := o.Result
	switch r.Status {
	case rollout.Completed:
		if r.Base != "" && r.Base != r.Version {
			return fmt.Sprintf("To roll back, run rollback, or release with strategy fullWeight and version %s.", r.Base)
		}
	case rollout.Planned:
		return "To do this, run release with the same inputs."
	case rollout.Waiting:
		return o.nextWhileWaiting()
	case rollout.Cancelled:
		return o.nextAfterCancel()
	case rollout.Held:
		return fmt.Sprintf("To promote, run promote with full, or release with strategy fullWeight and version %s; for another share, canaryWeight with version %s. "+
			"To roll back, run rollback, or release with strategy fullWeight and version %s.", r.Version, r.Version, r.Base)
	case rollout.RolledBack:
		if r.Err == nil {
			return "As long as LATEST holds the code that was rolled back, the next release releases it again."
		}
		return fmt.Sprintf("Version %s stays published. When the cause is mended, run the job again; it continues with that version if LATEST still equals it.", r.Version)
	case rollout.Failed:
		return o.nextAfterFailure()
	}
	return ""
}

func (o Outcome) nextAfterCancel() string {
	switch {
	case o.Result.Pause != nil:
		return o.nextWhileWaiting()
	case len(o.Result.Records) == 0:
		return "Run the job again. A rollout that was unfinished before stays as it was; status shows it."
	}
	return "Run the job again to start over."
}

func (o Outcome) nextWhileWaiting() string {
	p := o.Result.Pause
	if o.Plan.Direct || (o.Token == "" && p.Stage == 0) {
		return "Nothing was written yet. Run the same command again when the release window is open."
	}
	if p.Stage == 0 {
		return "Nothing was written yet. To begin, run resume with the resume_token, or release with the same inputs, when the release window is open."
	}
	when := "To go on"
	if !p.Until.IsZero() {
		when += " at " + Moment(p.Until)
	}
	how := "run resume with the resume_token, or release with the same inputs"
	if p.Until.IsZero() {
		return when + ", which approves it, run resume or promote with the resume_token. For 100 %, run promote with full; for the base, rollback."
	}
	return when + ", " + how + ". For the next weight now, run promote with the resume_token; for 100 %, promote with full; for the base, rollback."
}

func remedyOf(err error) string {
	if c, ok := errors.AsType[*release.ConflictError](err); ok {
		return c.Remedy
	}
	if m, ok := errors.AsType[*release.MovedError](err); ok {
		return m.Remedy
	}
	return ""
}

func (o Outcome) nextAfterFailure() string {
	switch Reason(o.Result) {
	case ReasonMoved, ReasonConflict:
		if remedy := remedyOf(errors.Join(o.Result.Err, o.Result.RollbackErr)); remedy != "" {
			return remedy
		}
		return "Somebody else decided where the traffic goes. Agree with them, then run the job again."
	case ReasonRollbackFailed:
		return fmt.Sprintf("Set alias %s to version %s by hand (console, or rollback with version %s): the traffic could not be returned.",
			o.Target.Alias, o.Result.Base, o.Result.Base)
	case ReasonInvalid:
		return "Correct the input and run the job again."
	case ReasonCredentials:
		return "Check access_key_id and access_key_secret (and security_token, which expires), or set up the default credential chain (ALIBABA_CLOUD_ACCESS_KEY_ID and its kin, OIDC, profile, instance role)."
	case ReasonDenied:
		return "Grant the RAM user or role the action that the error names, then run the job again."
	case ReasonUnavailable:
		if release.Status(o.Result.Err) == 0 {
			return "No answer came. Check endpoint, region and account_id, and the network between here and there; then run the job again."
		}
		return "The service did not answer well for the whole retry_timeout. Run the job again later."
	}
	return "Mend the cause and run the job again."
}
