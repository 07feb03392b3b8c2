package fcsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// version is a frozen copy of a service and its functions.
type version struct {
	doc       document // versionId, description and times
	service   entity   // the service's document, under the version's description
	functions map[string]*function
}

// latest is the qualifier of the state that can still change.
const latest = "LATEST"

// qualifier names a state of a service: a version id, an alias (its main version), LATEST or nothing.
type qualifier struct {
	name      string
	noAliases bool // see Quirks.NoQualifierAlias
}

func isVersionID(s string) bool {
	n, err := strconv.ParseUint(s, 10, 63)
	return err == nil && n > 0
}

// resolve finds the version behind a qualifier; nil means LATEST.
func (svc *service) resolve(q qualifier) (*version, error) {
	if q.name == "" || q.name == latest {
		return nil, nil
	}
	if isVersionID(q.name) || q.noAliases {
		return svc.version(q.name)
	}
	a, err := svc.alias(q.name)
	if err != nil {
		return nil, err
	}
	return svc.version(text(a.doc, "versionId"))
}

func (svc *service) version(id string) (*version, error) {
	if v, ok := svc.versions[id]; ok {
		return v, nil
	}
	return nil, notFound("VersionNotFound", "version '%s' of service '%s' does not exist", id, svc.name)
}

// fingerprint covers what a version would hold, without ids and times: an update that writes the same again is
// no change. Whether the cloud compares contents or counts writes is not known.
func (svc *service) fingerprint() string {
	content := map[string]any{"service": without(svc.doc, "serviceId", "createdTime", "lastModifiedTime")}
	for name, f := range svc.functions {
		content["function "+name] = without(f.doc, "functionId", "createdTime", "lastModifiedTime")
	}
	data, err := json.Marshal(content)
	if err != nil { // documents come from JSON
		panic(fmt.Sprintf("fcsim: marshal a service: %v", err))
	}
	return string(data)
}

func (s *store) publish(name, ifMatch string, body document, q Quirks) (document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	if err := svc.match(ifMatch); err != nil {
		return nil, err
	}
	if err := wantTexts(body, "description"); err != nil {
		return nil, err
	}
	fingerprint := svc.fingerprint()
	if q.PublishRefusesAlways || (svc.published > 0 && fingerprint == svc.lastPrint) {
		status := q.PublishNoChangeStatus
		if status == 0 {
			status = 400
		}
		return nil, fail(status, "VersionPublishError",
			"can not publish version for service '%s', detail: 'No changes were made since last publish'", name)
	}
	svc.published++
	svc.lastPrint = fingerprint
	v := s.snapshot(svc, strconv.Itoa(svc.published), text(body, "description"))
	svc.versions[text(v.doc, "versionId")] = v
	return cloneDocument(v.doc), nil
}

func (s *store) snapshot(svc *service, id, description string) *version {
	at := s.stamp()
	v := &version{
		doc: document{
			"versionId": id, "description": description, "createdTime": at, "lastModifiedTime": at,
		},
		service:   entity{doc: cloneDocument(svc.doc)},
		functions: map[string]*function{},
	}
	v.service.doc["description"] = description
	s.revision++
	v.service.revision = s.revision
	for name, f := range svc.functions {
		v.functions[name] = f.frozen()
	}
	return v
}

func (s *store) listVersions(name string, p page, forward bool) (list, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return list{}, err
	}
	if p.start != "" && !isVersionID(p.start) {
		return list{}, invalid("startKey %q is no version id", p.start)
	}
	order := func(a, b string) int { return versionNumber(a) - versionNumber(b) }
	if !forward {
		order = func(a, b string) int { return versionNumber(b) - versionNumber(a) }
	}
	ids := slices.SortedFunc(maps.Keys(svc.versions), order)
	p.prefix = ""
	keys, next := p.cut(ids, func(key, start string) bool { return order(key, start) < 0 })
	l := list{items: make([]document, 0, len(keys)), next: next}
	for _, id := range keys {
		l.items = append(l.items, cloneDocument(svc.versions[id].doc))
	}
	return l, nil
}

func versionNumber(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil {
		return 0
	}
	return n
}

// deleteVersion leaves aliases and triggers that point at the version dangling, as the cloud does.
func (s *store) deleteVersion(name, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(name)
	if err != nil {
		return err
	}
	if id == latest {
		return invalid("LATEST cannot be deleted")
	}
	if _, err := svc.version(id); err != nil {
		return err
	}
	delete(svc.versions, id)
	return nil
}
