package fcsim

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Entry is one API request as the simulator saw it. Times are offsets from the simulator's start, in JSON as nanoseconds.
type Entry struct {
	Seq       int           `json:"seq"`
	Op        string        `json:"op"` // empty for an unknown path
	Method    string        `json:"method"`
	Path      string        `json:"path"`           // with the query
	Body      any           `json:"body,omitempty"` // decoded, with code as its length and no private keys
	IfMatch   string        `json:"ifMatch,omitempty"`
	Start     time.Duration `json:"start"`
	End       time.Duration `json:"end"`             // 0 while it runs
	Effect    int           `json:"effect"`          // the status its effect had; 0 when it never took effect
	Status    int           `json:"status"`          // the status answered; 0 when there was no answer
	Code      string        `json:"code,omitempty"`  // the error code
	RequestID string        `json:"requestId"`       // as in the answer's X-Fc-Request-Id
	Fault     string        `json:"fault,omitempty"` // the kind of the fault that hit it
	Depth     int           `json:"depth"`           // the longest chain of requests one after the other that ends here
}

// requestLog keeps every API request from its arrival on.
type requestLog struct {
	mu      sync.Mutex
	seed    uint64
	ids     uint64
	seq     int
	first   int // the handle of entries[0]; grows when the log is cleared
	entries []Entry
}

// close ends an entry; 0 stands for no answer.
func (l *requestLog) close(handle, status int, at time.Duration) {
	l.change(handle, func(e *Entry) { e.End, e.Status = at, status })
}

func (l *requestLog) nextID() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids++
	return uuid(fmt.Sprintf("request/%d/%d", l.seed, l.ids))
}

// open adds an entry and returns a handle for later changes, which a cleared log ignores.
func (l *requestLog) open(c *call, start time.Duration, f *Fault) int {
	e := Entry{
		Op: c.op.name, Method: c.method, Path: c.path, Body: loggedBody(c.body), IfMatch: c.header.Get("If-Match"),
		Start: start, RequestID: c.requestID,
	}
	if f != nil {
		e.Fault = f.Kind
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	e.Seq = l.seq
	l.entries = append(l.entries, e)
	return l.first + len(l.entries) - 1
}

func (l *requestLog) change(handle int, f func(*Entry)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := handle - l.first; i >= 0 && i < len(l.entries) {
		f(&l.entries[i])
	}
}

func (l *requestLog) get(handle int) (e Entry) {
	l.change(handle, func(kept *Entry) { e = *kept })
	return e
}

func (l *requestLog) effect(handle int, r *reply) {
	l.change(handle, func(e *Entry) { e.Effect, e.Code = r.status, r.code })
}

func (l *requestLog) code(handle int, code string) {
	l.change(handle, func(e *Entry) { e.Code = code })
}

// Log returns all requests since the start or the last ClearLog in order of arrival, with their depths filled in.
func (s *Simulator) Log() []Entry {
	s.requests.mu.Lock()
	entries := slices.Clone(s.requests.entries)
	s.requests.mu.Unlock()
	fillDepths(entries)
	return entries
}

// ClearLog forgets the requests so far; sequence numbers go on.
func (s *Simulator) ClearLog() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.first += len(s.requests.entries)
	s.requests.entries = nil
}

// Depth is the length of the longest chain of requests of which each started after the one before had ended: how
// many round trips a client had to wait for one after the other.
func Depth(entries []Entry) int {
	entries = slices.Clone(entries)
	fillDepths(entries)
	deepest := 0
	for _, e := range entries {
		deepest = max(deepest, e.Depth)
	}
	return deepest
}

func fillDepths(entries []Entry) {
	byStart := make([]*Entry, len(entries))
	for i := range entries {
		byStart[i] = &entries[i]
	}
	slices.SortStableFunc(byStart, func(a, b *Entry) int { return cmp.Compare(a.Start, b.Start) })
	var running []*Entry
	ended := 0 // the depth of the deepest request that ended by now
	for _, e := range byStart {
		running = slices.DeleteFunc(running, func(r *Entry) bool {
			if r.End == 0 || r.End > e.Start {
				return false
			}
			ended = max(ended, r.Depth)
			return true
		})
		e.Depth = ended + 1
		running = append(running, e)
	}
}

const maxLoggedText = 4 << 10

// loggedBody is a request body fit to be kept and shown.
func loggedBody(body []byte) any {
	if len(body) == 0 {
		return nil
	}
	if d, err := decodeDocument(body); err == nil {
		redact(d)
		return d
	}
	if len(body) <= maxLoggedText && utf8.Valid(body) {
		return string(body)
	}
	return fmt.Sprintf("(%d bytes)", len(body))
}

func redact(d document) {
	if c, ok := d["code"].(map[string]any); ok {
		if z, ok := c["zipFile"].(string); ok {
			c["zipFile"] = len(z)
		}
	}
	if c, ok := d["certConfig"].(map[string]any); ok {
		delete(c, "privateKey")
	}
}
