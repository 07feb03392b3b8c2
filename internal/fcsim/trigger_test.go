package fcsim_test

import (
	"fmt"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

const triggersPath = "/services/svc/functions/fn/triggers"

var enableBridge = map[string]string{"x-fc-enable-eventbridge-trigger": "enable"}

func TestTriggerLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	svc, fn, name := tea.String("svc"), tea.String("fn"), tea.String("web")
	created, err := w.sdk.CreateTrigger(svc, fn, &fc.CreateTriggerRequest{
		TriggerName: name, TriggerType: tea.String("http"), SourceArn: tea.String("dummy"), Qualifier: tea.String("1"),
		TriggerConfig: tea.String(`{"authType":"anonymous","methods":["GET"]}`),
	})
	check(t, err)
	got, err := w.sdk.GetTrigger(svc, fn, name)
	check(t, err)
	b := got.Body
	equal(t, "config stays a string", tea.StringValue(b.TriggerConfig), `{"authType":"anonymous","methods":["GET"]}`)
	equal(t, "no source", b.SourceArn == nil, true)
	equal(t, "qualifier", tea.StringValue(b.Qualifier), "1")
	equal(t, "has urls", tea.StringValue(b.UrlInternet) != "" && tea.StringValue(b.UrlIntranet) != "", true)
	equal(t, "has ids", b.TriggerId != nil && b.CreatedTime != nil && b.LastModifiedTime != nil, true)

	etag := created.Headers["etag"]
	updated, err := w.sdk.UpdateTriggerWithOptions(svc, fn, name, &fc.UpdateTriggerRequest{Qualifier: tea.String("LATEST")},
		&fc.UpdateTriggerHeaders{IfMatch: etag}, w.rt)
	check(t, err)
	equal(t, "an omitted field stays", tea.StringValue(updated.Body.TriggerConfig), tea.StringValue(b.TriggerConfig))
	equal(t, "url stays", tea.StringValue(updated.Body.UrlInternet), tea.StringValue(b.UrlInternet))
	_, err = w.sdk.UpdateTriggerWithOptions(svc, fn, name, &fc.UpdateTriggerRequest{Qualifier: tea.String("1")},
		&fc.UpdateTriggerHeaders{IfMatch: etag}, w.rt)
	wantRefused(t, err, 412, "PreconditionFailed")
	_, err = w.sdk.DeleteTrigger(svc, fn, name)
	check(t, err)
	_, err = w.sdk.GetTrigger(svc, fn, name)
	wantRefused(t, err, 404, "TriggerNotFound")
}

func TestTriggerConfigObjectStaysAnObject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	got := w.do(200, "POST", triggersPath, map[string]any{
		"triggerName": "t", "triggerType": "oss", "sourceArn": "acs:oss:::bucket", "qualifier": nil,
		"triggerConfig": map[string]any{"events": []string{"oss:ObjectCreated:*"}},
	})
	_, isObject := got["triggerConfig"].(map[string]any)
	equal(t, "is an object", isObject, true)
	equal(t, "source", got["sourceArn"], any("acs:oss:::bucket"))
	equal(t, "default qualifier", got["qualifier"], any("LATEST"))
}

func TestTriggerRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(1)
	for name, kind := range map[string]string{"web": "http", "mns": "mns_topic", "ts": "tablestore", "timer": "timer"} {
		w.do(200, "POST", triggersPath, map[string]any{"triggerName": name, "triggerType": kind})
	}
	w.do(200, "POST", triggersPath, map[string]any{"triggerName": "web1", "triggerType": "http", "qualifier": "1"})
	create := func(name, kind, qualifier string) map[string]any {
		return map[string]any{"triggerName": name, "triggerType": kind, "qualifier": qualifier}
	}
	tests := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"exists":            {"POST", "", create("timer", "timer", ""), 409, "TriggerAlreadyExists"},
		"no type":           {"POST", "", create("x", "", ""), 400, "InvalidArgument"},
		"no name":           {"POST", "", create("", "timer", ""), 400, "InvalidArgument"},
		"second http":       {"POST", "", create("x", "http", "LATEST"), 409, "TriggerAlreadyExists"},
		"second by update":  {"PUT", "/web1", map[string]any{"qualifier": "LATEST"}, 409, "TriggerAlreadyExists"},
		"unknown version":   {"POST", "", create("x", "timer", "9"), 404, "VersionNotFound"},
		"unknown alias":     {"PUT", "/timer", map[string]any{"qualifier": "none"}, 404, "AliasNotFound"},
		"mns_topic update":  {"PUT", "/mns", map[string]any{"description": "x"}, 400, "InvalidArgument"},
		"tablestore update": {"PUT", "/ts", map[string]any{"description": "x"}, 400, "InvalidArgument"},
		"eventbridge":       {"POST", "", create("x", "eventbridge", ""), 400, "InvalidArgument"},
		"wrong type":        {"PUT", "/timer", map[string]any{"description": 1}, 400, "InvalidArgument"},
		"unknown":           {"DELETE", "/none", nil, 404, "TriggerNotFound"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, doc := w.Do(tt.method, triggersPath+tt.path, tt.body, nil)
			if status != tt.status || doc["errorCode"] != tt.code {
				t.Errorf("got %d %v, want %d %s", status, doc, tt.status, tt.code)
			}
		})
	}
	w.do(404, "GET", "/services/svc/functions/none/triggers", nil)
}

func TestEventBridgeTriggersNeedTheHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	bridge := map[string]any{"triggerName": "eb", "triggerType": "eventbridge"}
	status, _, doc := w.Do("POST", triggersPath, bridge, enableBridge)
	equal(t, fmt.Sprint("create ", doc), status, 200)
	for _, tt := range []struct {
		method, path string
		with         int
	}{{"GET", "/eb", 200}, {"PUT", "/eb", 200}, {"DELETE", "/eb", 204}} {
		w.do(404, tt.method, triggersPath+tt.path, nil)
		equal(t, "hidden", len(w.do(200, "GET", triggersPath, nil)["triggers"].([]any)), 0)
		_, _, shown := w.Do("GET", triggersPath, nil, enableBridge)
		equal(t, "shown", len(shown["triggers"].([]any)), 1)
		status, _, _ := w.Do(tt.method, triggersPath+tt.path, nil, enableBridge)
		equal(t, tt.method, status, tt.with)
	}
}

func TestTriggerPagesAndLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	for i := range 50 {
		w.do(200, "POST", triggersPath, map[string]any{"triggerName": fmt.Sprintf("t%02d", i), "triggerType": "timer"})
	}
	status, _, doc := w.Do("POST", triggersPath, map[string]any{"triggerName": "more", "triggerType": "timer"}, nil)
	equal(t, "the 51st", status, 400)
	equal(t, "the 51st", doc["errorCode"], any("LimitExceededError"))
	req, pages := &fc.ListTriggersRequest{}, 0
	for pages == 0 || req.NextToken != nil {
		page, err := w.sdk.ListTriggers(tea.String("svc"), tea.String("fn"), req)
		check(t, err)
		req.NextToken = page.Body.NextToken
		pages++
	}
	equal(t, "pages of 20", pages, 3)
}
