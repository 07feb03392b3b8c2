package fcsim

import (
	"cmp"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The outcomes of an invocation.
const (
	OutcomeOK    = "ok"
	OutcomeError = "error"
)

// InvocationCount says how often a version (or LATEST) of a function was run with one outcome.
type InvocationCount struct {
	Service  string `json:"service"`
	Function string `json:"function"`
	Version  string `json:"version"`
	Outcome  string `json:"outcome"`
	Count    int    `json:"count"`
}

// runs draws lots for weights and failures and counts what was run.
type runs struct {
	mu     sync.Mutex
	random *rand.Rand
	rates  map[[2]string]float64 // by service and version
	counts map[InvocationCount]int
}

func newRuns(random *rand.Rand) *runs {
	return &runs{random: random, rates: map[[2]string]float64{}, counts: map[InvocationCount]int{}}
}

func (r *runs) draw() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.random.Float64()
}

// fails draws whether an invocation of a version goes wrong.
func (r *runs) fails(service, version string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	rate := r.rates[[2]string{service, version}]
	return rate > 0 && r.random.Float64() < rate
}

func (r *runs) count(c InvocationCount) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[c]++
}

// FailVersion makes a share of a version's invocations fail, from 0 (none, again) to 1 (all). The version may be LATEST.
func (s *Simulator) FailVersion(service, version string, rate float64) {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	s.runs.rates[[2]string{service, version}] = rate
}

// Invocations returns the counters, ordered by service, function, version and outcome.
func (s *Simulator) Invocations() []InvocationCount {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	out := make([]InvocationCount, 0, len(s.runs.counts))
	for c, n := range maps.All(s.runs.counts) {
		c.Count = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b InvocationCount) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Function, b.Function),
			cmp.Compare(versionNumber(a.Version), versionNumber(b.Version)), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}

// ClearInvocations sets all counters to zero.
func (s *Simulator) ClearInvocations() {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	clear(s.runs.counts)
}

// target is what an invocation of a qualifier runs, once the lots are drawn.
type target struct {
	service, function, version string
	behaviour                  behaviour
}

// choose resolves a qualifier the way an invocation does: an alias may lead to either of its versions.
func (s *store) choose(service, function, qualifierName string, draw func() float64) (target, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return target{}, err
	}
	chosen := qualifierName
	if a, ok := svc.aliases[qualifierName]; ok {
		chosen = a.pick(draw)
	}
	f, v, err := s.findFunction(service, function, qualifier{name: chosen})
	if err != nil {
		return target{}, err
	}
	t := target{service: service, function: function, version: latest}
	if v != nil {
		t.version = text(v.doc, "versionId")
	}
	if f.code != nil {
		t.behaviour = f.code.behaviour
	}
	return t, nil
}

// pick draws one of an alias' versions. The rules of a Content policy are kept but not evaluated.
func (a *alias) pick(draw func() float64) string {
	weights, _ := a.doc["additionalVersionWeight"].(map[string]any)
	for id, w := range weights {
		if share, _ := number(w); draw() < share {
			return id
		}
	}
	return text(a.doc, "versionId")
}

func invokeFunction(c *call) (*reply, error) {
	t, err := c.sim.store.choose(c.service(), c.vars["function"], c.qualifier(), c.sim.runs.draw)
	if err != nil {
		return nil, err
	}
	r := t.run(c.sim.runs)
	if !c.quirks.NoVersionHeader {
		r.header.Set("X-Fc-Invocation-Function-Version", t.version)
	}
	if strings.EqualFold(strings.Trim(c.header.Get("X-Fc-Invocation-Type"), `"`), "async") {
		r = &reply{status: http.StatusAccepted, header: http.Header{}}
	}
	return r, nil
}

// run is an invocation by the directives of the code, see the package comment.
func (t target) run(r *runs) *reply {
	message := t.behaviour.throw
	failed := t.behaviour.hasThrow
	if !failed && r.fails(t.service, t.version) {
		message, failed = "version "+t.version+" was told to fail", true
	}
	count := InvocationCount{Service: t.service, Function: t.function, Version: t.version, Outcome: OutcomeOK}
	if failed {
		count.Outcome = OutcomeError
	}
	r.count(count)
	switch {
	case failed:
		const kind = "UnhandledInvocationError"
		rep := jsonReply(http.StatusOK, document{"errorMessage": message, "errorType": kind, "stackTrace": []string{}})
		rep.header.Set("X-Fc-Error-Type", kind)
		return rep
	case t.behaviour.hasReply:
		return &reply{
			status: http.StatusOK, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
			body: []byte(t.behaviour.reply),
		}
	}
	body, _ := json.Marshal(map[string]string{"service": t.service, "function": t.function, "version": t.version})
	return &reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}
