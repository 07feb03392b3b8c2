package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/ci"
	"github.com/fc-rollout/fc-rollout/internal/config"
)

// Process is what a run takes from the operating system.
type Process struct {
	Args    []string // without the program's name
	Environ []string // in the form of os.Environ
	Stdout  io.Writer
	Stderr  io.Writer
}

// Getenv looks a variable up; the last one of a name counts.
func (p Process) Getenv(name string) string {
	for _, entry := range slices.Backward(p.Environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// Run runs one command and gives the exit code. Cancelling the context is the signal to stop.
func Run(ctx context.Context, p Process) int {
	switch command := firstWord(p.Args); command {
	case "demo":
		if slices.Contains(p.Args, "--help") {
			_, _ = fmt.Fprint(p.Stdout, usage())
			return ExitDone
		}
		return runDemo(ctx, p)
	case "simulator":
		return runSimulator(ctx, p)
	case "version":
		return alone(p, func() { _, _ = fmt.Fprintf(p.Stdout, "fc-rollout %s\n", Version()) })
	case "help", "--help", "-h":
		_, _ = fmt.Fprint(p.Stdout, usage())
		return ExitDone
	}
	if len(p.Args) == 1 && p.Args[0] == "--version" {
		_, _ = fmt.Fprintf(p.Stdout, "fc-rollout %s\n", Version())
		return ExitDone
	}
	if len(p.Args) > 1 && slices.Contains(config.Commands, p.Args[0]) && (p.Args[1] == "--help" || p.Args[1] == "-h") {
		_, _ = fmt.Fprint(p.Stdout, usage())
		return ExitDone
	}
	return newStep(p).run(ctx)
}

func firstWord(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// alone runs a command that takes nothing behind it.
func alone(p Process, run func()) int {
	if len(p.Args) > 1 {
		_, _ = fmt.Fprintf(p.Stderr, "%s takes nothing behind it, got %q\n", p.Args[0], p.Args[1])
		return ExitInvalid
	}
	run()
	return ExitDone
}

func newStep(p Process) *step {
	values, errs := config.Read(p.Args, p.Environ, ci.InAction(p.Getenv))
	stdout := p.Stdout
	if strings.EqualFold(values.Get("json"), "true") {
		stdout = p.Stderr // what is not the JSON goes where it does not mix with it
	}
	s := &step{process: p, ci: ci.Detect(p.Getenv, stdout, p.Stderr), lastRetry: map[string]time.Time{}}
	// Secrets are hidden before anything is printed, also those of the default credential chain.
	s.ci.Mask(append(values.Secrets(), p.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), p.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN"), p.Getenv("ALIBABA_CLOUD_CREDENTIALS_URI"))...)
	cfg, more := config.Parse(values)
	s.config, s.invalid = cfg, append(errs, more...)
	s.log = newLogger(s.ci.Stdout(), s.ci.Stderr(), cfg.LogFormat, cfg.LogLevel)
	return s
}
