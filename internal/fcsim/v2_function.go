package fcsim

import "fmt"

const checksumHeader = "X-Fc-Code-Checksum"

func listFunctions(c *call) (*reply, error) {
	p, err := parsePage(c.url.Query())
	if err != nil {
		return nil, err
	}
	l, err := c.sim.store.listFunctions(c.service(), c.reads(), p)
	return listed("functions", l, err)
}

func createFunction(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.createFunction(c.service(), c.header.Get(checksumHeader), body))
}

func getFunction(c *call) (*reply, error) {
	return resource(c.sim.store.getFunction(c.service(), c.vars["function"], c.reads()))
}

func updateFunction(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.updateFunction(c.service(), c.vars["function"], c.ifMatch(), c.header.Get(checksumHeader), body))
}

func deleteFunction(c *call) (*reply, error) {
	return gone(c.sim.store.deleteFunction(c.service(), c.vars["function"], c.ifMatch()))
}

// getFunctionCode answers with an address on the simulator itself, from which uploaded code can really be fetched.
func getFunctionCode(c *call) (*reply, error) {
	code, err := c.sim.store.getCode(c.service(), c.vars["function"], c.reads())
	if err != nil {
		return nil, err
	}
	switch {
	case code == nil:
		return nil, invalid("function '%s' runs a container image and has no code", c.vars["function"])
	case code.archive == nil:
		return plain(document{
			"url":      fmt.Sprintf("https://%s.oss.example/%s", code.bucket, code.object),
			"checksum": code.checksum,
		}, nil)
	}
	return plain(document{
		"url":      fmt.Sprintf("%s://%s/_fcsim/code/%s", c.scheme, c.host, code.checksum),
		"checksum": code.checksum,
	}, nil)
}
