package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// launchWord makes this program the launcher: it starts what follows, waits and prints a receipt.
const launchWord = "launch"

// receipt is what the operating system says about one finished process.
type receipt struct {
	Started int64  // wall clock right before fork, in ns since 1970
	Wall    int64  // ns until it was reaped
	PeakKiB int64  // largest resident set
	Exit    int    // code
	Output  string // stdout and stderr
}

// launch stands between bench and the product because of Linux: exec carries the starter's own peak memory over into
// the Maxrss of what it starts. The simulator's process is larger than the product; this one is far smaller.
func launch(ctx context.Context, args []string) int {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &output, &output
	started := time.Now()
	err := cmd.Run()
	wall := time.Since(started)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		fmt.Fprintf(os.Stderr, "launch %s: %v\n", args[0], err)
		return 1
	}
	r := receipt{Started: started.UnixNano(), Wall: int64(wall), Exit: cmd.ProcessState.ExitCode(), Output: output.String()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.PeakKiB = usage.Maxrss
		if runtime.GOOS == "darwin" {
			r.PeakKiB /= 1024 // counted in bytes there
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintf(os.Stderr, "launch: %v\n", err)
		return 1
	}
	return 0
}

// start runs the product through the launcher with an environment of its own, so that neither the caller's variables
// nor a surrounding CI job have a part in it.
func (p product) start(ctx context.Context, args []string) (receipt, error) {
	var r receipt
	self, err := os.Executable()
	if err != nil {
		return r, fmt.Errorf("find this program: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, append([]string{launchWord, p.path}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = p.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir}, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("launch the product: %w", err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("read the launcher's receipt: %w", err)
	}
	return r, nil
}
