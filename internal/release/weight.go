package release

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Weight is a share of traffic in hundredths of a percent, so that steps add up exactly.
type Weight int

// Full is 100 %.
const Full Weight = 100_00

// ParseWeight reads a percentage with at most two decimals, larger than 0 and at most 100; a trailing "%" is allowed.
func ParseWeight(text string) (Weight, error) {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, frac, dotted := strings.Cut(s, ".")
	if !digits(whole) || len(whole) > 3 || (dotted && (!digits(frac) || len(frac) > 2)) {
		return 0, errWeight
	}
	n, err := strconv.Atoi(whole + (frac + "00")[:2])
	if err != nil || n <= 0 || n > int(Full) {
		return 0, errWeight
	}
	return Weight(n), nil
}

var errWeight = fmt.Errorf("want a percentage above 0 and at most 100 with up to two decimals, such as 20 or 0.5")

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// FromFraction converts the API's weight (0 to 1, a float32 in the SDK) and rounds to a hundredth of a percent.
func FromFraction(f float64) Weight {
	return Weight(math.Round(f * float64(Full)))
}

// Fraction is the API's form of the weight, 0 to 1.
func (w Weight) Fraction() float64 { return float64(w) / float64(Full) }

// String is the plain percentage without a sign: "20", "0.5".
func (w Weight) String() string {
	return strconv.FormatFloat(float64(w)/100, 'f', -1, 64)
}

// MarshalJSON writes the plain percentage as a number.
func (w Weight) MarshalJSON() ([]byte, error) { return []byte(w.String()), nil }
