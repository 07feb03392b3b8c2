package fcsim

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is what the cloud accepts as a request body, code included.
const maxBody = 100 << 20

// controlPrefix separates what is said to the simulator from what is said to the cloud.
const controlPrefix = "/_fcsim/"

// ServeHTTP answers the API of the cloud and, below /_fcsim/, the simulator's own control API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPrefix) || r.URL.Path == strings.TrimSuffix(controlPrefix, "/") {
		s.control.ServeHTTP(w, r)
		return
	}
	arrived := time.Since(s.started)
	body, refused := readBody(r)
	c := s.fromWire(r, body)
	if refused != nil {
		c.refused = refused
	}
	x := &exchange{sim: s, w: w, ctx: r.Context(), call: c, auth: r}
	// The answers' Date is of the same clock as the times in them.
	w.Header().Set("Date", s.store.now().UTC().Format(http.TimeFormat))
	x.fault = s.faults.pick(c)
	x.entry = s.requests.open(c, arrived, x.fault)
	x.run()
}

// readBody takes in all of a body that is too large as well: a client that is cut off while it sends would see a
// broken connection and not the answer.
func readBody(r *http.Request) ([]byte, *apiError) {
	var body []byte
	var err error
	if r.ContentLength <= maxBody {
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	if err == nil && (r.ContentLength > maxBody || len(body) > maxBody) {
		if _, err = io.Copy(io.Discard, r.Body); err == nil {
			return nil, fail(http.StatusBadRequest, "EntityTooLarge", "the request body has more than %d bytes", maxBody)
		}
	}
	if err != nil {
		return nil, invalid("the request body cannot be read: %v", err)
	}
	return body, nil
}

func (s *Simulator) fromWire(r *http.Request, body []byte) *call {
	c := s.newCall(r.Method, r.URL, r.Header, body)
	c.quirks, c.requestID, c.host = s.Quirks(), s.requests.nextID(), r.Host
	if r.TLS != nil {
		c.scheme = "https"
	}
	return c
}

// exchange is one request over the network with all that may happen to it on the way.
type exchange struct {
	sim   *Simulator
	w     http.ResponseWriter
	ctx   context.Context
	call  *call
	auth  *http.Request
	fault *Fault
	entry int // in the request log
}

func (x *exchange) run() {
	before, after := x.sim.hooks()
	if before != nil {
		before(x.sim.requests.get(x.entry))
	}
	if !x.pause(x.sim.wait()) || !x.faultBefore() {
		return
	}
	r := x.effect()
	x.sim.requests.effect(x.entry, r)
	if after != nil {
		after(x.sim.requests.get(x.entry))
	}
	x.faultAfter(r)
}

// effect checks who asks and lets the request change the store.
func (x *exchange) effect() *reply {
	c := x.call
	if c.refused == nil && !x.sim.noAuth {
		c.refused = x.sim.authorize(x.auth, c.body)
	}
	if c.refused == nil && slices.Contains(c.quirks.Forbid, c.op.name) {
		c.refused = denied("AccessDenied", "the key has no permission for fc:%s", c.op.name)
	}
	return c.apply()
}

// pause waits unless the client gives up first.
func (x *exchange) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-x.ctx.Done():
		x.abandon()
		return false
	}
}

func (x *exchange) close(status int) {
	x.sim.requests.close(x.entry, status, time.Since(x.sim.started))
}

// abandon ends the exchange of a client that went away.
func (x *exchange) abandon() {
	x.close(0)
	panic(http.ErrAbortHandler)
}

// answer closes the log entry ahead of the first byte, so that whoever has the answer finds it in the log and a
// request that follows it really starts later.
func (x *exchange) answer(r *reply) {
	x.close(r.status)
	r.write(x.w, len(r.body))
}

// write sends a reply, or only its first bytes under the header of the whole.
func (r *reply) write(w http.ResponseWriter, n int) {
	h := w.Header()
	for k, v := range r.header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	if r.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body[:n]) // a client that is gone cannot be told
}

// drop closes the connection without an answer; with reset the client sees a TCP reset and not an end.
func (x *exchange) drop(reset bool) {
	x.close(0)
	if reset {
		if conn, _, err := http.NewResponseController(x.w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
