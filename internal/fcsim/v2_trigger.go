package fcsim

import "strings"

// bridge tells whether the client opted in to EventBridge triggers.
func (c *call) bridge() bool {
	return strings.EqualFold(strings.Trim(c.header.Get("X-Fc-Enable-Eventbridge-Trigger"), `"`), "enable")
}

func (c *call) triggerPath() triggerPath {
	return triggerPath{
		service: c.service(), function: c.vars["function"], name: c.vars["trigger"], bridge: c.bridge(),
	}
}

func listTriggers(c *call) (*reply, error) {
	p, err := parsePage(c.url.Query())
	if err != nil {
		return nil, err
	}
	l, err := c.sim.store.listTriggers(c.service(), c.vars["function"], c.bridge(), p)
	return listed("triggers", l, err)
}

func createTrigger(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.createTrigger(c.service(), c.vars["function"], c.bridge(), body))
}

func getTrigger(c *call) (*reply, error) {
	return resource(c.sim.store.getTrigger(c.triggerPath()))
}

func updateTrigger(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.updateTrigger(c.triggerPath(), c.ifMatch(), body, c.quirks.TriggerUpdateReplaces))
}

func deleteTrigger(c *call) (*reply, error) {
	return gone(c.sim.store.deleteTrigger(c.triggerPath(), c.ifMatch()))
}
