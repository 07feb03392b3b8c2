package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Names of what the scenarios hold.
const (
	serviceName = "shop"
	aliasName   = "prod"
	baseVersion = "3" // a service in use has older versions, which are looked at as well
	newVersion  = "4"
	weight      = 20
)

// scenario is a state of the cloud from which one release with strategy canaryWeight starts.
type scenario struct {
	key, title                   string
	functions, triggers, domains int
	alias                        bool // the alias exists, at the base
	bound                        bool // triggers and domains call it already
	changed                      bool // LATEST differs from the base
}

var scenarios = []scenario{
	{key: "a", title: "alias and bindings in place, 1 trigger + 1 domain", functions: 1, triggers: 1, domains: 1, alias: true, bound: true, changed: true},
	{key: "b", title: "alias in place, 1 trigger + 1 domain to bind", functions: 1, triggers: 1, domains: 1, alias: true, changed: true},
	{key: "c", title: "alias in place, 10 triggers + 5 domains to bind", functions: 1, triggers: 10, domains: 5, alias: true, changed: true},
	{key: "d", title: "no alias, 1 trigger + 1 domain to bind", functions: 1, triggers: 1, domains: 1, changed: true},
	{key: "e", title: "no alias, 3 functions, 10 triggers + 5 domains to bind", functions: 3, triggers: 10, domains: 5, changed: true},
	{key: "f", title: "unchanged, 1 trigger + 1 domain bound", functions: 1, triggers: 1, domains: 1, alias: true, bound: true},
}

// latencies are waited by the simulator ahead of each call's effect.
var latencies = []time.Duration{0, slow}

// slow is the latency at which calls overlap cleanly enough to count round trips.
const slow = 50 * time.Millisecond

func functionName(i int) string { return fmt.Sprintf("fn%d", i) }
func triggerName(i int) string  { return fmt.Sprintf("trigger%d", i) }
func domainName(i int) string   { return fmt.Sprintf("d%d.example.com", i) }

func names(n int, name func(int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = name(i)
	}
	return strings.Join(all, ",")
}

// args is the product's command line.
func (s scenario) args(auto bool) []string {
	triggers, domains := names(s.triggers, triggerName), names(s.domains, domainName)
	if auto {
		triggers, domains = "auto", "auto"
	}
	return []string{
		"release", "--service", serviceName, "--functions", names(s.functions, functionName), "--alias", aliasName,
		"--strategy", "canaryWeight", "--weight", strconv.Itoa(weight), "--triggers", triggers, "--custom-domains", domains,
	}
}
