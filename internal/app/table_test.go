package app

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/fc-rollout/fc-rollout/internal/config"
	"github.com/fc-rollout/fc-rollout/internal/report"
)

var update = flag.Bool("update", false, "write action.yml and the README's tables anew")

const root = "../../"

// The tables of inputs and outputs are the source; action.yml and the README follow them to the letter.
func TestActionAndReadmeFollowTheTable(t *testing.T) {
	t.Parallel()
	follow(t, root+"action.yml", actionYAML())
	readme := read(t, root+"README.md")
	readme = between(t, readme, "inputs", inputTable())
	readme = between(t, readme, "outputs", outputTable())
	follow(t, root+"README.md", readme)
}

func follow(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, file) != want {
		t.Errorf("%s does not follow the table; run make action", file)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

// between replaces what stands between <!-- name --> and <!-- /name -->.
func between(t *testing.T, text, name, table string) string {
	t.Helper()
	head, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, tail, closed := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !closed {
		t.Fatalf("README.md has no place for the table of %s", name)
	}
	return head + "<!-- " + name + " -->\n" + table + "<!-- /" + name + " -->" + tail
}

func actionYAML() string {
	var b strings.Builder
	b.WriteString(`# Made from the tables in internal/config and internal/report by "make action".
name: fc-rollout
description: Release Alibaba Cloud Function Compute services progressively and safely
author: fc-rollout
branding:
  icon: trending-up
  color: orange
inputs:
`)
	for _, in := range config.Inputs {
		// None is required here: a resume_token brings along what a release has to name.
		fmt.Fprintf(&b, "  %s:\n    description: %q\n    required: false\n", in.Name, describe(in))
	}
	b.WriteString("outputs:\n")
	for _, out := range report.Outputs {
		fmt.Fprintf(&b, "  %s:\n    description: %q\n", out.Name, out.Help)
	}
	// No defaults here: the tool must be able to tell what was given, and FC_ROLLOUT_ variables to take part.
	b.WriteString("runs:\n  using: docker\n  image: Dockerfile\n")
	return b.String()
}

func describe(in config.Input) string {
	if in.Default != "" {
		return in.Help + " Default: " + in.Default + "."
	}
	return in.Help
}

func inputTable() string {
	var b strings.Builder
	b.WriteString("| Input | Default | |\n| --- | --- | --- |\n")
	for _, in := range config.Inputs {
		value := in.Default
		switch {
		case in.Required:
			value = "**required**"
		case value != "":
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", in.Name, value, in.Help)
	}
	return b.String()
}

func outputTable() string {
	var b strings.Builder
	b.WriteString("| Output | |\n| --- | --- |\n")
	for _, out := range report.Outputs {
		fmt.Fprintf(&b, "| `%s` | %s |\n", out.Name, out.Help)
	}
	return b.String()
}

// What GitHub reads is what the table says, not only what the bytes look like.
func TestActionDeclaresExactlyTheInputs(t *testing.T) {
	t.Parallel()
	var action struct {
		Inputs  map[string]struct{ Description string }
		Outputs map[string]struct{ Description string }
		Runs    struct{ Using, Image string }
	}
	if err := yaml.Unmarshal([]byte(read(t, root+"action.yml")), &action); err != nil {
		t.Fatal(err)
	}
	for _, in := range config.Inputs {
		if action.Inputs[in.Name].Description == "" {
			t.Errorf("input %s is missing", in.Name)
		}
		if in.Name != strings.ToLower(in.Name) || strings.Contains(in.Name, "-") {
			t.Errorf("input %s is not snake_case", in.Name)
		}
	}
	if len(action.Inputs) != len(config.Inputs) || len(action.Outputs) != len(report.Outputs) || action.Runs.Using != "docker" {
		t.Errorf("%d inputs, %d outputs, using %q", len(action.Inputs), len(action.Outputs), action.Runs.Using)
	}
}
