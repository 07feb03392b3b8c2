package fc

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// record answers every request alike and keeps the last one.
type record struct {
	answer string
	method string
	path   string
	header http.Header
	body   map[string]any
}

func (r *record) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	text, _ := io.ReadAll(req.Body)
	r.body = nil
	_ = json.Unmarshal(text, &r.body)
	r.method, r.path, r.header = req.Method, req.URL.RequestURI(), req.Header
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Etag", `abc123`)
	_, _ = io.WriteString(w, r.answer)
}

// At 100 % and with a canary alike, both fields go out, and If-Match unquoted.
func TestAliasWritesSendVersionAndWeights(t *testing.T) {
	t.Parallel()
	r := &record{answer: `{"versionId":"1"}`}
	client := dial(t, r, Options{})
	for _, c := range []struct {
		traffic release.Traffic
		want    map[string]any
	}{
		{release.Only("2"), map[string]any{"versionId": "2", "additionalVersionWeight": map[string]any{}}},
		{release.Split("1", "2", 7_00), map[string]any{"versionId": "1", "additionalVersionWeight": map[string]any{"2": 0.07}}},
	} {
		if _, err := client.UpdateAlias(t.Context(), "shop", release.Alias{Name: "prod", ETag: "abc123", Traffic: c.traffic}); err != nil {
			t.Fatal(err)
		}
		if r.method != "PUT" || r.path != "/2021-04-06/services/shop/aliases/prod" || r.header.Get("If-Match") != "abc123" {
			t.Errorf("%s %s If-Match %q", r.method, r.path, r.header.Get("If-Match"))
		}
		if !reflect.DeepEqual(r.body, c.want) {
			t.Errorf("body %v, want %v", r.body, c.want)
		}
		if !strings.HasPrefix(r.header.Get("Authorization"), "ACS3-HMAC-SHA256 ") {
			t.Errorf("Authorization %q", r.header.Get("Authorization"))
		}
	}
	if _, err := client.CreateAlias(t.Context(), "shop", release.Alias{Name: "prod", Traffic: release.Only("1")}); err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{"aliasName": "prod", "versionId": "1", "additionalVersionWeight": map[string]any{}}; !reflect.DeepEqual(r.body, want) {
		t.Errorf("body %v", r.body)
	}
}

func TestAliasIsReadWithItsETag(t *testing.T) {
	t.Parallel()
	r := &record{answer: `{"versionId":3,"additionalVersionWeight":{"4":0.33329999446868896,"5":0},"resolvePolicy":"Random","unknown":{}}`}
	a, err := dial(t, r, Options{}).Alias(t.Context(), "shop", "prod")
	if err != nil {
		t.Fatal(err)
	}
	if !a.Traffic.Equal(release.Split("3", "4", 33_33)) || a.ETag != "abc123" {
		t.Errorf("%+v", a)
	}
}

// A route update sends everything that was read, to the last unknown field and number, except the certificate.
func TestRoutesKeepEveryField(t *testing.T) {
	t.Parallel()
	const config = `{"note":"x","routes":[
		{"path":"/*","serviceName":"shop","functionName":"hello","qualifier":"LATEST","methods":["GET"],"future":{"big":12345678901234567890,"n":1.10}},
		"not an object",
		{"path":"/b","serviceName":"shop","functionName":"hello"}]}`
	r := &record{answer: `{"domainName":"example.com","protocol":"HTTP,HTTPS","certConfig":{"certName":"c","certificate":"x","privateKey":null},"routeConfig":` + config + `}`}
	client := dial(t, r, Options{})
	d, err := client.Domain(t.Context(), "example.com")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PointRoutes(t.Context(), d, []int{2}, "prod"); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{}
	_ = json.Unmarshal([]byte(`{"protocol":"HTTP,HTTPS","routeConfig":`+strings.Replace(config, `"path":"/b",`, `"path":"/b","qualifier":"prod",`, 1)+`}`), &want)
	if !reflect.DeepEqual(r.body, want) {
		t.Errorf("sent %v\nwant %v", r.body, want)
	}
	if d.Routes[2].Qualifier != "" || d.Routes[0].Qualifier != "LATEST" {
		t.Errorf("what was read has changed: %+v", d.Routes)
	}
}

// Whether an omitted setting stays is not documented, so all are sent as they were read, in the form they had.
func TestTriggersKeepTheirSettings(t *testing.T) {
	t.Parallel()
	for _, config := range []string{`"{\"a\":1}"`, `{"a":1}`} {
		r := &record{answer: `{"triggerName":"web","triggerType":"oss","qualifier":"LATEST","description":"d","invocationRole":"r","sourceArn":"s","triggerConfig":` + config + `}`}
		client := dial(t, r, Options{})
		tr, err := client.Trigger(t.Context(), "shop", "hello", "web")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.PointTrigger(t.Context(), "shop", tr, "prod"); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		_ = json.Unmarshal([]byte(`{"qualifier":"prod","description":"d","invocationRole":"r","triggerConfig":`+config+`}`), &want)
		if !reflect.DeepEqual(r.body, want) || r.header.Get("If-Match") != "abc123" || r.header.Get("X-Fc-Enable-Eventbridge-Trigger") != "enable" {
			t.Errorf("sent %v %v", r.body, r.header)
		}
	}
}

func TestTheDefaultChainIsAskedBeforeAnythingIsCalled(t *testing.T) {
	for _, name := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"} {
		t.Setenv(name, "placeholder")
	}
	c, err := Dial(Options{Scheme: "http", Host: "127.0.0.1:1"})
	if err != nil || c == nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	if _, err := Dial(Options{Scheme: "http", Host: "127.0.0.1:1"}); err == nil {
		t.Error("no credentials anywhere, but no error")
	}
}
