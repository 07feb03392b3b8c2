package rollout_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// fastClock never sleeps: time is what was slept.
type fastClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fastClock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

// world is a simulated cloud with version 1 live behind alias prod, LATEST changed, a trigger and a route to bind.
type world struct {
	t      *testing.T
	sim    *fcsim.Simulator
	api    *fc.V2
	clock  *fastClock
	target release.Target
	skew   time.Duration // of the service's clock against ours
	mu     sync.Mutex
	// weights are those of version 2 after each write of the alias, in hundredths of a percent.
	weights []release.Weight
	events  []rollout.Event
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, clock: &fastClock{now: time.Unix(1_800_000_000, 0)},
		target: release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "prod"},
	}
	w.sim = fcsim.New(fcsim.Options{Seed: 1, Now: func() time.Time { return w.clock.Now().Add(w.skew) }})
	server := httptest.NewServer(w.sim)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	var err error
	w.api, err = fc.Dial(fc.Options{
		Scheme: "http", Host: strings.TrimPrefix(server.URL, "http://"), AccessKeyID: fcsim.DefaultAccessKeyID,
		AccessKeySecret: fcsim.DefaultAccessKeySecret, Clock: w.clock, Retry: retry.Policy{Budget: 2 * time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.must("POST", "/services", map[string]any{"serviceName": "shop"})
	w.must("POST", "/services/shop/functions", map[string]any{
		"functionName": "hello", "runtime": "nodejs14", "handler": "index.handler", "code": code("one"),
	})
	w.must("POST", "/services/shop/versions", map[string]any{})
	w.must("POST", "/services/shop/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
	w.must("POST", "/services/shop/functions/hello/triggers", map[string]any{
		"triggerName": "tick", "triggerType": "timer", "triggerConfig": `{"cronExpression":"@every 1m"}`,
	})
	w.must("POST", "/custom-domains", map[string]any{
		"domainName": "example.com", "protocol": "HTTP", "routeConfig": map[string]any{"routes": []any{
			map[string]any{"path": "/*", "serviceName": "shop", "functionName": "hello"},
		}},
	})
	w.must("PUT", "/services/shop/functions/hello", map[string]any{"code": code("two")})
	w.sim.OnRequest(func(fcsim.Entry) {}, func(e fcsim.Entry) {
		if e.Op == "UpdateAlias" && e.Effect == 200 {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.weights = append(w.weights, w.alias().Weight("2"))
		}
	})
	return w
}

func code(text string) map[string]any {
	return map[string]any{"zipFile": fcsim.Zip(map[string]string{"index.js": "// fcsim:reply " + text})}
}

func (w *world) must(method, path string, body map[string]any) map[string]any {
	w.t.Helper()
	status, _, answer := w.sim.Do(method, "/2021-04-06"+path, body, nil)
	if status >= 300 {
		w.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// alias reads the traffic without leaving a trace.
func (w *world) alias() release.Traffic {
	_, _, answer := w.sim.Do("GET", "/2021-04-06/services/shop/aliases/prod", nil, nil)
	extra := map[string]release.Weight{}
	weights, _ := answer["additionalVersionWeight"].(map[string]any)
	for v, f := range weights {
		var n float64
		_, _ = fmt.Sscan(fmt.Sprint(f), &n)
		extra[v] = release.FromFraction(n)
	}
	main, _ := answer["versionId"].(string)
	return release.NewTraffic(main, extra)
}

func (w *world) versions() int {
	list, _ := w.must("GET", "/services/shop/versions", nil)["versions"].([]any)
	return len(list)
}

func (w *world) request(s plan.Shape) plan.Request {
	w.t.Helper()
	schedule, err := s.Schedule()
	if err != nil {
		w.t.Fatal(err)
	}
	return plan.Request{Target: w.target, Schedule: schedule, Triggers: plan.Selection{Auto: true}, Domains: plan.Selection{Auto: true}}
}

// release prepares and runs; an error of the preparation becomes the result's.
func (w *world) release(ctx context.Context, req plan.Request) rollout.Result {
	p, err := rollout.Prepare(ctx, w.api, w.clock, req)
	if err != nil {
		return rollout.Result{Status: rollout.Failed, Err: err, Sure: true}
	}
	return rollout.Run(ctx, p, rollout.Options{
		Versions: w.api, Aliases: w.api, Binder: w.api, Clock: w.clock, Retry: retry.Policy{Budget: 2 * time.Minute}, Label: "0123456789ab",
		Replan: func(ctx context.Context, version string) (plan.Plan, error) {
			again := req
			again.Version = version
			return rollout.Prepare(ctx, w.api, w.clock, again)
		},
		Observe: func(e rollout.Event) { w.mu.Lock(); defer w.mu.Unlock(); w.events = append(w.events, e) },
	})
}

// shapes are the five strategies with the weights that they may give, in order.
var shapes = map[string]struct {
	shape plan.Shape
	want  []release.Weight
}{
	"canaryStep":   {plan.Shape{Strategy: plan.CanaryStep, Weight: 20_00, Interval: time.Minute}, []release.Weight{20_00, 100_00}},
	"linearStep":   {plan.Shape{Strategy: plan.LinearStep, Weight: 40_00, Interval: time.Minute}, []release.Weight{40_00, 80_00, 100_00}},
	"canaryPlans":  {plan.Shape{Strategy: plan.CanaryPlans, Plans: []plan.Stage{{Weight: 10_00, Interval: time.Minute}, {Weight: 30_00}}}, []release.Weight{10_00, 30_00, 100_00}},
	"canaryWeight": {plan.Shape{Strategy: plan.CanaryWeight, Weight: 50_00}, []release.Weight{50_00}},
	"fullWeight":   {plan.Shape{Strategy: plan.FullWeight}, []release.Weight{100_00}},
}
