package resume

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

const rolloutID = "0123456789ab"

// marked is the middle of a linear rollout.
func marked() plan.Progress {
	return plan.Progress{
		ID: rolloutID, Base: "1", Canary: "2", Digest: "89abcdef01", Stage: 2, Stages: 5, Weight: 40_00, Next: 60_00, Hold: 10 * time.Minute,
		Bindings: "01234567", Run: "76543210",
	}
}

func with(change func(*plan.Progress)) plan.Progress {
	p := marked()
	change(&p)
	return p
}

func TestMarkersComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plan.Progress{
		"the middle": marked(),
		"first release": with(func(p *plan.Progress) {
			p.Base, p.Stage, p.Stages, p.Weight, p.Next, p.Hold = "", 1, 1, release.Full, 0, 0
		}),
		"approve":            with(func(p *plan.Progress) { p.Hold, p.Approve = 0, true }),
		"no hold":            with(func(p *plan.Progress) { p.Hold = 0 }),
		"a fraction":         with(func(p *plan.Progress) { p.Weight, p.Next = 33_33, 66_66 }),
		"least weights":      with(func(p *plan.Progress) { p.Weight, p.Next, p.Stages = 1, 2, 10000 }),
		"a short hold":       with(func(p *plan.Progress) { p.Hold = 250 * time.Millisecond }),
		"an odd hold":        with(func(p *plan.Progress) { p.Hold = 90*time.Minute + 1500*time.Millisecond }),
		"a long hold":        with(func(p *plan.Progress) { p.Hold = 720*time.Hour - time.Millisecond }),
		"before the first":   with(func(p *plan.Progress) { p.Stage, p.Weight, p.Next, p.Hold = 0, 0, 0, 0 }),
		"back, without base": with(func(p *plan.Progress) { p.Base, p.Stage, p.Weight, p.Next, p.Hold = "", 0, 0, 0, 0 }),
		"complete":           with(func(p *plan.Progress) { p.Stage, p.Weight, p.Next, p.Hold = 5, release.Full, 0, 0 }),
		"held":               with(func(p *plan.Progress) { p.Stage, p.Stages, p.Weight, p.Next, p.Hold = 1, 1, 20_00, 0, 0 }),
		"without digests":    with(func(p *plan.Progress) { p.Digest, p.Bindings, p.Run = "", "", "" }),
		"bindings alone":     with(func(p *plan.Progress) { p.Digest, p.Run = "", "" }),
		"long version ids":   with(func(p *plan.Progress) { p.Base, p.Canary = "9223372036854775806", "9223372036854775807" }),
	} {
		mark := Mark(p)
		if got, err := Read(mark); err != nil || got != p {
			t.Errorf("%s: %s reads as %+v, %v; want %+v", name, mark, got, err, p)
		}
		if len(mark) > DescriptionLimit/2 {
			t.Errorf("%s: %s takes %d bytes, more than half a description", name, mark, len(mark))
		}
		if text, found := Split("text " + mark); text != "text" || found != mark {
			t.Errorf("%s: behind a text: %q, %q", name, text, found)
		}
	}
}

// What the planner writes at every stage of every strategy can be read again.
func TestEveryStageOfAPlanCanBeMarked(t *testing.T) {
	t.Parallel()
	for name, shape := range map[string]plan.Shape{
		"canary":   {Strategy: plan.CanaryStep, Weight: 20_00, Interval: time.Minute},
		"thirds":   {Strategy: plan.LinearStep, Weight: 33_33, Interval: 1500 * time.Millisecond},
		"fine":     {Strategy: plan.LinearStep, Weight: 1_01, Interval: time.Second},
		"approved": {Strategy: plan.LinearStep, Weight: 10_00, Approve: true},
		"held":     {Strategy: plan.CanaryWeight, Weight: 12_34},
		"full":     {Strategy: plan.FullWeight},
	} {
		s, err := shape.Schedule()
		if err != nil {
			t.Fatal(err)
		}
		for _, base := range []string{"", "1"} {
			p := plan.Plan{Target: release.Target{Service: "shop", Alias: "prod"}, Base: base, Schedule: s, ID: rolloutID}
			for stage := range len(s) + 1 {
				want := p.Progress("2", stage)
				if got, err := Read(Mark(want)); err != nil || got != want {
					t.Fatalf("%s from %q, step %d: %s reads as %+v, %v", name, base, stage, Mark(want), got, err)
				}
			}
		}
	}
}

// goldenProgress names the fields by itself, so that a change of plan.Progress does not change what is expected.
type goldenProgress struct {
	ID       string `json:"id"`
	Base     string `json:"base"`
	Canary   string `json:"canary"`
	Digest   string `json:"digest"`
	Stage    int    `json:"stage"`
	Stages   int    `json:"stages"`
	Weight   int    `json:"weight_hundredths"`
	Next     int    `json:"next_hundredths"`
	HoldMS   int64  `json:"hold_ms"`
	Approve  bool   `json:"approve"`
	Bindings string `json:"bindings"`
	Run      string `json:"run"`
}

func (g goldenProgress) progress() plan.Progress {
	return plan.Progress{
		ID: g.ID, Base: g.Base, Canary: g.Canary, Digest: g.Digest, Stage: g.Stage, Stages: g.Stages, Weight: release.Weight(g.Weight),
		Next: release.Weight(g.Next), Hold: time.Duration(g.HoldMS) * time.Millisecond, Approve: g.Approve, Bindings: g.Bindings, Run: g.Run,
	}
}

func readGolden(t testing.TB, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// Markers of format 1 stand behind the aliases of running rollouts. Nothing rewrites the file: a program that cannot read
// it any more cannot go on with what an earlier one began. A new format gets a file of its own.
func TestMarkersOfFormat1AreReadForGood(t *testing.T) {
	t.Parallel()
	var golden []struct {
		Name     string         `json:"name"`
		Marker   string         `json:"marker"`
		Progress goldenProgress `json:"progress"`
	}
	readGolden(t, "markers.fcr1.json", &golden)
	if len(golden) < 8 {
		t.Errorf("only %d markers", len(golden))
	}
	for _, g := range golden {
		if got, err := Read(g.Marker); err != nil || got != g.Progress.progress() {
			t.Errorf("%s: %s reads as %+v, %v; want %+v", g.Name, g.Marker, got, err, g.Progress)
		}
		if markerForm == "1" && Mark(g.Progress.progress()) != g.Marker {
			t.Errorf("%s: writes %s, want %s", g.Name, Mark(g.Progress.progress()), g.Marker)
		}
	}
}

// The marker is never cut; the user's text is, between two characters.
func TestDescriptionsFitAndKeepTheMarkerWhole(t *testing.T) {
	t.Parallel()
	mark := Mark(marked())
	for name, char := range map[string]string{"letters": "x", "accents": "é", "Chinese": "灰", "emoji": "🚀", "words": "word ", "wide words": "订单　"} {
		for front := range 5 { // moves the cut through the character
			for _, repeats := range []int{0, 1, 20, 40, 60, 100, 1000} {
				text := strings.Repeat("-", front) + strings.Repeat(char, repeats)
				got := Describe(text, mark)
				if len(got) > DescriptionLimit || !utf8.ValidString(got) {
					t.Fatalf("%s, %d+%d: %d bytes: %q", name, front, repeats, len(got), got)
				}
				kept, found := Split(got)
				if found != mark {
					t.Fatalf("%s, %d+%d: the marker of %q is %q", name, front, repeats, got, found)
				}
				trimmed := strings.TrimSpace(text)
				if !strings.HasPrefix(trimmed, kept) {
					t.Fatalf("%s, %d+%d: %q does not begin %q", name, front, repeats, kept, trimmed)
				}
				if whole := len(trimmed)+1+len(mark) <= DescriptionLimit; (whole && kept != trimmed) || (!whole && len(got) < DescriptionLimit-5) {
					t.Fatalf("%s, %d+%d: %d bytes are left unused by %q", name, front, repeats, DescriptionLimit-len(got), got)
				}
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	mark := Mark(marked())
	for name, c := range map[string]struct{ text, mark, want string }{
		"both":             {"Shop of the EU", mark, "Shop of the EU " + mark},
		"no text":          {"", mark, mark},
		"blank":            {" \n\t　", mark, mark},
		"no marker":        {"Shop", "", "Shop"},
		"nothing":          {"", "", ""},
		"surrounded":       {"  Shop\n", mark, "Shop " + mark},
		"not UTF-8":        {"Sh\xffop", mark, "Shop " + mark},
		"cut, no marker":   {strings.Repeat("灰", 100), "", strings.Repeat("灰", 85)},
		"no room for text": {"Shop", "[fcr1 " + strings.Repeat("x", 249) + "]", "[fcr1 " + strings.Repeat("x", 249) + "]"},
	} {
		if got := Describe(c.text, c.mark); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A rollout writes the description again at each step; the text must not wither.
func TestDescribingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "Shop", strings.Repeat("灰度 ", 60), strings.Repeat("🚀", 70)} {
		first := Describe(text, Mark(marked()))
		again := first
		for range 3 {
			kept, mark := Split(again)
			again = Describe(kept, mark)
		}
		if again != first {
			t.Errorf("%q becomes %q", first, again)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	mark := Mark(marked())
	padded := strings.Repeat("x", markerSize-len(mark)-1) + " " + mark
	for name, c := range map[string]struct{ description, text, mark string }{
		"nothing":              {"", "", ""},
		"text":                 {" Shop ", " Shop ", ""},
		"marker":               {mark, "", mark},
		"both":                 {"Shop " + mark, "Shop", mark},
		"other white space":    {"Shop \n\t" + mark + " \r\n", "Shop", mark},
		"none between":         {"Shop" + mark, "Shop", mark},
		"a version's label":    {"Shop [fc-rollout 0123456789ab]", "Shop [fc-rollout 0123456789ab]", ""},
		"only a label":         {"[fc-rollout 0123456789ab]", "[fc-rollout 0123456789ab]", ""},
		"label and marker":     {"Shop [fc-rollout 0123456789ab] " + mark, "Shop [fc-rollout 0123456789ab]", mark},
		"text behind it":       {mark + " Shop", "Shop", mark}, // somebody wrote it who does not know what it is
		"a full stop behind":   {"Shop " + mark + ".", "Shop .", mark},
		"two, the last counts": {"Shop [fcr1 old] " + mark, "Shop [fcr1 old]", mark},
		"another format":       {"Shop [fcr2 x=1]", "Shop", "[fcr2 x=1]"},
		"damaged":              {"Shop [fcr1 damaged]", "Shop", "[fcr1 damaged]"},
		"not closed":           {"Shop [fcr1 0123456789ab", "Shop [fcr1 0123456789ab", ""},
		"nested":               {"Shop [fcr1 [x]]", "Shop [fcr1 [x]]", ""},
		"upper case":           {"Shop [FCR1 x]", "Shop [FCR1 x]", ""},
		"no fields":            {"Shop [fcr1]", "Shop [fcr1]", ""},
		"no format":            {"Shop [fcr x]", "Shop [fcr x]", ""},
		"as long as allowed":   {padded, strings.TrimSuffix(padded, " "+mark), mark},
		"longer":               {"x" + padded, "x" + padded, ""},
	} {
		if text, mark := Split(c.description); text != c.text || mark != c.mark {
			t.Errorf("%s: %q, %q; want %q, %q", name, text, mark, c.text, c.mark)
		}
	}
}

func TestDamagedMarkersAreRefused(t *testing.T) {
	t.Parallel()
	damaged := map[string]string{
		"nothing":                "",
		"text":                   "Shop",
		"text before it":         "Shop " + Mark(marked()),
		"text behind it":         Mark(marked()) + " Shop",
		"no fields":              "[fcr1 ]",
		"short id":               "[fcr1 0123456789a 1-2 1/2 20-100@1m]",
		"long id":                "[fcr1 0123456789abc 1-2 1/2 20-100@1m]",
		"id of other letters":    "[fcr1 0123456789AB 1-2 1/2 20-100@1m]",
		"one version":            "[fcr1 0123456789ab 2 1/2 20-100@1m]",
		"stage out of range":     "[fcr1 0123456789ab 1-2 3/2 20]",
		"negative stage":         "[fcr1 0123456789ab 1-2 -1/2 20-100@1m]",
		"no stages":              "[fcr1 0123456789ab 1-2 1 20-100@1m]",
		"stage without weight":   "[fcr1 0123456789ab 1-2 1/2 0-100@1m]",
		"weight without stage":   "[fcr1 0123456789ab 1-2 0/2 20]",
		"more than all":          "[fcr1 0123456789ab 1-2 2/2 101]",
		"too fine a weight":      "[fcr1 0123456789ab 1-2 2/2 0.001]",
		"weight of two dots":     "[fcr1 0123456789ab 1-2 2/2 1.2.3]",
		"weights fall":           "[fcr1 0123456789ab 1-2 1/2 40-20@1m]",
		"weights stay":           "[fcr1 0123456789ab 1-2 1/2 40-40@1m]",
		"next behind the end":    "[fcr1 0123456789ab 1-2 2/2 20-100@1m]",
		"next before the first":  "[fcr1 0123456789ab 1-2 0/2 0-20@1m]",
		"next is nothing":        "[fcr1 0123456789ab 1-2 1/2 20-0@1m]",
		"unfinished, no next":    "[fcr1 0123456789ab 1-2 1/2 20]",
		"unfinished at 100 %":    "[fcr1 0123456789ab 1-2 1/2 100]",
		"no hold":                "[fcr1 0123456789ab 1-2 1/2 20-100]",
		"empty hold":             "[fcr1 0123456789ab 1-2 1/2 20-100@]",
		"hold without unit":      "[fcr1 0123456789ab 1-2 1/2 20-100@5]",
		"hold of units":          "[fcr1 0123456789ab 1-2 1/2 20-100@hm]",
		"negative hold":          "[fcr1 0123456789ab 1-2 1/2 20-100@-1m]",
		"hold beyond all bounds": "[fcr1 0123456789ab 1-2 1/2 20-100@9999999999999999h]",
		"another word":           "[fcr1 0123456789ab 1-2 1/2 20-100@approved]",
		"unknown field":          "[fcr1 0123456789ab 1-2 1/2 20-100@1m x12]",
		"fields in disorder":     "[fcr1 0123456789ab 1-2 1/2 20-100@1m b12 p34]",
		"digest of other signs":  "[fcr1 0123456789ab 1-2 1/2 20-100@1m pxyz]",
		"empty digest":           "[fcr1 0123456789ab 1-2 1/2 20-100@1m p]",
		"two spaces":             "[fcr1 0123456789ab 1-2 1/2  20-100@1m]",
		"a line break":           "[fcr1 0123456789ab 1-2 1/2 20-100@1m]\n",
	}
	if got, err := Read("[fcr1 0123456789ab 1-2 1/2 20-100@1m p12 b34 r56]"); err != nil || got.Weight != 20_00 {
		t.Fatalf("the pattern of these itself: %+v, %v", got, err)
	}
	for name, mark := range damaged {
		p, err := Read(mark)
		if err == nil || !strings.Contains(err.Error(), "damaged") || p != (plan.Progress{}) {
			t.Errorf("%s: %q reads as %+v, %v; want damaged", name, mark, p, err)
		}
	}
	whole := Mark(marked())
	for n := range len(whole) {
		if p, err := Read(whole[:n]); err == nil {
			t.Errorf("%q reads as %+v", whole[:n], p)
		}
	}
}

// Whoever reads this in a log must learn which of the two programs is too old.
func TestMarkersOfOtherFormatsAreNamed(t *testing.T) {
	t.Parallel()
	for mark, form := range map[string]string{"[fcr2 id=0123456789ab]": "format is 2,", "[fcr10 x]": "format is 10,", "[fcr0 x]": "format is 0,"} {
		p, err := Read(mark)
		if err == nil || !strings.Contains(err.Error(), form) || !strings.Contains(err.Error(), "format 1") || strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %+v, %v; want an error that names both formats", mark, p, err)
		}
	}
}
