package fc

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

func version(fields map[string]any) release.Version {
	return release.Version{
		ID: str(fields, "versionId"), Description: str(fields, "description"), Created: str(fields, "createdTime"),
	}
}

func alias(name string, doc release.Document) release.Alias {
	extra := map[string]release.Weight{}
	weights, _ := doc.Fields["additionalVersionWeight"].(map[string]any)
	for v := range weights {
		if f, err := strconv.ParseFloat(str(weights, v), 64); err == nil {
			extra[v] = release.FromFraction(f)
		}
	}
	return release.Alias{
		Name:          name,
		Traffic:       release.NewTraffic(str(doc.Fields, "versionId"), extra),
		Description:   str(doc.Fields, "description"),
		ResolvePolicy: str(doc.Fields, "resolvePolicy"),
		ETag:          doc.ETag,
		Modified:      moment(str(doc.Fields, "lastModifiedTime")),
		Answered:      doc.Answered,
	}
}

// moment reads a time of the API; zero for what is none.
func moment(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func trigger(function string, doc release.Document) release.Trigger {
	return release.Trigger{
		Function: function, Name: str(doc.Fields, "triggerName"), Type: str(doc.Fields, "triggerType"),
		Qualifier: str(doc.Fields, "qualifier"), Document: doc,
	}
}

func domain(doc release.Document) release.Domain {
	d := release.Domain{Name: str(doc.Fields, "domainName"), Document: doc}
	for i, r := range objects(routes(doc)) {
		d.Routes = append(d.Routes, release.Route{
			Index: i, Path: str(r, "path"), Service: str(r, "serviceName"), Function: str(r, "functionName"),
			Qualifier: str(r, "qualifier"),
		})
	}
	return d
}

func routes(doc release.Document) any {
	config, _ := doc.Fields["routeConfig"].(map[string]any)
	return config["routes"]
}

// objects keeps the positions of a list: what is not an object becomes an empty one.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, len(list))
	for i, item := range list {
		out[i], _ = item.(map[string]any)
	}
	return out
}

// str reads a string; a number, which some answers use for version ids, counts as its digits.
func str(fields map[string]any, key string) string {
	switch v := fields[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
