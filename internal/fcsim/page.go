package fcsim

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// page is the part of a list a client asked for. A token wins over a start key; a prefix always counts.
type page struct {
	limit         int
	start, prefix string
}

func parsePage(q url.Values) (page, error) {
	p := page{limit: 20, start: q.Get("startKey"), prefix: q.Get("prefix")}
	if l := q.Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 100 {
			return p, invalid("limit must be a number from 1 to 100, not %q", l)
		}
		p.limit = n
	}
	if token := q.Get("nextToken"); token != "" {
		key, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return p, invalid("nextToken %q is none of this list", token)
		}
		p.start = string(key)
	}
	return p, nil
}

// cut picks the page's keys out of ordered ones and returns the token of the next page, empty at the end.
// precedes tells whether a key lies before the start key in the list's own order.
func (p page) cut(ordered []string, precedes func(key, start string) bool) (keys []string, next string) {
	for _, k := range ordered {
		if !strings.HasPrefix(k, p.prefix) || (p.start != "" && precedes(k, p.start)) {
			continue
		}
		if len(keys) == p.limit {
			return keys, base64.RawURLEncoding.EncodeToString([]byte(k))
		}
		keys = append(keys, k)
	}
	return keys, ""
}

func byName(key, start string) bool { return key < start }
