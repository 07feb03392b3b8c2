package main

import (
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// The scripts run this test binary itself as fc-rollout, so they test what a user starts, signals and exit codes included.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // they mostly wait
	testscript.Main(m, map[string]func(){"fc-rollout": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               setup,
		Cmds:                commands,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// setup gives each script a cloud of its own and the variables of a job outside any CI system.
func setup(env *testscript.Env) error {
	c := &cloud{sim: fcsim.New(fcsim.Options{Seed: 1})}
	c.watch()
	server := httptest.NewServer(c.sim)
	env.Defer(func() {
		c.sim.Release()
		server.CloseClientConnections()
		server.Close()
	})
	env.Values[cloudKey{}] = c
	env.Vars = append(env.Vars,
		"FC_ROLLOUT_ENDPOINT="+server.URL,
		"FC_ROLLOUT_ACCESS_KEY_ID="+fcsim.DefaultAccessKeyID,
		"FC_ROLLOUT_ACCESS_KEY_SECRET="+fcsim.DefaultAccessKeySecret,
		"SIM="+server.URL,
		"SIM_HOST="+strings.TrimPrefix(server.URL, "http://"),
		"HOME="+env.WorkDir,
	)
	return nil
}
