package fcsim

func (s *store) getFunction(service, name string, q qualifier) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.findFunction(service, name, q)
	if err != nil {
		return result{}, err
	}
	return f.result(), nil
}

// getCode returns the code of a function, nil when it runs an image.
func (s *store) getCode(service, name string, q qualifier) (*code, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.findFunction(service, name, q)
	if err != nil {
		return nil, err
	}
	return f.code, nil
}

// findFunction resolves a qualifier and a name; a nil version is LATEST. Callers hold the lock.
func (s *store) findFunction(service, name string, q qualifier) (*function, *version, error) {
	svc, err := s.lookup(service)
	if err != nil {
		return nil, nil, err
	}
	v, err := svc.resolve(q)
	if err != nil {
		return nil, nil, err
	}
	f, err := svc.functionAt(v, name)
	return f, v, err
}

func (s *store) listFunctions(service string, q qualifier, p page) (list, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return list{}, err
	}
	functions := svc.functions
	v, err := svc.resolve(q)
	if err != nil {
		return list{}, err
	}
	if v != nil {
		functions = v.functions
	}
	return listEntities(p, functions, func(f *function) document { return f.doc }), nil
}

// deleteFunction leaves the function in versions that hold it.
func (s *store) deleteFunction(service, name, ifMatch string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return err
	}
	f, err := svc.function(name)
	if err != nil {
		return err
	}
	if err := f.match(ifMatch); err != nil {
		return err
	}
	if n := len(f.triggers); n > 0 {
		return invalid("function '%s' has %d triggers: delete them first", name, n)
	}
	delete(svc.functions, name)
	return nil
}

// download finds an uploaded archive by its checksum.
func (s *store) download(checksum string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.code[checksum]
	if !ok || c.archive == nil {
		return nil, false
	}
	return c.archive, true
}
