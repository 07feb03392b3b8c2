package config

import (
	"slices"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/resume"
)

// waiting reads how time passes and what interrupts it.
func (p *parser) waiting(c *Config) {
	c.WaitGiven, c.MaxWaitGiven = p.get("wait") != "", p.get("max_wait") != ""
	c.Wait = plan.WaitMode(p.choice("wait", []string{string(plan.WaitInJob), string(plan.WaitToken), string(plan.WaitAuto)}, string(plan.WaitInJob)))
	c.MaxWait = p.duration("max_wait", 30*time.Minute, longest)
	c.Release.OnUnfinished = plan.OnUnfinished(p.choice("on_unfinished", plan.OnUnfinishedChoices(), string(plan.OnUnfinishedContinue)))
	c.ContinueGiven = p.get("on_unfinished") == string(plan.OnUnfinishedContinue)
	c.OnCancel = plan.OnCancel(p.choice("on_cancel",
		[]string{string(plan.CancelRollback), string(plan.CancelHold), string(plan.CancelFinish)}, string(plan.CancelRollback)))
	c.Full, c.JSON = p.truth("full"), p.truth("json")
	if c.Full && c.Command != CommandPromote {
		p.fail("full", "is for the command promote")
	}
	if c.JSON && c.Command != CommandStatus {
		p.fail("json", "is for the command status; the log of the others takes log_format: json")
	}
	c.JobTimeout = p.duration("job_timeout", 0, longest)
	c.Lifetime = p.duration("credentials_lifetime", 0, longest)
	if text := p.get("release_window"); text != "" {
		w, zoned, err := parseWindow(text)
		if err != nil {
			p.fail("release_window", err.Error())
		}
		c.Window, c.WindowText, c.WindowGiven, c.WindowUTC = w, text, true, !zoned
	}
}

func (p *parser) truth(name string) bool {
	switch s := strings.ToLower(p.get(name)); s {
	case "true":
		return true
	case "", "false":
	default:
		p.fail(name, "want true or false")
	}
	return false
}

// token reads the resume token where the command has a use for it.
func (p *parser) token(c *Config) {
	text := p.get("resume_token")
	switch {
	case text == "" && c.Command == CommandResume:
		p.fail("resume_token", "required; without one, release with the same inputs finds its unfinished rollout by itself")
		return
	case text == "":
		return
	case c.Command == CommandRelease || c.Command == CommandPlan:
		p.failToken("is for the commands resume and promote; " + c.Command + " finds an unfinished rollout by itself")
		return
	}
	t, err := resume.Decode(text)
	if err != nil {
		p.failToken(err.Error())
		return
	}
	c.Token, c.TokenText = &t, text
	if !c.WindowGiven && t.Window != "" {
		c.WindowText = t.Window
		if c.Window, _, err = parseWindow(t.Window); err != nil {
			p.failToken("its release window cannot be read: " + err.Error())
		}
	}
}

// failToken keeps the token out of the error: it is long, and says nothing to people.
func (p *parser) failToken(want string) {
	p.values.texts["resume_token"] = clippedTo(p.get("resume_token"), 16)
	p.fail("resume_token", want)
}

// tokenTarget takes the target from the token. What the inputs say besides must agree with it.
func (p *parser) tokenTarget(c *Config) {
	t := *c.Token
	given := func(name, value string) {
		if s := p.get(name); s != "" && value != "" && s != value {
			p.failToken("is for " + strings.ReplaceAll(name, "_", " ") + " " + value + ", not " + clipped(s))
		}
	}
	given("service", t.Target.Service)
	given("alias", t.Target.Alias)
	if fs := p.list("functions"); len(fs) > 0 && !slices.Equal(slices.Sorted(slices.Values(fs)), slices.Sorted(slices.Values(t.Target.Functions))) {
		p.failToken("is for functions " + strings.Join(t.Target.Functions, ", ") + ", not " + clipped(strings.Join(fs, ", ")))
	}
	if c.Command == CommandResume || c.Command == CommandPromote {
		given("version", t.Canary)
		given("base_version", t.Base)
	}
	p.tokenAccount(c)
	c.Release.Target = t.Target
	c.Release.Version = p.version("version")
}

// tokenAccount compares the account and region, where both sides know them.
func (p *parser) tokenAccount(c *Config) {
	t := *c.Token
	account, region := Identity(c.AccountID, c.Region, c.Host)
	if digest := resume.AccountDigest(account); digest != "" && t.Account != "" && digest != t.Account {
		p.failToken("is for another account")
	}
	if region != "" && t.Region != "" && region != t.Region {
		p.failToken("is for region " + t.Region + ", not " + region)
	}
}

// Identity is the account and region that a connection belongs to, as far as inputs or the host's name tell.
func Identity(account, region, host string) (string, string) {
	name, ours := strings.CutSuffix(host, ".fc.aliyuncs.com")
	if a, r, ok := strings.Cut(name, "."); ours && ok && accountID.MatchString(a) {
		r = strings.TrimSuffix(r, "-internal")
		return a, r
	}
	return account, region
}
