package fcsim

// state is everything in the store as one document, for people who look.
func (s *store) state() document {
	s.mu.Lock()
	defer s.mu.Unlock()
	services, domains := document{}, document{}
	for name, svc := range s.services {
		services[name] = svc.state()
	}
	for name, e := range s.domains {
		domains[name] = cloneDocument(e.doc)
	}
	return document{"services": services, "customDomains": domains}
}

func (svc *service) state() document {
	versions, aliases, functions := document{}, document{}, document{}
	for id, v := range svc.versions {
		versions[id] = cloneDocument(v.doc)
	}
	for name, a := range svc.aliases {
		aliases[name] = cloneDocument(a.doc)
	}
	for name, f := range svc.functions {
		triggers := document{}
		for trigger, e := range f.triggers {
			triggers[trigger] = cloneDocument(e.doc)
		}
		functions[name] = document{"config": cloneDocument(f.doc), "triggers": triggers}
	}
	tags := document{}
	for k, v := range svc.tags {
		tags[k] = v
	}
	return document{
		"config": cloneDocument(svc.doc), "versions": versions, "aliases": aliases, "functions": functions, "tags": tags,
	}
}
