package release

import (
	"fmt"
	"slices"
	"strings"
)

// Traffic says which versions an alias sends requests to: Main gets what Extra leaves over.
// It mirrors the alias as stored, so {Main: 1, Extra: {2: 100 %}} differs from {Main: 2}.
type Traffic struct {
	Main  string
	Extra map[string]Weight
}

// Share is what one version really receives.
type Share struct {
	Version string `json:"version"`
	Weight  Weight `json:"weight"`
}

// Only sends everything to one version.
func Only(version string) Traffic { return Traffic{Main: version} }

// Split sends the weight to the canary and the rest to the base; a full weight makes the canary the main version.
func Split(base, canary string, w Weight) Traffic {
	if w >= Full {
		return Only(canary)
	}
	if w <= 0 {
		return Only(base)
	}
	return Traffic{Main: base, Extra: map[string]Weight{canary: w}}
}

// NewTraffic drops extra versions that receive nothing.
func NewTraffic(main string, extra map[string]Weight) Traffic {
	t := Traffic{Main: main}
	for v, w := range extra {
		if w == 0 {
			continue
		}
		if t.Extra == nil {
			t.Extra = map[string]Weight{}
		}
		t.Extra[v] = w
	}
	return t
}

// Equal compares what is stored, not only what is served.
func (t Traffic) Equal(o Traffic) bool {
	if t.Main != o.Main || len(t.Extra) != len(o.Extra) {
		return false
	}
	for v, w := range t.Extra {
		if o.Extra[v] != w {
			return false
		}
	}
	return true
}

// Base is the version a release starts from. The form {old, {new: 100 %}} that an older tool leaves means new.
func (t Traffic) Base() string {
	for v, w := range t.Extra {
		if w >= Full {
			return v
		}
	}
	return t.Main
}

// Canary is the version with a share beside the base, and that share; empty without one.
func (t Traffic) Canary() (version string, w Weight) {
	for _, s := range t.Shares() {
		if s.Version != t.Base() && s.Weight < Full {
			return s.Version, s.Weight
		}
	}
	return "", 0
}

// Weight is what the version receives.
func (t Traffic) Weight(version string) Weight {
	for _, s := range t.Shares() {
		if s.Version == version {
			return s.Weight
		}
	}
	return 0
}

// Shares lists the versions that receive something: the main version first, then the others by falling weight.
func (t Traffic) Shares() []Share {
	var extra []Share
	rest := Full
	for v, w := range t.Extra {
		if v == t.Main {
			continue
		}
		extra = append(extra, Share{v, w})
		rest -= w
	}
	slices.SortFunc(extra, func(a, b Share) int {
		if a.Weight != b.Weight {
			return int(b.Weight - a.Weight)
		}
		return strings.Compare(a.Version, b.Version)
	})
	if rest > 0 && t.Main != "" {
		return append([]Share{{t.Main, rest}}, extra...)
	}
	return extra
}

// String is for logs: "version 1 60 %, version 2 40 %".
func (t Traffic) String() string {
	shares := t.Shares()
	if len(shares) == 0 {
		return "no version"
	}
	parts := make([]string, len(shares))
	for i, s := range shares {
		parts[i] = fmt.Sprintf("version %s %s %%", s.Version, s.Weight)
	}
	return strings.Join(parts, ", ")
}
