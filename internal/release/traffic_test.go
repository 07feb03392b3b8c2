package release

import (
	"slices"
	"testing"
)

func split(main, extra string, w Weight) Traffic {
	return Traffic{Main: main, Extra: map[string]Weight{extra: w}}
}

// The predecessor leaves {1, {2: 100 %}}; the base of the next release is 2 (rule 1).
func TestBaseReadsTheLegacyFormAsTheNewVersion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		traffic Traffic
		want    string
	}{
		"plain":    {Only("3"), "3"},
		"canary":   {split("1", "2", 20_00), "1"},
		"nearly":   {split("1", "2", 99_99), "1"},
		"legacy":   {split("1", "2", Full), "2"},
		"no alias": {Traffic{}, ""},
	} {
		if got := c.traffic.Base(); got != c.want {
			t.Errorf("%s: base of %s = %q, want %q", name, c.traffic, got, c.want)
		}
	}
}

func TestSplitAtFullWeightIsTheVersionAlone(t *testing.T) {
	t.Parallel()
	if got := Split("1", "2", Full); got.Main != "2" || got.Extra != nil {
		t.Errorf("Split at 100 %% = %#v, want version 2 with no extra weight", got)
	}
	if got := Split("1", "2", 99_99); got.Main != "1" || got.Extra["2"] != 99_99 || len(got.Extra) != 1 {
		t.Errorf("Split at 99.99 %% = %#v", got)
	}
}

func TestEqualIsAboutWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b Traffic
		want bool
	}{
		"same main":                {Only("1"), Only("1"), true},
		"other main":               {Only("1"), Only("2"), false},
		"nil and empty map":        {Only("1"), Traffic{Main: "1", Extra: map[string]Weight{}}, true},
		"same split":               {split("1", "2", 40_00), split("1", "2", 40_00), true},
		"other weight":             {split("1", "2", 40_00), split("1", "2", 40_01), false},
		"other canary":             {split("1", "2", 40_00), split("1", "3", 40_00), false},
		"turned round":             {split("1", "2", 50_00), split("2", "1", 50_00), false},
		"legacy serves, differs":   {split("1", "2", Full), Only("2"), false},
		"one canary more":          {split("1", "2", 10_00), Traffic{"1", map[string]Weight{"2": 10_00, "3": 10_00}}, false},
		"nothing and one":          {Traffic{}, Only("1"), false},
		"canary and no canary":     {split("1", "2", 1), Only("1"), false},
		"zero weights are dropped": {NewTraffic("1", map[string]Weight{"2": 0}), Only("1"), true},
	} {
		if got := c.a.Equal(c.b); got != c.want {
			t.Errorf("%s: Equal(%#v, %#v) = %v", name, c.a, c.b, got)
		}
		if got := c.b.Equal(c.a); got != c.want {
			t.Errorf("%s, the other way round: %v", name, got)
		}
	}
}

func TestSharesSayWhatEachVersionReceives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		traffic Traffic
		want    []Share
		text    string
	}{
		"plain":   {Only("1"), []Share{{"1", Full}}, "version 1 100 %"},
		"canary":  {split("1", "2", 40_00), []Share{{"1", 60_00}, {"2", 40_00}}, "version 1 60 %, version 2 40 %"},
		"half %":  {split("1", "2", 50), []Share{{"1", 99_50}, {"2", 50}}, "version 1 99.5 %, version 2 0.5 %"},
		"legacy":  {split("1", "2", Full), []Share{{"2", Full}}, "version 2 100 %"},
		"nothing": {Traffic{}, nil, "no version"},
		"three": {
			Traffic{"9", map[string]Weight{"10": 10_00, "11": 30_00, "12": 10_00}},
			[]Share{{"9", 50_00}, {"11", 30_00}, {"10", 10_00}, {"12", 10_00}},
			"version 9 50 %, version 11 30 %, version 10 10 %, version 12 10 %",
		},
	} {
		got := c.traffic.Shares()
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: shares = %v, want %v", name, got, c.want)
		}
		if text := c.traffic.String(); text != c.text {
			t.Errorf("%s: %q, want %q", name, text, c.text)
		}
		for _, s := range c.want {
			if w := c.traffic.Weight(s.Version); w != s.Weight {
				t.Errorf("%s: weight of %s = %s, want %s", name, s.Version, w, s.Weight)
			}
		}
		if w := c.traffic.Weight("99"); w != 0 {
			t.Errorf("%s: a version that is not there has %s", name, w)
		}
	}
}

func TestEverySplitAddsUpToTheWhole(t *testing.T) {
	t.Parallel()
	for w := Weight(1); w <= Full; w++ {
		sum := Weight(0)
		for _, s := range Split("1", "2", w).Shares() {
			sum += s.Weight
		}
		if got := Split("1", "2", w).Weight("2"); sum != Full || got != w {
			t.Fatalf("Split at %s: sum %s, canary %s", w, sum, got)
		}
	}
}

// A version that has everything is no canary, in whatever form the alias says so.
func TestTheCanaryIsWhatHasAShareBesideTheBase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		traffic Traffic
		want    string
		share   Weight
	}{
		"none":       {Only("1"), "", 0},
		"a share":    {Split("1", "2", 20_00), "2", 20_00},
		"most of it": {Split("1", "2", 99_99), "2", 99_99},
		"legacy":     {Traffic{Main: "1", Extra: map[string]Weight{"2": Full}}, "", 0},
		"empty":      {Traffic{}, "", 0},
	} {
		if got, share := c.traffic.Canary(); got != c.want || share != c.share {
			t.Errorf("%s: %q with %s, want %q with %s", name, got, share, c.want, c.share)
		}
	}
}
