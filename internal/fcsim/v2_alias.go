package fcsim

// aliasRules: the older API version lets the weights name the main version, which then counts as main.
func (c *call) aliasRules() aliasRules {
	return aliasRules{mainMayHaveWeight: c.apiVersion == olderVersion || c.quirks.WeightsMayNameMain}
}

func listAliases(c *call) (*reply, error) {
	p, err := parsePage(c.url.Query())
	if err != nil {
		return nil, err
	}
	l, err := c.sim.store.listAliases(c.service(), p)
	return listed("aliases", l, err)
}

func createAlias(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.createAlias(c.service(), body, c.aliasRules()))
}

func getAlias(c *call) (*reply, error) {
	return resource(c.sim.store.getAlias(c.service(), c.vars["alias"]))
}

func updateAlias(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.updateAlias(c.service(), c.vars["alias"], c.ifMatch(), body, c.aliasRules(), c.quirks))
}

func deleteAlias(c *call) (*reply, error) {
	return gone(c.sim.store.deleteAlias(c.service(), c.vars["alias"], c.ifMatch()))
}
