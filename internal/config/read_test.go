package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// minimal are the inputs that a full release needs.
var minimal = map[string]string{"region": "cn-hangzhou", "account_id": "1234567890123456", "service": "shop", "functions": "hello"}

// environ turns inputs into FC_ROLLOUT_ variables; an empty value takes the minimal one away.
func environ(changes map[string]string) (env []string) {
	inputs := maps.Clone(minimal)
	maps.Copy(inputs, changes)
	for name, value := range inputs {
		env = append(env, "FC_ROLLOUT_"+strings.ToUpper(name)+"="+value)
	}
	return env
}

// load reads and checks as the program does.
func load(args, env []string, inAction bool) (Config, []error) {
	v, errs := Read(args, env, inAction)
	c, more := Parse(v)
	return c, append(errs, more...)
}

func mustLoad(t *testing.T, changes map[string]string, args ...string) Config {
	t.Helper()
	c, errs := load(args, environ(changes), false)
	if len(errs) > 0 {
		t.Fatalf("%v %v: %v", changes, args, errors.Join(errs...))
	}
	return c
}

// wantErrors demands exactly one error for each group of words, whatever their order.
func wantErrors(t *testing.T, errs []error, groups ...[]string) {
	t.Helper()
	if len(errs) != len(groups) {
		t.Errorf("%d errors, want %d: %v", len(errs), len(groups), errors.Join(errs...))
	}
	for _, words := range groups {
		found := slices.ContainsFunc(errs, func(err error) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(err.Error(), w) })
		})
		if !found {
			t.Errorf("no error with %q among: %v", words, errors.Join(errs...))
		}
	}
	for _, err := range errs {
		if _, ok := errors.AsType[*release.InvalidError](err); !ok {
			t.Errorf("%T is no invalid input: %v", err, err)
		}
	}
}

// Three sources: the flag, then FC_ROLLOUT_, then INPUT_. Empty values count as absent.
func TestSourcesAndTheirOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args, env []string
		want      string
	}{
		"none":                    {nil, nil, ""},
		"input":                   {nil, []string{"INPUT_ALIAS=c"}, "c"},
		"variable before input":   {nil, []string{"FC_ROLLOUT_ALIAS=b", "INPUT_ALIAS=c"}, "b"},
		"in any order":            {nil, []string{"INPUT_ALIAS=c", "FC_ROLLOUT_ALIAS=b"}, "b"},
		"flag first":              {[]string{"--alias", "a"}, []string{"FC_ROLLOUT_ALIAS=b", "INPUT_ALIAS=c"}, "a"},
		"flag with equals":        {[]string{"--alias=a"}, []string{"FC_ROLLOUT_ALIAS=b"}, "a"},
		"empty flag is absent":    {[]string{"--alias="}, []string{"FC_ROLLOUT_ALIAS=b"}, "b"},
		"blank flag is absent":    {[]string{"--alias", "  "}, []string{"INPUT_ALIAS=c"}, "c"},
		"empty variable is too":   {nil, []string{"FC_ROLLOUT_ALIAS=", "INPUT_ALIAS=c"}, "c"},
		"blank variable is too":   {nil, []string{"FC_ROLLOUT_ALIAS= \t", "INPUT_ALIAS=c"}, "c"},
		"white space around it":   {nil, []string{"INPUT_ALIAS= c\n"}, "c"},
		"a value with equals":     {[]string{"--alias=a=b"}, nil, "a=b"},
		"the rest of the machine": {nil, []string{"ALIAS=x", "HOME=/", "odd", "=odd"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, errs := Read(c.args, c.env, true)
			if got := v.Get("alias"); got != c.want || len(errs) > 0 {
				t.Errorf("alias = %q, %v; want %q", got, errs, c.want)
			}
		})
	}
}

func TestEveryInputHasAllThreeSources(t *testing.T) {
	t.Parallel()
	for _, in := range Inputs {
		dashed, upper := strings.ReplaceAll(in.Name, "_", "-"), strings.ToUpper(in.Name)
		for source, c := range map[string]struct{ args, env []string }{
			"flag": {[]string{"--" + dashed, "x"}, nil}, "variable": {nil, []string{"FC_ROLLOUT_" + upper + "=x"}}, "input": {nil, []string{"INPUT_" + upper + "=x"}},
		} {
			want := "x"
			if in.Bool && source == "flag" {
				c.args, want = c.args[:1], "true" // the flag alone
			}
			v, errs := Read(c.args, c.env, true)
			if v.Get(in.Name) != want || len(errs) > 0 {
				t.Errorf("%s of %s: %q, %v", source, in.Name, v.Get(in.Name), errs)
			}
		}
		if in.Flag() != "--"+dashed || in.Env() != "FC_ROLLOUT_"+upper || in.ActionEnv() != "INPUT_"+upper {
			t.Errorf("%s is shown as %s, %s, %s", in.Name, in.Flag(), in.Env(), in.ActionEnv())
		}
	}
}

// These inputs and no others.
func TestTheTableHoldsTheKnownInputs(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`region account_id endpoint access_key_id access_key_secret security_token service functions alias description
		version base_version strategy weight interval plans triggers custom_domains retry_timeout log_format log_level output_file command
		wait max_wait resume_token on_unfinished on_cancel full job_timeout credentials_lifetime release_window json`)
	got := inputNames()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("inputs %v, want %v", got, want)
	}
	for _, in := range Inputs {
		secret := strings.HasPrefix(in.Name, "access_key_") || in.Name == "security_token"
		if in.Secret != secret || in.Help == "" {
			t.Errorf("%s: secret %v, help %q", in.Name, in.Secret, in.Help)
		}
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env      []string
		inAction bool
		words    []string // none: no error
	}{
		"ours, in an action":         {[]string{"FC_ROLLOUT_ALAIS=x"}, true, []string{"FC_ROLLOUT_ALAIS", "did you mean FC_ROLLOUT_ALIAS"}},
		"ours, elsewhere":            {[]string{"FC_ROLLOUT_BASE_VERSON=1"}, false, []string{"FC_ROLLOUT_BASE_VERSON", "did you mean FC_ROLLOUT_BASE_VERSION"}},
		"ours, far from all":         {[]string{"FC_ROLLOUT_XYZZY=1"}, false, []string{"FC_ROLLOUT_XYZZY"}},
		"ours in small letters":      {[]string{"FC_ROLLOUT_alias=x"}, false, []string{"FC_ROLLOUT_alias", "FC_ROLLOUT_ALIAS"}},
		"ours, empty":                {[]string{"FC_ROLLOUT_ALAIS="}, true, nil},
		"input, in an action":        {[]string{"INPUT_WIEGHT=x"}, true, []string{"INPUT_WIEGHT", "did you mean INPUT_WEIGHT"}},
		"input with a dash":          {[]string{"INPUT_BASE-VERSION=1"}, true, []string{"INPUT_BASE-VERSION", "did you mean INPUT_BASE_VERSION"}},
		"input elsewhere":            {[]string{"INPUT_WIEGHT=x"}, false, nil},
		"what the runner itself has": {[]string{"INPUT_ARGS=x", "INPUT_ENTRYPOINT=y"}, true, nil},
		"nobody's":                   {[]string{"FC_ROLLOUT=x", "INPUT=y", "MY_FC_ROLLOUT_ALIAS=z"}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, errs := Read(nil, c.env, c.inAction)
			if c.words == nil {
				wantErrors(t, errs)
				return
			}
			wantErrors(t, errs, c.words)
		})
	}
}

func TestUnknownFlagsCommandsAndStrayWords(t *testing.T) {
	t.Parallel()
	for line, words := range map[string][]string{
		"--wieght 20":              {"--wieght", "did you mean --weight"},
		"--wieght=20":              {"--wieght", "did you mean --weight"},
		"--base-verison 1 release": {"--base-verison", "did you mean --base-version"},
		"-alias prod":              {"-alias", "no such flag"},
		"-w 20":                    {"-w", "no such flag"},
		"--dry-run":                {"--dry-run", "no such flag"},
		"--":                       {"no such flag"},
		"--alias":                  {"--alias", "needs a value"},
		"--alias --weight=20":      {"--alias", "needs a value"},
		"--alias a --alias b":      {"--alias", "given twice"},
		"relase":                   {"relase", "did you mean release"},
		"Release":                  {"Release", "release"},
		"frobnicate":               {"frobnicate", "release, plan, resume"},
		"release prod":             {"prod", "a word too many"},
		"release plan":             {"plan", "a word too many"},
		"plan --weight 20 30":      {"30", "a word too many"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			_, errs := Read(strings.Fields(line), nil, false)
			wantErrors(t, errs, words)
		})
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		input string
		want  string
	}{
		"default":           {nil, "", "release"},
		"word":              {[]string{"plan"}, "", "plan"},
		"word behind":       {[]string{"--alias", "prod", "status"}, "", "status"},
		"input":             {nil, "plan", "plan"},
		"word wins":         {[]string{"status"}, "plan", "status"},
		"flag":              {[]string{"--command", "status"}, "plan", "status"},
		"a value of a flag": {[]string{"--description", "plan"}, "", "release"},
	} {
		if got := mustLoad(t, map[string]string{"command": c.input}, c.args...).Command; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	_, errs := load(nil, environ(map[string]string{"command": "relase"}), false)
	wantErrors(t, errs, []string{"command", `"relase"`, "release, plan, resume", "did you mean release"})
}

func TestSecretsAreTheGivenOnes(t *testing.T) {
	t.Parallel()
	v, _ := Read([]string{"--access-key-secret", "s3cr3t", "--alias", "prod"}, []string{"INPUT_SECURITY_TOKEN=t0ken"}, true)
	got := v.Secrets()
	slices.Sort(got)
	if want := []string{"s3cr3t", "t0ken"}; !slices.Equal(got, want) {
		t.Errorf("secrets = %q, want %q", got, want)
	}
}

// A refused alias does not stand beside its error, where it could spoil the outputs.
func TestARefusedAliasIsNotHandedOn(t *testing.T) {
	t.Parallel()
	for _, in := range []inputs{{"alias": "a\nb"}, {"functions": "a\nb"}} {
		if c, errs := load(nil, environ(in), false); len(errs) == 0 || c.Release.Target.Alias != "" {
			t.Errorf("alias %q, errors %v", c.Release.Target.Alias, errs)
		}
	}
}

// A slip of the keyboard does not show a secret.
func TestATornOffSecretIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--access-key-secret=", "TOPSECRET"}, {"--access-key-secret", "--TOPSECRET"}, {"--endpoint", "http://host/?token=TOPSECRET"}} {
		_, errs := load(args, environ(nil), false)
		if text := fmt.Sprint(errs); len(errs) == 0 || strings.Contains(text, "TOPSECRET") {
			t.Errorf("%v: %s", args, text)
		}
	}
}
