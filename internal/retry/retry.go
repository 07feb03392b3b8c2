// Package retry repeats what may succeed later, with growing jittered waits inside a budget of time. It knows neither
// HTTP nor the cloud: what is worth repeating is the caller's to say. The clock is passed in.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Clock is the time as the program sees it. Sleep returns the context's error when it ends early.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Policy bounds the waits. Budget counts from the first failure; zero means no repetition.
type Policy struct {
	Budget time.Duration
	First  time.Duration // first wait, 300 ms when zero
	Max    time.Duration // longest single wait, 15 s when zero
}

// Backoff is the state of one series of attempts.
type Backoff struct {
	clock   Clock
	policy  Policy
	started time.Time
	next    time.Duration
	notify  func(error, time.Duration)
}

// New starts a series. notify, when given, hears of each wait before it begins.
func New(clock Clock, policy Policy, notify func(err error, wait time.Duration)) *Backoff {
	if policy.First <= 0 {
		policy.First = 300 * time.Millisecond
	}
	if policy.Max <= 0 {
		policy.Max = 15 * time.Second
	}
	return &Backoff{clock: clock, policy: policy, next: policy.First, notify: notify}
}

// Wait sleeps before the next attempt. It returns cause itself when the budget is used up or the context ended.
func (b *Backoff) Wait(ctx context.Context, cause error) error {
	if ctx.Err() != nil {
		return cause
	}
	now := b.clock.Now()
	if b.started.IsZero() {
		b.started = now
	}
	left := b.policy.Budget - now.Sub(b.started)
	if left <= 0 {
		return cause
	}
	// Half of each wait is random so that parallel jobs do not knock at the same moment.
	wait := min(b.next/2+rand.N(b.next/2+1), left)
	b.next = min(b.next*2, b.policy.Max)
	if b.notify != nil {
		b.notify(cause, wait)
	}
	if b.clock.Sleep(ctx, wait) != nil {
		return cause
	}
	return nil
}

// Do calls op until it succeeds, fails in a way that again refuses, or the budget is used up.
func Do(ctx context.Context, b *Backoff, again func(error) bool, op func(context.Context) error) error {
	for {
		err := op(ctx)
		if err == nil || !again(err) {
			return err
		}
		if b.Wait(ctx, err) != nil {
			return err
		}
	}
}
