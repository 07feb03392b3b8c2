package fcsim

import "slices"

var domainProtocols = []string{"HTTP", "HTTPS", "HTTP,HTTPS"}

func (s *store) createDomain(apiVersion string, body document) (document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := text(body, "domainName")
	if name == "" {
		return nil, invalid("domainName is missing")
	}
	if s.domains[name] != nil {
		return nil, conflict("DomainNameAlreadyExists", "custom domain '%s' already exists", name)
	}
	e := &entity{doc: document{
		"protocol": "HTTP", "accountId": s.accountID, "apiVersion": apiVersion,
		"routeConfig": document{"routes": []any{}},
		"certConfig":  document{"certName": nil, "certificate": nil, "privateKey": nil},
	}}
	if err := setDomain(e, body); err != nil {
		return nil, err
	}
	s.born(e, "")
	s.domains[name] = e
	return cloneDocument(e.doc), nil
}

// setDomain writes the given fields; routes are replaced as a whole, and a private key is never kept.
func setDomain(e *entity, body document) error {
	if err := wantTexts(body, "protocol"); err != nil {
		return err
	}
	if err := wantObjects(body, "routeConfig", "certConfig"); err != nil {
		return err
	}
	next := cloneDocument(e.doc)
	assign(next, without(body, "accountId", "apiVersion", "createdTime", "lastModifiedTime"))
	if p := text(next, "protocol"); !slices.Contains(domainProtocols, p) {
		return invalid("protocol must be HTTP, HTTPS or HTTP,HTTPS, not %q", p)
	}
	if cert, ok := next["certConfig"].(map[string]any); ok {
		cert["privateKey"] = nil
	}
	e.doc = next
	return nil
}

func (s *store) domain(name string) (*entity, error) {
	if e, ok := s.domains[name]; ok {
		return e, nil
	}
	return nil, notFound("DomainNameNotFound", "custom domain '%s' does not exist", name)
}

func (s *store) getDomain(name string) (document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.domain(name)
	if err != nil {
		return nil, err
	}
	return cloneDocument(e.doc), nil
}

func (s *store) updateDomain(name string, body document) (document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.domain(name)
	if err != nil {
		return nil, err
	}
	if err := setDomain(e, without(body, "domainName")); err != nil {
		return nil, err
	}
	s.touch(e)
	return cloneDocument(e.doc), nil
}

func (s *store) deleteDomain(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.domain(name); err != nil {
		return err
	}
	delete(s.domains, name)
	return nil
}

func (s *store) listDomains(p page) list {
	s.mu.Lock()
	defer s.mu.Unlock()
	return listEntities(p, s.domains, func(e *entity) document { return e.doc })
}
