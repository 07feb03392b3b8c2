package plan

import (
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// span is open on the days from hour and minute to hour and minute, such as 22_00 to 4_00.
func span(z *time.Location, from, to int, days ...time.Weekday) Span {
	s := Span{From: from/100*60 + from%100, To: to/100*60 + to%100, Zone: z}
	for _, d := range days {
		s.Days[d] = true
	}
	return s
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	everyDay = []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	workdays = everyDay[1:6]
)

type windowCase struct {
	w    Window
	at   string
	next string // empty: the window is open
}

func runWindows(t *testing.T, cases map[string]windowCase) {
	t.Helper()
	for name, c := range cases {
		now := moment(t, c.at)
		want := now
		if c.next != "" {
			want = moment(t, c.next)
		}
		if got := c.w.Open(now); got != (c.next == "") {
			t.Errorf("%s: open at %s: %v", name, c.at, got)
		}
		if got := c.w.Next(now); !got.Equal(want) {
			t.Errorf("%s: after %s comes %s, want %s", name, c.at, got.Format(time.RFC3339), want.Format(time.RFC3339))
		}
	}
}

// 2026-03-02 is a Monday.
func TestWindowsOfADay(t *testing.T) {
	t.Parallel()
	office := Window{span(time.UTC, 10_00, 17_00, workdays...)}
	noon := Window{span(time.UTC, 10_00, 12_00, workdays...), span(time.UTC, 14_00, 17_00, workdays...), span(time.UTC, 11_00, 11_30, time.Sunday)}
	runWindows(t, map[string]windowCase{
		"no window":           {nil, "2026-03-01T03:00:00Z", ""},
		"an empty one":        {Window{}, "2026-03-01T03:00:00Z", ""},
		"before":              {office, "2026-03-02T09:59:59Z", "2026-03-02T10:00:00Z"},
		"at its beginning":    {office, "2026-03-02T10:00:00Z", ""},
		"inside":              {office, "2026-03-02T16:59:59.9Z", ""},
		"at its end":          {office, "2026-03-02T17:00:00Z", "2026-03-03T10:00:00Z"},
		"over the weekend":    {office, "2026-03-06T17:00:00Z", "2026-03-09T10:00:00Z"},
		"on Sunday":           {office, "2026-03-08T12:00:00Z", "2026-03-09T10:00:00Z"},
		"between two":         {noon, "2026-03-02T12:00:00Z", "2026-03-02T14:00:00Z"},
		"in the second":       {noon, "2026-03-02T14:00:00Z", ""},
		"the nearest counts":  {noon, "2026-03-07T12:00:00Z", "2026-03-08T11:00:00Z"},
		"after the nearest":   {noon, "2026-03-08T11:30:00Z", "2026-03-09T10:00:00Z"},
		"one day of the week": {Window{span(time.UTC, 10_00, 11_00, time.Monday)}, "2026-03-02T11:00:00Z", "2026-03-09T10:00:00Z"},
		"to the end of a day": {Window{span(time.UTC, 22_00, 24_00, time.Monday)}, "2026-03-02T23:59:59Z", ""},
		"and not beyond":      {Window{span(time.UTC, 22_00, 24_00, time.Monday)}, "2026-03-03T00:00:00Z", "2026-03-09T22:00:00Z"},
		"a whole day":         {Window{span(time.UTC, 0, 24_00, time.Monday)}, "2026-03-02T00:00:00Z", ""},
		"before a whole day":  {Window{span(time.UTC, 0, 24_00, time.Monday)}, "2026-03-03T00:00:00Z", "2026-03-09T00:00:00Z"},
		"into the next month": {Window{span(time.UTC, 0, 1_00, time.Thursday)}, "2026-12-31T01:00:00Z", "2027-01-07T00:00:00Z"},
	})
}

// Fri 22:00-04:00 is Friday's night: it is open on Saturday morning and not on Friday morning.
func TestWindowsPastMidnightBelongToTheirFirstDay(t *testing.T) {
	t.Parallel()
	night := Window{span(time.UTC, 22_00, 4_00, time.Friday)}
	saturday := Window{span(time.UTC, 22_00, 4_00, time.Saturday)}
	runWindows(t, map[string]windowCase{
		"Friday morning":        {night, "2026-03-06T03:00:00Z", "2026-03-06T22:00:00Z"},
		"Friday evening":        {night, "2026-03-06T22:00:00Z", ""},
		"midnight":              {night, "2026-03-07T00:00:00Z", ""},
		"Saturday morning":      {night, "2026-03-07T03:59:59Z", ""},
		"Saturday at four":      {night, "2026-03-07T04:00:00Z", "2026-03-13T22:00:00Z"},
		"Saturday evening":      {night, "2026-03-07T23:00:00Z", "2026-03-13T22:00:00Z"},
		"Sunday follows":        {saturday, "2026-03-08T03:00:00Z", ""}, // from the last day of the week to the first
		"Saturday before":       {saturday, "2026-03-07T03:00:00Z", "2026-03-07T22:00:00Z"},
		"from midnight to it":   {Window{span(time.UTC, 0, 0, time.Friday)}, "2026-03-06T23:59:00Z", ""},
		"and not the day after": {Window{span(time.UTC, 0, 0, time.Friday)}, "2026-03-07T00:00:00Z", "2026-03-13T00:00:00Z"},
	})
}

// A window's days and hours are those of its own zone, whatever that of the moment is.
func TestWindowsKeepTheirZone(t *testing.T) {
	t.Parallel()
	china := Window{span(zone(t, "Asia/Shanghai"), 10_00, 17_00, workdays...)}
	night := Window{span(zone(t, "Asia/Shanghai"), 0, 2_00, time.Monday)}
	both := Window{span(zone(t, "Asia/Shanghai"), 10_00, 11_00, time.Monday), span(zone(t, "America/New_York"), 10_00, 11_00, time.Monday)}
	runWindows(t, map[string]windowCase{
		"opens at two UTC":      {china, "2026-03-02T01:59:00Z", "2026-03-02T02:00:00Z"},
		"is open":               {china, "2026-03-02T08:59:00Z", ""},
		"closes at nine UTC":    {china, "2026-03-02T09:00:00Z", "2026-03-03T02:00:00Z"},
		"moment of a third":     {china, "2026-03-02T04:00:00-05:00", "2026-03-03T02:00:00Z"},
		"Monday there":          {night, "2026-03-01T16:00:00Z", ""},
		"Sunday still":          {night, "2026-03-01T15:59:00Z", "2026-03-01T16:00:00Z"},
		"Monday here, no more":  {night, "2026-03-02T00:00:00Z", "2026-03-08T16:00:00Z"},
		"between two zones":     {both, "2026-03-02T03:00:00Z", "2026-03-02T15:00:00Z"},
		"after the second zone": {both, "2026-03-02T16:00:00Z", "2026-03-09T02:00:00Z"},
	})
}

// On 2026-03-08 New York goes from 2:00 to 3:00, on 2026-11-01 from 2:00 back to 1:00.
func TestWindowsOnDaysOfOtherLengths(t *testing.T) {
	t.Parallel()
	ny := zone(t, "America/New_York")
	office := Window{span(ny, 10_00, 17_00, everyDay...)}
	night := Window{span(ny, 22_00, 4_00, time.Saturday)}
	early := Window{span(ny, 2_00, 5_00, time.Sunday)}
	twice := Window{span(ny, 1_30, 2_00, time.Sunday)}
	runWindows(t, map[string]windowCase{
		"the day before":            {office, "2026-03-07T14:59:00Z", "2026-03-07T15:00:00Z"},
		"an hour earlier in UTC":    {office, "2026-03-08T13:59:00Z", "2026-03-08T14:00:00Z"},
		"over the change":           {office, "2026-03-07T22:00:00Z", "2026-03-08T14:00:00Z"},
		"over the change back":      {office, "2026-10-31T21:00:00Z", "2026-11-01T15:00:00Z"},
		"a short night is open":     {night, "2026-03-08T07:59:00Z", ""},
		"and ends at four":          {night, "2026-03-08T08:00:00Z", "2026-03-15T02:00:00Z"},
		"a long night is open":      {night, "2026-11-01T08:59:00Z", ""},
		"and ends at four as well":  {night, "2026-11-01T09:00:00Z", "2026-11-08T03:00:00Z"},
		"two o'clock is left out":   {early, "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z"},
		"three instead":             {early, "2026-03-08T07:00:00Z", ""},
		"a week before the change":  {early, "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z"},
		"the first half past one":   {twice, "2026-11-01T05:29:00Z", "2026-11-01T05:30:00Z"},
		"between the two":           {twice, "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z"},
		"the second half past one":  {twice, "2026-11-01T06:59:00Z", ""},
		"after the second":          {twice, "2026-11-01T07:00:00Z", "2026-11-08T06:30:00Z"},
		"a span that is left out":   {Window{span(ny, 2_00, 3_00, time.Sunday)}, "2026-03-08T06:00:00Z", "2026-03-15T06:00:00Z"},
		"the same without a change": {Window{span(ny, 2_00, 3_00, time.Sunday)}, "2026-03-01T06:00:00Z", "2026-03-01T07:00:00Z"},
	})
}

// A window whose beginning is left out is open from the moment on at which the clock is past it.
func TestABeginningInTheHourThatIsLeftOut(t *testing.T) {
	t.Parallel()
	late := Window{span(zone(t, "America/New_York"), 2_30, 5_00, time.Sunday)}
	runWindows(t, map[string]windowCase{
		"three o'clock":  {late, "2026-03-08T07:00:00Z", ""},
		"a minute early": {late, "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z"},
	})
}

// A window that ends in the hour that comes twice opens a second time.
func TestAnEndInTheHourThatComesTwice(t *testing.T) {
	t.Parallel()
	early := Window{span(zone(t, "America/New_York"), 0, 1_30, time.Sunday)}
	runWindows(t, map[string]windowCase{
		"ends":         {early, "2026-11-01T05:30:00Z", "2026-11-01T06:00:00Z"},
		"opens again":  {early, "2026-11-01T06:29:00Z", ""},
		"ends for all": {early, "2026-11-01T06:30:00Z", "2026-11-08T05:00:00Z"},
	})
}

func randomWindow(r *rand.Rand, zones []*time.Location) (w Window) {
	for range 1 + r.IntN(3) {
		s := Span{From: r.IntN(24 * 60), To: r.IntN(24*60 + 1), Zone: zones[r.IntN(len(zones))]}
		for d := range s.Days {
			s.Days[d] = r.IntN(3) == 0
		}
		s.Days[r.IntN(7)] = true
		w = append(w, s)
	}
	return w
}

// Next gives an open moment that is not before the given one, and none between the two is open.
func checkNext(t *testing.T, w Window, now time.Time, r *rand.Rand) {
	t.Helper()
	next := w.Next(now)
	if next.Before(now) || !w.Open(next) || next.Sub(now) > 8*24*time.Hour {
		t.Fatalf("%+v: after %v comes %v, open: %v", w, now, next, w.Open(next))
	}
	if w.Open(now) != next.Equal(now) {
		t.Fatalf("%+v: open at %v, and yet next is %v", w, now, next)
	}
	minutes := int(next.Sub(now) / time.Minute)
	for range min(minutes, 300) {
		if between := now.Add(time.Duration(r.IntN(minutes)) * time.Minute); w.Open(between) {
			t.Fatalf("%+v: after %v comes %v, but it is open at %v", w, now, next, between)
		}
	}
	if minutes > 0 && w.Open(next.Add(-time.Nanosecond)) {
		t.Fatalf("%+v: after %v comes %v, but it is open just before that", w, now, next)
	}
}

func TestNextIsTheFirstOpenMoment(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2026, 3))
	zones := []*time.Location{time.UTC, zone(t, "Asia/Shanghai"), zone(t, "Asia/Kolkata")}
	start := moment(t, "2026-01-01T00:00:00Z")
	for range 3000 {
		checkNext(t, randomWindow(r, zones), start.Add(time.Duration(r.Int64N(int64(365*24*time.Hour)))), r)
	}
}

// The same where clocks change, in the days around it.
func TestNextIsTheFirstOpenMomentWhereClocksChange(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{zone(t, "America/New_York")}
	for _, change := range []string{"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"} {
		t.Run(change[:10], func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2026, 11))
			start := moment(t, change).Add(-36 * time.Hour)
			for range 3000 {
				checkNext(t, randomWindow(r, zones), start.Add(time.Duration(r.Int64N(int64(72*time.Hour)))), r)
			}
		})
	}
}
