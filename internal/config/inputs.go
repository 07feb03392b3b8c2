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
	// Bool inputs are true or false; the flag alone means true.
	Bool bool
}

// Inputs is the table, in the order in which users read it.
var Inputs = []Input{
	{Name: "command", Default: "release", Help: "What to run: release, plan (print what release would do, write nothing), resume, promote, rollback, abort or status."},
	{Name: "region", Help: "Region id such as cn-hangzhou. Required unless endpoint is given."},
	{Name: "account_id", Help: "Alibaba Cloud account id. Required unless endpoint is given."},
	{Name: "endpoint", Help: "API endpoint, a host or a URL (http:// allowed). Default: {account_id}.{region}.fc.aliyuncs.com."},
	{Name: "access_key_id", Secret: true, Help: "AccessKey id. Without it the default credential chain is used (environment, OIDC, profile, instance role)."},
	{Name: "access_key_secret", Secret: true, Help: "AccessKey secret."},
	{Name: "security_token", Secret: true, Help: "STS token that belongs to temporary keys."},
	{Name: "service", Required: true, Help: "Name of the FC 2.0 service. A resume_token brings it along."},
	{Name: "functions", Required: true, Help: "Functions of the service that are released, separated by commas. Not needed with a resume_token, nor where alias is given for promote with full, rollback, abort and status."},
	{Name: "alias", Help: "Alias whose traffic moves. Default: {function}_stable; required with several functions."},
	{Name: "description", Help: "Description of the published version, and of an alias that is created."},
	{Name: "version", Help: "Release this existing version after verifying it; publish nothing. For rollback: the version to return to."},
	{Name: "base_version", Help: "Version that keeps the rest of the traffic and takes it back on a rollback. Default: what the alias points at."},
	{Name: "strategy", Default: "fullWeight", Help: "canaryStep, linearStep, canaryPlans, canaryWeight or fullWeight, or an AWS CodeDeploy preset such as Linear10PercentEvery1Minute."},
	{Name: "weight", Help: "Percent of traffic, above 0 and at most 100, up to two decimals: the first step of canaryStep, each step of linearStep, the share of canaryWeight."},
	{Name: "interval", Help: "Wait between steps: a Go duration, a bare number of minutes, or approve to wait for somebody's decision. Default: 10m for canaryStep, 1m for linearStep."},
	{Name: "plans", Help: "Steps of canaryPlans: 10:5m, 30:approve, or a YAML or JSON list of {weight, interval}. approve in place of an interval waits for somebody's decision."},
	{Name: "triggers", Default: "none", Help: "Triggers to point at the alias: names separated by commas, auto (those that call LATEST), or none."},
	{Name: "custom_domains", Default: "none", Help: "Custom domains whose routes to point at the alias: names (optionally with a path: example.com/api/*), auto (routes that call LATEST), or none."},
	{Name: "wait", Default: "job", Help: "Where the time between weights passes: job (in this job), token (each job sets one weight and leaves a resume_token) or auto (in this job while the remaining schedule fits max_wait, else token). promote sets one weight unless this is given."},
	{Name: "max_wait", Default: "30m", Help: "Longest wait in a job with wait: token or auto, and before the first weight of a resumed rollout."},
	{Name: "resume_token", Help: "The output resume_token of the job before; resume needs it, promote takes it."},
	{Name: "on_unfinished", Default: "continue", Help: "When release finds its own rollout unfinished: continue it, restart it from the first weight, or fail. Another version supersedes an unfinished rollout, unless this is fail. restart also takes over an alias that somebody moved; continue, when given, lets a resume_token go on that is older than its rollout."},
	{Name: "on_cancel", Default: "rollback", Help: "When the job is cancelled with a canary in the air: rollback to the base, hold the weights and leave a resume_token, or finish with the last weight at once (never past an approval)."},
	{Name: "full", Default: "false", Bool: true, Help: "For promote: all traffic to the canary at once."},
	{Name: "job_timeout", Help: "How long the job may run, so that a schedule that cannot fit moves no traffic: with wait: auto it is left to later jobs, with wait: job it is an error. Default: what the CI system says (GitLab, GitHub's own runners), else unknown."},
	{Name: "credentials_lifetime", Help: "How long the credentials last from now on, for the same check. Default: 30m with a fixed security token, else unlimited."},
	{Name: "release_window", Help: "When weights may change, such as Mon-Fri 10:00-17:00 Asia/Shanghai; several are separated by semicolons. Outside it a step waits, or is left to a later job. Rollbacks are always allowed."},
	{Name: "json", Default: "false", Bool: true, Help: "For status: print JSON and nothing else."},
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
var Commands = []string{CommandRelease, CommandPlan, CommandResume, CommandPromote, CommandRollback, CommandAbort, CommandStatus}

// The commands.
const (
	CommandRelease  = "release"
	CommandPlan     = "plan"
	CommandResume   = "resume"
	CommandPromote  = "promote"
	CommandRollback = "rollback"
	CommandAbort    = "abort"
	CommandStatus   = "status"
)

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
