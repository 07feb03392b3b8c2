package fcsim

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// faultBefore does what the fault does ahead of the effect; false means that the exchange is over.
func (x *exchange) faultBefore() bool {
	if x.fault == nil {
		return true
	}
	switch x.fault.Kind {
	case FaultStatus:
		r := x.fault.reply(x.call, http.StatusServiceUnavailable)
		x.sim.requests.code(x.entry, r.code)
		x.answer(r)
		return false
	case FaultReset:
		x.drop(true)
		return false
	case FaultDelay:
		return x.pause(x.fault.Delay)
	case FaultHang:
		if x.fault.Apply {
			return true
		}
		x.hang()
		return false
	case FaultBlockBefore:
		if !x.sim.gate.wait(x.ctx) {
			x.abandon()
		}
	}
	return true
}

// faultAfter does what the fault does to the answer of a request that took effect.
func (x *exchange) faultAfter(r *reply) {
	if x.fault == nil {
		x.answer(r)
		return
	}
	switch x.fault.Kind {
	case FaultLost:
		x.drop(false)
	case FaultLostStatus:
		x.answer(x.fault.reply(x.call, http.StatusBadGateway))
	case FaultHang:
		x.hang()
	case FaultTruncate:
		x.close(r.status)
		r.write(x.w, len(r.body)/2)
		_ = http.NewResponseController(x.w).Flush()
		panic(http.ErrAbortHandler)
	case FaultBlockAfter:
		if !x.sim.gate.wait(x.ctx) {
			x.abandon()
		}
		x.answer(r)
	default:
		x.answer(r)
	}
}

func (x *exchange) hang() {
	<-x.ctx.Done()
	x.abandon()
}

// gate holds requests until it is opened; opening lets those through that wait at that moment.
type gate struct {
	mu      sync.Mutex
	open    chan struct{} // closed to let the waiting ones go
	changed chan struct{} // closed when waiting changes
	waiting int
}

// wait returns false when the client went away first.
func (g *gate) wait(ctx context.Context) bool {
	open := g.enter()
	defer g.leave()
	select {
	case <-open:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func (g *gate) enter() chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		g.open = make(chan struct{})
	}
	g.count(1)
	return g.open
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count(-1)
}

func (g *gate) count(n int) {
	g.waiting += n
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// look returns how many wait and a channel that is closed when that changes.
func (g *gate) look() (int, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.waiting, g.changed
}

// Release lets all requests go on that a block fault holds now; later ones are held again.
func (s *Simulator) Release() {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	if s.gate.open != nil {
		close(s.gate.open)
		s.gate.open = nil
	}
}

// Blocked counts the requests that a block fault holds now.
func (s *Simulator) Blocked() int {
	n, _ := s.gate.look()
	return n
}

// WaitBlocked returns once block faults hold exactly n requests, or with the context's error.
func (s *Simulator) WaitBlocked(ctx context.Context, n int) error {
	for {
		held, changed := s.gate.look()
		if held == n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d blocked requests, while %d are: %w", n, held, ctx.Err())
		}
	}
}
