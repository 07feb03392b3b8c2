package config

import "strings"

// nearest is the known name that takes the fewest edits to reach; empty when none is close.
func nearest(name string, known []string) string {
	best, bestCost := "", len(name)/2+2
	for _, k := range known {
		if cost := edits(strings.ToLower(name), strings.ToLower(k)); cost < bestCost {
			best, bestCost = k, cost
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes. Names are short; longer ones are no slip of the finger.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// didYouMean is a hint to put behind an error, or nothing.
func didYouMean(name string, known []string, decorate func(string) string) string {
	if n := nearest(name, known); n != "" {
		return "; did you mean " + decorate(n) + "?"
	}
	return ""
}
