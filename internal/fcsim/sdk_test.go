package fcsim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// world is a simulator behind a real listener and the cloud's own SDK in front of it.
type world struct {
	*fcsim.Simulator
	t   *testing.T
	url string
	sdk *fc.Client
	rt  *util.RuntimeOptions
}

func newWorld(t *testing.T, o fcsim.Options) *world {
	t.Helper()
	sim := fcsim.New(o)
	srv := httptest.NewServer(sim)
	t.Cleanup(srv.Close)
	w := &world{Simulator: sim, t: t, url: srv.URL, rt: &util.RuntimeOptions{ReadTimeout: tea.Int(10000)}}
	w.sdk = w.client(fcsim.DefaultAccessKeyID, fcsim.DefaultAccessKeySecret, "")
	return w
}

func (w *world) client(id, secret, token string) *fc.Client {
	w.t.Helper()
	cfg := &openapi.Config{
		AccessKeyId: tea.String(id), AccessKeySecret: tea.String(secret),
		Endpoint: tea.String(strings.TrimPrefix(w.url, "http://")), Protocol: tea.String("http"),
	}
	if token != "" {
		cfg.SecurityToken = tea.String(token)
		cfg.Type = tea.String("sts")
	}
	cfg.HttpClient = transport{}
	c, err := fc.NewClient(cfg)
	if err != nil {
		w.t.Fatalf("make the client: %v", err)
	}
	return c
}

// transport stands in for the SDK's own HTTP client, which parallel calls to one host race on.
type transport struct{}

func (transport) Call(req *http.Request, _ *http.Transport) (*http.Response, error) {
	return http.DefaultTransport.RoundTrip(req)
}

// do is Do with a wanted status.
func (w *world) do(want int, method, path string, body any) map[string]any {
	w.t.Helper()
	status, _, doc := w.Do(method, path, body, nil)
	if status != want {
		w.t.Fatalf("%s %s: got %d %v, want %d", method, path, status, doc, want)
	}
	return doc
}

// seed makes service "svc" with function "fn", and publishes so many versions, each of other code.
func (w *world) seed(versions int) {
	w.t.Helper()
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
	w.do(200, "POST", "/services/svc/functions", functionBody("fn", "fcsim:reply hello"))
	for range versions {
		w.publish("")
	}
}

// publish changes the function and publishes the service.
func (w *world) publish(description string) string {
	w.t.Helper()
	doc := w.do(200, "GET", "/services/svc/functions/fn", nil)
	env, _ := doc["environmentVariables"].(map[string]any)
	n, _ := env["N"].(string)
	w.do(200, "PUT", "/services/svc/functions/fn", map[string]any{"environmentVariables": map[string]any{"N": n + "x"}})
	v := w.do(200, "POST", "/services/svc/versions", map[string]any{"description": description})
	return v["versionId"].(string)
}

// answer is what came back over the wire.
type answer struct {
	status int
	header http.Header
	raw    string
	doc    map[string]any
	err    error
}

// wire sends an unsigned request over a connection of its own, so that nothing repeats it behind the test's back.
func (w *world) wire(method, path string, body any, header ...string) answer {
	w.t.Helper()
	data, err := json.Marshal(body)
	check(w.t, err)
	if body == nil {
		data = nil
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(data))
	check(w.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	req.Close = true
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw), err: err}
	if json.Unmarshal(raw, &a.doc) != nil {
		a.doc = nil
	}
	return a
}

func functionBody(name, code string) map[string]any {
	return map[string]any{
		"functionName": name, "runtime": "python3.9", "handler": "main.handler",
		"code": map[string]any{"zipFile": zipOf(code)},
	}
}

func zipOf(code string) string {
	return base64.StdEncoding.EncodeToString(fcsim.Zip(map[string]string{"main.py": code + "\n"}))
}

// refusal is what the SDK makes of an error answer.
type refusal struct {
	status int
	data   map[string]any
}

func refused(t *testing.T, err error) refusal {
	t.Helper()
	sdkErr, ok := errors.AsType[*tea.SDKError](err)
	if !ok {
		t.Fatalf("got %v (%T), want an error of the SDK", err, err)
	}
	r := refusal{status: tea.IntValue(sdkErr.StatusCode)}
	if err := json.Unmarshal([]byte(tea.StringValue(sdkErr.Data)), &r.data); err != nil {
		t.Fatalf("decode the error's data %q: %v", tea.StringValue(sdkErr.Data), err)
	}
	return r
}

func wantRefused(t *testing.T, err error, status int, code string) refusal {
	t.Helper()
	r := refused(t, err)
	if r.status != status || r.data["errorCode"] != code {
		t.Fatalf("got %d %v, want %d %s", r.status, r.data, status, code)
	}
	return r
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
