package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/fc-rollout/fc-rollout/internal/ci"
	"github.com/fc-rollout/fc-rollout/internal/config"
	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/retry"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// step is one run of release, plan or status.
type step struct {
	process Process
	ci      *ci.System
	config  config.Config
	invalid []error
	log     zerolog.Logger

	retries   sync.Mutex
	lastRetry map[string]time.Time // by operation
}

func (s *step) run(ctx context.Context) int {
	if len(s.invalid) > 0 {
		return s.refuse(s.invalid)
	}
	if err := s.ci.Prepare(s.config.OutputFile); err != nil {
		return s.refuse([]error{&release.InvalidError{Input: "output_file", Value: s.config.OutputFile, Want: err.Error()}})
	}
	if s.config.UnknownRegion {
		s.warn(fmt.Sprintf("region %s is not known to this program; it is used as it is", s.config.Region))
	}
	if s.config.WindowUTC {
		s.warn("release_window names no time zone: UTC is assumed")
	}
	api, err := s.dial()
	if err != nil {
		return s.refuse([]error{fmt.Errorf("%w: %w", report.ErrCredentials, err)})
	}
	switch s.config.Command {
	case "status":
		return s.status(ctx, api)
	default:
		return s.release(ctx, api)
	}
}

// refuse reports everything that is wrong at once; nothing was called.
func (s *step) refuse(errs []error) int {
	for _, err := range errs {
		s.fail(err)
	}
	if !s.ci.InAction() {
		_, _ = fmt.Fprintln(s.ci.Stderr(), "See fc-rollout help for all commands and inputs.")
	}
	outcome := report.Outcome{Target: s.config.Release.Target, Result: rollout.Result{Status: rollout.Failed, Err: errors.Join(errs...), Sure: true}}
	s.write(outcome)
	return ExitInvalid
}

func (s *step) fail(err error) {
	text := report.OneLine(err.Error())
	s.log.Error().Msg(text)
	s.ci.Annotate("error", text)
}

// warn notes something worth knowing. On GitHub the annotation is a line of the log by itself.
func (s *step) warn(text string) {
	if !s.ci.InAction() || s.config.LogFormat == "json" {
		s.log.Warn().Msg(text)
	}
	s.ci.Annotate("notice", text)
}

func (s *step) retryPolicy() retry.Policy { return retry.Policy{Budget: s.config.RetryTimeout} }

// quiet is how long one line about a repeated call speaks for the parallel ones of its operation.
const quiet = time.Second

func (s *step) onRetry(err error, wait time.Duration) {
	level, op, now := zerolog.WarnLevel, "", systemClock{}.Now()
	if api, ok := errors.AsType[*release.APIError](err); ok {
		op = api.Op
	}
	s.retries.Lock()
	if now.Sub(s.lastRetry[op]) < quiet {
		level = zerolog.DebugLevel
	} else {
		s.lastRetry[op] = now
	}
	s.retries.Unlock()
	s.log.WithLevel(level).Msg(fmt.Sprintf("trying again in %s: %s", release.ShortDuration(wait.Round(100*time.Millisecond)), report.OneLine(err.Error())))
}

func (s *step) onCall(c fc.Call) {
	line := s.log.Debug()
	if c.Err != nil {
		line = line.AnErr("error", c.Err)
	}
	line.Msg(fmt.Sprintf("%s %s: HTTP %d in %s, request id %s", c.Op, report.OneLine(c.Resource), c.Status, c.Took.Round(time.Millisecond), report.OneLine(c.RequestID)))
}

func (s *step) dial() (*fc.V2, error) {
	c := s.config
	return fc.Dial(fc.Options{
		Scheme: c.Scheme, Host: c.Host, Region: c.Region,
		AccessKeyID: c.AccessKeyID, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken,
		UserAgent: "fc-rollout/" + Version(), Retry: s.retryPolicy(), Clock: systemClock{}, OnRetry: s.onRetry, OnCall: s.onCall,
	})
}

// release makes the plan and, unless the command is plan, runs it.
func (s *step) release(ctx context.Context, api *fc.V2) (code int) {
	outcome := report.Outcome{Target: s.config.Release.Target}
	s.ci.Group("fc-rollout: plan")
	waits, endedBy := s.waits(systemClock{}.Now())
	made, err := s.prepare(ctx, api)
	if err != nil && ctx.Err() != nil {
		made, err = s.prepareToStop(ctx, api, err)
	}
	if err == nil {
		if s.config.Command == config.CommandRelease && !s.config.StrategyGiven {
			made.Notices = append([]plan.Notice{{Kind: plan.NoticeNoStrategy}}, made.Notices...)
		}
		s.show(made)
		if ctx.Err() == nil {
			err = s.fit(made, waits, endedBy)
		}
	}
	s.ci.EndGroup()
	switch {
	case err != nil:
		outcome.Result = s.unprepared(ctx, err)
	case s.config.Command == config.CommandPlan:
		outcome.Plan = made
		outcome.Result = rollout.Result{Status: rollout.Planned, Version: made.Version, Base: made.Base, Traffic: made.Before, Sure: true}
	default:
		outcome.Result = s.roll(ctx, api, made, waits)
		notices := made.Notices
		outcome.Plan = outcome.Result.Plan
		outcome.Plan.Notices = notices
		if err := s.leave(&outcome); err != nil {
			s.fail(err)
			defer func() { code = max(code, ExitFailed) }()
		}
	}
	return s.finish(outcome)
}

// unprepared is the result when nothing was written yet.
func (s *step) unprepared(ctx context.Context, err error) rollout.Result {
	if ctx.Err() != nil {
		return rollout.Result{Status: rollout.Cancelled, Err: rollout.CancelledBy(ctx), Sure: true}
	}
	return rollout.Result{Status: rollout.Failed, Err: err, Sure: true}
}

func (s *step) show(p plan.Plan) {
	for _, line := range report.PlanLines(p) {
		s.log.Info().Msg(line)
	}
	for _, n := range p.Notices {
		s.warn(report.NoticeText(n))
	}
}

func (s *step) roll(ctx context.Context, api *fc.V2, p plan.Plan, waits rollout.Waits) rollout.Result {
	s.ci.Group("fc-rollout: " + s.config.Command)
	defer s.ci.EndGroup()
	return rollout.Run(ctx, p, rollout.Options{
		Versions: api, Aliases: api, Binder: api, Clock: systemClock{}, Retry: s.retryPolicy(), OnRetry: s.onRetry,
		Replan: func(ctx context.Context, version string) (plan.Plan, error) {
			again := s.request()
			again.Version = version
			return rollout.Prepare(ctx, api, systemClock{}, again)
		},
		Observe: s.observe, Description: s.description(), Label: newLabel(), Waits: waits, OnCancel: s.config.OnCancel,
	})
}

// newLabel is unique enough to tell this run's version from another's published in the same minute.
func newLabel() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (s *step) observe(e rollout.Event) {
	level := zerolog.InfoLevel
	if e.Kind == rollout.EventUnmarked {
		s.warn(report.Line(e, s.config.Release.Target))
		return
	}
	if e.Kind == rollout.EventRollingBack && s.config.Command != config.CommandRollback && s.config.Command != config.CommandAbort {
		level = zerolog.WarnLevel
	}
	line := s.log.WithLevel(level).Str("event", string(e.Kind)).Str("service", s.config.Release.Target.Service).Str("alias", s.config.Release.Target.Alias)
	if e.Version != "" {
		line = line.Str("version", e.Version)
	}
	if e.Traffic.Main != "" {
		line = line.Str("main", e.Traffic.Main)
	}
	if e.Version != "" && e.Traffic.Main != "" {
		line = line.RawJSON("weight", []byte(e.Traffic.Weight(e.Version).String()))
	}
	if e.Left > 0 {
		line = line.Float64("left_s", e.Left.Round(100*time.Millisecond).Seconds())
	}
	line.Msg(report.Line(e, s.config.Release.Target))
}

// finish tells how it ended, everywhere it is to be told.
func (s *step) finish(o report.Outcome) int {
	res := o.Result
	for _, err := range append(report.Each(res.Err), report.Each(res.RollbackErr)...) {
		s.fail(err)
	}
	level := zerolog.InfoLevel
	if res.Status == rollout.Failed {
		level = zerolog.ErrorLevel
	}
	s.log.WithLevel(level).Str("status", string(res.Status)).Str("failure_reason", report.Reason(res)).Msg(report.OneLine(o.Headline()))
	if next := o.Next(); next != "" {
		s.log.WithLevel(level).Msg("next: " + report.OneLine(next))
	}
	if o.Token != "" {
		s.log.WithLevel(level).Str("resume_token", o.Token).Msg("resume_token: " + o.Token)
	}
	code := exitCode(res)
	if !s.write(o) && code == ExitDone {
		return ExitFailed
	}
	return code
}

// write hands outputs and summary over. A failure there is told, and changes no traffic.
func (s *step) write(o report.Outcome) bool {
	ok := s.writeOutputs(o)
	summary, err := report.Summary(o, s.ci.Redact)
	if err == nil {
		err = s.ci.Summary(summary)
	}
	if err != nil {
		s.warn("no summary: " + report.OneLine(err.Error()))
	}
	return ok
}

func (s *step) writeOutputs(o report.Outcome) bool {
	var outputs []ci.Output
	for _, out := range report.Outputs {
		outputs = append(outputs, ci.Output{Name: out.Name, Value: out.Value(o)})
	}
	if err := s.ci.SetOutputs(outputs, s.config.OutputFile); err != nil {
		s.fail(fmt.Errorf("the outputs are lost: %w", err))
		return false
	}
	return true
}
