package fcsim_test

import (
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

func TestDomainLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	name := tea.String("www.example.com")
	route := func(service string) *fc.RouteConfig {
		return &fc.RouteConfig{Routes: []*fc.PathConfig{{
			Path: tea.String("/*"), ServiceName: tea.String(service), FunctionName: tea.String("f"), Qualifier: tea.String("prod"),
		}}}
	}
	created, err := w.sdk.CreateCustomDomain(&fc.CreateCustomDomainRequest{
		DomainName: name, Protocol: tea.String("HTTP,HTTPS"), RouteConfig: route("s1"),
		CertConfig: &fc.CertConfig{CertName: tea.String("c"), Certificate: tea.String("PEM"), PrivateKey: tea.String("KEY")},
	})
	check(t, err)
	equal(t, "no ETag", created.Headers["etag"] == nil, true)
	equal(t, "no private key", created.Body.CertConfig.PrivateKey == nil, true)
	equal(t, "certificate", tea.StringValue(created.Body.CertConfig.Certificate), "PEM")
	_, err = w.sdk.CreateCustomDomain(&fc.CreateCustomDomainRequest{DomainName: name})
	wantRefused(t, err, 409, "DomainNameAlreadyExists")

	updated, err := w.sdk.UpdateCustomDomain(name, &fc.UpdateCustomDomainRequest{RouteConfig: route("s2")})
	check(t, err)
	equal(t, "routes", len(updated.Body.RouteConfig.Routes), 1)
	equal(t, "service", tea.StringValue(updated.Body.RouteConfig.Routes[0].ServiceName), "s2")
	equal(t, "protocol stays", tea.StringValue(updated.Body.Protocol), "HTTP,HTTPS")
	equal(t, "certificate stays", tea.StringValue(updated.Body.CertConfig.CertName), "c")

	got, err := w.sdk.GetCustomDomain(name)
	check(t, err)
	equal(t, "account", tea.StringValue(got.Body.AccountId), fcsim.DefaultAccountID)
	equal(t, "apiVersion", tea.StringValue(got.Body.ApiVersion), "2021-04-06")
	listed, err := w.sdk.ListCustomDomains(&fc.ListCustomDomainsRequest{Prefix: tea.String("www")})
	check(t, err)
	equal(t, "listed", len(listed.Body.CustomDomains), 1)
	_, err = w.sdk.DeleteCustomDomain(name)
	check(t, err)
	_, err = w.sdk.GetCustomDomain(name)
	wantRefused(t, err, 404, "DomainNameNotFound")
}

func TestDomainKeepsUnknownFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/custom-domains", map[string]any{"domainName": "a.example", "routeConfig": map[string]any{
		"routes": []any{map[string]any{"path": "/", "serviceName": "s", "functionName": "f", "newField": "kept"}},
	}})
	got := w.do(200, "GET", "/custom-domains/a.example", nil)
	first := got["routeConfig"].(map[string]any)["routes"].([]any)[0].(map[string]any)
	equal(t, "unknown field", first["newField"], any("kept"))
	_, qualified := first["qualifier"]
	equal(t, "no field is invented", qualified, false)
}

func TestDomainRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.do(200, "POST", "/custom-domains", map[string]any{"domainName": "a.example"})
	w.do(400, "POST", "/custom-domains", map[string]any{})
	w.do(400, "PUT", "/custom-domains/a.example", map[string]any{"protocol": "FTP"})
	w.do(400, "PUT", "/custom-domains/a.example", map[string]any{"protocol": 1})
	w.do(400, "PUT", "/custom-domains/a.example", map[string]any{"routeConfig": []any{}})
	w.do(404, "PUT", "/custom-domains/b.example", map[string]any{})
	w.do(404, "DELETE", "/custom-domains/b.example", nil)
}
