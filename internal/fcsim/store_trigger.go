package fcsim

import (
	"fmt"
	"slices"
)

const (
	maxTriggers = 50
	httpType    = "http"
	bridgeType  = "eventbridge"
)

// fixedTypes are triggers whose settings the cloud refuses to change.
var fixedTypes = []string{"mns_topic", "tablestore"}

// holder is where triggers live: a function, with the service their qualifiers belong to. Without bridge, triggers
// of EventBridge are hidden.
type holder struct {
	service  *service
	function *function
	bridge   bool
}

// holder finds a function's triggers; callers hold the lock.
func (s *store) holder(service, function string, bridge bool) (*holder, error) {
	svc, err := s.lookup(service)
	if err != nil {
		return nil, err
	}
	f, err := svc.function(function)
	if err != nil {
		return nil, err
	}
	return &holder{service: svc, function: f, bridge: bridge}, nil
}

func (h *holder) shows(e *entity) bool { return h.bridge || text(e.doc, "triggerType") != bridgeType }

func (h *holder) trigger(name string) (*entity, error) {
	if e, ok := h.function.triggers[name]; ok && h.shows(e) {
		return e, nil
	}
	return nil, notFound("TriggerNotFound", "trigger '%s' of function '%s' does not exist",
		name, text(h.function.doc, "functionName"))
}

func (s *store) createTrigger(service, function string, bridge bool, body document) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holder(service, function, bridge)
	if err != nil {
		return result{}, err
	}
	name, kind := text(body, "triggerName"), text(body, "triggerType")
	if err := checkName("triggerName", name); err != nil {
		return result{}, err
	}
	switch {
	case kind == "":
		return result{}, invalid("triggerType is missing")
	case kind == bridgeType && !bridge:
		return result{}, invalid("a trigger of type eventbridge needs the header x-fc-enable-eventbridge-trigger: enable")
	case h.function.triggers[name] != nil:
		return result{}, conflict("TriggerAlreadyExists", "trigger '%s' of function '%s' already exists", name, function)
	case len(h.function.triggers) >= maxTriggers:
		return result{}, fail(400, "LimitExceededError", "function '%s' has %d triggers already", function, maxTriggers)
	}
	e := &entity{doc: emptyTrigger()}
	assign(e.doc, body)
	if kind == httpType {
		e.doc["sourceArn"] = nil
	}
	if err := h.check(name, e.doc); err != nil {
		return result{}, err
	}
	s.born(e, "triggerId")
	if kind == httpType {
		s.addURLs(e.doc)
	}
	h.function.triggers[name] = e
	return e.result(), nil
}

func emptyTrigger() document {
	return document{
		"description": "", "sourceArn": "", "invocationRole": "", "qualifier": latest, "triggerConfig": nil,
	}
}

// addURLs gives an HTTP trigger its own addresses. They look like the cloud's but lead nowhere.
func (s *store) addURLs(d document) {
	host := text(d, "triggerId")[:8] + "-" + text(d, "triggerId")[9:13]
	d["urlInternet"] = fmt.Sprintf("https://%s.%s.fcapp.example", host, s.region)
	d["urlIntranet"] = fmt.Sprintf("https://%s.%s-vpc.fcapp.example", host, s.region)
}

// check judges the document a trigger would become and settles its qualifier.
func (h *holder) check(name string, d document) error {
	if err := wantTexts(d, "description", "sourceArn", "invocationRole", "qualifier"); err != nil {
		return err
	}
	if text(d, "qualifier") == "" {
		d["qualifier"] = latest
	}
	if _, err := h.service.resolve(qualifier{name: text(d, "qualifier")}); err != nil {
		return err
	}
	if text(d, "triggerType") != httpType {
		return nil
	}
	for other, e := range h.function.triggers {
		if other != name && text(e.doc, "triggerType") == httpType && text(e.doc, "qualifier") == text(d, "qualifier") {
			return conflict("TriggerAlreadyExists", "function '%s' has the http trigger '%s' for the qualifier '%s' already",
				text(h.function.doc, "functionName"), other, text(d, "qualifier"))
		}
	}
	return nil
}

// updateTrigger changes qualifier, description, invocationRole and triggerConfig; replaces is the quirk
// TriggerUpdateReplaces.
func (s *store) updateTrigger(at triggerPath, ifMatch string, body document, replaces bool) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holder(at.service, at.function, at.bridge)
	if err != nil {
		return result{}, err
	}
	e, err := h.trigger(at.name)
	if err != nil {
		return result{}, err
	}
	if err := e.match(ifMatch); err != nil {
		return result{}, err
	}
	if kind := text(e.doc, "triggerType"); slices.Contains(fixedTypes, kind) {
		return result{}, invalid("a trigger of type %s cannot be updated: delete it and create it again", kind)
	}
	next := cloneDocument(e.doc)
	for _, field := range []string{"qualifier", "description", "invocationRole", "triggerConfig"} {
		if body[field] != nil {
			next[field] = cloneValue(body[field])
		} else if replaces {
			next[field] = emptyTrigger()[field]
		}
	}
	if err := h.check(at.name, next); err != nil {
		return result{}, err
	}
	e.doc = next
	s.touch(e)
	return e.result(), nil
}

// triggerPath names one trigger and says whether those of EventBridge are visible.
type triggerPath struct {
	service, function, name string
	bridge                  bool
}

func (s *store) getTrigger(at triggerPath) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holder(at.service, at.function, at.bridge)
	if err != nil {
		return result{}, err
	}
	e, err := h.trigger(at.name)
	if err != nil {
		return result{}, err
	}
	return e.result(), nil
}

func (s *store) deleteTrigger(at triggerPath, ifMatch string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holder(at.service, at.function, at.bridge)
	if err != nil {
		return err
	}
	e, err := h.trigger(at.name)
	if err != nil {
		return err
	}
	if err := e.match(ifMatch); err != nil {
		return err
	}
	delete(h.function.triggers, at.name)
	return nil
}

func (s *store) listTriggers(service, function string, bridge bool, p page) (list, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holder(service, function, bridge)
	if err != nil {
		return list{}, err
	}
	shown := map[string]*entity{}
	for name, e := range h.function.triggers {
		if h.shows(e) {
			shown[name] = e
		}
	}
	return listEntities(p, shown, func(e *entity) document { return e.doc }), nil
}
