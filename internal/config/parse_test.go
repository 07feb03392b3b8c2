package config

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

type inputs = map[string]string

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil)
	for name, pair := range map[string][2]string{
		"command": {c.Command, "release"}, "scheme": {c.Scheme, "https"}, "host": {c.Host, "1234567890123456.cn-hangzhou.fc.aliyuncs.com"},
		"alias": {c.Release.Target.Alias, "hello_stable"}, "service": {c.Release.Target.Service, "shop"}, "schedule": {c.Release.Schedule.String(), "100"},
		"log format": {c.LogFormat, "pretty"}, "log level": {c.LogLevel, "info"}, "output file": {c.OutputFile, "fc-rollout.env"},
		"retry timeout": {c.RetryTimeout.String(), "2m0s"}, "version": {c.Release.Version, ""}, "base": {c.Release.Base, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", name, pair[0], pair[1])
		}
	}
	if c.StrategyGiven || !c.Release.Triggers.None() || !c.Release.Domains.None() || c.UnknownRegion {
		t.Errorf("config = %+v", c)
	}
}

func TestStrategies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    inputs
		want  string
		given bool
	}{
		"none":                  {nil, "100", false},
		"fullWeight":            {inputs{"strategy": "fullWeight"}, "100", true},
		"canaryStep":            {inputs{"strategy": "canaryStep", "weight": "20"}, "20:10m0s, 100", true},
		"canaryStep, interval":  {inputs{"strategy": "canaryStep", "weight": "0.5", "interval": "30s"}, "0.5:30s, 100", true},
		"linearStep":            {inputs{"strategy": "linearStep", "weight": "40"}, "40:1m0s, 80:1m0s, 100", true},
		"linearStep, minutes":   {inputs{"strategy": "linearStep", "weight": "50", "interval": "5"}, "50:5m0s, 100", true},
		"linearStep, thirds":    {inputs{"strategy": "linearStep", "weight": "33.33", "interval": "1.5"}, "33.33:1m30s, 66.66:1m30s, 99.99:1m30s, 100", true},
		"canaryPlans":           {inputs{"strategy": "canaryPlans", "plans": "10:5m, 30:10m"}, "10:5m0s, 30:10m0s, 100", true},
		"canaryWeight":          {inputs{"strategy": "canaryWeight", "weight": "20"}, "20", true},
		"canaryWeight promotes": {inputs{"strategy": "canaryWeight", "weight": "100"}, "100", true},
		"preset":                {inputs{"strategy": "Linear10PercentEvery1Minute"}, "10:1m0s, 20:1m0s, 30:1m0s, 40:1m0s, 50:1m0s, 60:1m0s, 70:1m0s, 80:1m0s, 90:1m0s, 100", true},
		"long preset":           {inputs{"strategy": "CodeDeployDefault.LambdaCanary10Percent5Minutes"}, "10:5m0s, 100", true},
		"all at once":           {inputs{"strategy": "CodeDeployDefault.ECSAllAtOnce"}, "100", true},
	} {
		c2 := mustLoad(t, c.in)
		if got := c2.Release.Schedule.String(); got != c.want || c2.StrategyGiven != c.given {
			t.Errorf("%s: %s (given %v), want %s (%v)", name, got, c2.StrategyGiven, c.want, c.given)
		}
	}
}

// Every wrong input is an error that names the input, the value and what is allowed; never a full release.
func TestInvalidInputs(t *testing.T) {
	t.Parallel()
	const names = "canaryStep, linearStep, canaryPlans, canaryWeight, fullWeight"
	for name, c := range map[string]struct {
		in    inputs
		words []string
	}{
		"misspelt strategy":       {inputs{"strategy": "canaryStpe", "weight": "20"}, []string{"strategy", `"canaryStpe"`, names, "did you mean canaryStep"}},
		"strategy in other case":  {inputs{"strategy": "fullweight"}, []string{"strategy", `"fullweight"`, "did you mean fullWeight"}},
		"no preset":               {inputs{"strategy": "Canary10Percent0Minutes"}, []string{"strategy", "Canary10Percent0Minutes", names}},
		"weight, no strategy":     {inputs{"weight": "20"}, []string{"strategy", "weight", names}},
		"interval, no strategy":   {inputs{"interval": "5m"}, []string{"strategy", "interval", names}},
		"plans, no strategy":      {inputs{"plans": "10:5m"}, []string{"strategy", "plans", names}},
		"canaryStep, no weight":   {inputs{"strategy": "canaryStep"}, []string{"weight", "required", "canaryStep"}},
		"canaryWeight, no weight": {inputs{"strategy": "canaryWeight"}, []string{"weight", "required"}},
		"canaryPlans, no plans":   {inputs{"strategy": "canaryPlans"}, []string{"plans", "required"}},
		"full takes no weight":    {inputs{"strategy": "fullWeight", "weight": "20"}, []string{"weight", `"20"`, "fullWeight"}},
		"full takes no interval":  {inputs{"strategy": "fullWeight", "interval": "5m"}, []string{"interval", `"5m"`, "fullWeight"}},
		"weight takes no wait":    {inputs{"strategy": "canaryWeight", "weight": "20", "interval": "5m"}, []string{"interval", `"5m"`, "canaryWeight"}},
		"step takes no plans":     {inputs{"strategy": "canaryStep", "weight": "20", "plans": "10:5m"}, []string{"plans", `"10:5m"`, "canaryStep"}},
		"plans take no weight":    {inputs{"strategy": "canaryPlans", "plans": "10:5m", "weight": "20"}, []string{"weight", `"20"`, "canaryPlans"}},
		"presets take nothing":    {inputs{"strategy": "AllAtOnce", "weight": "20"}, []string{"weight", `"20"`, "AllAtOnce"}},
		"weight 0":                {inputs{"strategy": "canaryStep", "weight": "0"}, []string{"weight", `"0"`, "100"}},
		"weight 120":              {inputs{"strategy": "canaryStep", "weight": "120"}, []string{"weight", `"120"`, "100"}},
		"weight of 3 decimals":    {inputs{"strategy": "linearStep", "weight": "0.125"}, []string{"weight", `"0.125"`, "two decimals"}},
		"no service":              {inputs{"service": ""}, []string{"service", "required"}},
		"odd service":             {inputs{"service": "a b"}, []string{"service", `"a b"`, "letters"}},
		"functions of nothing":    {inputs{"functions": " , ,", "alias": "prod"}, []string{"functions", "required"}},
		"odd function":            {inputs{"functions": "hello,9lives", "alias": "prod"}, []string{"functions", "9lives", "digit"}},
		"alias of several":        {inputs{"functions": "hello,bye"}, []string{"alias", "required"}},
		"alias LATEST":            {inputs{"alias": "LATEST"}, []string{"alias", `"LATEST"`}},
		"alias with a digit":      {inputs{"alias": "1prod"}, []string{"alias", `"1prod"`, "digit"}},
		"alias too long":          {inputs{"alias": strings.Repeat("a", 129)}, []string{"alias", "128"}},
		"version":                 {inputs{"version": "v3"}, []string{"version", `"v3"`, "3"}},
		"version LATEST":          {inputs{"version": "LATEST"}, []string{"version", `"LATEST"`}},
		"base version":            {inputs{"base_version": "0"}, []string{"base_version", `"0"`}},
		"base is the version":     {inputs{"version": "3", "base_version": "3"}, []string{"base_version", `"3"`}},
		"triggers auto and name":  {inputs{"triggers": "auto, web"}, []string{"triggers", "auto, web", "none"}},
		"domains none and name":   {inputs{"custom_domains": "none,a.example"}, []string{"custom_domains", "none,a.example"}},
		"domain with a space":     {inputs{"custom_domains": "a.example b.example"}, []string{"custom_domains", "a.example b.example", "commas"}},
		"log format":              {inputs{"log_format": "jsno"}, []string{"log_format", `"jsno"`, "pretty, json", "did you mean json"}},
		"log level":               {inputs{"log_level": "loud"}, []string{"log_level", `"loud"`, "debug"}},
		"retry timeout":           {inputs{"retry_timeout": "soon"}, []string{"retry_timeout", `"soon"`, "duration"}},
		"retry timeout, negative": {inputs{"retry_timeout": "-1m"}, []string{"retry_timeout", `"-1m"`}},
		"no region":               {inputs{"region": ""}, []string{"region", "required"}},
		"no account":              {inputs{"account_id": ""}, []string{"account_id", "required"}},
		"odd region":              {inputs{"region": "hang zhou"}, []string{"region", `"hang zhou"`, "cn-hangzhou"}},
		"odd account":             {inputs{"account_id": "12a"}, []string{"account_id", `"12a"`, "digits"}},
		"region of a host":        {inputs{"region": "cn-x.evil.example/"}, []string{"region", "cn-x.evil.example/"}},
		"key without secret":      {inputs{"access_key_id": "LTAI"}, []string{"access_key_secret", "required"}},
		"secret without key":      {inputs{"access_key_secret": "s"}, []string{"access_key_id", "required"}},
		"token without keys":      {inputs{"security_token": "t"}, []string{"security_token", "access_key_id"}},
		"description":             {inputs{"description": "\xff"}, []string{"description", "UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, errs := load(nil, environ(c.in), false)
			wantErrors(t, errs, c.words)
			if len(cfg.Release.Schedule) > 0 && (c.in["strategy"] != "" || c.in["weight"] != "") {
				t.Errorf("beside the error stands the schedule %s", cfg.Release.Schedule)
			}
		})
	}
}

// All errors of one run are reported at once, whatever source they come from.
func TestAllErrorsAtOnce(t *testing.T) {
	t.Parallel()
	env := append(environ(inputs{"strategy": "linearStep", "weight": "0", "interval": "-5m", "region": "", "alias": "LATEST"}),
		"FC_ROLLOUT_ALAIS=x", "INPUT_TIRGGERS=auto")
	_, errs := load([]string{"--wieght", "20", "--log-level", "loud", "release", "now"}, env, true)
	wantErrors(t, errs, []string{"weight", `"0"`}, []string{"interval", `"-5m"`}, []string{"region", "required"}, []string{"alias", "LATEST"},
		[]string{"FC_ROLLOUT_ALAIS", "FC_ROLLOUT_ALIAS"}, []string{"INPUT_TIRGGERS", "INPUT_TRIGGERS"}, []string{"--wieght", "--weight"},
		[]string{"log_level", `"loud"`}, []string{`"now"`})
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"10": 10 * time.Minute, "1": time.Minute, "0.5": 30 * time.Second, "0": 0, "30s": 30 * time.Second, "10m": 10 * time.Minute,
		"1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond, "24h": 24 * time.Hour,
	} {
		c := mustLoad(t, inputs{"strategy": "canaryStep", "weight": "20", "interval": text})
		if got := c.Release.Schedule[0].Interval; got != want {
			t.Errorf("interval %q = %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{
		"-5", "-5m", "-0s", "+5", "+5m", "5 minutes", "m", "five", "1e3", "0x10", "NaN", "Inf", "1_000", "99999999999", "999999h",
		"9223372036854775807", "10000000000000000000000h", "1h;", ".", "5,5",
	} {
		_, errs := load(nil, environ(inputs{"strategy": "canaryStep", "weight": "20", "interval": text}), false)
		wantErrors(t, errs, []string{"interval", `"` + text + `"`, "duration"})
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"127.0.0.1:9000":         {"https", "127.0.0.1:9000"},
		"http://127.0.0.1:9000":  {"http", "127.0.0.1:9000"},
		"http://127.0.0.1:9000/": {"http", "127.0.0.1:9000"},
		"http://localhost":       {"http", "localhost"},
		"http://[::1]:9000":      {"http", "[::1]:9000"},
		"1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com":         {"https", "1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com"},
		"https://1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com": {"https", "1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com"},
	} {
		c := mustLoad(t, inputs{"endpoint": text, "region": "", "account_id": ""})
		if c.Scheme != want[0] || c.Host != want[1] {
			t.Errorf("endpoint %q = %s, %s; want %v", text, c.Scheme, c.Host, want)
		}
	}
	for _, text := range []string{
		"http://", "ftp://host", "http://host/path", "host/2021-04-06", "http://host?x=1", "http://host#x", "http://ho st", "http://host:port",
		"http://a,b", "://host", "http://host:123456", "file:///etc/passwd", "http://-host", "%zz", "http://host\nname",
	} {
		_, errs := load(nil, environ(inputs{"endpoint": text}), false)
		wantErrors(t, errs, []string{"endpoint", "want a host or a URL"})
	}
}

func TestRegionsThatAreNotKnownAreUsedAndTold(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, inputs{"region": "xx-newland-1"})
	if !c.UnknownRegion || c.Host != "1234567890123456.xx-newland-1.fc.aliyuncs.com" {
		t.Errorf("config = %+v", c)
	}
}

func TestListsAndSelections(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, inputs{
		"functions": " hello , bye,hello,", "alias": "prod", "triggers": "web, bye/timer", "custom_domains": "auto", "version": "3", "base_version": "12",
	})
	target := c.Release.Target
	if !slices.Equal(target.Functions, []string{"hello", "bye"}) || target.Alias != "prod" {
		t.Errorf("target = %+v", target)
	}
	if s := c.Release.Triggers; s.Auto || !slices.Equal(s.Names, []string{"web", "bye/timer"}) {
		t.Errorf("triggers = %+v", s)
	}
	if s := c.Release.Domains; !s.Auto || len(s.Names) > 0 {
		t.Errorf("domains = %+v", s)
	}
	if c.Release.Version != "3" || c.Release.Base != "12" {
		t.Errorf("version %q, base %q", c.Release.Version, c.Release.Base)
	}
	none := mustLoad(t, inputs{"triggers": "none", "custom_domains": "a.example/api/*"})
	if !none.Release.Triggers.None() || !slices.Equal(none.Release.Domains.Names, []string{"a.example/api/*"}) {
		t.Errorf("selections = %+v, %+v", none.Release.Triggers, none.Release.Domains)
	}
}

// Secrets and passwords stay out of errors, whatever is wrong with them.
func TestSecretsAreNotInErrors(t *testing.T) {
	t.Parallel()
	const secret = "Xq7SECRETpart"
	for name, in := range map[string]inputs{
		"with a space":       {"access_key_id": "LTAI", "access_key_secret": secret + " " + secret},
		"with a line break":  {"access_key_id": "LTAI", "access_key_secret": secret + "\n" + secret},
		"secret alone":       {"access_key_secret": secret},
		"id alone":           {"access_key_id": secret},
		"token alone":        {"security_token": secret},
		"token not ASCII":    {"access_key_id": "LTAI", "access_key_secret": "s", "security_token": secret + "é"},
		"user info":          {"endpoint": "https://user:" + secret + "@host"},
		"user info, no URL":  {"endpoint": "user:" + secret + "@host"},
		"user info and path": {"endpoint": "http://" + secret + "@host/path"},
		"user info, broken":  {"endpoint": "http://user:" + secret + "@ho st:port"},
	} {
		_, errs := load(nil, environ(in), false)
		if len(errs) == 0 {
			t.Errorf("%s: no error", name)
		}
		if text := errors.Join(errs...); text != nil && strings.Contains(text.Error(), secret) {
			t.Errorf("%s: shown in %v", name, text)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, inputs{"access_key_id": "LTAI5t", "access_key_secret": "a/b+c=", "security_token": "CAIS/+="})
	if c.AccessKeyID != "LTAI5t" || c.AccessKeySecret != "a/b+c=" || c.SecurityToken != "CAIS/+=" {
		t.Error("the credentials differ from what was given")
	}
}

// An error can hold a long input without drowning the others.
func TestLongValuesAreClippedInErrors(t *testing.T) {
	t.Parallel()
	_, errs := load(nil, environ(inputs{"strategy": strings.Repeat("界", 100_000)}), false)
	wantErrors(t, errs, []string{"strategy"})
	if len(errs) > 0 && len(errs[0].Error()) > 1000 {
		t.Errorf("the error has %d bytes", len(errs[0].Error()))
	}
}
