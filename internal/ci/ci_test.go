package ci

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a CI system on a scratch disk.
type machine struct {
	*System
	out, err        bytes.Buffer
	output, summary string // files of the runner
}

func newMachine(t *testing.T, github bool, changes map[string]string) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{output: filepath.Join(dir, "output"), summary: filepath.Join(dir, "summary")}
	env := map[string]string{}
	if github {
		env = map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": m.output, "GITHUB_STEP_SUMMARY": m.summary}
	}
	for name, value := range changes {
		env[name] = value
	}
	m.System = Detect(func(name string) string { return env[name] }, &m.out, &m.err)
	return m
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// runnerOutputs reads an output file as the runner does: name=value, or name<<delimiter up to the exact line.
func runnerOutputs(t *testing.T, text string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if name, end, ok := strings.Cut(lines[i], "<<"); ok {
			var value []string
			for i++; i < len(lines) && lines[i] != end; i++ {
				value = append(value, lines[i])
			}
			if i == len(lines) {
				t.Fatalf("output %s does not end: %q", name, text)
			}
			outputs[name] = strings.Join(value, "\n")
			continue
		}
		name, value, ok := strings.Cut(lines[i], "=")
		if !ok {
			t.Fatalf("line %q is no output", lines[i])
		}
		outputs[name] = value
	}
	return outputs
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"true": true, "": false, "false": false, "1": false} {
		if got := newMachine(t, false, map[string]string{"GITHUB_ACTIONS": value}).InAction(); got != want {
			t.Errorf("GITHUB_ACTIONS=%q: in an action = %v", value, got)
		}
	}
}

func TestOutputsReachTheRunner(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	file := filepath.Join(t.TempDir(), "fc-rollout.env")
	if err := m.Prepare(file); err != nil {
		t.Fatal(err)
	}
	plan := `[{"weight":20,"interval":"10m"},{"weight":100}]`
	if err := m.SetOutputs([]Output{{"status", "completed"}, {"failure_reason", ""}, {"plan", plan}, {"odd", "a<<b=c"}}, file); err != nil {
		t.Fatal(err)
	}
	got := runnerOutputs(t, read(t, m.output))
	for name, want := range map[string]string{"status": "completed", "failure_reason": "", "plan": plan, "odd": "a<<b=c"} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("output %s = %q (%v), want %q", name, value, ok, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("outputs = %q", got)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file is only for outside GitHub: %v", err)
	}
}

func TestOutputsAreAddedToThoseOfOtherSteps(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	if err := os.WriteFile(m.output, []byte("before=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.SetOutputs([]Output{{"status", "held"}}, ""); err != nil {
		t.Fatal(err)
	}
	if got := runnerOutputs(t, read(t, m.output)); got["before"] != "1" || got["status"] != "held" {
		t.Errorf("outputs = %q", got)
	}
}

func TestOutsideGitHubOutputsAreKeyValueLines(t *testing.T) {
	t.Parallel()
	m := newMachine(t, false, nil)
	file := filepath.Join(t.TempDir(), "fc-rollout.env")
	if err := os.WriteFile(file, []byte("status=completed\nold=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Prepare(file); err != nil {
		t.Fatal(err)
	}
	if got := read(t, file); got != "" {
		t.Errorf("what an earlier run left is still there: %q", got)
	}
	if err := m.SetOutputs([]Output{{"status", "held"}, {"weight", "0.5"}, {"failure_reason", ""}}, file); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, file), "status=held\nweight=0.5\nfailure_reason=\n"; got != want {
		t.Errorf("file = %q, want %q", got, want)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); err != nil || len(left) != 1 {
		t.Errorf("files left: %q, %v", left, err)
	}
	if m.out.Len()+m.err.Len() > 0 {
		t.Errorf("printed %q, %q", &m.out, &m.err)
	}
}

// The delimiter of go-githubactions is fixed: a value that holds it, or a line break, could inject an output.
func TestOutputsThatCouldInjectAnotherAreRefused(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"a\nstatus=completed", "a\r\nb", "a\rb", "\n", "x _GitHubActionsFileCommandDelimeter_ y", "a\n_GitHubActionsFileCommandDelimeter_\nstatus=completed",
	} {
		for _, github := range []bool{true, false} {
			m := newMachine(t, github, nil)
			file := filepath.Join(t.TempDir(), "fc-rollout.env")
			err := m.SetOutputs([]Output{{"alias", value}}, file)
			if err == nil || !strings.Contains(err.Error(), "alias") {
				t.Errorf("github %v, %q: error %v, want one that names the output", github, value, err)
			}
			for _, name := range []string{m.output, file} {
				if text, err := os.ReadFile(name); err == nil && len(text) > 0 {
					t.Errorf("github %v, %q: written %q", github, value, text)
				}
			}
		}
	}
}

func TestMissingOrUnusableFilesAreErrors(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "no", "such", "folder", "file")
	for name, c := range map[string]struct {
		env  map[string]string
		says string
	}{
		"output is not set": {map[string]string{"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""}, "is not set"},
		"cannot be written": {map[string]string{"GITHUB_OUTPUT": nowhere, "GITHUB_STEP_SUMMARY": nowhere}, "write to"},
		"is a folder":       {map[string]string{"GITHUB_OUTPUT": t.TempDir(), "GITHUB_STEP_SUMMARY": t.TempDir()}, "write to"},
	} {
		m := newMachine(t, true, c.env)
		if err := m.SetOutputs([]Output{{"status", "held"}}, ""); err == nil || !strings.Contains(err.Error(), "GITHUB_OUTPUT") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: outputs: %v", name, err)
		}
		if err := m.Summary("# x"); err == nil || !strings.Contains(err.Error(), "GITHUB_STEP_SUMMARY") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: summary: %v", name, err)
		}
	}
	plain := newMachine(t, false, nil)
	if err := plain.Prepare(nowhere); err == nil {
		t.Error("outside GitHub: a file that cannot be written is found out late")
	}
	if err := plain.SetOutputs([]Output{{"status", "held"}}, nowhere); err == nil {
		t.Error("outside GitHub: lost outputs are no error")
	}
}

func TestMaskComesAsACommandAndHidesEverywhere(t *testing.T) {
	t.Parallel()
	const secret = "LTAI5tExample"
	m := newMachine(t, true, nil)
	m.Mask("", secret)
	if got := m.out.String(); got != "::add-mask::"+secret+"\n" {
		t.Fatalf("masking printed %q", got)
	}
	m.out.Reset()
	for _, w := range []io.Writer{m.Stdout(), m.Stderr()} {
		if n, err := io.WriteString(w, "key "+secret+"!\n"); n != len("key "+secret+"!\n") || err != nil {
			t.Errorf("write: %d, %v", n, err)
		}
	}
	m.Group("with " + secret)
	m.Annotate("error", "with "+secret)
	if err := m.SetOutputs([]Output{{"alias", "x" + secret}}, ""); err != nil {
		t.Fatal(err)
	}
	if err := m.Summary("# " + secret); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"stdout": m.out.String(), "stderr": m.err.String(), "outputs": read(t, m.output), "summary": read(t, m.summary)} {
		if strings.Contains(text, secret) || !strings.Contains(text, "***") {
			t.Errorf("%s: %q", name, text)
		}
	}
	plain := newMachine(t, false, nil)
	plain.Mask(secret)
	_, _ = io.WriteString(plain.Stdout(), secret+"\n")
	if got := plain.out.String(); got != "***\n" {
		t.Errorf("outside GitHub: %q", got)
	}
}

func TestGroupsAndAnnotationsAreForGitHubOnly(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	m.Group("plan")
	m.EndGroup()
	m.Annotate("warning", "look")
	lines := strings.Split(strings.TrimSpace(m.out.String()), "\n")
	if len(lines) != 3 || lines[0] != "::group::plan" || lines[1] != "::endgroup::" ||
		!strings.HasPrefix(lines[2], "::warning ") || !strings.HasSuffix(lines[2], "::look") {
		t.Errorf("lines = %q", lines)
	}
	plain := newMachine(t, false, nil)
	plain.Group("plan")
	plain.EndGroup()
	plain.Annotate("error", "look")
	if err := plain.Summary("# x"); err != nil || plain.out.Len()+plain.err.Len() > 0 {
		t.Errorf("outside GitHub: %q, %q, %v", &plain.out, &plain.err, err)
	}
}

func TestForeignTextInAnnotationsStaysInsideThem(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	m.Annotate("error", "100 %\r\n::set-env name=PATH::x\n##[set-output name=status]completed")
	m.Group("title\n::error::x ##[group]y")
	lines := strings.Split(strings.TrimSuffix(m.out.String(), "\n"), "\n")
	if len(lines) != 2 || strings.Contains(m.out.String(), "\r") || strings.Contains(m.out.String(), "##[") {
		t.Fatalf("lines = %q", lines)
	}
	if !strings.HasPrefix(lines[0], "::error ") || !strings.Contains(lines[0], "100 %25%0A") || !strings.HasPrefix(lines[1], "::group::title%0A") {
		t.Errorf("lines = %q", lines)
	}
}

func TestLongAnnotationsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	m.Annotate("error", "x"+strings.Repeat("界", 3000))
	_, message, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(m.out.String(), "\n"), "::error"), "::")
	if len(message) > 4096 || len(message) < 4090 || strings.ContainsRune(message, '\ufffd') || strings.Trim(message, "x界") != "" {
		t.Errorf("message of %d bytes ends with %q", len(message), message[max(0, len(message)-10):])
	}
}

func TestSummaryIsAppendedAndKeptUnderTheLimit(t *testing.T) {
	t.Parallel()
	m := newMachine(t, true, nil)
	if err := os.WriteFile(m.summary, []byte("# before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Summary("# ours"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, m.summary); !strings.HasPrefix(got, "# before\n# ours") {
		t.Errorf("summary = %q", got)
	}
	large := newMachine(t, true, nil)
	if err := large.Summary("# large\n" + strings.Repeat("界", 1<<20)); err != nil {
		t.Fatal(err)
	}
	// Larger than 1 MiB, the whole summary would be dropped.
	if got := read(t, large.summary); len(got) > 1<<20 || len(got) < 1<<19 || strings.ContainsRune(got, '\ufffd') {
		t.Errorf("a summary of %d bytes", len(got))
	}
}

// An output that cannot be written safely does not take the others with it.
func TestOneUnsafeOutputLeavesTheOthers(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "out.env")
	err := newMachine(t, false, nil).SetOutputs([]Output{{"status", "failed"}, {"alias", "a\nb"}, {"weight", "0"}}, file)
	if err == nil || read(t, file) != "status=failed\nweight=0\n" {
		t.Errorf("%v, %q", err, read(t, file))
	}
}

// The outputs go to where a link points; the link stays.
func TestALinkedOutputFileIsWrittenTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := newMachine(t, false, nil).SetOutputs([]Output{{"status", "held"}}, link); err != nil || read(t, target) != "status=held\n" {
		t.Errorf("%v, %q", err, read(t, target))
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// A log that nobody takes any more must not end a rollout.
func TestABrokenStdoutIsNoPanic(t *testing.T) {
	t.Parallel()
	s := Detect(func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }, broken{}, broken{})
	s.Mask("placeholder")
	s.Group("x")
	s.Annotate("error", "y")
	s.EndGroup()
}
