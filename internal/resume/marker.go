package resume

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// DescriptionLimit is how many bytes an alias's description may have.
const DescriptionLimit = 256

// The form of a marker, fields apart by one space:
//
//	[fcr1 ID BASE-CANARY STAGE/STAGES WEIGHT[-NEXT@HOLD] pPLAN bBINDINGS rRUN]
//
// BASE is 0 without one; weights are in percent; HOLD is a duration or "approve"; empty digests are left out.
const markerForm = "1"

// markerSize bounds what is looked through for a marker.
const markerSize = 4096

var (
	anyMarker = regexp.MustCompile(`\s*\[fcr([0-9]{1,6}) [^\[\]]*\]\s*`)
	marker    = regexp.MustCompile(`^\[fcr1 ([0-9a-f]{12}) ([0-9A-Za-z_.]{1,64})-([0-9A-Za-z_.]{1,64}) ([0-9]{1,5})/([0-9]{1,5}) ` +
		`([0-9.]{1,6})(?:-([0-9.]{1,6})@(approve|[0-9hmsµn.]{1,24}))?(?: p([0-9a-f]{1,16}))?(?: b([0-9a-f]{1,16}))?(?: r([0-9a-f]{1,16}))?\]$`)
)

// Mark writes a progress as a marker.
func Mark(p plan.Progress) string {
	var b strings.Builder
	base := p.Base
	if base == "" {
		base = "0"
	}
	fmt.Fprintf(&b, "[fcr%s %s %s-%s %d/%d %s", markerForm, p.ID, base, p.Canary, p.Stage, p.Stages, p.Weight)
	if p.Next > 0 {
		hold := release.ShortDuration(p.Hold)
		if p.Approve {
			hold = plan.ApproveWord
		}
		fmt.Fprintf(&b, "-%s@%s", p.Next, hold)
	}
	for _, field := range []struct{ name, value string }{{"p", p.Digest}, {"b", p.Bindings}, {"r", p.Run}} {
		if field.value != "" {
			b.WriteString(" " + field.name + field.value)
		}
	}
	return b.String() + "]"
}

// Describe puts a marker behind the user's text, which is cut where both do not fit.
func Describe(text, mark string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, ""))
	switch room := DescriptionLimit - len(mark) - 1; {
	case mark == "":
		return Cut(text, DescriptionLimit)
	case text == "" || room <= 0:
		return mark
	default:
		return strings.TrimRight(Cut(text, room), " ") + " " + mark
	}
}

// Cut shortens to a number of bytes without breaking a character.
func Cut(text string, limit int) string {
	text = strings.ToValidUTF8(text, "")
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// Split takes a description apart into the user's text and the marker as it stands there, which is empty without one. The
// last marker counts; what somebody wrote behind it is text as well.
func Split(description string) (text, mark string) {
	if len(description) > markerSize {
		return description, ""
	}
	all := anyMarker.FindAllStringIndex(description, -1)
	if all == nil {
		return description, ""
	}
	from, to := all[len(all)-1][0], all[len(all)-1][1]
	return strings.TrimSpace(description[:from] + " " + description[to:]), strings.TrimSpace(description[from:to])
}

// Read understands a marker as Split gives it.
func Read(mark string) (plan.Progress, error) {
	m := marker.FindStringSubmatch(mark)
	if m == nil {
		if form := anyMarker.FindStringSubmatch(mark); form != nil && form[1] != markerForm {
			return plan.Progress{}, fmt.Errorf("its format is %s, and this program reads format %s", form[1], markerForm)
		}
		return plan.Progress{}, fmt.Errorf("%q is damaged", mark)
	}
	p := plan.Progress{ID: m[1], Base: m[2], Canary: m[3], Digest: m[9], Bindings: m[10], Run: m[11]}
	if p.Base == "0" {
		p.Base = ""
	}
	p.Stage, _ = strconv.Atoi(m[4])
	p.Stages, _ = strconv.Atoi(m[5])
	var err error
	if p.Weight, err = weight(m[6]); err == nil && m[7] != "" {
		p.Next, err = weight(m[7])
		p.Approve = m[8] == plan.ApproveWord
		if err == nil && !p.Approve {
			p.Hold, err = time.ParseDuration(m[8])
		}
	}
	if err != nil || !whole(p) {
		return plan.Progress{}, fmt.Errorf("%q is damaged", mark)
	}
	return p, nil
}

func weight(text string) (release.Weight, error) {
	if text == "0" {
		return 0, nil
	}
	return release.ParseWeight(text)
}

// whole tells whether the fields fit each other.
func whole(p plan.Progress) bool {
	return p.Stage <= p.Stages && p.Hold >= 0 && (p.Stage == 0) == (p.Weight == 0) &&
		(p.Next == 0 || p.Next > p.Weight) && p.Unfinished() == (p.Next > 0)
}
