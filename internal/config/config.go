package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
)

// Config is a run's inputs, checked.
type Config struct {
	Command   string
	Region    string
	AccountID string
	Scheme    string // https or http
	Host      string

	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string

	Release     plan.Request
	Shape       plan.Shape
	Description string
	// StrategyGiven is false when nothing was said and the release is full.
	StrategyGiven bool

	// WaitGiven is false when nothing was said about waiting in the job.
	WaitGiven    bool
	Wait         plan.WaitMode
	MaxWait      time.Duration
	MaxWaitGiven bool
	// Token is the resume_token, nil without one, and TokenText as it was given.
	Token     *resume.Token
	TokenText string
	OnCancel  plan.OnCancel
	// ContinueGiven: on_unfinished was given as continue.
	ContinueGiven bool
	Full          bool
	JSON          bool
	JobTimeout    time.Duration // zero: not given
	Lifetime      time.Duration // of the credentials; zero: not given
	// Window is that of the input, which WindowText has as it was written, or that of the token. WindowGiven tells them apart,
	// and WindowUTC that no time zone was named.
	Window      plan.Window
	WindowText  string
	WindowGiven bool
	WindowUTC   bool

	RetryTimeout time.Duration
	LogFormat    string
	LogLevel     string
	OutputFile   string
	// UnknownRegion: not in the list of this program, which may be older than the region.
	UnknownRegion bool
}

// parser collects errors while values are read.
type parser struct {
	values Values
	errs   []error
}

// Parse checks the values and gives all errors at once. The log settings are usable beside errors.
func Parse(v Values) (Config, []error) {
	p := &parser{values: v}
	c := Config{
		Command:      p.choice("command", Commands, "release"),
		LogFormat:    p.choice("log_format", []string{"pretty", "json"}, "pretty"),
		LogLevel:     p.choice("log_level", []string{"debug", "info", "warn", "error"}, "info"),
		OutputFile:   p.text("output_file", "fc-rollout.env"),
		Description:  p.description(),
		RetryTimeout: p.duration("retry_timeout", 2*time.Minute, time.Hour),
	}
	if v.Command != "" {
		c.Command = v.Command
	}
	p.connection(&c)
	p.credentials(&c)
	p.waiting(&c)
	p.token(&c)
	p.target(&c)
	if c.takesPlan() {
		p.strategy(&c)
	}
	return c, p.errs
}

// takesPlan tells whether the inputs of the strategy mean something: elsewhere they may be the job's common variables.
func (c Config) takesPlan() bool {
	return c.Command == CommandRelease || c.Command == CommandPlan || (c.Command == CommandPromote && !c.Full && c.Token == nil)
}

// aliasEnough tells whether the command works on the alias alone.
func (c Config) aliasEnough() bool {
	return c.Command == CommandStatus || c.Command == CommandRollback || c.Command == CommandAbort || (c.Command == CommandPromote && c.Full)
}

func (p *parser) get(name string) string { return p.values.Get(name) }

func (p *parser) text(name, otherwise string) string {
	if s := p.get(name); s != "" {
		return s
	}
	return otherwise
}

// fail reports an input; the values of secrets stay out of errors.
func (p *parser) fail(name, want string) {
	value := clipped(p.get(name))
	if in, _ := find(name); in.Secret {
		value = ""
	}
	p.errs = append(p.errs, &release.InvalidError{Input: name, Value: value, Want: want})
}

func (p *parser) choice(name string, allowed []string, otherwise string) string {
	s := p.text(name, otherwise)
	if !slices.Contains(allowed, s) {
		p.fail(name, "want one of "+strings.Join(allowed, ", ")+didYouMean(s, allowed, func(n string) string { return n }))
		return otherwise
	}
	return s
}

func (p *parser) description() string {
	s := p.get("description")
	if strings.ToValidUTF8(s, "") != s {
		p.fail("description", "want valid UTF-8")
		return ""
	}
	return s
}

func (p *parser) duration(name string, otherwise, most time.Duration) time.Duration {
	s := p.get(name)
	if s == "" {
		return otherwise
	}
	d, ok := parseInterval(s)
	if !ok || d > most {
		p.fail(name, "want a duration such as 30s or 10m (a bare number is minutes), at most "+short(most))
		return otherwise
	}
	return d
}

func (p *parser) credentials(c *Config) {
	c.AccessKeyID, c.AccessKeySecret, c.SecurityToken = p.get("access_key_id"), p.get("access_key_secret"), p.get("security_token")
	switch {
	case c.AccessKeyID != "" && c.AccessKeySecret == "":
		p.fail("access_key_secret", "required together with access_key_id")
	case c.AccessKeyID == "" && c.AccessKeySecret != "":
		p.fail("access_key_id", "required together with access_key_secret")
	case c.AccessKeyID == "" && c.SecurityToken != "":
		p.fail("security_token", "needs access_key_id and access_key_secret beside it")
	}
	for _, name := range []string{"access_key_id", "access_key_secret", "security_token"} {
		if strings.ContainsFunc(p.get(name), func(r rune) bool { return r < '!' || r > '~' }) {
			p.fail(name, "contains white space or characters that no key has; was it pasted whole?")
		}
	}
}

// aliasName is the rule of the API for alias names; services and functions follow it as well (reference: aliases).
var aliasName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,127}$`)

const nameRule = "want letters, digits, _ and -, not starting with a digit or -, at most 128 characters"

func (p *parser) target(c *Config) {
	switch {
	case c.Token != nil:
		p.tokenTarget(c)
	case c.Command == CommandResume || (c.Command == CommandPromote && p.get("resume_token") != ""):
		// It was to come with the token, which is wrong already.
	default:
		p.namedTarget(c)
	}
}

// namedTarget reads it from its own inputs.
func (p *parser) namedTarget(c *Config) {
	t := &c.Release.Target
	if t.Service = p.get("service"); t.Service == "" {
		p.fail("service", "required")
	} else if !aliasName.MatchString(t.Service) {
		p.fail("service", nameRule)
	}
	t.Functions = p.list("functions")
	if len(t.Functions) == 0 && (!c.aliasEnough() || p.get("alias") == "") {
		p.fail("functions", "required: at least one function name")
	}
	for _, f := range t.Functions {
		if !aliasName.MatchString(f) {
			p.fail("functions", nameRule)
			break
		}
	}
	p.alias(t)
	c.Release.Version, c.Release.Base = p.version("version"), p.version("base_version")
	if c.Release.Version != "" && c.Release.Version == c.Release.Base {
		p.fail("base_version", "is the version to release as well; base and canary must differ")
	}
	c.Release.Triggers = p.selection("triggers")
	c.Release.Mention = p.get("triggers") == ""
	c.Release.Domains = p.selection("custom_domains")
}

func (p *parser) alias(t *release.Target) {
	switch t.Alias = p.get("alias"); {
	case t.Alias == "" && len(t.Functions) == 1:
		t.Alias = t.Functions[0] + "_stable"
		if !aliasName.MatchString(t.Alias) {
			t.Alias = ""
			p.fail("alias", "required, because the function's name with _stable behind it is no valid alias name")
		}
	case t.Alias == "" && len(t.Functions) > 1:
		p.fail("alias", "required with several functions")
	case t.Alias == "":
	case !aliasName.MatchString(t.Alias) || strings.EqualFold(t.Alias, release.Latest):
		t.Alias = ""
		p.fail("alias", nameRule+", and not LATEST")
	}
}

var versionID = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

func (p *parser) version(name string) string {
	s := p.get(name)
	if s != "" && !versionID.MatchString(s) {
		p.fail(name, "want the number of a published version, such as 3")
		return ""
	}
	return s
}

// list splits at commas and drops empty parts and repetitions.
func (p *parser) list(name string) (items []string) {
	for part := range strings.SplitSeq(p.get(name), ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(items, part) {
			items = append(items, part)
		}
	}
	return items
}

func (p *parser) selection(name string) plan.Selection {
	items := p.list(name)
	word := slices.ContainsFunc(items, isWord)
	switch {
	case slices.ContainsFunc(items, func(s string) bool { return isWord(strings.ToLower(s)) && !isWord(s) }):
		p.fail(name, "write none and auto in lower case")
	case word && len(items) > 1:
		p.fail(name, "none and auto stand alone; want names separated by commas, or one of the two")
	case word:
		return plan.Selection{Auto: items[0] == "auto"}
	case slices.ContainsFunc(items, noName):
		p.fail(name, "want names separated by commas, auto or none")
	default:
		return plan.Selection{Names: items}
	}
	return plan.Selection{}
}

func isWord(s string) bool { return s == "none" || s == "auto" }

// noName recognises what can name neither a trigger nor a domain.
func noName(s string) bool {
	return strings.HasPrefix(s, "/") || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
