package fcsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// document is a resource as JSON. Fields the simulator does not know are kept, so that a client which
// drops them on the way (read, edit, write back) is found out.
type document = map[string]any

func decodeDocument(data []byte) (document, error) {
	d := document{}
	if len(bytes.TrimSpace(data)) == 0 {
		return d, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("decode the JSON object: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("decode the JSON object: more data follows it")
	}
	if d == nil { // the body was null
		d = document{}
	}
	return d, nil
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = cloneValue(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = cloneValue(e)
		}
		return out
	}
	return v
}

func cloneDocument(d document) document { return cloneValue(d).(document) }

// without returns a shallow copy that lacks some fields.
func without(d document, fields ...string) document {
	out := make(document, len(d))
	for k, v := range d {
		out[k] = v
	}
	for _, f := range fields {
		delete(out, f)
	}
	return out
}

// assign copies the fields of patch that are not null: a JSON null means "not given".
func assign(d, patch document) {
	for k, v := range patch {
		if v != nil {
			d[k] = cloneValue(v)
		}
	}
}

// withDefaults copies the fields that d lacks or has as null.
func withDefaults(d, defaults document) {
	for k, v := range defaults {
		if d[k] == nil {
			d[k] = cloneValue(v)
		}
	}
}

func text(d document, field string) string {
	s, _ := d[field].(string)
	return s
}

// wantTexts refuses fields that are present but are no strings.
func wantTexts(d document, fields ...string) error {
	for _, f := range fields {
		if v := d[f]; v != nil {
			if _, ok := v.(string); !ok {
				return invalid("%s must be a string", f)
			}
		}
	}
	return nil
}

func wantObjects(d document, fields ...string) error {
	for _, f := range fields {
		if v := d[f]; v != nil {
			if _, ok := v.(map[string]any); !ok {
				return invalid("%s must be an object", f)
			}
		}
	}
	return nil
}

// sameValue compares JSON values; numbers by what they mean, because 0.10 and 0.1 are no change.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, sameValue)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameValue)
	}
	x, xIsNumber := number(a)
	y, yIsNumber := number(b)
	if xIsNumber || yIsNumber {
		return xIsNumber && yIsNumber && x == y
	}
	switch b.(type) {
	case map[string]any, []any: // these cannot be compared with ==
		return false
	}
	return a == b
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}
