package fcsim_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestFunctionLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
	svc, name := tea.String("svc"), tea.String("fn")
	created, err := w.sdk.CreateFunction(svc, &fc.CreateFunctionRequest{
		FunctionName: name, Runtime: tea.String("python3.9"), Handler: tea.String("main.handler"),
		Initializer: tea.String("main.init"), InitializationTimeout: tea.Int32(30),
		EnvironmentVariables: map[string]*string{"A": tea.String("1"), "B": tea.String("2")},
		Code:                 &fc.Code{ZipFile: tea.String(zipOf("one"))},
	})
	check(t, err)
	etag := created.Headers["etag"]
	got, err := w.sdk.GetFunction(svc, name, &fc.GetFunctionRequest{})
	check(t, err)
	b := got.Body
	equal(t, "ETag", tea.StringValue(got.Headers["etag"]), tea.StringValue(etag))
	equal(t, "instanceType", tea.StringValue(b.InstanceType), "e1")
	equal(t, "instanceConcurrency", tea.Int32Value(b.InstanceConcurrency), 1)
	equal(t, "timeout", tea.Int32Value(b.Timeout), 60)
	equal(t, "memorySize", tea.Int32Value(b.MemorySize), 128)
	equal(t, "cpu", tea.Float32Value(b.Cpu), 0.1)
	equal(t, "initializationTimeout", tea.Int32Value(b.InitializationTimeout), 30)
	equal(t, "codeSize", tea.Int64Value(b.CodeSize) > 0, true)
	equal(t, "has ids", b.FunctionId != nil && b.CreatedTime != nil && b.LastModifiedTime != nil, true)

	code, err := w.sdk.GetFunctionCode(svc, name, &fc.GetFunctionCodeRequest{})
	check(t, err)
	equal(t, "checksum", tea.StringValue(code.Body.Checksum), tea.StringValue(b.CodeChecksum))
	equal(t, "archive", string(download(t, tea.StringValue(code.Body.Url))), string(fcsim.Zip(map[string]string{"main.py": "one\n"})))

	_, err = w.sdk.UpdateFunctionWithOptions(svc, name, &fc.UpdateFunctionRequest{},
		&fc.UpdateFunctionHeaders{IfMatch: tea.String("invalid")}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	updated, err := w.sdk.UpdateFunctionWithOptions(svc, name, &fc.UpdateFunctionRequest{
		EnvironmentVariables: map[string]*string{"C": tea.String("3")}, Code: &fc.Code{ZipFile: tea.String(zipOf("two"))},
	}, &fc.UpdateFunctionHeaders{IfMatch: etag}, w.rt)
	check(t, err)
	equal(t, "variables are replaced", len(updated.Body.EnvironmentVariables), 1)
	equal(t, "an omitted field stays", tea.StringValue(updated.Body.Initializer), "main.init")
	equal(t, "new code", tea.StringValue(updated.Body.CodeChecksum) != tea.StringValue(b.CodeChecksum), true)

	_, err = w.sdk.DeleteFunctionWithOptions(svc, name, &fc.DeleteFunctionHeaders{IfMatch: etag}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	_, err = w.sdk.DeleteFunction(svc, name)
	check(t, err)
	_, err = w.sdk.GetFunction(svc, name, &fc.GetFunctionRequest{})
	wantRefused(t, err, 404, "FunctionNotFound")
}

func download(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	check(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	check(t, err)
	return data
}

func TestCodeChecksumHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	sum := w.do(200, "GET", "/services/svc/functions/fn", nil)["codeChecksum"].(string)
	body := &fc.UpdateFunctionRequest{Code: &fc.Code{ZipFile: tea.String(zipOf("fcsim:reply hello"))}}
	for header, ok := range map[string]bool{sum: true, "1" + sum: false} {
		_, err := w.sdk.UpdateFunctionWithOptions(tea.String("svc"), tea.String("fn"), body,
			&fc.UpdateFunctionHeaders{XFcCodeChecksum: tea.String(header)}, w.rt)
		if ok {
			check(t, err)
		} else {
			wantRefused(t, err, 400, "InvalidArgument")
		}
	}
}

func TestFunctionRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	w.do(200, "POST", "/services/svc/functions/fn/triggers", map[string]any{"triggerName": "t", "triggerType": "timer"})
	with := func(field string, value any) map[string]any {
		b := functionBody("new", "")
		b[field] = value
		return b
	}
	tests := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"exists":         {"POST", "", functionBody("fn", ""), 409, "FunctionAlreadyExists"},
		"no name":        {"POST", "", with("functionName", nil), 400, "InvalidArgument"},
		"no runtime":     {"POST", "", with("runtime", nil), 400, "InvalidArgument"},
		"odd runtime":    {"POST", "", with("runtime", "10"), 400, "InvalidArgument"},
		"no handler":     {"POST", "", with("handler", nil), 400, "InvalidArgument"},
		"no code":        {"POST", "", with("code", nil), 400, "InvalidArgument"},
		"empty code":     {"POST", "", with("code", map[string]any{}), 400, "InvalidArgument"},
		"half an object": {"POST", "", with("code", map[string]any{"ossBucketName": "bucket"}), 400, "InvalidArgument"},
		"odd bucket":     {"POST", "", with("code", map[string]any{"ossBucketName": "10", "ossObjectName": "o"}), 400, "InvalidArgument"},
		"no base64":      {"POST", "", with("code", map[string]any{"zipFile": "%"}), 400, "InvalidArgument"},
		"no zip":         {"POST", "", with("code", map[string]any{"zipFile": "aGVsbG8="}), 400, "InvalidArgument"},
		"odd memory":     {"POST", "", with("memorySize", "big"), 400, "InvalidArgument"},
		"odd variables":  {"POST", "", with("environmentVariables", []any{}), 400, "InvalidArgument"},
		"no image":       {"POST", "", map[string]any{"functionName": "c", "runtime": "custom-container"}, 400, "InvalidArgument"},
		"has triggers":   {"DELETE", "/fn", nil, 400, "InvalidArgument"},
		"unknown":        {"PUT", "/none", map[string]any{}, 404, "FunctionNotFound"},
		"unknown code":   {"GET", "/none/code", nil, 404, "FunctionNotFound"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, doc := w.Do(tt.method, "/services/svc/functions"+tt.path, tt.body, nil)
			if status != tt.status || doc["errorCode"] != tt.code {
				t.Errorf("got %d %v, want %d %s", status, doc, tt.status, tt.code)
			}
		})
	}
}

func TestFunctionOtherCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
	oss := functionBody("oss", "")
	oss["code"] = map[string]any{"ossBucketName": "bucket", "ossObjectName": "a.zip"}
	first := w.do(200, "POST", "/services/svc/functions", oss)["codeChecksum"]
	second := w.do(200, "PUT", "/services/svc/functions/oss", map[string]any{
		"code": map[string]any{"ossBucketName": "bucket", "ossObjectName": "b.zip"},
	})["codeChecksum"]
	equal(t, "another object is other code", first != second, true)
	equal(t, "has a url", w.do(200, "GET", "/services/svc/functions/oss/code", nil)["url"] != "", true)
	image := w.do(200, "POST", "/services/svc/functions", map[string]any{
		"functionName": "img", "runtime": "custom-container",
		"customContainerConfig": map[string]any{"image": "registry.example/a:1", "unknownField": "kept"},
	})
	equal(t, "unknown fields are kept", image["customContainerConfig"].(map[string]any)["unknownField"], any("kept"))
	w.do(400, "GET", "/services/svc/functions/img/code", nil)
}

func TestListFunctions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
	for _, n := range []string{"abc", "abd", "bcd"} {
		w.do(200, "POST", "/services/svc/functions", functionBody(n, ""))
	}
	tests := map[string][]string{
		"":                         {"abc", "abd", "bcd"},
		"limit=1&startKey=abd":     {"abd"},
		"prefix=ab":                {"abc", "abd"},
		"prefix=ab&startKey=abd":   {"abd"},
		"qualifier=LATEST&limit=2": {"abc", "abd"},
	}
	for query, want := range tests {
		got := names(w.do(200, "GET", "/services/svc/functions?"+query, nil), "functions", "functionName")
		equal(t, "names for "+query, slices.Equal(got, want), true)
	}
	w.do(404, "GET", "/services/none/functions", nil)
}
