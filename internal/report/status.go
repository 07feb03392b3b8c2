package report

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// StatusLines words what is online.
func StatusLines(t release.Target, s rollout.State, now time.Time) []string {
	head := fmt.Sprintf("alias %s of service %s", t.Alias, t.Service)
	if s.Alias == nil {
		return append([]string{head + " does not exist; the first release creates it"}, bindingLines(t, s)...)
	}
	lines := []string{head + "  " + Bar(s.Alias.Traffic), "  base     version " + s.Alias.Traffic.Base()}
	canary, weight := s.Alias.Traffic.Canary()
	if canary == "" {
		lines = append(lines, "  canary   none")
	} else {
		lines = append(lines, "  canary   version "+canary, fmt.Sprintf("  weight   %s %%", weight))
	}
	lines = append(lines, rolloutLines(s, canary, now)...)
	return append(lines, bindingLines(t, s)...)
}

func standing(s rollout.State) plan.Standing {
	return plan.Stand(s.Alias.Traffic, s.Progress, s.Unreadable)
}

func rolloutLines(s rollout.State, canary string, now time.Time) []string {
	at := s.Progress
	switch standing(s) {
	case plan.StandNone:
		if canary == "" {
			return []string{"  rollout  none unfinished"}
		}
		return []string{
			"  rollout  unfinished: a canary that no marker explains",
			"  go on    promote with full, or rollback",
		}
	case plan.StandUnreadable:
		return []string{"  rollout  its marker cannot be read: " + OneLine(s.Unreadable.Error()), "  go on    rollback, or release with on_unfinished: restart"}
	case plan.StandMoved:
		return []string{
			fmt.Sprintf("  rollout  of version %s (%s) left %s; somebody moved the alias since", at.Canary, plan.StageOf(at.Stage, at.Stages), at.Traffic()),
			"  go on    abort accepts what is online; release with on_unfinished: restart begins again",
		}
	case plan.StandUnfinished:
		return []string{
			fmt.Sprintf("  rollout  unfinished: version %s, %s, rollout %s", at.Canary, plan.StageOf(at.Stage, at.Stages), at.ID),
			"  next     " + nextText(s, now),
			"  go on    " + goOn(*at) + "; all at once: promote with full; back: rollback",
		}
	case plan.StandHeld:
		return []string{"  rollout  unfinished: its plan holds the canary here", "  go on    promote with full, or rollback"}
	case plan.StandBack:
		return []string{fmt.Sprintf("  rollout  of version %s was rolled back", at.Canary)}
	}
	return []string{"  rollout  none unfinished"}
}

func goOn(at plan.Progress) string {
	if at.Approve {
		return "to approve: resume with its token, or promote with it or with the inputs of the plan"
	}
	return "resume with its token, or release with the same inputs; at once: promote with either"
}

func nextText(s rollout.State, now time.Time) string {
	at := s.Progress
	switch {
	case at.Approve:
		return at.Next.String() + " % when somebody approves"
	case s.Due.IsZero():
		return at.Next.String() + " % after " + release.ShortDuration(at.Hold)
	case s.Due.After(now):
		return fmt.Sprintf("%s %% at %s, in %s", at.Next, Moment(s.Due), release.ShortDuration(s.Due.Sub(now).Round(time.Second)))
	}
	return fmt.Sprintf("%s %% is due since %s", at.Next, Moment(s.Due))
}

// StatusResult is what the outputs say of what is online.
func StatusResult(s rollout.State) rollout.Result {
	res := rollout.Result{Status: rollout.Unchanged, Sure: true}
	if s.Alias == nil {
		return res
	}
	traffic := s.Alias.Traffic
	res.Traffic, res.Base, res.Version = &traffic, traffic.Base(), traffic.Base()
	if canary, _ := traffic.Canary(); canary != "" {
		res.Status, res.Version = rollout.Held, canary
	}
	if standing(s) == plan.StandUnfinished {
		at := s.Progress
		res.Status = rollout.Waiting
		res.Pause = &rollout.Pause{Stage: at.Stage, Left: at.Stages - at.Stage, Next: at.Next, Until: s.Due}
	}
	return res
}

// statusJSON is the form of status --json. Empty fields are left out, but for the lists.
type statusJSON struct {
	Service  string          `json:"service"`
	Alias    string          `json:"alias"`
	Exists   bool            `json:"exists"`
	Status   rollout.Status  `json:"status"`
	Base     string          `json:"base_version,omitempty"`
	Canary   string          `json:"canary_version,omitempty"`
	Weight   *release.Weight `json:"weight,omitempty"` // of the canary
	Traffic  []release.Share `json:"traffic"`
	Text     string          `json:"description,omitempty"`
	Rollout  *rolloutJSON    `json:"rollout,omitempty"`
	Bindings []bindingJSON   `json:"bindings"`
	Unread   []string        `json:"unread,omitempty"`
}

type rolloutJSON struct {
	State    plan.Standing   `json:"state"`
	ID       string          `json:"id,omitempty"`
	Base     string          `json:"base_version,omitempty"`
	Version  string          `json:"version,omitempty"`
	Step     int             `json:"step"`
	Steps    int             `json:"steps"`
	Left     *int            `json:"steps_left,omitempty"`
	Next     *release.Weight `json:"next_weight,omitempty"`
	Approval bool            `json:"needs_approval,omitempty"`
	ResumeAt string          `json:"resume_at,omitempty"`
	Expected []release.Share `json:"expected_traffic,omitempty"`
	GoOn     []string        `json:"go_on,omitempty"` // commands that make sense now
	Problem  string          `json:"problem,omitempty"`
}

type bindingJSON struct {
	Kind      release.BindingKind `json:"kind"`
	Function  string              `json:"function"`
	Name      string              `json:"name"`
	Path      string              `json:"path,omitempty"`
	Qualifier string              `json:"qualifier"`
}

// StatusJSON writes what is online for programs.
func StatusJSON(t release.Target, s rollout.State) string {
	out := statusJSON{Service: t.Service, Alias: t.Alias, Status: StatusResult(s).Status, Traffic: []release.Share{}, Bindings: []bindingJSON{}}
	if s.Alias != nil {
		out.Exists, out.Base, out.Traffic, out.Text = true, s.Alias.Traffic.Base(), s.Alias.Traffic.Shares(), s.Alias.Description
		if canary, w := s.Alias.Traffic.Canary(); canary != "" {
			out.Canary, out.Weight = canary, &w
		}
		out.Rollout = rolloutOf(s, out.Canary)
	}
	for _, b := range append(s.Bindings, s.Others...) {
		out.Bindings = append(out.Bindings, bindingJSON{b.Kind, b.Function, b.Name, b.Path, release.Qualified(b.From)})
	}
	for _, err := range s.Unread {
		out.Unread = append(out.Unread, err.Error())
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return "{}" // cannot happen: numbers and strings only
	}
	return string(text)
}

func rolloutOf(s rollout.State, canary string) *rolloutJSON {
	out := &rolloutJSON{State: standing(s)}
	switch out.State {
	case plan.StandNone:
		if canary == "" {
			return nil
		}
		out.GoOn = []string{"promote --full", "rollback"}
		return out
	case plan.StandUnreadable:
		out.Problem, out.GoOn = s.Unreadable.Error(), []string{"rollback", "release --on-unfinished restart"}
		return out
	}
	at := s.Progress
	out.ID, out.Base, out.Version, out.Step, out.Steps = at.ID, at.Base, at.Canary, at.Stage, at.Stages
	switch out.State {
	case plan.StandUnfinished:
		left := at.Stages - at.Stage
		out.Left, out.Next, out.Approval = &left, &at.Next, at.Approve
		if !s.Due.IsZero() {
			out.ResumeAt = Moment(s.Due)
		}
		out.GoOn = []string{"resume", "promote", "promote --full", "rollback", "abort"}
		if !at.Approve {
			out.GoOn = append([]string{"release"}, out.GoOn...)
		}
	case plan.StandHeld:
		out.GoOn = []string{"promote --full", "rollback", "abort"}
	case plan.StandMoved:
		out.Expected, out.GoOn = at.Traffic().Shares(), []string{"abort", "rollback", "release --on-unfinished restart"}
		out.Problem = "somebody moved the alias: now " + s.Alias.Traffic.String()
	case plan.StandComplete:
		out.GoOn = []string{"rollback"}
	}
	return out
}

func bindingLines(t release.Target, s rollout.State) (lines []string) {
	for _, b := range s.Bindings {
		lines = append(lines, "  bound    "+b.String())
	}
	for _, b := range s.Others {
		lines = append(lines, fmt.Sprintf("  other    %s calls %s, not %s", b, release.Qualified(b.From), t.Alias))
	}
	for _, err := range s.Unread {
		lines = append(lines, "  unread   "+OneLine(err.Error()))
	}
	if len(lines) == 0 {
		lines = append(lines, "  bound    nothing")
	}
	return lines
}
