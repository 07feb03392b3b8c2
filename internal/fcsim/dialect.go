package fcsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// dialect is one generation of the API: which operation a request means and how errors look. A further generation
// (functions without services, say) is one more implementation over the same store.
type dialect interface {
	// route finds the operation for a method and the unescaped path segments below the API version.
	route(method string, segments []string) (operation, map[string]string, bool)
	errorBody(e *apiError, requestID string, q Quirks) any
	operations() []string
}

func knownOperation(name string) bool {
	for _, d := range dialects {
		if slices.Contains(d.operations(), name) {
			return true
		}
	}
	return false
}

// dialects are the API versions served, by the first path segment.
var dialects = map[string]dialect{
	currentVersion: v2{},
	olderVersion:   v2{older: true},
}

const (
	currentVersion = "2021-04-06"
	olderVersion   = "2016-08-15"
)

// operation is a named API call; the name is the one of the API reference.
type operation struct {
	name   string
	handle func(*call) (*reply, error)
}

// call is one request on its way to the store, whether it came over the network or from inside the process.
type call struct {
	sim        *Simulator
	apiVersion string
	dialect    dialect
	op         operation
	method     string
	path       string // as sent, with the query
	url        *url.URL
	header     http.Header
	host       string
	scheme     string
	body       []byte
	vars       map[string]string
	quirks     Quirks
	requestID  string
	refused    *apiError // set when the request cannot be served at all
}

// reply is an answer ahead of the wire.
type reply struct {
	status int
	header http.Header
	body   []byte
	code   string // the error code, for the log
}

// newCall finds the operation of a request; what cannot be served at all is marked as refused.
func (s *Simulator) newCall(method string, u *url.URL, header http.Header, body []byte) *call {
	c := &call{
		sim: s, method: method, path: u.RequestURI(), url: u, header: header, body: body, host: "localhost", scheme: "http",
		dialect: dialects[currentVersion], apiVersion: currentVersion,
	}
	version, rest, _ := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	d, ok := dialects[version]
	if !ok {
		c.refused = fail(http.StatusBadRequest, "PathNotSupported",
			"the path %s does not start with a supported API version: %s or %s", u.Path, currentVersion, olderVersion)
		return c
	}
	c.dialect, c.apiVersion = d, version
	segments, err := unescapeAll(strings.Split(rest, "/"))
	if err == nil {
		c.op, c.vars, ok = d.route(method, segments)
	}
	if err != nil || !ok {
		c.refused = fail(http.StatusBadRequest, "PathNotSupported", "there is no operation %s %s", method, u.Path)
	}
	return c
}

func unescapeAll(segments []string) ([]string, error) {
	out := make([]string, len(segments))
	for i, s := range segments {
		var err error
		if out[i], err = url.PathUnescape(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// apply lets the request take effect.
func (c *call) apply() *reply {
	if c.refused != nil {
		return c.errorReply(c.refused)
	}
	r, err := c.op.handle(c)
	if err != nil {
		return c.errorReply(asAPIError(err))
	}
	r.header.Set("X-Fc-Request-Id", c.requestID)
	if c.quirks.NoETag {
		r.header.Del("ETag")
	}
	return r
}

func (c *call) errorReply(e *apiError) *reply {
	r := jsonReply(e.status, c.dialect.errorBody(e, c.requestID, c.quirks))
	switch {
	case c.quirks.EmptyErrorBodies:
		r.body = nil
		r.header.Del("Content-Type")
	case c.quirks.HTMLErrors:
		r.body = []byte("<html><head><title>Error</title></head><body><h1>" + http.StatusText(e.status) + "</h1></body></html>\n")
		r.header.Set("Content-Type", "text/html; charset=utf-8")
	}
	r.code = e.code
	r.header.Set("X-Fc-Request-Id", c.requestID)
	return r
}

func jsonReply(status int, v any) *reply {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{}`)
	}
	return &reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}
