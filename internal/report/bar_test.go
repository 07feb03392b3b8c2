package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// cells are what stands between the brackets of a bar.
func cells(t *testing.T, bar string) string {
	t.Helper()
	inside, _, ok := strings.Cut(strings.TrimPrefix(bar, "["), "] ")
	if !ok || !strings.HasPrefix(bar, "[") {
		t.Fatalf("%q is no bar", bar)
	}
	return inside
}

func TestBarShowsTheSplit(t *testing.T) {
	t.Parallel()
	fill := func(main, canary int) string { return strings.Repeat("█", main) + strings.Repeat("░", canary) }
	for name, c := range map[string]struct {
		traffic release.Traffic
		cells   string
		text    string
	}{
		"all":     {release.Only("1"), fill(25, 0), "version 1 100 %"},
		"40":      {release.Split("1", "2", 40_00), fill(15, 10), "version 1 60 %, version 2 40 %"},
		"20":      {release.Split("1", "2", 20_00), fill(20, 5), "version 1 80 %, version 2 20 %"},
		"0.01":    {release.Split("1", "2", 1), fill(24, 1), "version 1 99.99 %, version 2 0.01 %"},
		"99.99":   {release.Split("1", "2", 99_99), fill(1, 24), "version 1 0.01 %, version 2 99.99 %"},
		"legacy":  {release.Traffic{Main: "1", Extra: map[string]release.Weight{"2": release.Full}}, fill(25, 0), "version 2 100 %"},
		"nothing": {release.Traffic{}, strings.Repeat("·", 25), "no version"},
	} {
		bar := Bar(c.traffic)
		if got := cells(t, bar); got != c.cells {
			t.Errorf("%s: %s, want %s", name, got, c.cells)
		}
		if !strings.HasSuffix(bar, "] "+c.text) {
			t.Errorf("%s: %s does not say %q", name, bar, c.text)
		}
	}
}

func TestEveryBarHas25CellsAndShowsBothVersions(t *testing.T) {
	t.Parallel()
	for w := release.Weight(1); w < release.Full; w++ {
		inside := cells(t, Bar(release.Split("1", "2", w)))
		main, canary := strings.Count(inside, "█"), strings.Count(inside, "░")
		if utf8.RuneCountInString(inside) != 25 || main+canary != 25 || main == 0 || canary == 0 {
			t.Fatalf("at %s %%: %s", w, inside)
		}
		if off := release.Weight(canary)*4_00 - w; off > 4_00 || off < -4_00 {
			t.Fatalf("at %s %%: %d cells", w, canary)
		}
	}
}

func TestBarsOfSeveralVersionsTellThemApart(t *testing.T) {
	t.Parallel()
	inside := cells(t, Bar(release.Traffic{Main: "1", Extra: map[string]release.Weight{"2": 20_00, "3": 40_00}}))
	if want := strings.Repeat("█", 10) + strings.Repeat("░", 10) + strings.Repeat("▒", 5); inside != want {
		t.Errorf("%s, want %s", inside, want)
	}
}
