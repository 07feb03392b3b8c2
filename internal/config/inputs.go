package config

import "strings"

// Input is one row of the table.
type Input struct {
	Name    string // snake_case, as in action.yml
	Default string // as shown to users; what is not constant is described in Help
	Help    string
	Secret  bool
	// Required: there is no release without it.
	Required bool
}

// Inputs is the table, in the order in which users read it.
var Inputs = []Input{
	{Name: "command", Default: "release", Help: "What to run: release, plan (print what release would do, write nothing) or status (print the alias)."},
	{Name: "region", Help: "Region id such as cn-hangzhou. Required unless endpoint is given."},
	{Name: "account_id", Help: "Alibaba Cloud account id. Required unless endpoint is given."},
	{Name: "endpoint", Help: "API endpoint, a host or a URL (http:// allowed). Default: {account_id}.{region}.fc.aliyuncs.com."},
	{Name: "access_key_id", Secret: true, Help: "AccessKey id. Without it the default credential chain is used (environment, OIDC, profile, instance role)."},
	{Name: "access_key_secret", Secret: true, Help: "AccessKey secret."},
	{Name: "security_token", Secret: true, Help: "STS token that belongs to temporary keys."},
	{Name: "service", Required: true, Help: "Name of the FC 2.0 service."},
	{Name: "functions", Required: true, Help: "Functions of the service that are released, separated by commas."},
	{Name: "alias", Help: "Alias whose traffic moves. Default: {function}_stable; required with several functions."},
	{Name: "description", Help: "Description of the published version, and of an alias that is created."},
	{Name: "version", Help: "Release this existing version after verifying it; publish nothing."},
	{Name: "base_version", Help: "Version that keeps the rest of the traffic and takes it back on a rollback. Default: what the alias points at."},
	{Name: "strategy", Default: "fullWeight", Help: "canaryStep, linearStep, canaryPlans, canaryWeight or fullWeight, or an AWS CodeDeploy preset such as Linear10PercentEvery1Minute."},
	{Name: "weight", Help: "Percent of traffic, above 0 and at most 100, up to two decimals: the first step of canaryStep, each step of linearStep, the share of canaryWeight."},
	{Name: "interval", Help: "Wait between steps: a Go duration, or a bare number of minutes. Default: 10m for canaryStep, 1m for linearStep."},
	{Name: "plans", Help: "Steps of canaryPlans: 10:5m, 30:10m, or a YAML or JSON list of {weight, interval}."},
	{Name: "triggers", Default: "none", Help: "Triggers to point at the alias: names separated by commas, auto (those that call LATEST), or none."},
	{Name: "custom_domains", Default: "none", Help: "Custom domains whose routes to point at the alias: names (optionally with a path: example.com/api/*), auto (routes that call LATEST), or none."},
	{Name: "retry_timeout", Default: "2m", Help: "How long a call that may succeed later is repeated."},
	{Name: "log_format", Default: "pretty", Help: "pretty or json."},
	{Name: "log_level", Default: "info", Help: "debug, info, warn or error."},
	{Name: "output_file", Default: "fc-rollout.env", Help: "Outside GitHub Actions the outputs are written to this file as KEY=VALUE lines."},
}

// Flag is the name of the input's command-line flag.
func (i Input) Flag() string { return "--" + strings.ReplaceAll(i.Name, "_", "-") }

// Env is the name of the input's own variable.
func (i Input) Env() string { return envPrefix + strings.ToUpper(i.Name) }

// ActionEnv is the variable in which GitHub Actions hands the input over.
func (i Input) ActionEnv() string { return actionPrefix + strings.ToUpper(i.Name) }

const (
	envPrefix    = "FC_ROLLOUT_"
	actionPrefix = "INPUT_"
)

// Commands are the commands that the inputs belong to.
var Commands = []string{"release", "plan", "status"}

func find(name string) (Input, bool) {
	for _, in := range Inputs {
		if in.Name == name {
			return in, true
		}
	}
	return Input{}, false
}

func inputNames() []string {
	names := make([]string, len(Inputs))
	for i, in := range Inputs {
		names[i] = in.Name
	}
	return names
}
