package report

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

//go:embed summary.md.tmpl
var summaryText string

var summaryTemplate = template.Must(template.New("summary").Parse(summaryText))

// Limits that keep a summary readable: a page shows some dozen rows well.
const (
	maxRows   = 60
	maxPoints = 30
)

type summary struct {
	Icon, Headline, Bar, Version, Next, Token string
	Errors                                    []string
	Steps                                     []row
	Chart                                     []point
	Bindings                                  []bound
	Notices                                   []string
}

type row struct{ Name, Weight, Started, Took, Result string }

type point struct {
	At     string
	Weight release.Weight
}

type bound struct{ Name, Qualifier string }

// Summary is the job's page as Markdown. redact takes secrets out of a text; it comes before the escaping, which would
// hide them from it.
func Summary(o Outcome, redact func(string) string) (string, error) {
	plain := func(text string) string { return Markdown(redact(text)) }
	r := o.Result
	s := summary{Icon: icon(r.Status), Headline: plain(o.Headline()), Version: plain(orNew(r.Version)), Next: plain(o.Next()), Token: o.Token}
	for _, err := range Each(r.Err) {
		s.Errors = append(s.Errors, plain(err.Error()))
	}
	for _, err := range Each(r.RollbackErr) {
		s.Errors = append(s.Errors, "the return to the base failed: "+plain(err.Error()))
	}
	if r.Traffic != nil && r.Sure {
		s.Bar = strings.ReplaceAll(OneLine(Bar(*r.Traffic)), "`", "'")
	}
	s.Steps, s.Chart = rows(o), points(o)
	for _, b := range o.Plan.Bind {
		s.Bindings = append(s.Bindings, bound{plain(b.String()), plain(bindResult(o, b))})
	}
	for _, b := range o.Plan.Bound {
		s.Bindings = append(s.Bindings, bound{plain(b.String()), plain(o.Target.Alias)})
	}
	for _, n := range o.Plan.Notices {
		s.Notices = append(s.Notices, plain(NoticeText(n)))
	}
	var b strings.Builder
	if err := summaryTemplate.Execute(&b, s); err != nil {
		return "", fmt.Errorf("write the summary: %w", err)
	}
	return b.String(), nil
}

func icon(s rollout.Status) string {
	switch s {
	case rollout.Completed, rollout.Unchanged, rollout.Planned:
		return "✅"
	case rollout.Held, rollout.Waiting:
		return "⏸️"
	case rollout.RolledBack, rollout.Cancelled:
		return "↩️"
	}
	return "❌"
}

func orNew(version string) string {
	if version == "" {
		return "(new)"
	}
	return version
}

func bindResult(o Outcome, b release.Binding) string {
	if slices.Contains(o.Result.Bound, b) {
		return release.Qualified(b.From) + " → " + o.Target.Alias
	}
	if slices.ContainsFunc(o.Result.Records, func(r rollout.Record) bool { return r.Step.Kind == plan.StepBind }) {
		return release.Qualified(b.From) + ", not known to have moved"
	}
	return release.Qualified(b.From) + ", not moved"
}

func rows(o Outcome) (out []row) {
	for i, rec := range o.Result.Records {
		if i >= maxRows/2 && i < len(o.Result.Records)-maxRows/2 {
			if i == maxRows/2 {
				out = append(out, row{Name: fmt.Sprintf("… %d more", len(o.Result.Records)-maxRows)})
			}
			continue
		}
		out = append(out, recordRow(o, rec))
	}
	if o.Result.Status == rollout.Planned {
		for _, s := range o.Plan.Steps {
			out = append(out, row{Name: stepName(s), Weight: s.Weight.String() + " %", Result: "planned"})
		}
	}
	return out
}

func recordRow(o Outcome, rec rollout.Record) row {
	r := row{
		Name: stepName(rec.Step), Weight: rec.Traffic.Weight(o.Result.Version).String() + " %",
		Started: rec.Started.UTC().Format("15:04:05 UTC"), Took: release.ShortDuration(rec.Ended.Sub(rec.Started).Round(10 * time.Millisecond)),
		Result: "done",
	}
	if rec.Step.Kind == plan.StepPublish && !rec.Failed {
		r.Result = "version " + Markdown(rec.Detail)
	}
	if rec.Failed {
		r.Result = "**failed**"
		if rec.Step.Kind == plan.StepWait {
			r.Result = "cancelled"
		}
	}
	return r
}

func stepName(s plan.Step) string {
	switch s.Kind {
	case plan.StepShift:
		return "shift to " + s.Weight.String() + " %"
	case plan.StepWait:
		return "wait " + release.ShortDuration(s.Wait)
	case plan.StepPromote:
		return "promote to 100 %"
	case plan.StepApprove:
		return "wait for approval"
	case plan.StepCreate:
		return "create the alias"
	case plan.StepRollback:
		return "return to the base"
	}
	return string(s.Kind)
}

// points are the weight before and after each write of the alias, or as planned. Their numbers keep labels of the same
// second apart.
func points(o Outcome) (out []point) {
	add := func(at string, w release.Weight) {
		out = append(out, point{fmt.Sprintf("%d: %s", len(out), at), w})
	}
	var before release.Weight
	if o.Plan.Before != nil {
		before = o.Plan.Before.Weight(o.Result.Version)
	}
	if o.Result.Status == rollout.Planned {
		addPlanned(add, before, o.Plan.Schedule)
	}
	for i, rec := range o.Result.Records {
		if i == 0 {
			add(rec.Started.UTC().Format("15:04:05"), before)
		}
		if !rec.Failed && writesAlias(rec.Step.Kind) {
			add(rec.Ended.UTC().Format("15:04:05"), rec.Traffic.Weight(o.Result.Version))
		}
	}
	if len(out) < 2 {
		return nil // nothing was moved
	}
	return thinned(out)
}

func addPlanned(add func(string, release.Weight), before release.Weight, s plan.Schedule) {
	var after time.Duration
	for i, st := range s {
		if i == 0 {
			add("now", before)
		}
		add("+"+release.ShortDuration(after), st.Weight)
		after += st.Interval
	}
}

func writesAlias(k plan.StepKind) bool {
	return k == plan.StepShift || k == plan.StepPromote || k == plan.StepCreate || k == plan.StepRollback
}

// thinned keeps every second point, and the last, until they fit a picture.
func thinned(out []point) []point {
	for len(out) > maxPoints {
		var thin []point
		for i, p := range out {
			if i%2 == 0 || i == len(out)-1 {
				thin = append(thin, p)
			}
		}
		out = thin
	}
	return out
}

// Markdown makes text plain in GitHub's Markdown: no links, images, HTML, tables, mentions or code.
func Markdown(s string) string {
	return markdownEscape.Replace(OneLine(s))
}

// Underscores and brackets of functions calls stay: inside words they mean nothing, and names are full of them.
var markdownEscape = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "[", "&#91;", "]", "&#93;",
	"@", "&#64;", "~", "&#126;", "://", "&#58;//", `\`, "&#92;",
)
