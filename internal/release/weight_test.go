package release

import (
	"encoding/json"
	"testing"
)

func TestParseWeightReadsPercentWithUpToTwoDecimals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Weight{
		"20": 20_00, "100": Full, "100.00": Full, "0.01": 1, "0.5": 50, "33.33": 33_33, "99.99": 99_99,
		"7.10": 7_10, " 20 ": 20_00, "20%": 20_00, "20 %": 20_00,
	} {
		got, err := ParseWeight(text)
		if err != nil || got != want {
			t.Errorf("ParseWeight(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseWeightRefusesWhatIsNoShare(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "%", "0", "0.00", "0.001", "-1", "+5", "100.01", "101", "1000", "1e1", "0x10", "NaN", "Inf", "20,5",
		"20.555", "1.2.3", "20 50", "20%%", "ten", "２０", "٢٠", "20\n30",
	} {
		if got, err := ParseWeight(text); err == nil {
			t.Errorf("ParseWeight(%q) = %d, want an error", text, got)
		}
	}
}

// Numbers in outputs are plain (`20`, `0.5`).
func TestWeightIsWrittenPlainly(t *testing.T) {
	t.Parallel()
	for w, want := range map[Weight]string{20_00: "20", 50: "0.5", 1: "0.01", Full: "100", 33_33: "33.33", 7_10: "7.1", 0: "0"} {
		if got := w.String(); got != want {
			t.Errorf("Weight(%d) = %q, want %q", w, got, want)
		}
		if got, err := json.Marshal(w); err != nil || string(got) != want {
			t.Errorf("JSON of Weight(%d) = %s, %v; want %s", w, got, err, want)
		}
	}
}

func TestEveryWeightSurvivesTextAndTheFloat32OfTheSDK(t *testing.T) {
	t.Parallel()
	for w := Weight(1); w <= Full; w++ {
		if got, err := ParseWeight(w.String()); err != nil || got != w {
			t.Fatalf("text %q of weight %d reads as %d, %v", w, w, got, err)
		}
		if got := FromFraction(float64(float32(w.Fraction()))); got != w {
			t.Fatalf("weight %d comes back from the API as %d", w, got)
		}
	}
}

func FuzzParseWeight(f *testing.F) {
	for _, seed := range []string{"20", "0.5", "100", "99.99", "0.01", "20%", " 7.10 % ", "0", "100.01", "1e1", "-3", "20.555", "%", "．5", "1.", ".5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWeight(text)
		if err != nil {
			if w != 0 {
				t.Fatalf("ParseWeight(%q) gives %d beside an error", text, w)
			}
			return
		}
		if w <= 0 || w > Full {
			t.Fatalf("ParseWeight(%q) = %d, outside (0, 100]", text, w)
		}
		if again, err := ParseWeight(w.String()); err != nil || again != w {
			t.Fatalf("%q reads as %s, which reads as %d, %v", text, w, again, err)
		}
	})
}
