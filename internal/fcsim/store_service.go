package fcsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// service is a service's LATEST state with all that hangs below it.
type service struct {
	entity
	name      string
	functions map[string]*function
	aliases   map[string]*alias
	versions  map[string]*version
	published int    // the highest version id ever given out
	lastPrint string // fingerprint of the content that was published last
	tags      map[string]string
}

// serviceParts are the objects of a service; a client that sends one partly gets the rest filled in.
var serviceParts = map[string]document{
	"logConfig": {"project": "", "logstore": "", "enableRequestMetrics": false, "enableInstanceMetrics": false},
	"vpcConfig": {"vpcId": "", "vSwitchIds": []any{}, "securityGroupId": "", "role": ""},
	"nasConfig": {"userId": -1, "groupId": -1, "mountPoints": []any{}},
	// an empty tracingConfig switches tracing off, which reads as two nulls
	"tracingConfig": {"type": nil, "params": nil},
}

func fillServiceParts(d document) {
	for field, defaults := range serviceParts {
		part, _ := d[field].(map[string]any)
		if part == nil {
			part = document{}
			d[field] = part
		}
		for k, v := range defaults {
			if part[k] == nil {
				part[k] = cloneValue(v)
			}
		}
	}
}

func checkService(body document) error {
	if err := wantTexts(body, "description", "role"); err != nil {
		return err
	}
	if v := body["internetAccess"]; v != nil {
		if _, ok := v.(bool); !ok {
			return invalid("internetAccess must be true or false")
		}
	}
	return wantObjects(body, slices.Sorted(maps.Keys(serviceParts))...)
}

func (s *store) createService(body document) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := text(body, "serviceName")
	if err := checkName("serviceName", name); err != nil {
		return result{}, err
	}
	if err := checkService(body); err != nil {
		return result{}, err
	}
	if s.services[name] != nil {
		return result{}, conflict("ServiceAlreadyExists", "service '%s' already exists", name)
	}
	svc := &service{
		name: name, functions: map[string]*function{}, aliases: map[string]*alias{},
		versions: map[string]*version{}, tags: map[string]string{},
	}
	svc.doc = document{"description": "", "role": "", "internetAccess": true, "useSLRAuthentication": false}
	assign(svc.doc, body)
	fillServiceParts(svc.doc)
	s.born(&svc.entity, "serviceId")
	s.services[name] = svc
	return svc.result(), nil
}

func (s *store) getService(name string, q qualifier) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return result{}, err
	}
	v, err := svc.resolve(q)
	if err != nil || v == nil {
		return svc.result(), err
	}
	return v.service.result(), nil
}

func (s *store) updateService(name, ifMatch string, body document) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return result{}, err
	}
	if err := svc.match(ifMatch); err != nil {
		return result{}, err
	}
	if err := checkService(body); err != nil {
		return result{}, err
	}
	assign(svc.doc, without(body, "serviceName", "serviceId", "createdTime"))
	fillServiceParts(svc.doc)
	s.touch(&svc.entity)
	return svc.result(), nil
}

func (s *store) deleteService(name, ifMatch string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return err
	}
	if err := svc.match(ifMatch); err != nil {
		return err
	}
	if n := len(svc.functions) + len(svc.versions) + len(svc.aliases); n > 0 {
		return invalid("service '%s' is not empty: it has %d functions, %d versions and %d aliases",
			name, len(svc.functions), len(svc.versions), len(svc.aliases))
	}
	delete(s.services, name)
	return nil
}

// listServices lists services that carry all the tags; an empty tag value stands for any value.
func (s *store) listServices(p page, tags map[string]string) list {
	s.mu.Lock()
	defer s.mu.Unlock()
	matching := map[string]*service{}
	for name, svc := range s.services {
		if svc.tagged(tags) {
			matching[name] = svc
		}
	}
	return listEntities(p, matching, func(svc *service) document { return svc.doc })
}

func (svc *service) tagged(tags map[string]string) bool {
	for k, want := range tags {
		if got, ok := svc.tags[k]; !ok || (want != "" && got != want) {
			return false
		}
	}
	return true
}

// editTags changes the tags of the service that an ARN names and returns those it then has.
func (s *store) editTags(arn string, edit func(tags map[string]string)) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, name, ok := strings.Cut(arn, ":services/")
	if want := fmt.Sprintf("acs:fc:%s:%s:services/", s.region, s.accountID); !ok || !strings.HasPrefix(arn, want) {
		return nil, invalid("resourceArn %q must be %sNAME: only services have tags", arn, want)
	}
	svc, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	edit(svc.tags)
	return maps.Clone(svc.tags), nil
}
