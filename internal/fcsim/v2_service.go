package fcsim

import (
	"maps"
	"net/http"
	"strings"
)

func listServices(c *call) (*reply, error) {
	q := c.url.Query()
	p, err := parsePage(q)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for k := range q {
		if tag, ok := strings.CutPrefix(k, "tag_"); ok {
			tags[tag] = q.Get(k)
		}
	}
	return listed("services", c.sim.store.listServices(p, tags), nil)
}

func createService(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.createService(body))
}

func getService(c *call) (*reply, error) {
	return resource(c.sim.store.getService(c.service(), c.reads()))
}

func updateService(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return resource(c.sim.store.updateService(c.service(), c.ifMatch(), body))
}

func deleteService(c *call) (*reply, error) {
	return gone(c.sim.store.deleteService(c.service(), c.ifMatch()))
}

func listVersions(c *call) (*reply, error) {
	q := c.url.Query()
	p, err := parsePage(q)
	if err != nil {
		return nil, err
	}
	direction := orDefault(q.Get("direction"), "BACKWARD")
	if direction != "BACKWARD" && direction != "FORWARD" {
		return nil, invalid("direction must be BACKWARD or FORWARD, not %q", direction)
	}
	l, err := c.sim.store.listVersions(c.service(), p, direction == "FORWARD")
	return listed("versions", l, err)
}

func publishVersion(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	return plain(c.sim.store.publish(c.service(), c.ifMatch(), body, c.quirks))
}

func deleteVersion(c *call) (*reply, error) {
	return gone(c.sim.store.deleteVersion(c.service(), c.vars["version"]))
}

func getTags(c *call) (*reply, error) {
	arn := c.url.Query().Get("resourceArn")
	tags, err := c.sim.store.editTags(arn, func(map[string]string) {})
	return plain(document{"resourceArn": arn, "tags": tags}, err)
}

func tagResource(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	given, ok := body["tags"].(map[string]any)
	if !ok {
		return nil, invalid("tags must be an object")
	}
	add := map[string]string{}
	for k, v := range given {
		if add[k], ok = v.(string); !ok {
			return nil, invalid("the tag %q must be a string", k)
		}
	}
	_, err = c.sim.store.editTags(text(body, "resourceArn"), func(tags map[string]string) { maps.Copy(tags, add) })
	return plain(document{"requestId": c.requestID}, err)
}

func untagResource(c *call) (*reply, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	keys, _ := body["tagKeys"].([]any)
	all, _ := body["all"].(bool)
	_, err = c.sim.store.editTags(text(body, "resourceArn"), func(tags map[string]string) {
		if all {
			clear(tags)
		}
		for _, k := range keys {
			if k, ok := k.(string); ok {
				delete(tags, k)
			}
		}
	})
	return plain(document{"requestId": c.requestID}, err)
}

func getAccountSettings(c *call) (*reply, error) {
	return jsonReply(http.StatusOK, document{"availableAZs": []string{c.sim.region + "-c"}, "defaultRole": ""}), nil
}
