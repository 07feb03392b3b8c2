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
		if strict && (prefix != actionPrefix || !slices.Contains(reserved, name)) {
			errs = append(errs, &release.InvalidError{Input: key, Want: "no such input" +
				didYouMean(strings.ReplaceAll(name, "-", "_"), inputNames(), func(n string) string { return prefix + strings.ToUpper(n) })})
		}
	}
	return errs
}

func (v *Values) readArgs(args []string) (errs []error) {
	seen := map[string]bool{}
	for i := 0; i < len(args); i++ {
		if i > 0 && emptySecret(args[i-1]) {
			// What follows is likely the secret that a slip of the keyboard tore off: it is not repeated.
			errs = append(errs, &release.InvalidError{Input: args[i-1], Want: "needs its value right behind it"})
			continue
		}
		if !strings.HasPrefix(args[i], "-") {
			errs = append(errs, v.word(args[i])...)
			continue
		}
		flag, value, complete := strings.Cut(args[i], "=")
		behind := args[i+1:]
		switch {
		case complete:
		case isBool(flag) && (len(behind) == 0 || !truth(behind[0])):
			value, complete = "true", true
		case len(behind) > 0 && !strings.HasPrefix(behind[0], "--"):
			i++
			value, complete = behind[0], true
		}
		if err := v.flag(flag, value, complete, seen); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// isBool tells whether the flag stands for true by itself.
func isBool(flag string) bool {
	in, known := find(strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_"))
	return known && in.Bool
}

func truth(s string) bool { return s == "true" || s == "false" }

// emptySecret recognises "--access-key-secret=" and a secret's flag that took no value.
func emptySecret(arg string) bool {
	flag, value, inline := strings.Cut(arg, "=")
	in, known := find(strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_"))
	return known && in.Secret && strings.HasPrefix(flag, "--") && (!inline || value == "")
}

// flag takes one flag with its value; seen are the names that were given before.
func (v *Values) flag(flag, value string, complete bool, seen map[string]bool) error {
	name := strings.ReplaceAll(strings.TrimPrefix(flag, "--"), "-", "_")
	_, known := find(name)
	switch {
	case !known || !strings.HasPrefix(flag, "--"):
		return &release.InvalidError{Input: clipped(flag), Want: "no such flag" + didYouMean(name, inputNames(), flagOf)}
	case !complete:
		return &release.InvalidError{Input: flag, Want: "needs a value"}
	case seen[name]:
		return &release.InvalidError{Input: flag, Want: "given twice"}
	}
	seen[name] = true
	if value = strings.TrimSpace(value); value != "" {
		v.texts[name] = value
	}
	return nil
}

// AllCommands also holds the commands that take no inputs.
var AllCommands = append(slices.Clone(Commands), "demo", "simulator", "version", "help")

func (v *Values) word(word string) []error {
	if v.Command == "" && slices.Contains(Commands, word) {
		v.Command = word
		return nil
	}
	if slices.Contains(AllCommands, word) && !slices.Contains(Commands, word) {
		return []error{&release.InvalidError{Input: "command", Value: word, Want: "must be the first word"}}
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
func clipped(s string) string { return clippedTo(s, 80) }

func clippedTo(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}
