package fcsim_test

import (
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestAliasLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(2)
	svc, name := tea.String("svc"), tea.String("prod")
	created, err := w.sdk.CreateAlias(svc, &fc.CreateAliasRequest{
		AliasName: name, VersionId: tea.String("1"), Description: tea.String("d"),
		AdditionalVersionWeight: map[string]*float32{"2": tea.Float32(0.07)},
	})
	check(t, err)
	etag := created.Headers["etag"]
	got, err := w.sdk.GetAlias(svc, name)
	check(t, err)
	equal(t, "ETag", tea.StringValue(got.Headers["etag"]), tea.StringValue(etag))
	equal(t, "weight", tea.Float32Value(got.Body.AdditionalVersionWeight["2"]), 0.07)
	equal(t, "has a time", tea.StringValue(got.Body.CreatedTime) != "", true)

	kept, err := w.sdk.UpdateAliasWithOptions(svc, name, &fc.UpdateAliasRequest{Description: tea.String("e")},
		&fc.UpdateAliasHeaders{IfMatch: etag}, w.rt)
	check(t, err)
	equal(t, "an omitted field stays", tea.Float32Value(kept.Body.AdditionalVersionWeight["2"]), 0.07)
	equal(t, "description", tea.StringValue(kept.Body.Description), "e")
	_, err = w.sdk.UpdateAliasWithOptions(svc, name, &fc.UpdateAliasRequest{VersionId: tea.String("2")},
		&fc.UpdateAliasHeaders{IfMatch: etag}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")

	cleared, err := w.sdk.UpdateAlias(svc, name, &fc.UpdateAliasRequest{
		VersionId: tea.String("2"), AdditionalVersionWeight: map[string]*float32{},
	})
	check(t, err)
	equal(t, "weights", len(cleared.Body.AdditionalVersionWeight), 0)
	equal(t, "version", tea.StringValue(cleared.Body.VersionId), "2")
	_, err = w.sdk.UpdateAlias(svc, name, &fc.UpdateAliasRequest{
		VersionId: tea.String("2"), AdditionalVersionWeight: map[string]*float32{},
	})
	r := wantRefused(t, err, 400, "InvalidArgument")
	equal(t, "message", r.data["errorMessage"], any("Can not update alias without any change"))

	_, err = w.sdk.DeleteAlias(svc, name)
	check(t, err)
	_, err = w.sdk.GetAlias(svc, name)
	wantRefused(t, err, 404, "AliasNotFound")
}

func TestAliasRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(3)
	w.do(200, "POST", "/services/svc/aliases", map[string]any{
		"aliasName": "prod", "versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.5},
	})
	create := func(name, version string, weights any) map[string]any {
		return map[string]any{"aliasName": name, "versionId": version, "additionalVersionWeight": weights}
	}
	tests := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"exists":           {"POST", "", create("prod", "1", nil), 409, "AliasAlreadyExists"},
		"LATEST":           {"POST", "", create("LATEST", "1", nil), 400, "InvalidArgument"},
		"digit first":      {"POST", "", create("1a", "1", nil), 400, "InvalidArgument"},
		"dash first":       {"POST", "", create("-a", "1", nil), 400, "InvalidArgument"},
		"no version":       {"POST", "", create("x", "", nil), 400, "InvalidArgument"},
		"unknown version":  {"POST", "", create("x", "9", nil), 404, "VersionNotFound"},
		"unknown extra":    {"POST", "", create("x", "1", map[string]any{"9": 0.1}), 404, "VersionNotFound"},
		"above 1":          {"POST", "", create("x", "1", map[string]any{"2": 1.1}), 400, "InvalidArgument"},
		"below 0":          {"POST", "", create("x", "1", map[string]any{"2": -0.1}), 400, "InvalidArgument"},
		"no number":        {"POST", "", create("x", "1", map[string]any{"2": "0.1"}), 400, "InvalidArgument"},
		"no object":        {"POST", "", create("x", "1", []any{}), 400, "InvalidArgument"},
		"two extras":       {"POST", "", create("x", "1", map[string]any{"2": 0.1, "3": 0.1}), 400, "InvalidArgument"},
		"main version":     {"POST", "", create("x", "1", map[string]any{"1": 0.1}), 400, "AdditionalVersionContainsMajorVersion"},
		"main by update":   {"PUT", "/prod", map[string]any{"versionId": "2"}, 400, "AdditionalVersionContainsMajorVersion"},
		"same number":      {"PUT", "/prod", `{"additionalVersionWeight":{"2":0.50}}`, 400, "InvalidArgument"},
		"empty update":     {"PUT", "/prod", nil, 400, "InvalidArgument"},
		"resolve policy":   {"PUT", "/prod", map[string]any{"resolvePolicy": "Guess"}, 400, "InvalidArgument"},
		"unknown alias":    {"PUT", "/none", map[string]any{"versionId": "2"}, 404, "AliasNotFound"},
		"unknown, deleted": {"DELETE", "/none", nil, 404, "AliasNotFound"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, doc := w.Do(tt.method, "/services/svc/aliases"+tt.path, tt.body, nil)
			if status != tt.status || doc["errorCode"] != tt.code {
				t.Errorf("got %d %v, want %d %s", status, doc, tt.status, tt.code)
			}
		})
	}
}

func TestAliasOlderAPILetsWeightsNameTheMainVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	w.do(200, "POST", "/2016-08-15/services/svc/aliases", map[string]any{
		"aliasName": "a", "versionId": "1", "additionalVersionWeight": map[string]any{"1": 0.9},
	})
	status, _, doc := w.Do("GET", "/2016-08-15/services/svc/aliases/none", nil, nil)
	equal(t, "status", status, 404)
	equal(t, "capital names", doc["ErrorCode"], any("AliasNotFound"))
}

func TestAliasKeepsRoutePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(2)
	_, err := w.sdk.CreateAlias(tea.String("svc"), &fc.CreateAliasRequest{
		AliasName: tea.String("a"), VersionId: tea.String("1"), ResolvePolicy: tea.String("Content"),
		AdditionalVersionWeight: map[string]*float32{"2": tea.Float32(1)},
		RoutePolicy: &fc.RoutePolicy{Condition: tea.String("AND"), PolicyItems: []*fc.PolicyItem{
			{Type: tea.String("Header"), Key: tea.String("k"), Operator: tea.String("="), Value: tea.String("v")},
		}},
	})
	check(t, err)
	got, err := w.sdk.GetAlias(tea.String("svc"), tea.String("a"))
	check(t, err)
	equal(t, "policy", tea.StringValue(got.Body.ResolvePolicy), "Content")
	equal(t, "items", len(got.Body.RoutePolicy.PolicyItems), 1)
}

func TestListAliases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	for _, n := range []string{"a1", "a2", "b1"} {
		w.do(200, "POST", "/services/svc/aliases", map[string]any{"aliasName": n, "versionId": "1"})
	}
	first, err := w.sdk.ListAliases(tea.String("svc"), &fc.ListAliasesRequest{Limit: tea.Int32(2)})
	check(t, err)
	equal(t, "first page", len(first.Body.Aliases), 2)
	rest, err := w.sdk.ListAliases(tea.String("svc"), &fc.ListAliasesRequest{NextToken: first.Body.NextToken})
	check(t, err)
	equal(t, "second page", tea.StringValue(rest.Body.Aliases[0].AliasName), "b1")
	a, err := w.sdk.ListAliases(tea.String("svc"), &fc.ListAliasesRequest{Prefix: tea.String("a")})
	check(t, err)
	equal(t, "prefix", len(a.Body.Aliases), 2)
}
