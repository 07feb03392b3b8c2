package app

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fc"
	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// Names of the demo's little shop.
const (
	demoService  = "shop"
	demoFunction = "hello"
	demoAlias    = demoFunction + "_stable"
	demoCalls    = 100
)

// demo plays releases against a simulator of its own, over real HTTP and the real SDK.
type demo struct {
	process Process
	sim     *fcsim.Simulator
	host    string
	outputs string // a file, away from the user's folder
	calls   *fc.V2
}

func runDemo(ctx context.Context, p Process) int {
	if len(p.Args) > 1 {
		_, _ = fmt.Fprintf(p.Stderr, "demo takes nothing behind it, got %q\n", p.Args[1])
		return ExitInvalid
	}
	d := &demo{process: p, sim: fcsim.New(fcsim.Options{Seed: 1})}
	if err := d.play(ctx); err != nil {
		_, _ = fmt.Fprintf(p.Stderr, "demo: %s\n", report.OneLine(err.Error()))
		if ctx.Err() != nil {
			return ExitCancelled
		}
		return ExitFailed
	}
	return ExitDone
}

func (d *demo) play(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	d.host = listener.Addr().String()
	dir, err := os.MkdirTemp("", "fc-rollout-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for outputs: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	d.outputs = filepath.Join(dir, "fc-rollout.env")
	served, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go serve(served, d.process, listener, d.sim)
	if d.calls, err = d.dial(); err != nil {
		return err
	}
	d.say("The simulator of the FC 2.0 API listens at http://%s. No cloud account is used.", d.host)
	for _, scene := range []func(context.Context) error{d.firstRelease, d.badRelease, d.goodRelease, d.nothingToDo, d.twoJobs} {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	d.say("\nThat was it. Next: fc-rollout simulator, and your own pipeline against it.")
	return nil
}

func (d *demo) dial() (*fc.V2, error) {
	return fc.Dial(fc.Options{
		Scheme: "http", Host: d.host, Region: fcsim.DefaultRegion,
		AccessKeyID: fcsim.DefaultAccessKeyID, AccessKeySecret: fcsim.DefaultAccessKeySecret,
		Clock: systemClock{}, Retry: retry.Policy{Budget: 5 * time.Second},
	})
}

func (d *demo) firstRelease(ctx context.Context) error {
	d.scene("1. A first release: nothing to share the traffic with, so it goes to 100 %")
	d.must("POST", "/services", map[string]any{"serviceName": demoService})
	d.must("POST", "/services/"+demoService+"/functions", map[string]any{
		"functionName": demoFunction, "runtime": "nodejs14", "handler": "index.handler", "code": demoCode("fcsim:reply hello"),
	})
	d.must("POST", "/services/"+demoService+"/functions/"+demoFunction+"/triggers", map[string]any{
		"triggerName": "web", "triggerType": "http", "triggerConfig": `{"authType":"anonymous","methods":["GET"]}`,
	})
	return d.release(ctx, "--strategy", "canaryWeight", "--weight", "10", "--triggers", "auto")
}

func (d *demo) badRelease(ctx context.Context) error {
	d.scene("2. A second release whose code throws gets half of the traffic")
	d.update("fcsim:throw cannot read property of undefined")
	if err := d.release(ctx, "--strategy", "canaryWeight", "--weight", "50", "--triggers", "auto"); err != nil {
		return err
	}
	return d.invoke(ctx)
}

func (d *demo) goodRelease(ctx context.Context) error {
	d.scene("3. A good third release goes 40 → 80 → 100 %, with a wait before each step")
	d.update("fcsim:reply hello again")
	return d.release(ctx, "--strategy", "linearStep", "--weight", "40", "--interval", "4s", "--triggers", "auto")
}

func (d *demo) nothingToDo(ctx context.Context) error {
	d.scene("4. The same job once more: there is nothing to do")
	return d.release(ctx, "--strategy", "linearStep", "--weight", "40", "--interval", "4s", "--triggers", "auto")
}

func (d *demo) twoJobs(ctx context.Context) error {
	d.scene("5. Two jobs instead of one that sleeps: the first leaves a token, the second goes on")
	d.update("fcsim:reply hello from two jobs")
	if err := d.release(ctx, "--strategy", "canaryStep", "--weight", "25", "--interval", "3s", "--wait", "token"); err != nil {
		return err
	}
	outputs, err := os.ReadFile(d.outputs)
	if err != nil {
		return fmt.Errorf("read the outputs: %w", err)
	}
	_, rest, _ := strings.Cut(string(outputs), "resume_token=")
	token, _, _ := strings.Cut(rest, "\n")
	d.say("")
	return d.run(ctx, "resume", "--resume-token", token)
}

// release runs the step as a pipeline would.
func (d *demo) release(ctx context.Context, args ...string) error {
	return d.run(ctx, append([]string{"release", "--service", demoService, "--functions", demoFunction}, args...)...)
}

func (d *demo) run(ctx context.Context, args ...string) error {
	d.say("$ fc-rollout %s", strings.Join(args, " "))
	args = append(args, "--endpoint", "http://"+d.host, "--output-file", d.outputs,
		"--access-key-id", fcsim.DefaultAccessKeyID, "--access-key-secret", fcsim.DefaultAccessKeySecret)
	// Neither the user's variables nor a surrounding CI job have a part in the demo.
	code := Run(ctx, Process{Args: args, Stdout: d.process.Stdout, Stderr: d.process.Stderr})
	if code != ExitDone {
		return fmt.Errorf("%s ended with exit code %d", args[0], code)
	}
	return nil
}

// invoke calls the alias and counts what came back.
func (d *demo) invoke(ctx context.Context) error {
	d.say("Calling the alias %d times …", demoCalls)
	failed := 0
	for range demoCalls {
		answer, err := d.calls.Invoke(ctx, demoService, demoFunction, demoAlias, []byte("{}"))
		if err != nil {
			return fmt.Errorf("call the alias: %w", err)
		}
		if answer.ErrorType != "" {
			failed++
		}
	}
	d.say("%d of %d calls succeeded (version 1), %d failed (version 2).", demoCalls-failed, demoCalls, failed)
	return nil
}

func (d *demo) update(code string) {
	d.must("PUT", "/services/"+demoService+"/functions/"+demoFunction, map[string]any{"code": demoCode(code)})
}

func demoCode(directive string) map[string]any {
	return map[string]any{"zipFile": fcsim.Zip(map[string]string{"index.js": "// " + directive + "\n"})}
}

// must sets the stage inside the simulator; a failure is a defect of the demo.
func (d *demo) must(method, path string, body map[string]any) {
	if status, _, answer := d.sim.Do(method, "/2021-04-06"+path, body, nil); status >= 300 {
		panic(fmt.Sprintf("demo: %s %s: %d %v", method, path, status, answer))
	}
}

func (d *demo) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.process.Stdout, format+"\n", args...)
}

func (d *demo) scene(title string) {
	d.say("\n%s\n%s", title, strings.Repeat("─", len([]rune(title))))
}
