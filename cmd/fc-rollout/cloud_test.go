package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

type cloudKey struct{}

// cloud is the simulator of one script, with what a second person does at given moments.
type cloud struct {
	sim     *fcsim.Simulator
	mu      sync.Mutex
	changed *sync.Cond
	begun   map[string]int // arrived requests by operation, since the last clear
	done    map[string]int // answered ones
	plots   []plot
	failed  []string // plots that did not work
}

// plot is something that happens right before or after the nth request of an operation.
type plot struct {
	before bool
	op     string
	n      int
	do     func()
}

func (c *cloud) watch() {
	c.begun, c.done = map[string]int{}, map[string]int{}
	c.changed = sync.NewCond(&c.mu)
	c.sim.OnRequest(func(e fcsim.Entry) {
		c.mu.Lock()
		c.begun[e.Op]++
		due := c.due(true, e.Op, c.begun[e.Op])
		c.mu.Unlock()
		act(due)
	}, func(e fcsim.Entry) {
		c.mu.Lock()
		due := c.due(false, e.Op, c.done[e.Op]+1)
		c.mu.Unlock()
		act(due)
		c.mu.Lock()
		c.done[e.Op]++
		c.changed.Broadcast()
		c.mu.Unlock()
	})
}

func act(due []plot) {
	for _, p := range due {
		p.do()
	}
}

func (c *cloud) due(before bool, op string, n int) (due []plot) {
	for _, p := range c.plots {
		if p.before == before && p.op == op && p.n == n {
			due = append(due, p)
		}
	}
	return due
}

var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"api":     cmdAPI,
	"seed":    cmdSeed,
	"code":    cmdCode,
	"alias":   cmdAlias,
	"fault":   cmdFault,
	"quirk":   cmdQuirk,
	"on":      cmdOn,
	"await":   cmdAwait,
	"calls":   cmdCalls,
	"log":     cmdLog,
	"clear":   cmdClear,
	"nofault": func(ts *testscript.TestScript, _ bool, _ []string) { of(ts).sim.ClearFaults() },
	"within":  cmdWithin,
	"signal":  cmdSignal,
	"blocked": cmdBlocked,
	"output":  cmdOutput,
	"weekday": cmdWeekday,
	"unblock": func(ts *testscript.TestScript, _ bool, _ []string) { of(ts).sim.Release() },
}

// clear starts log and counters over and forgets what somebody else was to do.
func cmdClear(ts *testscript.TestScript, _ bool, _ []string) {
	c := of(ts)
	c.sim.ClearLog()
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.begun)
	clear(c.done)
	c.plots = nil
}

func of(ts *testscript.TestScript) *cloud { return ts.Value(cloudKey{}).(*cloud) }

// api METHOD PATH [JSON] acts in the cloud as somebody else would, and prints the answer.
func cmdAPI(ts *testscript.TestScript, neg bool, args []string) {
	status, answer := of(ts).call(ts, args)
	text, err := json.Marshal(answer)
	ts.Check(err)
	_, _ = ts.Stdout().Write(append(text, '\n'))
	if (status >= 300) != neg {
		ts.Fatalf("api %v: %d %s", args, status, text)
	}
}

func (c *cloud) call(ts *testscript.TestScript, args []string) (int, map[string]any) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: api METHOD PATH [JSON]")
	}
	var body any
	if len(args) == 3 {
		ts.Check(json.Unmarshal([]byte(args[2]), &body))
	}
	status, _, answer := c.sim.Do(args[0], "/2021-04-06"+args[1], body, nil)
	return status, answer
}

func (c *cloud) must(ts *testscript.TestScript, method, path string, body any) {
	if status, _, answer := c.sim.Do(method, "/2021-04-06"+path, body, nil); status >= 300 {
		ts.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
}

// seed FUNCTION... makes service shop with the functions and publishes nothing.
func cmdSeed(ts *testscript.TestScript, _ bool, args []string) {
	c := of(ts)
	c.must(ts, "POST", "/services", map[string]any{"serviceName": "shop"})
	for _, f := range args {
		c.must(ts, "POST", "/services/shop/functions", map[string]any{
			"functionName": f, "runtime": "nodejs14", "handler": "index.handler", "code": zipped("fcsim:reply one"),
		})
	}
}

// code FUNCTION TEXT changes the function's code in LATEST.
func cmdCode(ts *testscript.TestScript, _ bool, args []string) {
	of(ts).must(ts, "PUT", "/services/shop/functions/"+args[0], map[string]any{"code": zipped(args[1])})
}

func zipped(text string) map[string]any {
	return map[string]any{"zipFile": fcsim.Zip(map[string]string{"index.js": "// " + text + "\n"})}
}

// alias NAME MAIN [VERSION WEIGHT] checks the alias: the main version and at most one extra share (0 to 1).
func cmdAlias(ts *testscript.TestScript, neg bool, args []string) {
	c := of(ts)
	c.mu.Lock()
	failed := c.failed
	c.mu.Unlock()
	if len(failed) > 0 {
		ts.Fatalf("somebody else could not act: %v", failed)
	}
	status, answer := c.call(ts, []string{"GET", "/services/shop/aliases/" + args[0]})
	if neg {
		if status != 404 {
			ts.Fatalf("alias %s exists: %v", args[0], answer)
		}
		return
	}
	want := map[string]string{}
	if len(args) == 4 {
		want[args[2]] = args[3]
	}
	got := map[string]string{}
	weights, _ := answer["additionalVersionWeight"].(map[string]any)
	for v, w := range weights {
		got[v] = fmt.Sprint(w)
	}
	if status != 200 || answer["versionId"] != args[1] || !maps.Equal(got, want) {
		ts.Fatalf("alias is %v %v, want %v", answer["versionId"], got, args[1:])
	}
}

// fault JSON arms a fault.
func cmdFault(ts *testscript.TestScript, _ bool, args []string) {
	var f fcsim.Fault
	ts.Check(json.Unmarshal([]byte(args[0]), &f))
	of(ts).sim.Inject(f)
}

// quirk JSON sets the simulator's quirks.
func cmdQuirk(ts *testscript.TestScript, _ bool, args []string) {
	var q fcsim.Quirks
	ts.Check(json.Unmarshal([]byte(args[0]), &q))
	of(ts).sim.SetQuirks(q)
}

// on before|after OP N METHOD PATH [JSON] makes somebody else act at that moment.
func cmdOn(ts *testscript.TestScript, _ bool, args []string) {
	c := of(ts)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plots = append(c.plots, plot{args[0] == "before", args[1], n, func() {
		if status, answer := c.call(ts, args[3:]); status >= 300 {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.failed = append(c.failed, fmt.Sprint(args, status, answer))
		}
	}})
}

// await OP N blocks until that many requests of the operation were answered.
func cmdAwait(ts *testscript.TestScript, _ bool, args []string) {
	c := of(ts)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	stop := time.AfterFunc(30*time.Second, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done["gave up"] = 1
		c.changed.Broadcast()
	})
	defer stop.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.done[args[0]] < n {
		if c.done["gave up"] > 0 {
			ts.Fatalf("%s was answered %d times, want %d", args[0], c.done[args[0]], n)
		}
		c.changed.Wait()
	}
}

// calls OP N checks how many requests of the operation arrived; OP may be "writes" or "all".
func cmdCalls(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	var ops []string
	for _, e := range of(ts).sim.Log() {
		if args[0] == e.Op || args[0] == "all" || (args[0] == "writes" && e.Method != "GET") {
			ops = append(ops, e.Op)
		}
	}
	if len(ops) != want {
		ts.Fatalf("%d requests of %s, want %d: %v", len(ops), args[0], want, ops)
	}
}

// mark is what tells the published versions of two runs apart.
var mark = regexp.MustCompile(`\[fc-rollout [0-9a-f]{12}\]`)

// marker is an alias's, without the parts that differ from run to run.
var marker = regexp.MustCompile(`\[fcr1 [0-9a-f]{12} ([^\]]*?) p[0-9a-f]{10}(?: b[0-9a-f]{8})? r[0-9a-f]{4}\]`)

// output NAME [VARIABLE] prints an output of the last run and puts it into a variable.
func cmdOutput(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile("fc-rollout.env")) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), args[0]+"="); ok {
			_, _ = fmt.Fprintln(ts.Stdout(), value)
			if len(args) > 1 {
				ts.Setenv(args[1], value)
			}
			return
		}
	}
	ts.Fatalf("no output %s", args[0])
}

// weekday N VARIABLE names the day of the week, in UTC, that is N days from now.
func cmdWeekday(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Setenv(args[1], time.Now().UTC().AddDate(0, 0, n).Weekday().String()[:3])
}

// log prints the writes in order: operation, If-Match or none, status, body.
func cmdLog(ts *testscript.TestScript, _ bool, _ []string) {
	for _, e := range of(ts).sim.Log() {
		if e.Method == "GET" {
			continue
		}
		match := "unconditional"
		if e.IfMatch != "" {
			match = "if-match"
		}
		body, err := json.Marshal(e.Body)
		ts.Check(err)
		text := marker.ReplaceAllString(mark.ReplaceAllString(string(body), "[fc-rollout …]"), "[fcr1 $1]")
		_, _ = fmt.Fprintf(ts.Stdout(), "%s %s %d %s\n", e.Op, match, e.Status, text)
	}
}

// within FILE WORD... checks that the words occur in this order in the file (or stdout, stderr).
func cmdWithin(ts *testscript.TestScript, _ bool, args []string) {
	rest := ts.ReadFile(args[0])
	for _, word := range slices.Clone(args[1:]) {
		i := strings.Index(rest, word)
		if i < 0 {
			ts.Fatalf("%q is missing, or not in this order", word)
		}
		rest = rest[i+len(word):]
	}
}

var signals = map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}

// signal NAME sends a signal to the background job.
func cmdSignal(ts *testscript.TestScript, _ bool, args []string) {
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(signals[args[0]]))
	}
}

// blocked N waits until that many requests are held by a block fault.
func cmdBlocked(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ts.Check(of(ts).sim.WaitBlocked(ctx, n))
}
