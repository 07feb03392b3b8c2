// Package drift compares states of a service: field by field, without what the platform changes by itself. It is pure.
package drift

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Fields that differ between LATEST and a version, or between two reads, although nobody changed anything
// (reference: fields that drift must ignore). The description of a version is the one given when it was published.
var (
	volatileService = []string{
		"serviceId", "serviceName", "vendorConfig", "createdTime", "lastModifiedTime", "useSLRAuthentication",
		"description",
	}
	volatileFunction = []string{
		"functionId", "functionName", "functionArn", "codeSize", "createdTime", "lastModifiedTime",
		"state", "stateReason", "stateReasonCode", "lastUpdateStatus", "lastUpdateStatusReason",
		"lastUpdateStatusReasonCode", "lockInfo", "resourceGroupId",
	}
)

// meaningless says which configuration is the same as none while its deciding field is empty.
var meaningless = map[string]string{
	"nasConfig": "mountPoints", "ossMountConfig": "mountPoints", "vpcConfig": "vpcId", "logConfig": "project",
	"tracingConfig": "type",
}

// SameContent tells whether two states of a service hold the same configuration and the same functions.
func SameContent(a, b release.Content) bool {
	if !SameService(a.Service, b.Service) || len(a.Functions) != len(b.Functions) {
		return false
	}
	for name, f := range a.Functions {
		g, ok := b.Functions[name]
		if !ok || !SameFunction(f, g) {
			return false
		}
	}
	return true
}

// Digest is a short hash of what SameContent compares.
func Digest(c release.Content) string {
	h := sha256.New()
	write := func(name string, d release.Document, volatile []string) {
		text, _ := json.Marshal(normal(d.Fields, volatile)) // what came as JSON goes as JSON
		_, _ = fmt.Fprintf(h, "%q %s\n", name, text)
	}
	write("", c.Service, volatileService)
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		write(name, c.Functions[name], volatileFunction)
	}
	return hex.EncodeToString(h.Sum(nil))[:10]
}

// SameService compares two states of a service's own configuration.
func SameService(a, b release.Document) bool { return same(a, b, volatileService) }

// SameFunction compares two states of a function, its code by checksum.
func SameFunction(a, b release.Document) bool { return same(a, b, volatileFunction) }

func same(a, b release.Document, volatile []string) bool {
	x, errX := json.Marshal(normal(a.Fields, volatile))
	y, errY := json.Marshal(normal(b.Fields, volatile))
	return errX == nil && errY == nil && string(x) == string(y)
}

func normal(fields map[string]any, volatile []string) map[string]any {
	out := maps.Clone(fields)
	for _, key := range volatile {
		delete(out, key)
	}
	for key, decider := range meaningless {
		if config, ok := out[key].(map[string]any); ok && empty(config[decider]) {
			delete(out, key)
		}
	}
	if vpc, ok := out["vpcConfig"].(map[string]any); ok {
		vpc = maps.Clone(vpc)
		delete(vpc, "role")
		delete(vpc, "anytunnelViaENI")
		out["vpcConfig"] = vpc
	}
	if image, ok := out["customContainerConfig"].(map[string]any); ok {
		image = maps.Clone(image)
		delete(image, "accelerationInfo")
		delete(image, "resolvedImageUri")
		out["customContainerConfig"] = image
	}
	pruned, _ := prune(out).(map[string]any)
	return pruned
}

// prune drops what is empty at any depth: the API returns absent fields as null, "", {} or [] or not at all.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			// A variable that is set to nothing is set.
			if key != "environmentVariables" {
				item = prune(item)
			}
			if !empty(item) {
				out[key] = item
			}
		}
		return out
	case []any:
		out := slices.Clone(v)
		for i := range out {
			out[i] = prune(out[i])
		}
		return out
	}
	return v
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
