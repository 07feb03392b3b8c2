package main

import (
	"fmt"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

const servicePath = "/services/" + serviceName

// scene is the state of one simulator; the first error sticks.
type scene struct {
	sim *fcsim.Simulator
	err error
}

func (c *scene) do(method, path string, body any) map[string]any {
	if c.err != nil {
		return nil
	}
	status, _, answer := c.sim.Do(method, path, body, nil)
	if status >= 300 {
		c.err = fmt.Errorf("set the scene: %s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// seed makes the scenario's state in an empty simulator, without latency.
func seed(sim *fcsim.Simulator, s scenario) error {
	c := &scene{sim: sim}
	c.do("POST", "/services", map[string]any{"serviceName": serviceName})
	for i := range s.functions {
		c.do("POST", servicePath+"/functions", map[string]any{
			"functionName": functionName(i), "runtime": "nodejs14", "handler": "index.handler", "code": code("first"),
		})
	}
	c.do("POST", servicePath+"/versions", map[string]any{})
	for _, reply := range []string{"second", "one"} {
		c.change(s, reply)
		c.do("POST", servicePath+"/versions", map[string]any{})
	}
	if s.alias {
		c.do("POST", servicePath+"/aliases", map[string]any{"aliasName": aliasName, "versionId": baseVersion})
	}
	c.bindings(s)
	if s.changed {
		c.change(s, "two")
	}
	return c.err
}

// change gives every function new code in LATEST.
func (c *scene) change(s scenario, reply string) {
	for i := range s.functions {
		c.do("PUT", servicePath+"/functions/"+functionName(i), map[string]any{"code": code(reply)})
	}
}

func code(reply string) map[string]any {
	return map[string]any{"zipFile": fcsim.Zip(map[string]string{"index.js": "// fcsim:reply " + reply + "\n"})}
}

// bindings spreads triggers and routes over the functions.
func (c *scene) bindings(s scenario) {
	qualifier := "LATEST"
	if s.bound {
		qualifier = aliasName
	}
	for i := range s.triggers {
		c.do("POST", servicePath+"/functions/"+functionName(i%s.functions)+"/triggers", map[string]any{
			"triggerName": triggerName(i), "triggerType": triggerType(i, s.functions), "qualifier": qualifier,
		})
	}
	for i := range s.domains {
		c.do("POST", "/custom-domains", map[string]any{
			"domainName": domainName(i), "protocol": "HTTP",
			"routeConfig": map[string]any{"routes": []any{map[string]any{
				"path": "/*", "serviceName": serviceName, "functionName": functionName(i % s.functions), "qualifier": qualifier,
			}}},
		})
	}
}

// triggerType gives each function one HTTP trigger, which is all a qualifier may have, and timers and OSS triggers.
func triggerType(i, functions int) string {
	if i < functions {
		return "http"
	}
	return []string{"timer", "oss"}[i%2]
}
