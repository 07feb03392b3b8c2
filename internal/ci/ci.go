// Package ci is what the step knows about the CI system around it: where outputs and summaries go, how secrets are
// masked and how foreign text is kept from becoming a command. It is the only door to go-githubactions and imports
// nothing else of this module.
package ci

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// Output is one value for later jobs. Values are single lines.
type Output struct {
	Name  string
	Value string
}

// System is the CI system that the process runs under.
type System struct {
	github *githubactions.Action // nil outside GitHub Actions
	getenv func(string) string
	out    *SafeWriter
	errOut *SafeWriter
}

// Detect finds the CI system from its variables. What is written to stdout and stderr through the system is made safe.
func Detect(getenv func(string) string, stdout, stderr io.Writer) *System {
	s := &System{getenv: getenv}
	inAction := InAction(getenv)
	if inAction {
		s.github = githubactions.New(githubactions.WithWriter(stdout), githubactions.WithGetenv(getenv))
	}
	s.out = &SafeWriter{to: stdout, github: inAction}
	s.errOut = &SafeWriter{to: stderr, github: inAction}
	return s
}

// InAction tells whether the variables are those of a step of a GitHub workflow.
func InAction(getenv func(string) string) bool { return getenv("GITHUB_ACTIONS") == "true" }

// InAction tells whether this is a step of a GitHub workflow, where INPUT_ variables are the step's inputs.
func (s *System) InAction() bool { return s.github != nil }

// Stdout is for everything that people read.
func (s *System) Stdout() io.Writer { return s.out }

// Stderr is for errors.
func (s *System) Stderr() io.Writer { return s.errOut }

// Mask hides secrets from here on: from everything this process writes and, on GitHub, from the rest of the job. It
// must come before anything else is printed.
func (s *System) Mask(secrets ...string) {
	for _, secret := range secrets {
		if secret = strings.TrimSpace(secret); secret == "" {
			continue
		}
		s.out.hide(secret)
		s.errOut.hide(secret)
		s.command(func(a *githubactions.Action) { a.AddMask(secret) })
	}
}

// Redact takes the masked secrets, and passwords in URLs, out of a text.
func (s *System) Redact(text string) string { return s.out.redact(text) }

// Group starts a collapsible section.
func (s *System) Group(title string) {
	s.command(func(a *githubactions.Action) { a.Group(s.out.clean(title)) })
}

// EndGroup ends it.
func (s *System) EndGroup() {
	s.command(func(a *githubactions.Action) { a.EndGroup() })
}

// command issues a workflow command on GitHub. go-githubactions panics when stdout is gone; a lost log line must not
// end a rollout.
func (s *System) command(issue func(*githubactions.Action)) {
	if s.github == nil {
		return
	}
	defer func() { _ = recover() }()
	issue(s.github)
}

// annotationLimit is the length that GitHub shows of an annotation.
const annotationLimit = 4096

// Annotate puts a message on the run's page; level is error, warning or notice. Outside GitHub it does nothing, since
// the same words are in the log.
func (s *System) Annotate(level, message string) {
	message = s.out.clean(message)
	if len(message) > annotationLimit {
		message = strings.ToValidUTF8(message[:annotationLimit], "")
	}
	s.command(func(a *githubactions.Action) {
		a.IssueCommand(&githubactions.Command{
			Name: level, Message: message, Properties: githubactions.CommandProperties{"title": "fc-rollout"},
		})
	})
}

// Prepare makes sure that outputs can be written, and empties what an earlier run may have left in the file, so that
// nobody takes its outcome for this run's.
func (s *System) Prepare(file string) error {
	if s.github != nil {
		if s.getenv("GITHUB_OUTPUT") == "" {
			return errors.New("GITHUB_OUTPUT is not set, so the outputs would be lost")
		}
		return nil
	}
	if err := os.WriteFile(file, nil, 0o644); err != nil { //nolint:gosec // later jobs run as other users
		return fmt.Errorf("prepare the outputs: %w", err)
	}
	return nil
}

// delimiter is the fixed one of go-githubactions; a value that contained it could inject further outputs.
const delimiter = "_GitHubActionsFileCommandDelimeter_"

// SetOutputs hands values to later jobs: GITHUB_OUTPUT, or KEY=VALUE lines in the file. A value that is not a safe
// single line is left out and reported; the others are written all the same.
func (s *System) SetOutputs(outputs []Output, file string) error {
	var lines strings.Builder
	var errs []error
	for _, o := range outputs {
		value := s.out.redact(o.Value)
		if strings.ContainsAny(value, "\r\n") || strings.Contains(value, delimiter) {
			errs = append(errs, fmt.Errorf("output %s: the value is not a single safe line", o.Name))
			continue
		}
		fmt.Fprintf(&lines, "%s=%s\n", o.Name, value)
		if s.github != nil {
			errs = append(errs, s.fileCommand("GITHUB_OUTPUT", func() { s.github.SetOutput(o.Name, value) }))
		}
	}
	if s.github == nil {
		errs = append(errs, writeWhole(file, lines.String()))
	}
	return errors.Join(errs...)
}

// summaryLimit is 1 MiB: a larger summary would be dropped as a whole.
const summaryLimit = 1 << 20

// Summary adds Markdown to the job's page. Elsewhere there is no such page.
func (s *System) Summary(markdown string) error {
	if s.github == nil {
		return nil
	}
	markdown = s.out.redact(markdown)
	if len(markdown) > summaryLimit-1024 {
		markdown = strings.ToValidUTF8(markdown[:summaryLimit-1024], "") + "\n\n…\n"
	}
	return s.fileCommand("GITHUB_STEP_SUMMARY", func() { s.github.AddStepSummary(markdown) })
}

// fileCommand turns the panics of go-githubactions into errors.
func (s *System) fileCommand(variable string, issue func()) (err error) {
	if s.getenv(variable) == "" {
		return fmt.Errorf("%s is not set", variable)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write to %s: %v", variable, p)
		}
	}()
	issue()
	return nil
}

// writeWhole replaces the file in one step, so that a reader never sees half of it. A link or a device is written to.
func writeWhole(file, text string) error {
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // later jobs run as other users
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".fc-rollout-*")
	if err != nil {
		// The folder may be closed although the file is not.
		return os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // later jobs run as other users
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(text)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644) //nolint:gosec // later jobs run as other users
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write the outputs: %w", err)
	}
	return nil
}
