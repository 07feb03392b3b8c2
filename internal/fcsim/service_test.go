package fcsim_test

import (
	"slices"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestServiceLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	created, err := w.sdk.CreateService(&fc.CreateServiceRequest{
		ServiceName: tea.String("svc"), Description: tea.String("说明"),
		VpcConfig: &fc.VPCConfig{VpcId: tea.String("vpc-1"), VSwitchIds: tea.StringSlice([]string{"vsw-1"})},
		NasConfig: &fc.NASConfig{UserId: tea.Int32(10003), GroupId: tea.Int32(-1)},
	})
	check(t, err)
	etag := tea.StringValue(created.Headers["etag"])
	equal(t, "has an ETag", etag != "", true)

	got, err := w.sdk.GetService(tea.String("svc"), &fc.GetServiceRequest{})
	check(t, err)
	b := got.Body
	equal(t, "ETag", tea.StringValue(got.Headers["etag"]), etag)
	equal(t, "description", tea.StringValue(b.Description), "说明")
	equal(t, "internetAccess", tea.BoolValue(b.InternetAccess), true)
	equal(t, "role", tea.StringValue(b.Role), "")
	equal(t, "vpcId", tea.StringValue(b.VpcConfig.VpcId), "vpc-1")
	equal(t, "userId", tea.Int32Value(b.NasConfig.UserId), 10003)
	for name, field := range map[string]*string{"id": b.ServiceId, "created": b.CreatedTime, "modified": b.LastModifiedTime} {
		equal(t, "has "+name, tea.StringValue(field) != "", true)
	}
	equal(t, "has logConfig", b.LogConfig != nil && b.LogConfig.Project != nil, true)

	_, err = w.sdk.UpdateServiceWithOptions(tea.String("svc"), &fc.UpdateServiceRequest{},
		&fc.UpdateServiceHeaders{IfMatch: tea.String("invalid etag")}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	updated, err := w.sdk.UpdateServiceWithOptions(tea.String("svc"),
		&fc.UpdateServiceRequest{InternetAccess: tea.Bool(false)}, &fc.UpdateServiceHeaders{IfMatch: tea.String(etag)}, w.rt)
	check(t, err)
	equal(t, "internetAccess", tea.BoolValue(updated.Body.InternetAccess), false)
	equal(t, "kept vpcId", tea.StringValue(updated.Body.VpcConfig.VpcId), "vpc-1")
	_, err = w.sdk.DeleteServiceWithOptions(tea.String("svc"), &fc.DeleteServiceHeaders{IfMatch: tea.String(etag)}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	_, err = w.sdk.DeleteService(tea.String("svc"))
	check(t, err)
	_, err = w.sdk.GetService(tea.String("svc"), &fc.GetServiceRequest{})
	wantRefused(t, err, 404, "ServiceNotFound")
}

func TestServiceETagChangesThoughContentReturns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{"serviceName": "svc"})
	seen := map[string]bool{}
	for _, d := range []string{"a", "b", "a"} {
		_, h, _ := w.Do("PUT", "/services/svc", map[string]any{"description": d}, nil)
		seen[h.Get("ETag")] = true
	}
	equal(t, "distinct ETags", len(seen), 3)
	_, h, _ := w.Do("GET", "/services/svc", nil, nil)
	for _, quote := range []string{"", `"`} {
		status, next, _ := w.Do("PUT", "/services/svc", nil, map[string]string{"If-Match": quote + h.Get("ETag") + quote})
		equal(t, "update with If-Match in quotes "+quote, status, 200)
		h = next
	}
}

func TestServiceTracingCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/services", map[string]any{
		"serviceName":   "svc",
		"tracingConfig": map[string]any{"type": "Jaeger", "params": map[string]any{"endpoint": "http://jaeger.example"}},
	})
	got := w.do(200, "PUT", "/services/svc", map[string]any{"tracingConfig": map[string]any{}})
	tracing := got["tracingConfig"].(map[string]any)
	for _, field := range []string{"type", "params"} {
		v, there := tracing[field]
		equal(t, field+" is null", there && v == nil, true)
	}
}

func TestServiceRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	tests := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"exists already":     {"POST", "/services", map[string]any{"serviceName": "svc"}, 409, "ServiceAlreadyExists"},
		"no name":            {"POST", "/services", map[string]any{}, 400, "InvalidArgument"},
		"bad name":           {"POST", "/services", map[string]any{"serviceName": "1svc"}, 400, "InvalidArgument"},
		"no object":          {"POST", "/services", `[]`, 400, "InvalidArgument"},
		"trailing data":      {"POST", "/services", `{} {}`, 400, "InvalidArgument"},
		"wrong type":         {"PUT", "/services/svc", map[string]any{"description": 5}, 400, "InvalidArgument"},
		"wrong part":         {"PUT", "/services/svc", map[string]any{"vpcConfig": "x"}, 400, "InvalidArgument"},
		"wrong flag":         {"PUT", "/services/svc", map[string]any{"internetAccess": "x"}, 400, "InvalidArgument"},
		"delete when in use": {"DELETE", "/services/svc", nil, 400, "InvalidArgument"},
		"unknown":            {"PUT", "/services/none", map[string]any{}, 404, "ServiceNotFound"},
		"unknown path":       {"GET", "/nowhere", nil, 400, "PathNotSupported"},
		"unknown method":     {"PATCH", "/services/svc", nil, 400, "PathNotSupported"},
		"bad limit":          {"GET", "/services?limit=101", nil, 400, "InvalidArgument"},
		"bad token":          {"GET", "/services?nextToken=!", nil, 400, "InvalidArgument"},
		"version qualifier":  {"GET", "/services/svc?qualifier=9", nil, 404, "VersionNotFound"},
		"alias qualifier":    {"GET", "/services/svc?qualifier=nope", nil, 404, "AliasNotFound"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, h, doc := w.Do(tt.method, tt.path, tt.body, nil)
			if status != tt.status || doc["errorCode"] != tt.code {
				t.Errorf("got %d %v, want %d %s", status, doc, tt.status, tt.code)
			}
			equal(t, "request id", doc["requestId"].(string), h.Get("X-Fc-Request-Id"))
		})
	}
}

func TestListServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	for _, n := range []string{"abc", "abd", "ade", "bcd", "bde", "zzz"} {
		w.do(200, "POST", "/services", map[string]any{"serviceName": "l_" + n})
	}
	for n, tags := range map[string]map[string]any{
		"abc": {"k1": "v1", "k3": "v3"}, "abd": {"k2": "v2", "k3": "v3"}, "ade": {"k1": "v1", "k3": "v4"},
	} {
		arn := "acs:fc:" + fcsim.DefaultRegion + ":" + fcsim.DefaultAccountID + ":services/l_" + n
		w.do(200, "POST", "/tag", map[string]any{"resourceArn": arn, "tags": tags})
	}
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all":                  {"", []string{"l_abc", "l_abd", "l_ade", "l_bcd", "l_bde", "l_zzz"}},
		"start key":            {"limit=2&startKey=l_b", []string{"l_bcd", "l_bde"}},
		"prefix":               {"limit=2&prefix=l_a", []string{"l_abc", "l_abd"}},
		"prefix and start key": {"prefix=l_ab&startKey=l_abd", []string{"l_abd"}},
		"tag":                  {"prefix=l_a&tag_k3=v3", []string{"l_abc", "l_abd"}},
		"tag of any value":     {"prefix=l_a&tag_k3=", []string{"l_abc", "l_abd", "l_ade"}},
		"two tags":             {"tag_k3=v3&tag_k1=v1", []string{"l_abc"}},
		"no such tags":         {"tag_k3=v3&tag_k1=v1&tag_k2=v2", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := names(w.do(200, "GET", "/services?"+tt.query, nil), "services", "serviceName")
			equal(t, "is "+name, slices.Equal(got, tt.want), true)
		})
	}
}

func names(doc map[string]any, list, field string) []string {
	var out []string
	for _, item := range doc[list].([]any) {
		out = append(out, item.(map[string]any)[field].(string))
	}
	return out
}

func TestListServicesByToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	for _, n := range []string{"a", "b", "c"} {
		w.do(200, "POST", "/services", map[string]any{"serviceName": n})
	}
	first, err := w.sdk.ListServices(&fc.ListServicesRequest{Limit: tea.Int32(2)})
	check(t, err)
	equal(t, "first page", len(first.Body.Services), 2)
	last, err := w.sdk.ListServices(&fc.ListServicesRequest{NextToken: first.Body.NextToken, StartKey: tea.String("a")})
	check(t, err)
	equal(t, "last page", len(last.Body.Services), 1)
	equal(t, "no more token", last.Body.NextToken == nil, true)
	none, err := w.sdk.ListServices(&fc.ListServicesRequest{NextToken: first.Body.NextToken, Prefix: tea.String("x")})
	check(t, err)
	equal(t, "a prefix counts with a token", len(none.Body.Services), 0)
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	arn := tea.String("acs:fc:" + fcsim.DefaultRegion + ":" + fcsim.DefaultAccountID + ":services/svc")
	_, err := w.sdk.TagResource(&fc.TagResourceRequest{ResourceArn: arn, Tags: map[string]*string{"a": tea.String("1"), "b": tea.String("2")}})
	check(t, err)
	_, err = w.sdk.UntagResource(&fc.UntagResourceRequest{ResourceArn: arn, TagKeys: tea.StringSlice([]string{"a"})})
	check(t, err)
	got, err := w.sdk.GetResourceTags(&fc.GetResourceTagsRequest{ResourceArn: arn})
	check(t, err)
	equal(t, "tags left", len(got.Body.Tags), 1)
	equal(t, "b", tea.StringValue(got.Body.Tags["b"]), "2")
	_, err = w.sdk.UntagResource(&fc.UntagResourceRequest{ResourceArn: arn, All: tea.Bool(true)})
	check(t, err)
	w.do(400, "GET", "/tag?resourceArn=acs:fc:elsewhere:1:services/svc", nil)
	w.do(400, "POST", "/tag", map[string]any{"resourceArn": *arn, "tags": map[string]any{"a": 1}})
	w.do(400, "POST", "/tag", map[string]any{"resourceArn": *arn})
}
