package retry

import (
	"context"
	"errors"
	"testing"
	"time"
)

type fakeClock struct {
	now   time.Time
	waits []time.Duration
}

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) Sleep(_ context.Context, d time.Duration) error {
	c.waits = append(c.waits, d)
	c.now = c.now.Add(d)
	return nil
}

var errAgain = errors.New("again")

func always(error) bool { return true }

func TestBudgetIsUsedUpAndNotExceeded(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{now: time.Unix(1, 0)}
	calls := 0
	err := Do(t.Context(), New(clock, Policy{Budget: 2 * time.Minute}, nil), always, func(context.Context) error {
		calls++
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		t.Fatalf("err = %v", err)
	}
	var sum time.Duration
	for _, w := range clock.waits {
		sum += w
	}
	if sum != 2*time.Minute {
		t.Errorf("waited %v in all, want exactly the budget", sum)
	}
	if calls != len(clock.waits)+1 {
		t.Errorf("%d calls for %d waits", calls, len(clock.waits))
	}
}

func TestWaitsGrowAndAreCapped(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{now: time.Unix(1, 0)}
	b := New(clock, Policy{Budget: time.Hour, First: time.Second, Max: 8 * time.Second}, nil)
	for range 6 {
		if err := b.Wait(t.Context(), errAgain); err != nil {
			t.Fatal(err)
		}
	}
	upper := time.Second
	for i, w := range clock.waits {
		if w < upper/2 || w > upper {
			t.Errorf("wait %d is %v, want within [%v, %v]", i, w, upper/2, upper)
		}
		upper = min(upper*2, 8*time.Second)
	}
}

func TestZeroBudgetAndRefusedErrorsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy Policy
		again  func(error) bool
	}{
		"zero budget": {Policy{}, always},
		"permanent":   {Policy{Budget: time.Minute}, func(error) bool { return false }},
	} {
		calls := 0
		_ = Do(t.Context(), New(&fakeClock{now: time.Unix(1, 0)}, c.policy, nil), c.again, func(context.Context) error {
			calls++
			return errAgain
		})
		if calls != 1 {
			t.Errorf("%s: %d calls, want 1", name, calls)
		}
	}
}

func TestEndedContextStopsAndKeepsTheCause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(&fakeClock{}, Policy{Budget: time.Minute}, nil).Wait(ctx, errAgain); !errors.Is(err, errAgain) {
		t.Errorf("err = %v, want the cause", err)
	}
}
