package fcsim

import (
	"net/http"
	"strings"
)

// v2 is Function Compute 2.0: functions live in services, and services are what gets published. The older
// API version differs in its error fields and in what an alias may weigh.
type v2 struct{ older bool }

type route struct {
	method  string
	pattern string // {name} segments become variables
	op      operation
}

var v2Routes = []route{
	{"GET", "services", operation{"ListServices", listServices}},
	{"POST", "services", operation{"CreateService", createService}},
	{"GET", "services/{service}", operation{"GetService", getService}},
	{"PUT", "services/{service}", operation{"UpdateService", updateService}},
	{"DELETE", "services/{service}", operation{"DeleteService", deleteService}},

	{"GET", "services/{service}/versions", operation{"ListServiceVersions", listVersions}},
	{"POST", "services/{service}/versions", operation{"PublishServiceVersion", publishVersion}},
	{"DELETE", "services/{service}/versions/{version}", operation{"DeleteServiceVersion", deleteVersion}},

	{"GET", "services/{service}/aliases", operation{"ListAliases", listAliases}},
	{"POST", "services/{service}/aliases", operation{"CreateAlias", createAlias}},
	{"GET", "services/{service}/aliases/{alias}", operation{"GetAlias", getAlias}},
	{"PUT", "services/{service}/aliases/{alias}", operation{"UpdateAlias", updateAlias}},
	{"DELETE", "services/{service}/aliases/{alias}", operation{"DeleteAlias", deleteAlias}},

	{"GET", "services/{service}/functions", operation{"ListFunctions", listFunctions}},
	{"POST", "services/{service}/functions", operation{"CreateFunction", createFunction}},
	{"GET", "services/{service}/functions/{function}", operation{"GetFunction", getFunction}},
	{"PUT", "services/{service}/functions/{function}", operation{"UpdateFunction", updateFunction}},
	{"DELETE", "services/{service}/functions/{function}", operation{"DeleteFunction", deleteFunction}},
	{"GET", "services/{service}/functions/{function}/code", operation{"GetFunctionCode", getFunctionCode}},
	{"POST", "services/{service}/functions/{function}/invocations", operation{"InvokeFunction", invokeFunction}},

	{"GET", "services/{service}/functions/{function}/triggers", operation{"ListTriggers", listTriggers}},
	{"POST", "services/{service}/functions/{function}/triggers", operation{"CreateTrigger", createTrigger}},
	{"GET", "services/{service}/functions/{function}/triggers/{trigger}", operation{"GetTrigger", getTrigger}},
	{"PUT", "services/{service}/functions/{function}/triggers/{trigger}", operation{"UpdateTrigger", updateTrigger}},
	{"DELETE", "services/{service}/functions/{function}/triggers/{trigger}", operation{"DeleteTrigger", deleteTrigger}},

	{"GET", "custom-domains", operation{"ListCustomDomains", listDomains}},
	{"POST", "custom-domains", operation{"CreateCustomDomain", createDomain}},
	{"GET", "custom-domains/{domain}", operation{"GetCustomDomain", getDomain}},
	{"PUT", "custom-domains/{domain}", operation{"UpdateCustomDomain", updateDomain}},
	{"DELETE", "custom-domains/{domain}", operation{"DeleteCustomDomain", deleteDomain}},

	{"GET", "tag", operation{"GetResourceTags", getTags}},
	{"POST", "tag", operation{"TagResource", tagResource}},
	{"PUT", "tag", operation{"UntagResource", untagResource}},
	{"DELETE", "tag", operation{"UntagResource", untagResource}}, // older clients
	{"GET", "account-settings", operation{"GetAccountSettings", getAccountSettings}},
}

func (v2) route(method string, segments []string) (operation, map[string]string, bool) {
	for _, r := range v2Routes {
		if r.method != method {
			continue
		}
		if vars, ok := matchSegments(r.pattern, segments); ok {
			return r.op, vars, true
		}
	}
	return operation{}, nil, false
}

func (v2) operations() []string {
	names := make([]string, len(v2Routes))
	for i, r := range v2Routes {
		names[i] = r.op.name
	}
	return names
}

func matchSegments(pattern string, segments []string) (map[string]string, bool) {
	want := strings.Split(pattern, "/")
	if len(want) != len(segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{") && segments[i] != "":
			vars[strings.Trim(w, "{}")] = segments[i]
		case w != segments[i]:
			return nil, false
		}
	}
	return vars, true
}

func (d v2) errorBody(e *apiError, requestID string, q Quirks) any {
	if d.older || q.CapitalErrors {
		return map[string]string{"ErrorCode": e.code, "ErrorMessage": e.message, "RequestId": requestID}
	}
	return map[string]string{"errorCode": e.code, "errorMessage": e.message, "requestId": requestID}
}

// json reads the request body, which every operation with one wants as an object.
func (c *call) json() (document, error) {
	d, err := decodeDocument(c.body)
	if err != nil {
		return nil, invalid("the request body must be a JSON object: %v", err)
	}
	return d, nil
}

// service splits the qualifier off a service segment NAME.QUALIFIER.
func (c *call) service() string {
	name, _, _ := strings.Cut(c.vars["service"], ".")
	return name
}

// qualifier is taken from the query or, in the older spelling, from the path.
func (c *call) qualifier() string {
	if q := c.url.Query().Get("qualifier"); q != "" {
		return q
	}
	_, q, _ := strings.Cut(c.vars["service"], ".")
	return q
}

func (c *call) reads() qualifier {
	return qualifier{name: c.qualifier(), noAliases: c.quirks.NoQualifierAlias}
}

func (c *call) ifMatch() string {
	if c.quirks.ignoresIfMatch() {
		return ""
	}
	return c.header.Get("If-Match")
}

func resource(r result, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	rep := jsonReply(http.StatusOK, r.doc)
	rep.header.Set("ETag", r.etag)
	return rep, nil
}

func plain(d document, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	return jsonReply(http.StatusOK, d), nil
}

func gone(err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	return &reply{status: http.StatusNoContent, header: http.Header{}}, nil
}

// listed encodes a page; the last one has no nextToken at all.
func listed(field string, l list, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	body := document{field: l.items}
	if l.next != "" {
		body["nextToken"] = l.next
	}
	return jsonReply(http.StatusOK, body), nil
}
