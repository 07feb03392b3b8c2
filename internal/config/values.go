package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Values are the inputs as text, each from the first source that has it: flag, FC_ROLLOUT_ variable, INPUT_ variable.
type Values struct {
	// Command is the first word of the command line; empty when there is none.
	Command string
	texts   map[string]string
}

// Get is the input's text without surrounding white space; empty when it was given nowhere.
func (v Values) Get(name string) string { return v.texts[name] }

// Secrets are the given values that must never be shown.
func (v Values) Secrets() (secrets []string) {
	for _, in := range Inputs {
		if in.Secret && v.texts[in.Name] != "" {
			secrets = append(secrets, v.texts[in.Name])
		}
	}
	return secrets
}

// Read collects the inputs. environ is in the form of os.Environ; inAction says that the INPUT_ variables are all ours.
// Values are usable beside errors, so that secrets can be masked before an error is printed.
func Read(args, environ []string, inAction bool) (Values, []error) {
	v := Values{texts: map[string]string{}}
	errs := v.readEnv(environ, actionPrefix, inAction)
	errs = append(errs, v.readEnv(environ, envPrefix, true)...)
	return v, append(errs, v.readArgs(args)...)
}

// reserved are inputs that the runner itself interprets for container actions.
var reserved = []string{"args", "entrypoint"}

func (v *Values) readEnv(environ []string, prefix string, strict bool) (errs []error) {
	for _, entry := range environ {
		key, value, _ := strings.Cut(entry, "=")
		rest, ours := strings.CutPrefix(key, prefix)
		value = strings.TrimSpace(value)
		if !ours || value == "" {
			continue
		}
		name := strings.ToLower(rest)
		if _, known := find(name); known && rest == strings.ToUpper(name) {
			v.texts[name] = value
			continue
		}
		if strict && !(prefix == actionPrefix && slices.Contains(reserved, name)) {
			errs = append(errs, &release.InvalidError{Input: key, Want: "no such input" +
				didYouMean(strings.ReplaceAll(name, "-", "_"), inputNames(), func(n string) string { return prefix + strings.ToUpper(n) })})
		}
	}
	return errs
}

func (v *Values) readArgs(args []string) (errs []error) {
	seen := map[string]bool{}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if !strings.HasPrefix(arg, "-") {
			errs = append(errs, v.word(arg)...)
			continue
		}
		flag, value, inline := strings.Cut(arg, "=")
		name := strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_")
		in, known := find(name)
		hasNext := i+1 < len(args) && !strings.HasPrefix(args[i+1], "--")
		if !inline && hasNext {
			i++
			value = args[i]
		}
		switch {
		case !known || !strings.HasPrefix(flag, "--"):
			errs = append(errs, &release.InvalidError{Input: clipped(flag), Want: "no such flag" + didYouMean(name, inputNames(), flagOf)})
		case !inline && !hasNext:
			errs = append(errs, &release.InvalidError{Input: flag, Want: "needs a value"})
		case seen[name]:
			errs = append(errs, &release.InvalidError{Input: flag, Want: "given twice"})
		default:
			seen[name] = true
			if value = strings.TrimSpace(value); value != "" {
				v.texts[in.Name] = value
			}
		}
	}
	return errs
}

// AllCommands also holds the commands that take no inputs.
var AllCommands = append(slices.Clone(Commands), "demo", "simulator", "version", "help")

func (v *Values) word(word string) []error {
	if v.Command == "" && slices.Contains(Commands, word) {
		v.Command = word
		return nil
	}
	if v.Command == "" {
		v.Command = word
		return []error{&release.InvalidError{Input: "command", Value: clipped(word), Want: "want one of " + strings.Join(AllCommands, ", ") +
			didYouMean(word, AllCommands, func(n string) string { return n })}}
	}
	return []error{&release.InvalidError{Input: "command line", Value: clipped(word), Want: "a word too many; values belong to flags, such as --alias prod"}}
}

func flagOf(name string) string { return "--" + strings.ReplaceAll(name, "_", "-") }

// clipped keeps what a user typed readable in an error.
func clipped(s string) string {
	const most = 80
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}
