package fcsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Do runs an API request inside the process, ahead of signatures, quirks, latency, faults, hooks and the log: the
// way to set a scene, to act as somebody else and to look at the truth. A path without an API version means the
// current one. The body is marshalled as JSON unless it is nil, a string or bytes. An answer that is no JSON object
// comes back under the key "text"; numbers are json.Number. A path or body that cannot be a request at all panics.
func (s *Simulator) Do(method, path string, body any, headers map[string]string) (int, http.Header, map[string]any) {
	data, err := bodyBytes(body)
	if err != nil {
		panic("fcsim: do: " + err.Error())
	}
	u, err := url.Parse(path)
	if err != nil {
		panic("fcsim: do: " + err.Error())
	}
	h := http.Header{}
	for k, v := range headers {
		h.Set(k, v)
	}
	r := s.direct(method, u, h, data).apply()
	doc, err := decodeDocument(r.body)
	if err != nil {
		doc = map[string]any{"text": string(r.body)}
	}
	return r.status, r.header, doc
}

// direct makes a call that nothing stands in the way of.
func (s *Simulator) direct(method string, u *url.URL, h http.Header, body []byte) *call {
	if first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/"); dialects[first] == nil {
		escaped := "/" + currentVersion + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
		if v, err := url.Parse(escaped); err == nil {
			v.RawQuery = u.RawQuery
			u = v
		}
	}
	c := s.newCall(method, u, h, body)
	c.requestID = s.requests.nextID()
	return c
}

func bodyBytes(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return b, nil
	case string:
		return []byte(b), nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("marshal the body: %w", err)
	}
	return data, nil
}
