package fcsim_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

const (
	invokePath    = "/services/svc/functions/fn/invocations"
	versionHeader = "X-Fc-Invocation-Function-Version"
	errorHeader   = "X-Fc-Error-Type"
)

func TestInvokeDirectives(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code, contains string
		fails          bool
	}{
		"reply":            {"# fcsim:reply hello world \nx", "hello world", false},
		"throw":            {"// fcsim:throw out of luck\n// fcsim:reply no", "out of luck", true},
		"no directive":     {"print()", `"function":"fn"`, false},
		"empty reply":      {"fcsim:reply \n", "", false},
		"no space, no use": {"fcsim:reply\n", `"version":"LATEST"`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fcsim.Options{})
			w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
			w.do(200, "POST", "/services/svc/functions", functionBody("fn", tt.code))
			got, err := w.sdk.InvokeFunction(tea.String("svc"), tea.String("fn"), &fc.InvokeFunctionRequest{Body: []byte("\x00payload")})
			check(t, err)
			equal(t, "contains "+tt.contains, strings.Contains(string(got.Body), tt.contains), true)
			equal(t, "fails", got.Headers["x-fc-error-type"] != nil, tt.fails)
			equal(t, "version", tea.StringValue(got.Headers["x-fc-invocation-function-version"]), "LATEST")
		})
	}
}

func TestInvokeSplitsByWeight(t *testing.T) {
	t.Parallel()
	split := func(seed uint64) int {
		w := newWorld(t, fcsim.Options{Seed: seed})
		w.seed(2)
		w.do(200, "POST", "/services/svc/aliases", map[string]any{
			"aliasName": "prod", "versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.2},
		})
		canary := 0
		for range 1000 {
			_, h, _ := w.Do("POST", invokePath+"?qualifier=prod", nil, nil)
			if h.Get(versionHeader) == "2" {
				canary++
			}
		}
		for _, c := range w.Invocations() {
			if c.Version == "2" {
				equal(t, "counted", c, fcsim.InvocationCount{Service: "svc", Function: "fn", Version: "2", Outcome: fcsim.OutcomeOK, Count: canary})
			}
		}
		return canary
	}
	for _, seed := range []uint64{1, 2, 3} {
		n := split(seed)
		if math.Abs(float64(n)-200) > 50 {
			t.Errorf("seed %d: %d of 1000 went to the version with weight 0.2", seed, n)
		}
		equal(t, "the same seed, the same split", split(seed), n)
	}
}

func TestInvokeWeightsAtTheEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(2)
	w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
	for weight, want := range map[float64]string{0: "1", 1: "2"} {
		w.do(200, "PUT", "/services/svc/aliases/prod", map[string]any{"additionalVersionWeight": map[string]any{"2": weight}})
		for range 50 {
			_, h, _ := w.Do("POST", "/services/svc.prod/functions/fn/invocations", nil, nil)
			equal(t, "version", h.Get(versionHeader), want)
		}
	}
}

func TestFailVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{Seed: 7})
	w.seed(2)
	w.FailVersion("svc", "2", 0.5)
	for _, v := range []string{"1", "2"} {
		failed := 0
		for range 1000 {
			status, h, doc := w.Do("POST", invokePath+"?qualifier="+v, nil, nil)
			equal(t, "status", status, http.StatusOK)
			if h.Get(errorHeader) != "" {
				equal(t, "error type", doc["errorType"], any("UnhandledInvocationError"))
				failed++
			}
		}
		want := map[string]float64{"1": 0, "2": 500}[v]
		if math.Abs(float64(failed)-want) > 60 {
			t.Errorf("version %s: %d of 1000 failed, want about %v", v, failed, want)
		}
	}
	equal(t, "counters", len(w.Invocations()), 3)
	w.ClearInvocations()
	equal(t, "cleared", len(w.Invocations()), 0)
	w.FailVersion("svc", "2", 0)
	_, h, _ := w.Do("POST", invokePath+"?qualifier=2", nil, nil)
	equal(t, "works again", h.Get(errorHeader), "")
}

func TestInvokeAsync(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	got, err := w.sdk.InvokeFunctionWithOptions(tea.String("svc"), tea.String("fn"), &fc.InvokeFunctionRequest{},
		&fc.InvokeFunctionHeaders{XFcInvocationType: tea.String("Async")}, &util.RuntimeOptions{})
	check(t, err)
	equal(t, "status", tea.Int32Value(got.StatusCode), 202)
	equal(t, "body", len(got.Body), 0)
	equal(t, "counted", w.Invocations()[0].Count, 1)
}

func TestInvokeRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	for path, code := range map[string]string{
		"/services/none/functions/fn/invocations":  "ServiceNotFound",
		"/services/svc/functions/none/invocations": "FunctionNotFound",
		invokePath + "?qualifier=3":                "VersionNotFound",
		invokePath + "?qualifier=prod":             "AliasNotFound",
	} {
		status, _, doc := w.Do("POST", path, nil, nil)
		equal(t, path, status, 404)
		equal(t, path, doc["errorCode"], any(code))
	}
}
