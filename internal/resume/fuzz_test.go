package resume

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fc-rollout/fc-rollout/internal/plan"
)

// again fails unless what was decoded is written and read without a loss.
func again(t *testing.T, got Token) {
	t.Helper()
	text, err := got.Encode(fixedNonce)
	if err != nil {
		t.Fatalf("%+v cannot be written: %v", got, err)
	}
	second, err := Decode(text)
	if err != nil {
		t.Fatalf("%+v is written as %s, which cannot be read: %v", got, text, err)
	}
	if more, err := second.Encode(fixedNonce); err != nil || more != text {
		t.Fatalf("%+v comes back as %+v, %v", got, second, err)
	}
	if got.Stage < 0 || got.Stage >= len(got.Schedule) || (got.Stage == 0) != (got.Begin != nil) || !isID(got.ID) || plan.CheckPlans(got.Schedule) != nil {
		t.Fatalf("%+v is no place in a rollout", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, tok := range tokens() {
		f.Add(encoded(f, tok, fixedNonce))
	}
	for _, seed := range []string{"", "fcr1.", "fcr1.AAAA", "fcr2.AAAA", "fcr1", "fcr999999.x", "fcr1.AAAAAAAAAAAAAAAAAAAAAAAA\n", "fcr1.=", "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Decode(text)
		if err == nil {
			again(t, got)
			return
		}
		if _, body, _ := strings.Cut(text, "."); len(body) > 15 && strings.Contains(err.Error(), body) {
			t.Fatalf("the error repeats the token: %v", err)
		}
	})
}

// The checksum keeps FuzzDecode from what lies behind it.
func FuzzDecodeForged(f *testing.F) {
	for _, tok := range tokens() {
		body, err := json.Marshal(tok.wire())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, seed := range []string{
		"", "null", "{}", "[]", `{"s":"s","a":"a","i":"0123456789ab","c":"2","w":[1,2],"h":[-1],"n":1,"o":-62135596800000,"t":9223372036854775807,"f":[]}`,
		`{"s":"s","a":"a","i":"0123456789ab","w":[1],"h":[0],"n":0,"g":{"t":["*"],"d":["*","x"],"p":"1","e":{"1":0,"2":-5,"":7}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, err := Decode(sealed(body)); err == nil {
			again(t, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(Mark(marked()))
	f.Add(Mark(with(func(p *plan.Progress) { p.Hold, p.Approve = 0, true })))
	for _, seed := range []string{
		"", "[fcr1 ]", "[fcr2 x]", "[fcr1 0123456789ab 0-2 1/1 100]", "[fcr1 0123456789ab 00-2 01/02 007.50-100.00@1h1h1ns p0 b0 r0]",
		"[fcr1 0123456789ab 1-2 1/99999 0.01-0.02@2562047h47m16.854775807s]", "[fcr1 0123456789ab 1-2 0/0 0]", "[fcr1 0123456789ab 1-2 1/2 20-100@1µs]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, mark string) {
		p, err := Read(mark)
		if err != nil {
			if p != (plan.Progress{}) {
				t.Fatalf("%q gives %+v beside an error", mark, p)
			}
			return
		}
		if p.Stage < 0 || p.Stage > p.Stages || p.Hold < 0 || (p.Next != 0 && p.Next <= p.Weight) || p.Unfinished() != (p.Next > 0) {
			t.Fatalf("%q reads as %+v", mark, p)
		}
		p.Hold = p.Hold.Round(time.Millisecond) // nothing finer is written
		if second, err := Read(Mark(p)); err != nil || second != p {
			t.Fatalf("%q reads as %+v, which is written as %q, which reads as %+v, %v", mark, p, Mark(p), second, err)
		}
		_ = p.Traffic().String()
	})
}

func FuzzSplit(f *testing.F) {
	mark := Mark(marked())
	for _, seed := range []string{
		"", "Shop", mark, "Shop " + mark, mark + " Shop", "[fc-rollout 0123456789ab]", "Shop [fcr1 old] " + mark, "Shop\n\v" + mark + "\t",
		"\xff " + mark, strings.Repeat("灰", 100) + mark, "[fcr2 x]", "[fcr1 [fcr1 x]", "a　" + mark, "\x85[fcr1 \x85]\u00a0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, description string) {
		text, found := Split(description)
		if len(text) > len(description)+1 || !strings.Contains(description, found) {
			t.Fatalf("%q splits into %q and %q", description, text, found)
		}
		if found == "" && text != description {
			t.Fatalf("%q loses something without a marker: %q", description, text)
		}
		_, _ = Read(found)
		if found != "" {
			text, _ = Split(text) // what stood before the last marker may hold another one
		}
		// Whatever the text was, ours behind it is found and fits.
		got := Describe(text, mark)
		if len(got) > DescriptionLimit || !utf8.ValidString(got) {
			t.Fatalf("%q is described in %d bytes as %q", text, len(got), got)
		}
		kept, ours := Split(got)
		if ours != mark {
			t.Fatalf("in %q, the marker is %q", got, ours)
		}
		if clean := strings.TrimSpace(strings.ToValidUTF8(text, "")); !strings.HasPrefix(clean, kept) {
			t.Fatalf("%q keeps %q", text, kept)
		}
	})
}
