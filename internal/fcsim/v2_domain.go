package fcsim

// Custom domains have no ETag in this dialect, so their replies carry none.

func listDomains(c *call) (*reply, error) {
	p, err := parsePage(c.url.Query())
	if err != nil {
		return nil, err
	}
	return listed("customDomains", c.sim.store.listDomains(p), nil)
}

func createDomain(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return plain(c.sim.store.createDomain(c.apiVersion, body))
}

func getDomain(c *call) (*reply, error) {
	return plain(c.sim.store.getDomain(c.vars["domain"]))
}

func updateDomain(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return plain(c.sim.store.updateDomain(c.vars["domain"], body))
}

func deleteDomain(c *call) (*reply, error) {
	return gone(c.sim.store.deleteDomain(c.vars["domain"]))
}
