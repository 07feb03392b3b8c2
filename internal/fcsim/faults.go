package fcsim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of Fault.
const (
	FaultStatus      = "status"       // answer Status ahead of any effect
	FaultReset       = "reset"        // reset the connection ahead of any effect
	FaultLost        = "lost"         // take effect, then close the connection without an answer
	FaultLostStatus  = "lost-status"  // take effect, then answer Status (502 if none) instead
	FaultDelay       = "delay"        // wait Delay, then go on as usual
	FaultHang        = "hang"         // never answer; takes effect only with Apply
	FaultTruncate    = "truncate"     // take effect, send half of the answer's body and close
	FaultBlockBefore = "block-before" // hold the request ahead of its effect until Release
	FaultBlockAfter  = "block-after"  // take effect, hold the answer until Release
)

var faultKinds = []string{
	FaultStatus, FaultReset, FaultLost, FaultLostStatus, FaultDelay, FaultHang, FaultTruncate, FaultBlockBefore, FaultBlockAfter,
}

// Fault makes matching requests go wrong. HTTP clients silently repeat a GET whose connection broke, so a
// fault that a client has to notice is best left sticky (Times 0).
type Fault struct {
	ID           string        `json:"id,omitempty"`           // given by Inject
	Op           string        `json:"op,omitempty"`           // operation name; "" or "*" is any
	Method       string        `json:"method,omitempty"`       // "" is any
	PathContains string        `json:"pathContains,omitempty"` // in the path with its query
	BodyContains string        `json:"bodyContains,omitempty"` // in the request body as sent
	Skip         int           `json:"skip,omitempty"`         // matching requests left alone first
	Times        int           `json:"times,omitempty"`        // how many are hit; 0 is all until cleared
	Kind         string        `json:"kind"`
	Status       int           `json:"status,omitempty"`
	Code         string        `json:"code,omitempty"`
	Message      string        `json:"message,omitempty"`
	RawBody      string        `json:"rawBody,omitempty"` // instead of an error body
	ContentType  string        `json:"contentType,omitempty"`
	Delay        time.Duration `json:"delay,omitempty"` // nanoseconds in JSON
	Apply        bool          `json:"apply,omitempty"` // for hang
}

func (f Fault) check() error {
	if !slices.Contains(faultKinds, f.Kind) {
		return fmt.Errorf("kind must be one of %s, not %q", strings.Join(faultKinds, ", "), f.Kind)
	}
	if err := f.checkStatus(); err != nil {
		return err
	}
	if f.Op != "" && f.Op != "*" && !knownOperation(f.Op) {
		return fmt.Errorf("op must be the name of an operation such as UpdateAlias, or *, not %q", f.Op)
	}
	if f.Skip < 0 || f.Times < 0 || f.Delay < 0 {
		return fmt.Errorf("skip, times and delay must not be negative")
	}
	return nil
}

func (f Fault) checkStatus() error {
	if f.Kind == FaultStatus && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("kind status needs a status from 200 to 599, not %d", f.Status)
	}
	if f.Kind == FaultLostStatus && f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status must be from 200 to 599, not %d", f.Status)
	}
	return nil
}

func (f Fault) matches(c *call) bool {
	return (f.Op == "" || f.Op == "*" || f.Op == c.op.name) &&
		(f.Method == "" || strings.EqualFold(f.Method, c.method)) &&
		strings.Contains(c.path, f.PathContains) &&
		strings.Contains(string(c.body), f.BodyContains)
}

// faultList holds the faults in the order they were injected; the first that matches and is not used up wins.
type faultList struct {
	mu   sync.Mutex
	last int
	all  []*armed
}

type armed struct {
	Fault
	seen, hits int
}

// Inject arms a fault and returns its id. It panics on a fault that could never act, which only a mistake in
// a test can be; the control API answers such a fault with an error.
func (s *Simulator) Inject(f Fault) string {
	id, err := s.faults.add(f)
	if err != nil {
		panic("fcsim: inject: " + err.Error())
	}
	return id
}

// Faults returns the armed faults, also those used up.
func (s *Simulator) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := make([]Fault, len(s.faults.all))
	for i, a := range s.faults.all {
		out[i] = a.Fault
	}
	return out
}

// ClearFault disarms one fault and reports whether there was one with that id. Requests it holds stay held until Release.
func (s *Simulator) ClearFault(id string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	n := len(s.faults.all)
	s.faults.all = slices.DeleteFunc(s.faults.all, func(a *armed) bool { return a.ID == id })
	return len(s.faults.all) < n
}

// ClearFaults disarms all faults. Requests they hold stay held until Release.
func (s *Simulator) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.all = nil
}

func (l *faultList) add(f Fault) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	f.ID = "fault-" + strconv.Itoa(l.last)
	l.all = append(l.all, &armed{Fault: f})
	return f.ID, nil
}

// pick counts a request against the faults and returns a copy of the one that hits it.
func (l *faultList) pick(c *call) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.all {
		if !a.matches(c) || (a.Times > 0 && a.hits >= a.Times) {
			continue
		}
		if a.seen++; a.seen <= a.Skip {
			continue
		}
		a.hits++
		f := a.Fault
		return &f
	}
	return nil
}

func (f *Fault) reply(c *call, fallback int) *reply {
	status := f.Status
	if status == 0 {
		status = fallback
	}
	var r *reply
	if f.RawBody != "" {
		r = &reply{status: status, header: http.Header{}, body: []byte(f.RawBody)}
		r.header.Set("X-Fc-Request-Id", c.requestID)
		r.header.Set("Content-Type", orDefault(f.ContentType, "text/plain; charset=utf-8"))
		return r
	}
	code := orDefault(f.Code, strings.ReplaceAll(http.StatusText(status), " ", ""))
	r = c.errorReply(fail(status, code, "%s", orDefault(f.Message, "injected by "+f.ID)))
	if f.ContentType != "" {
		r.header.Set("Content-Type", f.ContentType)
	}
	return r
}
