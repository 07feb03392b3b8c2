package drift

import (
	"encoding/json"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func document(t *testing.T, text string) release.Document {
	t.Helper()
	var d release.Document
	if err := json.Unmarshal([]byte(text), &d.Fields); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

type comparison struct {
	a, b string
	same bool
}

func check(t *testing.T, cases map[string]comparison, compare func(a, b release.Document) bool) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := document(t, c.a), document(t, c.b)
			if got := compare(a, b); got != c.same {
				t.Errorf("same(%s, %s) = %v, want %v", c.a, c.b, got, c.same)
			}
			if got := compare(b, a); got != c.same {
				t.Errorf("the other way round: %v", got)
			}
		})
	}
}

// Reference, 6: what the platform changes by itself is no difference, what is empty counts as absent.
func TestSameService(t *testing.T) {
	t.Parallel()
	check(t, map[string]comparison{
		"identical": {`{"role":"acs:ram::1:role/a"}`, `{"role":"acs:ram::1:role/a"}`, true},
		"volatile": {
			`{"serviceId":"a","serviceName":"shop","createdTime":"1","lastModifiedTime":"2","useSLRAuthentication":true,"vendorConfig":{"x":1}}`,
			`{"serviceId":"b","createdTime":"3","lastModifiedTime":"4"}`, true,
		},
		"a version has the description of its publishing": {`{"description":"the service"}`, `{"description":"release 7"}`, true},
		"vpc role and tunnel": {
			`{"vpcConfig":{"vpcId":"v","vSwitchIds":["a"],"role":"r","anytunnelViaENI":true}}`, `{"vpcConfig":{"vpcId":"v","vSwitchIds":["a"]}}`, true,
		},
		"vpc without id":            {`{"vpcConfig":{"vpcId":"","securityGroupId":"","vSwitchIds":[],"role":"r"}}`, `{}`, true},
		"nas without mount points":  {`{"nasConfig":{"userId":-1,"groupId":-1,"mountPoints":[]}}`, `{"nasConfig":null}`, true},
		"oss without mount points":  {`{"ossMountConfig":{"mountPoints":null}}`, `{}`, true},
		"log without project":       {`{"logConfig":{"project":"","logstore":"","enableRequestMetrics":false}}`, `{}`, true},
		"tracing without type":      {`{"tracingConfig":{"type":null,"params":null}}`, `{"tracingConfig":{}}`, true},
		"another role":              {`{"role":"acs:ram::1:role/a"}`, `{"role":"acs:ram::1:role/b"}`, false},
		"internet access":           {`{"internetAccess":true}`, `{"internetAccess":false}`, false},
		"another vpc":               {`{"vpcConfig":{"vpcId":"v"}}`, `{"vpcConfig":{"vpcId":"w"}}`, false},
		"vpc added":                 {`{"vpcConfig":{"vpcId":"v"}}`, `{}`, false},
		"another log project":       {`{"logConfig":{"project":"p"}}`, `{"logConfig":{"project":"q"}}`, false},
		"mount point added":         {`{"nasConfig":{"userId":1,"mountPoints":[{"serverAddr":"a"}]}}`, `{"nasConfig":{"userId":1,"mountPoints":[]}}`, false},
		"a field nobody knows":      {`{"newField":{"deep":1}}`, `{"newField":{"deep":2}}`, false},
		"an unknown field is empty": {`{"newField":{"deep":[]}}`, `{}`, true},
	}, SameService)
}

func TestSameFunction(t *testing.T) {
	t.Parallel()
	check(t, map[string]comparison{
		"identical": {`{"runtime":"python3","memorySize":512}`, `{"memorySize":512,"runtime":"python3"}`, true},
		"volatile": {
			`{"functionId":"a","functionName":"f","functionArn":"x","codeSize":1,"createdTime":"1","lastModifiedTime":"2","state":"Active","stateReason":"r",
				"stateReasonCode":"c","lastUpdateStatus":"Successful","lastUpdateStatusReason":"r","lastUpdateStatusReasonCode":"c","lockInfo":{"a":1},"resourceGroupId":"g"}`,
			`{"functionId":"b","codeSize":2,"state":"Pending","lastUpdateStatus":"InProgress"}`, true,
		},
		"container image as resolved": {
			`{"customContainerConfig":{"image":"i:1","accelerationInfo":{"status":"Ready"},"resolvedImageUri":"i@sha256:1"}}`,
			`{"customContainerConfig":{"image":"i:1"}}`, true,
		},
		"another image":         {`{"customContainerConfig":{"image":"i:1"}}`, `{"customContainerConfig":{"image":"i:2"}}`, false},
		"empties":               {`{"environmentVariables":{},"customDNS":{"nameServers":null,"searches":[]},"layers":[],"initializer":"","command":null}`, `{}`, true},
		"lifecycle hooks empty": {`{"instanceLifecycleConfig":{"preFreeze":{"handler":""},"preStop":null}}`, `{}`, true},
		"code":                  {`{"codeChecksum":"11051210869376104954"}`, `{"codeChecksum":"11051210869376104955"}`, false},
		"env value":             {`{"environmentVariables":{"A":"1"}}`, `{"environmentVariables":{"A":"2"}}`, false},
		"env added":             {`{"environmentVariables":{"A":"1"}}`, `{}`, false},
		"env renamed":           {`{"environmentVariables":{"A":"1"}}`, `{"environmentVariables":{"B":"1"}}`, false},
		"a description counts":  {`{"description":"a"}`, `{"description":"b"}`, false},
		"memory":                {`{"memorySize":128}`, `{"memorySize":256}`, false},
		"timeout zero is one":   {`{"timeout":0}`, `{"timeout":60}`, false},
		"false is a value":      {`{"disableOndemand":false}`, `{"disableOndemand":true}`, false},
		"order of layers":       {`{"layers":["a","b"]}`, `{"layers":["b","a"]}`, false},
		"a layer less":          {`{"layers":["a","b"]}`, `{"layers":["a"]}`, false},
	}, SameFunction)
}

func TestSameContentComparesTheServiceAndEveryFunction(t *testing.T) {
	t.Parallel()
	content := func(service string, functions map[string]string) release.Content {
		c := release.Content{Service: document(t, service), Functions: map[string]release.Document{}}
		for name, text := range functions {
			c.Functions[name] = document(t, text)
		}
		return c
	}
	base := content(`{"role":"r","description":"x"}`, map[string]string{"a": `{"codeChecksum":"1"}`, "b": `{"codeChecksum":"2"}`})
	for name, c := range map[string]struct {
		other release.Content
		same  bool
	}{
		"same":             {content(`{"role":"r","description":"y"}`, map[string]string{"b": `{"codeChecksum":"2"}`, "a": `{"codeChecksum":"1","codeSize":9}`}), true},
		"service differs":  {content(`{"role":"s"}`, map[string]string{"a": `{"codeChecksum":"1"}`, "b": `{"codeChecksum":"2"}`}), false},
		"function differs": {content(`{"role":"r"}`, map[string]string{"a": `{"codeChecksum":"1"}`, "b": `{"codeChecksum":"3"}`}), false},
		"function added": {
			content(`{"role":"r"}`, map[string]string{"a": `{"codeChecksum":"1"}`, "b": `{"codeChecksum":"2"}`, "c": `{}`}), false,
		},
		"function removed": {content(`{"role":"r"}`, map[string]string{"a": `{"codeChecksum":"1"}`}), false},
		"function renamed": {content(`{"role":"r"}`, map[string]string{"a": `{"codeChecksum":"1"}`, "c": `{"codeChecksum":"2"}`}), false},
	} {
		if got := SameContent(base, c.other); got != c.same {
			t.Errorf("%s: %v", name, got)
		}
		if got := SameContent(c.other, base); got != c.same {
			t.Errorf("%s, the other way round: %v", name, got)
		}
	}
}

// The documents come from the cloud and are used again for updates: comparing must leave them as they are.
func TestComparingLeavesTheDocumentsAlone(t *testing.T) {
	t.Parallel()
	const text = `{"customContainerConfig":{"accelerationInfo":{"status":"Ready"},"image":"i"},"description":"","functionId":"f","logConfig":{"project":""},"vpcConfig":{"role":"r","vpcId":"v"}}`
	d := document(t, text)
	SameService(d, d)
	SameFunction(d, d)
	if got, err := json.Marshal(d.Fields); err != nil || string(got) != text {
		t.Errorf("after comparing: %s, %v", got, err)
	}
}

func TestAnEmptyVariableIsAChange(t *testing.T) {
	t.Parallel()
	if SameFunction(document(t, `{"environmentVariables":{"DEBUG":"","A":"1"}}`), document(t, `{"environmentVariables":{"A":"1"}}`)) {
		t.Error("DEBUG= is not seen")
	}
}
