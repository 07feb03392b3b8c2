package config

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Limits of the plans input.
const (
	maxPlansText   = 64 << 10
	maxPlansStages = 1000
)

func (p *parser) plans() []plan.Stage {
	text := p.get("plans")
	if text == "" {
		p.fail("plans", "required for strategy canaryPlans; want steps such as 10:5m, 30:10m")
		return nil
	}
	stages, err := parsePlans(text, p.get("interval"))
	if err == nil {
		err = plan.CheckPlans(stages)
	}
	if err != nil {
		p.fail("plans", err.Error())
		return nil
	}
	return stages
}

// parsePlans reads "10:5m, 30:10m" or a YAML or JSON list. An interval that a step lacks is the given one.
func parsePlans(text, interval string) ([]plan.Stage, error) {
	if len(text) > maxPlansText {
		return nil, fmt.Errorf("larger than %d KiB", maxPlansText>>10)
	}
	var pairs [][2]string
	var err error
	if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "-") {
		pairs, err = listedPlans(text)
	} else {
		pairs = compactPlans(text)
	}
	if err != nil {
		return nil, err
	}
	if len(pairs) > maxPlansStages {
		return nil, fmt.Errorf("more than %d steps", maxPlansStages)
	}
	stages := make([]plan.Stage, len(pairs))
	for i, pair := range pairs {
		if stages[i], err = stage(pair[0], pair[1], interval); err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return stages, nil
}

func compactPlans(text string) (pairs [][2]string) {
	for part := range strings.SplitSeq(text, ",") {
		w, d, _ := strings.Cut(part, ":")
		pairs = append(pairs, [2]string{strings.TrimSpace(w), strings.TrimSpace(d)})
	}
	return pairs
}

// listedPlans decodes by nodes, so that a misspelt or repeated key is an error and numbers keep their text.
func listedPlans(text string) (pairs [][2]string, err error) {
	const form = "want a list of {weight, interval}"
	var doc yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", form, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s, and nothing behind it", form)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s", form)
	}
	for i, item := range doc.Content[0].Content {
		if item.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("step %d (line %d): %s", i+1, item.Line, form)
		}
		var pair [2]string
		var seen [2]bool
		for k := 0; k+1 < len(item.Content); k += 2 {
			key, value := item.Content[k], item.Content[k+1]
			n := map[string]int{"weight": 0, "interval": 1}
			at, known := n[key.Value]
			if !known || value.Kind != yaml.ScalarNode || seen[at] {
				return nil, fmt.Errorf("step %d (line %d): %s is unknown, repeated or no plain value; %s", i+1, key.Line, clipped(key.Value), form)
			}
			pair[at], seen[at] = value.Value, true
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

func stage(weight, interval, otherwise string) (plan.Stage, error) {
	w, err := release.ParseWeight(weight)
	if err != nil {
		return plan.Stage{}, fmt.Errorf("weight %q: %w", clipped(weight), err)
	}
	last := w == release.Full // nothing follows it
	if last && interval == "" {
		return plan.Stage{Weight: w}, nil
	}
	if interval == "" {
		interval = otherwise
	}
	if strings.EqualFold(strings.TrimSpace(interval), plan.ApproveWord) {
		return plan.Stage{Weight: w, Approve: true}, nil
	}
	d, ok := parseInterval(interval)
	if !ok || interval == "" || d > longest {
		return plan.Stage{}, fmt.Errorf("interval %q: want a duration such as 30s or 10m (a bare number is minutes), at most %s, or approve", clipped(interval), short(longest))
	}
	return plan.Stage{Weight: w, Interval: d}, nil
}
