package fcsim

import (
	"math"
)

// maxDescription is the longest description of an alias in bytes.
const maxDescription = 256

// alias points at a version and may send a share of the calls to a second one.
type alias struct {
	entity
	before     entity // the state before the last update
	staleReads int    // how many reads still see it
}

// aliasRules are what a caller may relax about weights.
type aliasRules struct{ mainMayHaveWeight bool }

func (svc *service) alias(name string) (*alias, error) {
	if a, ok := svc.aliases[name]; ok {
		return a, nil
	}
	return nil, notFound("AliasNotFound", "alias '%s' of service '%s' does not exist", name, svc.name)
}

func (s *store) createAlias(service string, body document, rules aliasRules) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return result{}, err
	}
	name := text(body, "aliasName")
	if err := checkName("aliasName", name); err != nil {
		return result{}, err
	}
	if name == latest {
		return result{}, invalid("aliasName must not be LATEST")
	}
	if svc.aliases[name] != nil {
		return result{}, conflict("AliasAlreadyExists", "alias '%s' of service '%s' already exists", name, service)
	}
	a := &alias{}
	a.doc = document{"description": "", "additionalVersionWeight": document{}}
	assign(a.doc, body)
	if err := svc.checkAlias(a.doc, rules); err != nil {
		return result{}, err
	}
	s.born(&a.entity, "")
	svc.aliases[name] = a
	return a.result(), nil
}

// getAlias answers with the former state while stale reads are left, as an eventually consistent cloud would.
func (s *store) getAlias(service, name string) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return result{}, err
	}
	a, err := svc.alias(name)
	if err != nil {
		return result{}, err
	}
	if a.staleReads > 0 {
		a.staleReads--
		return a.before.result(), nil
	}
	return a.result(), nil
}

func (s *store) updateAlias(service, name, ifMatch string, body document, rules aliasRules, q Quirks) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return result{}, err
	}
	a, err := svc.alias(name)
	if err != nil {
		return result{}, err
	}
	if err := a.match(ifMatch); err != nil {
		return result{}, err
	}
	next := cloneDocument(a.doc)
	assign(next, without(body, "aliasName", "createdTime", "lastModifiedTime"))
	if err := svc.checkAlias(next, rules); err != nil {
		return result{}, err
	}
	if sameValue(next, a.doc) && !q.AliasNoChangeOK {
		return result{}, invalid("Can not update alias without any change")
	}
	a.before = entity{doc: a.doc, revision: a.revision}
	a.staleReads = q.StaleAliasReads
	a.doc = next
	if q.DropAliasDescription {
		a.doc["description"] = ""
	}
	s.touch(&a.entity)
	return a.result(), nil
}

func (s *store) deleteAlias(service, name, ifMatch string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return err
	}
	a, err := svc.alias(name)
	if err != nil {
		return err
	}
	if err := a.match(ifMatch); err != nil {
		return err
	}
	delete(svc.aliases, name)
	return nil
}

func (s *store) listAliases(service string, p page) (list, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return list{}, err
	}
	return listEntities(p, svc.aliases, func(a *alias) document { return a.doc }), nil
}

// checkAlias judges the whole document an alias would become.
func (svc *service) checkAlias(d document, rules aliasRules) error {
	if err := wantTexts(d, "versionId", "description", "resolvePolicy"); err != nil {
		return err
	}
	if len(text(d, "description")) > maxDescription {
		return invalid("the description has more than %d bytes", maxDescription)
	}
	if err := wantObjects(d, "additionalVersionWeight", "routePolicy"); err != nil {
		return err
	}
	main := text(d, "versionId")
	if main == "" {
		return invalid("versionId is missing")
	}
	if _, err := svc.version(main); err != nil {
		return err
	}
	switch p := text(d, "resolvePolicy"); p {
	case "", "Random", "Content":
	default:
		return invalid("resolvePolicy must be Random or Content, not %q", p)
	}
	return svc.checkWeights(main, d["additionalVersionWeight"].(map[string]any), rules)
}

func (svc *service) checkWeights(main string, weights map[string]any, rules aliasRules) error {
	if len(weights) > 1 {
		return invalid("additionalVersionWeight names %d versions: at most one besides the main version", len(weights))
	}
	for id, w := range weights {
		f, ok := number(w)
		if !ok || math.IsNaN(f) || f < 0 || f > 1 {
			return invalid("the weight of version '%s' must be a number from 0 to 1", id)
		}
		if id == main && !rules.mainMayHaveWeight {
			return fail(400, "AdditionalVersionContainsMajorVersion",
				"additionalVersionWeight must not name the main version '%s'", main)
		}
		if _, err := svc.version(id); err != nil {
			return err
		}
	}
	return nil
}
