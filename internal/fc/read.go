package fc

import (
	"context"
	"slices"

	fcopen "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// pageSize is the largest page that the list operations give.
const pageSize = 100

// maxPages bounds a listing, so that a broken nextToken cannot loop for ever.
const maxPages = 100

// eventBridge makes triggers of type eventbridge visible (reference: triggers).
var eventBridge = map[string]string{"x-fc-enable-eventbridge-trigger": "enable"}

// common copies headers into the SDK's form.
func common(headers map[string]string) map[string]*string {
	out := map[string]*string{}
	for key, v := range headers {
		out[key] = tea.String(v)
	}
	return out
}

// Service reads a service's configuration; qualifier is a version, an alias, or empty for LATEST.
func (c *V2) Service(ctx context.Context, service, qualifier string) (release.Document, error) {
	op := operation{name: "GetService", identity: "serviceName", resource: qualified("service "+service, qualifier)}
	return c.read(ctx, op, func(k *fcopen.Client) error {
		_, err := k.GetServiceWithOptions(&service, &fcopen.GetServiceRequest{Qualifier: optional(qualifier)},
			&fcopen.GetServiceHeaders{}, &util.RuntimeOptions{})
		return err
	})
}

// Function reads a function's configuration and code checksum.
func (c *V2) Function(ctx context.Context, service, function, qualifier string) (release.Document, error) {
	op := operation{name: "GetFunction", identity: "functionName", resource: qualified("function "+function+" of service "+service, qualifier)}
	return c.read(ctx, op, func(k *fcopen.Client) error {
		_, err := k.GetFunctionWithOptions(&service, &function, &fcopen.GetFunctionRequest{Qualifier: optional(qualifier)},
			&fcopen.GetFunctionHeaders{}, &util.RuntimeOptions{})
		return err
	})
}

// FunctionNames lists the functions of a service as the qualifier holds them.
func (c *V2) FunctionNames(ctx context.Context, service, qualifier string) (names []string, err error) {
	op := operation{name: "ListFunctions", resource: qualified("service "+service, qualifier)}
	err = c.pages(ctx, op, "functions", func(k *fcopen.Client, token *string) error {
		_, err := k.ListFunctionsWithOptions(&service, &fcopen.ListFunctionsRequest{
			Limit: tea.Int32(pageSize), NextToken: token, Qualifier: optional(qualifier),
		}, &fcopen.ListFunctionsHeaders{}, &util.RuntimeOptions{})
		return err
	}, func(fields map[string]any) { names = append(names, str(fields, "functionName")) })
	return names, err
}

// Versions lists versions, newest first: the newest hundred, or all of them where the listing does not begin with the
// newest as it was asked to.
func (c *V2) Versions(ctx context.Context, service string) (versions []release.Version, err error) {
	op := operation{name: "ListServiceVersions", resource: "service " + service}
	err = c.pagesUntil(ctx, op, "versions", func(k *fcopen.Client, token *string) error {
		_, err := k.ListServiceVersionsWithOptions(&service, &fcopen.ListServiceVersionsRequest{
			Limit: tea.Int32(pageSize), Direction: tea.String("BACKWARD"), NextToken: token,
		}, &fcopen.ListServiceVersionsHeaders{}, &util.RuntimeOptions{})
		return err
	}, func(fields map[string]any) { versions = append(versions, version(fields)) },
		func() bool { return descending(versions) })
	slices.SortFunc(versions, func(a, b release.Version) int { return release.CompareIDs(b.ID, a.ID) })
	return versions, err
}

// descending tells whether a listing is seen to run from the newest to older ones. One version alone shows nothing.
func descending(versions []release.Version) bool {
	if len(versions) < 2 {
		return false
	}
	return slices.IsSortedFunc(versions, func(a, b release.Version) int { return release.CompareIDs(b.ID, a.ID) })
}

// Alias reads an alias.
func (c *V2) Alias(ctx context.Context, service, name string) (release.Alias, error) {
	op := operation{name: "GetAlias", identity: "versionId", resource: "alias " + name + " of service " + service}
	doc, err := c.read(ctx, op, func(k *fcopen.Client) error {
		_, err := k.GetAliasWithOptions(&service, &name, &fcopen.GetAliasHeaders{}, &util.RuntimeOptions{})
		return err
	})
	if err != nil {
		return release.Alias{}, err
	}
	return alias(name, doc), nil
}

// Triggers lists all triggers of a function. The documents have no ETag; Trigger reads one with it.
func (c *V2) Triggers(ctx context.Context, service, function string) (triggers []release.Trigger, err error) {
	op := operation{name: "ListTriggers", resource: "function " + function + " of service " + service}
	err = c.pages(ctx, op, "triggers", func(k *fcopen.Client, token *string) error {
		_, err := k.ListTriggersWithOptions(&service, &function, &fcopen.ListTriggersRequest{
			Limit: tea.Int32(pageSize), NextToken: token,
		}, &fcopen.ListTriggersHeaders{CommonHeaders: common(eventBridge)}, &util.RuntimeOptions{})
		return err
	}, func(fields map[string]any) {
		triggers = append(triggers, trigger(function, release.Document{Fields: fields}))
	})
	return triggers, err
}

// Trigger reads one trigger.
func (c *V2) Trigger(ctx context.Context, service, function, name string) (release.Trigger, error) {
	op := operation{name: "GetTrigger", identity: "triggerName", resource: "trigger " + name + " of function " + function}
	doc, err := c.read(ctx, op, func(k *fcopen.Client) error {
		_, err := k.GetTriggerWithOptions(&service, &function, &name,
			&fcopen.GetTriggerHeaders{CommonHeaders: common(eventBridge)}, &util.RuntimeOptions{})
		return err
	})
	if err != nil {
		return release.Trigger{}, err
	}
	return trigger(function, doc), nil
}

// Domains lists the account's custom domains in the region.
func (c *V2) Domains(ctx context.Context) (domains []release.Domain, err error) {
	op := operation{name: "ListCustomDomains", resource: "account"}
	err = c.pages(ctx, op, "customDomains", func(k *fcopen.Client, token *string) error {
		_, err := k.ListCustomDomainsWithOptions(&fcopen.ListCustomDomainsRequest{
			Limit: tea.Int32(pageSize), NextToken: token,
		}, &fcopen.ListCustomDomainsHeaders{}, &util.RuntimeOptions{})
		return err
	}, func(fields map[string]any) { domains = append(domains, domain(release.Document{Fields: fields})) })
	return domains, err
}

// Domain reads one custom domain.
func (c *V2) Domain(ctx context.Context, name string) (release.Domain, error) {
	op := operation{name: "GetCustomDomain", identity: "domainName", resource: "custom domain " + name}
	doc, err := c.read(ctx, op, func(k *fcopen.Client) error {
		_, err := k.GetCustomDomainWithOptions(&name, &fcopen.GetCustomDomainHeaders{}, &util.RuntimeOptions{})
		return err
	})
	if err != nil {
		return release.Domain{}, err
	}
	return domain(doc), nil
}

// pages walks a listing; each page depends on the token of the one before.
func (c *V2) pages(ctx context.Context, op operation, key string,
	call func(k *fcopen.Client, token *string) error, each func(map[string]any),
) error {
	return c.pagesUntil(ctx, op, key, call, each, func() bool { return false })
}

// pagesUntil stops early when enough was seen.
func (c *V2) pagesUntil(ctx context.Context, op operation, key string,
	call func(k *fcopen.Client, token *string) error, each func(map[string]any), enough func() bool,
) error {
	token := ""
	for range maxPages {
		doc, err := c.read(ctx, op, func(k *fcopen.Client) error { return call(k, optional(token)) })
		if err != nil {
			return err
		}
		for _, fields := range objects(doc.Fields[key]) {
			each(fields)
		}
		if token = str(doc.Fields, "nextToken"); token == "" || enough() {
			return nil
		}
	}
	return &release.APIError{Op: op.name, Resource: op.resource, Message: "the listing does not end"}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func qualified(resource, qualifier string) string {
	if qualifier == "" {
		return resource
	}
	return resource + " at " + qualifier
}
