package resume

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// noneOf fails when an error repeats a part of the token that it is about.
func noneOf(t *testing.T, err error, text string) {
	t.Helper()
	const length = 10
	for i := 0; i+length <= len(text); i++ {
		if strings.Contains(err.Error(), text[i:i+length]) {
			t.Fatalf("the error repeats %q of the token: %v", text[i:i+length], err)
		}
	}
}

func TestEveryChangedCharacterIsNoticed(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"cn", "cn-", "cn-h"} { // base64 ends in three ways, of which two leave bits unused
		text := encoded(t, token(func(t *Token) { t.Region = region }), fixedNonce)
		for i := range text {
			for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n" {
				if text[i] == byte(c) {
					continue
				}
				changed := text[:i] + string(c) + text[i+1:]
				got, err := Decode(changed)
				if err == nil {
					t.Fatalf("with %q at %d: %+v", c, i, got)
				}
				noneOf(t, err, changed)
			}
		}
	}
}

func TestPartsOfATokenAreRefused(t *testing.T) {
	t.Parallel()
	text := encoded(t, waiting(), fixedNonce)
	for i := range text {
		for what, part := range map[string]string{"beginning": text[:i], "rest": text[i+1:], "without one character": text[:i] + text[i+1:]} {
			got, err := Decode(part)
			if err == nil {
				t.Fatalf("the %s at %d: %+v", what, i, got)
			}
			noneOf(t, err, part)
		}
	}
	for _, more := range []string{text + "A", text + text, text + "=", text + "." + text, text + " ", "A" + text} {
		if got, err := Decode(more); err == nil {
			t.Errorf("%s: %+v", more, got)
		}
	}
}

func TestWhatIsNoTokenIsRefused(t *testing.T) {
	t.Parallel()
	_, body, _ := strings.Cut(encoded(t, waiting(), fixedNonce), ".")
	for name, c := range map[string]struct {
		text string
		says []string
	}{
		"nothing":        {"", []string{"malformed", "resume_token"}},
		"a word":         {"resume", []string{"malformed"}},
		"prefix alone":   {"fcr1", []string{"malformed"}},
		"empty":          {"fcr1.", []string{"malformed"}},
		"no prefix":      {body, []string{"malformed"}},
		"upper case":     {"FCR1." + body, []string{"malformed"}},
		"no number":      {"fcr." + body, []string{"malformed"}},
		"a long number":  {"fcr1234567." + body, []string{"malformed"}},
		"next format":    {"fcr2." + body, []string{"format is 2,", "format 1"}},
		"later format":   {"fcr10." + body, []string{"format is 10,", "format 1"}},
		"another's form": {"fcr2.anything at all", []string{"format is 2,", "format 1"}},
		"short":          {"fcr1.AAAA", []string{"damaged"}},
		"only a nonce":   {"fcr1." + base64.RawURLEncoding.EncodeToString(make([]byte, nonceSize)), []string{"damaged"}},
		"no body":        {"fcr1." + base64.RawURLEncoding.EncodeToString(make([]byte, nonceSize+checkSize)), []string{"damaged"}},
		"zeros":          {"fcr1." + strings.Repeat("A", 400), []string{"damaged"}},
		"not base64":     {"fcr1." + strings.Repeat("*", 400), []string{"damaged"}},
		"oversized":      {"fcr1." + strings.Repeat("A", maxToken), []string{"KiB"}},
		"a huge prefix":  {strings.Repeat("fcr1", maxToken), []string{"KiB"}},
	} {
		got, err := Decode(c.text)
		if err == nil || !reflect.DeepEqual(got, Token{}) {
			t.Errorf("%s: %+v, %v; want an error", name, got, err)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v; want %q", name, err, word)
			}
		}
		if len(c.text) < 1000 {
			noneOf(t, err, c.text)
		}
	}
}

// sealed makes a token around any body, with a checksum that fits.
func sealed(body []byte) string {
	sum := sha256.Sum256(body)
	plain := append(sum[:checkSize:checkSize], body...)
	return "fcr1." + base64.RawURLEncoding.EncodeToString(append(fixedNonce[:], scrambled(fixedNonce[:], plain)...))
}

func forged(t testing.TB, change func(*wireToken)) string {
	t.Helper()
	w := waiting().wire()
	change(&w)
	body, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return sealed(body)
}

// A checksum is no signature: whoever reads the source can make one that fits.
func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	if got, err := Decode(forged(t, func(*wireToken) {})); err != nil || !reflect.DeepEqual(got, waiting()) {
		t.Fatalf("what is not forged: %+v, %v", got, err)
	}
	for name, change := range map[string]func(*wireToken){
		"weights fall":            func(w *wireToken) { w.Weights = []int{20_00, 10_00, 100_00} },
		"weights stay":            func(w *wireToken) { w.Weights = []int{10_00, 10_00, 100_00} },
		"no weights":              func(w *wireToken) { w.Weights = nil },
		"no weight in force":      func(w *wireToken) { w.Weights = []int{} },
		"weight of nothing":       func(w *wireToken) { w.Weights[0] = 0 },
		"negative weight":         func(w *wireToken) { w.Weights[0] = -10_00 },
		"more than all":           func(w *wireToken) { w.Weights[2] = 100_01 },
		"too many weights":        func(w *wireToken) { w.Weights = upTo(100_01) },
		"stage at the end":        func(w *wireToken) { w.Stage = 3 },
		"stage beyond":            func(w *wireToken) { w.Stage = 1 << 40 },
		"negative stage":          func(w *wireToken) { w.Stage = -1 },
		"no holds":                func(w *wireToken) { w.Holds = nil },
		"negative hold":           func(w *wireToken) { w.Holds[0] = -2 },
		"endless hold":            func(w *wireToken) { w.Holds[0] = 1 << 62 },
		"more holds than weights": func(w *wireToken) { w.Holds = []int64{1, 2, 3, 4} },
		"no id":                   func(w *wireToken) { w.ID = "" },
		"short id":                func(w *wireToken) { w.ID = "0123456789a" },
		"id that breaks a marker": func(w *wireToken) { w.ID = "0123456789a]" },
		"no service":              func(w *wireToken) { w.Service = "" },
		"no alias":                func(w *wireToken) { w.Alias = "" },
		"no canary":               func(w *wireToken) { w.Canary = "" },
		"begun and under way":     func(w *wireToken) { w.Begin = &wireBegin{} },
		"neither":                 func(w *wireToken) { w.Stage = 0 },
		"thousands of functions":  func(w *wireToken) { w.Functions = strings.Split(strings.Repeat("f,", 5000), ",") },
	} {
		text := forged(t, change)
		got, err := Decode(text)
		if err == nil || !reflect.DeepEqual(got, Token{}) {
			t.Errorf("%s: %+v, %v; want an error", name, got, err)
			continue
		}
		if len(text) < 2000 {
			noneOf(t, err, text)
		}
	}
}

func upTo(n int) (ws []int) {
	for i := range n {
		ws = append(ws, i+1)
	}
	return ws
}

func TestForgedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(waiting().wire())
	if err != nil {
		t.Fatal(err)
	}
	good := string(body)
	if _, err := Decode(sealed(body)); err != nil {
		t.Fatal(err)
	}
	for name, forged := range map[string]string{
		"nothing":           "",
		"null":              "null",
		"a list":            "[" + good + "]",
		"a text":            `"fcr1"`,
		"an unknown field":  good[:len(good)-1] + `,"z":1}`,
		"cut":               good[:len(good)-1],
		"two":               good + good,
		"a brace too many":  good + "}",
		"a bracket behind":  good + "]",
		"a text as number":  strings.Replace(good, `"n":1`, `"n":"1"`, 1),
		"half a stage":      strings.Replace(good, `"n":1`, `"n":1.5`, 1),
		"a stage too large": strings.Replace(good, `"n":1`, `"n":1e99`, 1),
	} {
		if got, err := Decode(sealed([]byte(forged))); err == nil {
			t.Errorf("%s: %+v, want an error", name, got)
		}
	}
}
