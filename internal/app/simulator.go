package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// runSimulator serves the simulator until it is told to stop.
func runSimulator(ctx context.Context, p Process) int {
	flags := flag.NewFlagSet("fc-rollout simulator", flag.ContinueOnError)
	flags.SetOutput(p.Stderr)
	addr := flags.String("addr", "127.0.0.1:9000", "address to listen on; port 0 takes a free one")
	latency := flags.Duration("latency", 0, "wait before each call takes effect, such as 50ms")
	seed := flags.Uint64("seed", 1, "seed of the traffic split")
	noAuth := flags.Bool("no-auth", false, "do not check signatures")
	if err := flags.Parse(p.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return ExitDone
		}
		return ExitInvalid
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(p.Stderr, "simulator takes flags only, got %q\n", flags.Arg(0))
		return ExitInvalid
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		_, _ = fmt.Fprintf(p.Stderr, "cannot listen: %v\n", err)
		return ExitFailed
	}
	_, _ = fmt.Fprintf(p.Stdout, simulatorHelp, listener.Addr(), fcsim.DefaultAccountID, fcsim.DefaultRegion, fcsim.DefaultAccessKeyID, fcsim.DefaultAccessKeySecret)
	return serve(ctx, p, listener, fcsim.New(fcsim.Options{Latency: *latency, Seed: *seed, NoAuth: *noAuth}))
}

const simulatorHelp = `simulator of the FC 2.0 API at http://%[1]s (stop with Ctrl-C; nothing is kept)

  export FC_ROLLOUT_ENDPOINT=http://%[1]s FC_ROLLOUT_ACCOUNT_ID=%[2]s FC_ROLLOUT_REGION=%[3]s
  export FC_ROLLOUT_ACCESS_KEY_ID=%[4]s FC_ROLLOUT_ACCESS_KEY_SECRET=%[5]s

Make a service without signing anything:
  curl -s http://%[1]s/_fcsim/api/2021-04-06/services -d '{"serviceName": "shop"}'
  curl -s http://%[1]s/_fcsim/api/2021-04-06/services/shop/functions -d '{"functionName": "hello", "runtime": "nodejs14", "handler": "index.handler", "code": {"ossBucketName": "code", "ossObjectName": "v1.zip"}}'
  fc-rollout release --service shop --functions hello
Change its code, which the next release publishes; add an HTTP trigger; look at the alias:
  curl -s -X PUT http://%[1]s/_fcsim/api/2021-04-06/services/shop/functions/hello -d '{"code": {"ossBucketName": "code", "ossObjectName": "v2.zip"}}'
  curl -s http://%[1]s/_fcsim/api/2021-04-06/services/shop/functions/hello/triggers -d '{"triggerName": "web", "triggerType": "http", "triggerConfig": "{}"}'
  curl -s http://%[1]s/_fcsim/api/2021-04-06/services/shop/aliases/hello_stable
Faults, request log, quirks: curl -s http://%[1]s/_fcsim/

`

func serve(ctx context.Context, p Process, l net.Listener, handler http.Handler) int {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
		_, _ = fmt.Fprintf(p.Stderr, "simulator: %v\n", err)
		return ExitFailed
	}
	return ExitDone
}
