package fc

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fcopen "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	openapiutil "github.com/alibabacloud-go/openapi-util/service"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Publish makes a version of what LATEST holds. An error wraps release.ErrNoChange when the service sees nothing new.
func (c *V2) Publish(ctx context.Context, service, description string) (release.Version, error) {
	op := operation{name: "PublishServiceVersion", resource: "service " + service, write: true}
	doc, err := c.once(ctx, op, func(k *fcopen.Client) error {
		_, err := k.PublishServiceVersionWithOptions(&service,
			&fcopen.PublishServiceVersionRequest{Description: optional(description)},
			&fcopen.PublishServiceVersionHeaders{}, &util.RuntimeOptions{})
		return err
	})
	if err != nil {
		return release.Version{}, err
	}
	v := version(doc.Fields)
	if v.ID == "" {
		return v, &release.APIError{Op: op.name, Resource: op.resource, Message: "the answer names no versionId", Retryable: true, Unknown: true}
	}
	return v, nil
}

// CreateAlias makes an alias with the traffic and description.
func (c *V2) CreateAlias(ctx context.Context, service string, a release.Alias) (release.Alias, error) {
	op := operation{name: "CreateAlias", resource: "alias " + a.Name + " of service " + service, write: true}
	doc, err := c.once(ctx, op, func(k *fcopen.Client) error {
		_, err := k.CreateAliasWithOptions(&service, &fcopen.CreateAliasRequest{
			AliasName: &a.Name, Description: optional(a.Description), VersionId: &a.Traffic.Main, AdditionalVersionWeight: weights(a.Traffic),
		}, &fcopen.CreateAliasHeaders{}, &util.RuntimeOptions{})
		return err
	})
	return alias(a.Name, doc), err
}

// UpdateAlias sets traffic and description. The update is partial, so main version and weights are both always sent: an
// omitted map would leave an old canary's share. With an ETag the service refuses when somebody was faster (status 412).
func (c *V2) UpdateAlias(ctx context.Context, service string, a release.Alias) (release.Alias, error) {
	op := operation{name: "UpdateAlias", resource: "alias " + a.Name + " of service " + service, write: true}
	doc, err := c.once(ctx, op, func(k *fcopen.Client) error {
		_, err := k.UpdateAliasWithOptions(&service, &a.Name, &fcopen.UpdateAliasRequest{
			VersionId: &a.Traffic.Main, AdditionalVersionWeight: weights(a.Traffic), Description: optional(a.Description),
		}, &fcopen.UpdateAliasHeaders{IfMatch: optional(a.ETag)}, &util.RuntimeOptions{})
		return err
	})
	return alias(a.Name, doc), err
}

// weights is never nil: the SDK leaves a nil map out.
func weights(t release.Traffic) map[string]*float32 {
	out := map[string]*float32{}
	for v, w := range t.Extra {
		out[v] = tea.Float32(float32(w.Fraction()))
	}
	return out
}

// PointTrigger sets the qualifier of a trigger as it was read. The other settings are sent along unchanged, because it is
// not documented whether an omitted one stays.
func (c *V2) PointTrigger(ctx context.Context, service string, t release.Trigger, qualifier string) (release.Trigger, error) {
	body := map[string]any{"qualifier": qualifier}
	for _, key := range []string{"description", "invocationRole", "triggerConfig"} {
		if v := t.Document.Fields[key]; v != nil {
			body[key] = v
		}
	}
	headers := common(eventBridge)
	if t.Document.ETag != "" {
		headers["If-Match"] = tea.String(t.Document.ETag)
	}
	op := operation{name: "UpdateTrigger", resource: "trigger " + t.Name + " of function " + t.Function, write: true}
	path := "/services/" + escape(service) + "/functions/" + escape(t.Function) + "/triggers/" + escape(t.Name)
	doc, err := c.put(ctx, op, path, headers, body)
	return trigger(t.Function, doc), err
}

// PointRoutes sets the qualifier of some routes of a domain as it was read and sends the whole list, because the API
// replaces it; every field of every route goes back as it came. certConfig stays out: its key is never returned.
func (c *V2) PointRoutes(ctx context.Context, d release.Domain, indexes []int, qualifier string) (release.Domain, error) {
	config, _ := d.Document.Fields["routeConfig"].(map[string]any)
	config = maps.Clone(config)
	list, _ := config["routes"].([]any)
	list = slices.Clone(list)
	for _, i := range indexes {
		route, _ := list[i].(map[string]any)
		route = maps.Clone(route)
		route["qualifier"] = qualifier
		list[i] = route
	}
	config["routes"] = list
	body := map[string]any{"routeConfig": config}
	if protocol := str(d.Document.Fields, "protocol"); protocol != "" {
		body["protocol"] = protocol
	}
	op := operation{name: "UpdateCustomDomain", resource: "custom domain " + d.Name, write: true}
	doc, err := c.put(ctx, op, "/custom-domains/"+escape(d.Name), nil, body)
	return domain(doc), err
}

// put uses the SDK's generic call, because its typed requests drop fields that they do not know.
func (c *V2) put(ctx context.Context, op operation, path string, headers map[string]*string, body map[string]any) (release.Document, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return release.Document{}, &release.APIError{Op: op.name, Resource: op.resource, Err: err}
	}
	if headers == nil {
		headers = map[string]*string{}
	}
	headers["content-type"] = tea.String("application/json; charset=utf-8")
	return c.once(ctx, op, func(k *fcopen.Client) error {
		_, err := k.CallApi(&openapi.Params{
			Action: &op.name, Version: tea.String("2021-04-06"), Protocol: tea.String("HTTPS"),
			Pathname: tea.String("/2021-04-06" + path), Method: tea.String("PUT"), AuthType: tea.String("AK"),
			Style: tea.String("ROA"), ReqBodyType: tea.String("byte"), BodyType: tea.String("json"),
		}, &openapi.OpenApiRequest{Headers: headers, Body: text}, &util.RuntimeOptions{})
		return err
	})
}

func escape(s string) string { return tea.StringValue(openapiutil.GetEncodeParam(&s)) }
