package main

import (
	"encoding/json"
	"fmt"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// check makes sure that the release did what is measured: the weight, the base and every binding.
func check(sim *fcsim.Simulator, s scenario) error {
	c := &scene{sim: sim}
	c.checkAlias(s)
	for i := range s.triggers {
		t := c.do("GET", servicePath+"/functions/"+functionName(i%s.functions)+"/triggers/"+triggerName(i), nil)
		c.checkBound(triggerName(i), t["qualifier"])
	}
	for i := range s.domains {
		d := c.do("GET", "/custom-domains/"+domainName(i), nil)
		c.checkBound(domainName(i), onlyRoute(d)["qualifier"])
	}
	return c.err
}

func (c *scene) checkAlias(s scenario) {
	alias := c.do("GET", servicePath+"/aliases/"+aliasName, nil)
	weights, _ := alias["additionalVersionWeight"].(map[string]any)
	n, _ := weights[newVersion].(json.Number)
	share, _ := n.Float64() // 0 when there is none
	want := 0.0
	if s.changed {
		want = weight / 100.0
	}
	if c.err == nil && (alias["versionId"] != baseVersion || share != want) {
		c.err = fmt.Errorf("the release left another alias than it should: %v", alias)
	}
}

func (c *scene) checkBound(name string, qualifier any) {
	if c.err == nil && qualifier != aliasName {
		c.err = fmt.Errorf("the release left %s at %v", name, qualifier)
	}
}

func onlyRoute(domain map[string]any) map[string]any {
	config, _ := domain["routeConfig"].(map[string]any)
	routes, _ := config["routes"].([]any)
	if len(routes) != 1 {
		return nil
	}
	route, _ := routes[0].(map[string]any)
	return route
}
