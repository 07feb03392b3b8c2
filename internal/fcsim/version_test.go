package fcsim_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc", "description": "the service"})
	v1, err := w.sdk.PublishServiceVersion(tea.String("svc"), &fc.PublishServiceVersionRequest{Description: tea.String("v1")})
	check(t, err)
	equal(t, "id", tea.StringValue(v1.Body.VersionId), "1")
	equal(t, "description", tea.StringValue(v1.Body.Description), "v1")
	equal(t, "has a time", tea.StringValue(v1.Body.CreatedTime) != "", true)

	_, err = w.sdk.PublishServiceVersion(tea.String("svc"), &fc.PublishServiceVersionRequest{Description: tea.String("v2")})
	r := wantRefused(t, err, 400, "VersionPublishError")
	equal(t, "says why", strings.Contains(r.data["errorMessage"].(string), "No changes were made since last publish"), true)

	at, err := w.sdk.GetService(tea.String("svc"), &fc.GetServiceRequest{Qualifier: tea.String("1")})
	check(t, err)
	equal(t, "the version's description", tea.StringValue(at.Body.Description), "v1")

	_, err = w.sdk.DeleteService(tea.String("svc"))
	wantRefused(t, err, 400, "InvalidArgument")
	_, err = w.sdk.DeleteServiceVersion(tea.String("svc"), tea.String("1"))
	check(t, err)
	w.do(200, "PUT", "/services/svc", map[string]any{"description": "changed"})
	v2 := w.do(200, "POST", "/services/svc/versions", nil)
	equal(t, "ids are never reused", v2["versionId"].(string), "2")
	w.do(400, "DELETE", "/services/svc/versions/LATEST", nil)
	w.do(404, "DELETE", "/services/svc/versions/1", nil)
}

func TestPublishSeesChanges(t *testing.T) {
	t.Parallel()
	update := func(path string, body map[string]any) func(*world) {
		return func(w *world) { w.do(200, "PUT", path, body) }
	}
	tests := map[string]struct {
		change func(*world)
		want   int
	}{
		"nothing":             {func(*world) {}, 400},
		"the same again":      {update("/services/svc/functions/fn", map[string]any{"handler": "main.handler"}), 400},
		"the same number":     {update("/services/svc/functions/fn", map[string]any{"memorySize": 128}), 400},
		"service description": {update("/services/svc", map[string]any{"description": "x"}), 200},
		"environment":         {update("/services/svc/functions/fn", map[string]any{"environmentVariables": map[string]any{"A": "1"}}), 200},
		"code":                {update("/services/svc/functions/fn", map[string]any{"code": map[string]any{"zipFile": zipOf("new")}}), 200},
		"a new function": {func(w *world) {
			w.do(200, "POST", "/services/svc/functions", functionBody("other", ""))
		}, 200},
		"a function less": {func(w *world) { w.do(204, "DELETE", "/services/svc/functions/fn", nil) }, 200},
		"a trigger": {func(w *world) {
			w.do(200, "POST", "/services/svc/functions/fn/triggers", map[string]any{"triggerName": "t", "triggerType": "timer"})
		}, 400},
		"an alias": {func(w *world) {
			w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "a", "versionId": "1"})
		}, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fcsim.Options{})
			w.seed(1)
			tt.change(w)
			w.do(tt.want, "POST", "/services/svc/versions", map[string]any{"description": "again"})
		})
	}
}

func TestPublishIfMatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	_, h, _ := w.Do("POST", "/services", map[string]any{"serviceName": "svc"}, nil)
	etag := h.Get("ETag")
	w.do(200, "PUT", "/services/svc", map[string]any{"description": "x"})
	_, err := w.sdk.PublishServiceVersionWithOptions(tea.String("svc"), &fc.PublishServiceVersionRequest{},
		&fc.PublishServiceVersionHeaders{IfMatch: tea.String(etag)}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	_, h, _ = w.Do("GET", "/services/svc", nil, nil)
	_, err = w.sdk.PublishServiceVersionWithOptions(tea.String("svc"), &fc.PublishServiceVersionRequest{},
		&fc.PublishServiceVersionHeaders{IfMatch: tea.String(h.Get("ETag"))}, w.rt)
	check(t, err)
}

func TestListVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(12)
	tests := map[string]struct {
		query string
		want  []string
	}{
		"newest first":    {"limit=3", []string{"12", "11", "10"}},
		"oldest first":    {"limit=3&direction=FORWARD", []string{"1", "2", "3"}},
		"start":           {"limit=2&startKey=10", []string{"10", "9"}},
		"start forward":   {"limit=2&startKey=10&direction=FORWARD", []string{"10", "11"}},
		"start past them": {"startKey=99&direction=FORWARD", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := names(w.do(200, "GET", "/services/svc/versions?"+tt.query, nil), "versions", "versionId")
			equal(t, "is "+strings.Join(tt.want, " "), slices.Equal(got, tt.want), true)
		})
	}
	w.do(400, "GET", "/services/svc/versions?direction=UP", nil)
	w.do(400, "GET", "/services/svc/versions?startKey=x", nil)

	var all []string
	req := &fc.ListServiceVersionsRequest{Limit: tea.Int32(5)}
	for {
		page, err := w.sdk.ListServiceVersions(tea.String("svc"), req)
		check(t, err)
		for _, v := range page.Body.Versions {
			all = append(all, tea.StringValue(v.VersionId))
		}
		if req.NextToken = page.Body.NextToken; req.NextToken == nil {
			break
		}
	}
	equal(t, "all pages", len(all), 12)
	for i, id := range all {
		equal(t, "order", id, strconv.Itoa(12-i))
	}
}

func TestQualifiers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc", "description": "latest"})
	w.do(200, "POST", "/services/svc/functions", functionBody("fn", "one"))
	w.do(200, "POST", "/services/svc/versions", map[string]any{"description": "v1"})
	w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
	w.do(200, "PUT", "/services/svc/functions/fn", map[string]any{"code": map[string]any{"zipFile": zipOf("two")}})
	w.do(200, "POST", "/services/svc/functions", functionBody("later", ""))
	old := w.do(200, "GET", "/services/svc/functions/fn?qualifier=1", nil)["codeChecksum"]
	now := w.do(200, "GET", "/services/svc/functions/fn", nil)["codeChecksum"]
	equal(t, "the code differs", old != now, true)

	tests := map[string]struct {
		service, query string
		description    string
		checksum       any
		functions      int
	}{
		"none":             {"svc", "", "latest", now, 2},
		"LATEST":           {"svc", "LATEST", "latest", now, 2},
		"version":          {"svc", "1", "v1", old, 1},
		"alias":            {"svc", "prod", "v1", old, 1},
		"version in path":  {"svc.1", "", "v1", old, 1},
		"alias in path":    {"svc.prod", "", "v1", old, 1},
		"LATEST in a path": {"svc.LATEST", "", "latest", now, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := "/services/" + tt.service
			q := "?qualifier=" + tt.query
			equal(t, "description", w.do(200, "GET", at+q, nil)["description"], any(tt.description))
			equal(t, "codeChecksum", w.do(200, "GET", at+"/functions/fn"+q, nil)["codeChecksum"], tt.checksum)
			equal(t, "checksum of the code", w.do(200, "GET", at+"/functions/fn/code"+q, nil)["checksum"], tt.checksum)
			equal(t, "functions", len(names(w.do(200, "GET", at+"/functions"+q, nil), "functions", "functionName")), tt.functions)
		})
	}
	w.do(404, "GET", "/services/svc/functions/later?qualifier=1", nil)
	status, _, doc := w.Do("GET", "/services/svc/functions/fn?qualifier=7", nil, nil)
	equal(t, "unknown version", status, 404)
	equal(t, "unknown version", doc["errorCode"], any("VersionNotFound"))
}

func TestDeletedVersionLeavesAliasDangling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": "prod", "versionId": "1"})
	w.do(204, "DELETE", "/services/svc/versions/1", nil)
	w.do(200, "GET", "/services/svc/aliases/prod", nil)
	status, _, doc := w.Do("POST", "/services/svc/functions/fn/invocations?qualifier=prod", nil, nil)
	equal(t, "invoke", status, 404)
	equal(t, "invoke", doc["errorCode"], any("VersionNotFound"))
}
