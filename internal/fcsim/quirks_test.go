package fcsim_test

import (
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// quirky is a world whose alias "prod" has version 1 as main and 2 as extra version.
func quirky(t *testing.T, q fcsim.Quirks) *world {
	t.Helper()
	w := newWorld(t, fcsim.Options{NoAuth: true, Quirks: q})
	w.seed(2)
	w.do(200, "POST", "/services/svc/aliases", map[string]any{
		"aliasName": "prod", "versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.5},
	})
	return w
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	const publish = servicePath + "/versions"
	tests := map[string]struct {
		quirks       fcsim.Quirks
		method, path string
		body         any
		header       []string
		usual, quirk int // statuses without and with the quirk
	}{
		"NoETag ignores If-Match":    {fcsim.Quirks{NoETag: true}, "PUT", servicePath, nil, []string{"If-Match", "x"}, 412, 200},
		"IgnoreIfMatch":              {fcsim.Quirks{IgnoreIfMatch: true}, "PUT", servicePath, nil, []string{"If-Match", "x"}, 412, 200},
		"PublishNoChangeStatus":      {fcsim.Quirks{PublishNoChangeStatus: 409}, "POST", publish, nil, nil, 400, 409},
		"AliasNoChangeOK":            {fcsim.Quirks{AliasNoChangeOK: true}, "PUT", aliasPath, nil, nil, 400, 200},
		"NoQualifierAlias, service":  {fcsim.Quirks{NoQualifierAlias: true}, "GET", servicePath + "?qualifier=prod", nil, nil, 200, 404},
		"NoQualifierAlias, function": {fcsim.Quirks{NoQualifierAlias: true}, "GET", servicePath + "/functions/fn?qualifier=prod", nil, nil, 200, 404},
		"NoQualifierAlias, invoke": {
			fcsim.Quirks{NoQualifierAlias: true},
			"POST", servicePath + "/functions/fn/invocations?qualifier=prod",
			nil, nil, 200, 200,
		},
		"WeightsMayNameMain": {
			fcsim.Quirks{WeightsMayNameMain: true},
			"PUT", aliasPath,
			map[string]any{"additionalVersionWeight": map[string]any{"1": 0.5}},
			nil, 400, 200,
		},
		"Forbid": {fcsim.Quirks{Forbid: []string{"GetAlias"}}, "GET", aliasPath, nil, nil, 200, 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := quirky(t, fcsim.Quirks{})
			equal(t, "usual status", w.wire(tt.method, tt.path, tt.body, tt.header...).status, tt.usual)
			w = quirky(t, tt.quirks)
			equal(t, "quirky status", w.wire(tt.method, tt.path, tt.body, tt.header...).status, tt.quirk)
		})
	}
}

func TestQuirkNoETag(t *testing.T) {
	t.Parallel()
	for quirk, want := range map[bool]bool{false: true, true: false} {
		w := quirky(t, fcsim.Quirks{NoETag: quirk})
		equal(t, "has an ETag", w.wire("GET", aliasPath, nil).header.Get("ETag") != "", want)
	}
}

func TestQuirkPublishRefusesAlways(t *testing.T) {
	t.Parallel()
	w := quirky(t, fcsim.Quirks{PublishRefusesAlways: true})
	w.do(200, "PUT", "/services/svc", map[string]any{"description": "changed"})
	a := w.wire("POST", servicePath+"/versions", nil)
	equal(t, "status", a.status, 400)
	equal(t, "code", a.doc["errorCode"], any("VersionPublishError"))
}

func TestQuirksOfErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		quirks fcsim.Quirks
		judge  func(answer) bool
	}{
		"none":             {fcsim.Quirks{}, func(a answer) bool { return a.doc["errorCode"] == "AliasNotFound" && a.doc["requestId"] != nil }},
		"CapitalErrors":    {fcsim.Quirks{CapitalErrors: true}, func(a answer) bool { return a.doc["ErrorCode"] == "AliasNotFound" && a.doc["RequestId"] != nil }},
		"EmptyErrorBodies": {fcsim.Quirks{EmptyErrorBodies: true}, func(a answer) bool { return a.raw == "" }},
		"HTMLErrors":       {fcsim.Quirks{HTMLErrors: true}, func(a answer) bool { return strings.HasPrefix(a.raw, "<html>") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := quirky(t, tt.quirks)
			a := w.wire("GET", servicePath+"/aliases/none", nil)
			equal(t, "status", a.status, 404)
			equal(t, "request id", a.header.Get("X-Fc-Request-Id") != "", true)
			equal(t, "body as wanted: "+a.raw, tt.judge(a), true)
		})
	}
}

func TestQuirkStaleAliasReads(t *testing.T) {
	t.Parallel()
	w := quirky(t, fcsim.Quirks{StaleAliasReads: 2})
	before := w.wire("GET", aliasPath, nil)
	after := w.wire("PUT", aliasPath, map[string]any{"versionId": "2", "additionalVersionWeight": map[string]any{}})
	equal(t, "the update itself", after.doc["versionId"], any("2"))
	for range 2 {
		got := w.wire("GET", aliasPath, nil)
		equal(t, "stale version", got.doc["versionId"], any("1"))
		equal(t, "stale ETag", got.header.Get("ETag"), before.header.Get("ETag"))
	}
	got := w.wire("GET", aliasPath, nil)
	equal(t, "fresh version", got.doc["versionId"], any("2"))
	equal(t, "fresh ETag", got.header.Get("ETag"), after.header.Get("ETag"))
}

func TestQuirkTriggerUpdateReplaces(t *testing.T) {
	t.Parallel()
	for quirk, want := range map[bool]string{false: "role", true: ""} {
		w := quirky(t, fcsim.Quirks{TriggerUpdateReplaces: quirk})
		w.do(200, "POST", triggersPath, map[string]any{"triggerName": "t", "triggerType": "timer", "invocationRole": "role"})
		a := w.wire("PUT", "/2021-04-06"+triggersPath+"/t", map[string]any{"qualifier": "1"})
		equal(t, "role", a.doc["invocationRole"], any(want))
		equal(t, "qualifier", a.doc["qualifier"], any("1"))
	}
}

func TestQuirkNoVersionHeader(t *testing.T) {
	t.Parallel()
	for quirk, want := range map[bool]string{false: "LATEST", true: ""} {
		w := quirky(t, fcsim.Quirks{})
		w.SetQuirks(fcsim.Quirks{NoVersionHeader: quirk})
		a := w.wire("POST", "/2021-04-06"+invokePath, nil)
		equal(t, "header", a.header.Get(versionHeader), want)
	}
}

func TestQuirksAreCopied(t *testing.T) {
	t.Parallel()
	q := fcsim.Quirks{Forbid: []string{"GetAlias"}}
	w := newWorld(t, fcsim.Options{Quirks: q})
	q.Forbid[0] = "GetService"
	w.Quirks().Forbid[0] = "GetFunction"
	equal(t, "kept", w.Quirks().Forbid[0], "GetAlias")
}
