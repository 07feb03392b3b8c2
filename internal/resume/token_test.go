package resume

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

var fixedNonce = [nonceSize]byte{1, 2, 3, 4}

func at(text string) time.Time {
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return m
}

// waiting is the token of a rollout whose first weight is in force.
func waiting() Token {
	return Token{
		Account: AccountDigest("1234567890123456"), Region: "cn-hangzhou",
		Target: release.Target{Service: "shop", Functions: []string{"hello"}, Alias: "prod"},
		ID:     rolloutID, Base: "1", Canary: "2",
		Schedule: plan.Schedule{{Weight: 10_00, Interval: 5 * time.Minute}, {Weight: 33_33, Interval: 90 * time.Second}, {Weight: release.Full}},
		Stage:    1, ResumeAt: at("2026-03-08T10:05:00.25Z"), Created: at("2026-03-08T10:00:00Z"),
	}
}

func token(change func(*Token)) Token {
	t := waiting()
	change(&t)
	return t
}

func tokens() map[string]Token {
	traffic := release.Traffic{Main: "1", Extra: map[string]release.Weight{"7": 5_00, "8": 12_34}}
	begun := func(b Begin) Token {
		return token(func(t *Token) { t.Stage, t.Canary, t.Begin = 0, "", &b })
	}
	return map[string]Token{
		"waiting": waiting(),
		"approve": token(func(t *Token) { t.Schedule[0], t.ResumeAt = plan.Stage{Weight: 10_00, Approve: true}, time.Time{} }),
		"approve throughout": token(func(t *Token) {
			t.Schedule[0].Interval, t.Schedule[0].Approve = 0, true
			t.Schedule[1] = plan.Stage{Weight: 20_00, Approve: true}
		}),
		"equal holds": token(func(t *Token) {
			t.Schedule = plan.Schedule{{Weight: 1, Interval: time.Minute}, {Weight: 2, Interval: time.Minute}, {Weight: 3}}
		}),
		"no holds":          token(func(t *Token) { t.Schedule = plan.Schedule{{Weight: 20_00}, {Weight: 40_00}, {Weight: release.Full}} }),
		"a hold of 1 ms":    token(func(t *Token) { t.Schedule[0].Interval = time.Millisecond }),
		"a window":          token(func(t *Token) { t.Window = "Mon-Fri 10:00-17:00 Asia/Shanghai" }),
		"with its content":  begun(Begin{Content: "0123456789"}),
		"no base":           token(func(t *Token) { t.Base = "" }),
		"unknown identity":  token(func(t *Token) { t.Account, t.Region = "", "" }),
		"several functions": token(func(t *Token) { t.Target.Functions = []string{"hello", "bye", "order-queue_2"} }),
		"no functions":      token(func(t *Token) { t.Target.Functions = nil }),
		"begun, nothing":    begun(Begin{}),
		"begun, auto":       begun(Begin{Triggers: plan.Selection{Auto: true}, Domains: plan.Selection{Auto: true}}),
		"begun, everything": begun(Begin{
			Version: "2", Base: "1", Triggers: plan.Selection{Names: []string{"web", "hello/timer"}},
			Domains: plan.Selection{Names: []string{"shop.example/api/*"}}, Mention: true, Description: "灰度 <b>&\"\n🚀", Before: &traffic,
		}),
		"begun, plain alias": begun(Begin{Before: &release.Traffic{Main: "1"}}),
		"begun, published":   token(func(t *Token) { t.Stage, t.Begin = 0, &Begin{Mention: true} }),
	}
}

func encoded(t testing.TB, tok Token, nonce [nonceSize]byte) string {
	t.Helper()
	text, err := tok.Encode(nonce)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokensComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, want := range tokens() {
		text := encoded(t, want, fixedNonce)
		if got, err := Decode(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
			t.Errorf("%s: %q needs quotes somewhere", name, text)
		}
	}
}

// A wait may become longer on the way, not shorter.
func TestPartsOfAMillisecondAreRoundedUp(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]time.Duration{
		time.Nanosecond: time.Millisecond, 1500 * time.Microsecond: 2 * time.Millisecond, 2 * time.Millisecond: 2 * time.Millisecond,
	} {
		got, err := Decode(encoded(t, token(func(t *Token) { t.Schedule[0].Interval = in }), fixedNonce))
		if err != nil || got.Schedule[0].Interval != want {
			t.Errorf("%v becomes %v, %v; want %v", in, got.Schedule, err, want)
		}
	}
}

// goldenToken names the fields by itself, so that a change of Token does not change what is expected.
type goldenToken struct {
	Account   string        `json:"account"`
	Region    string        `json:"region"`
	Service   string        `json:"service"`
	Functions []string      `json:"functions"`
	Alias     string        `json:"alias"`
	ID        string        `json:"id"`
	Base      string        `json:"base"`
	Canary    string        `json:"canary"`
	Schedule  []goldenStage `json:"schedule"`
	Stage     int           `json:"stage"`
	ResumeAt  *time.Time    `json:"resume_at"`
	Created   time.Time     `json:"created"`
	Begin     *goldenBegin  `json:"begin"`
}

type goldenStage struct {
	Weight  int   `json:"weight_hundredths"`
	HoldMS  int64 `json:"hold_ms"`
	Approve bool  `json:"approve"`
}

type goldenBegin struct {
	Version      string         `json:"version"`
	Base         string         `json:"base"`
	AutoTriggers bool           `json:"auto_triggers"`
	Triggers     []string       `json:"triggers"`
	AutoDomains  bool           `json:"auto_domains"`
	Domains      []string       `json:"domains"`
	Mention      bool           `json:"mention"`
	Description  string         `json:"description"`
	BeforeMain   string         `json:"before_main"`
	BeforeExtra  map[string]int `json:"before_extra_hundredths"`
}

func (g goldenToken) token() Token {
	t := Token{
		Account: g.Account, Region: g.Region, Target: release.Target{Service: g.Service, Functions: g.Functions, Alias: g.Alias},
		ID: g.ID, Base: g.Base, Canary: g.Canary, Stage: g.Stage, Created: g.Created,
	}
	if g.ResumeAt != nil {
		t.ResumeAt = *g.ResumeAt
	}
	for _, st := range g.Schedule {
		t.Schedule = append(t.Schedule, plan.Stage{Weight: release.Weight(st.Weight), Interval: time.Duration(st.HoldMS) * time.Millisecond, Approve: st.Approve})
	}
	if b := g.Begin; b != nil {
		t.Begin = &Begin{
			Version: b.Version, Base: b.Base, Triggers: plan.Selection{Auto: b.AutoTriggers, Names: b.Triggers},
			Domains: plan.Selection{Auto: b.AutoDomains, Names: b.Domains}, Mention: b.Mention, Description: b.Description,
		}
		if b.BeforeMain != "" {
			t.Begin.Before = &release.Traffic{Main: b.BeforeMain}
			for v, w := range b.BeforeExtra {
				if t.Begin.Before.Extra == nil {
					t.Begin.Before.Extra = map[string]release.Weight{}
				}
				t.Begin.Before.Extra[v] = release.Weight(w)
			}
		}
	}
	return t
}

type goldenFile []struct {
	Name  string      `json:"name"`
	Nonce string      `json:"nonce"`
	Token string      `json:"token"`
	Holds goldenToken `json:"holds"`
}

// A token may wait for days in a pipeline while the program is renewed. Nothing rewrites the file: a new format gets a
// file of its own, and tokens that are made today can be read tomorrow. They are also still made byte for byte as they
// were, so that yesterday's program reads today's.
func TestTokensOfFormat1AreReadAndWrittenForGood(t *testing.T) {
	t.Parallel()
	var golden goldenFile
	readGolden(t, "tokens.fcr1.json", &golden)
	if len(golden) < 5 {
		t.Errorf("only %d tokens", len(golden))
	}
	for _, g := range golden {
		want := g.Holds.token()
		if got, err := Decode(g.Token); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", g.Name, got, err, want)
		}
		var nonce [nonceSize]byte
		if n, err := hex.Decode(nonce[:], []byte(g.Nonce)); err != nil || n != nonceSize {
			t.Fatalf("%s: nonce %q", g.Name, g.Nonce)
		}
		if got := encoded(t, want, nonce); tokenForm == "1" && got != g.Token {
			t.Errorf("%s: is written as\n%s, want\n%s", g.Name, got, g.Token)
		}
	}
}

// GitHub takes tokens as outputs, GitLab as variables; people paste them.
func TestTokensOfLongPlansStayShort(t *testing.T) {
	t.Parallel()
	long := func(what string) string { return (what + "-of-the-order-and-payment-department-in-eu")[:40] }
	tok := token(func(t *Token) {
		t.Target = release.Target{Service: long("service"), Functions: []string{long("function")}, Alias: long("alias")}
		t.Base, t.Canary, t.Stage, t.Schedule = "1041", "1042", 23, nil
		for i := range 50 {
			t.Schedule = append(t.Schedule, plan.Stage{Weight: release.Weight(1_97 * (i + 1)), Interval: time.Duration(i+1)*71*time.Second + time.Duration(i)*time.Millisecond})
		}
		t.Schedule = append(t.Schedule, plan.Stage{Weight: release.Full})
	})
	begun := tok
	begun.Stage, begun.Begin = 0, &Begin{
		Version: "1042", Base: "1041", Triggers: plan.Selection{Auto: true}, Domains: plan.Selection{Auto: true}, Before: &release.Traffic{Main: "1041"},
	}
	for name, tok := range map[string]Token{"under way": tok, "not begun": begun} {
		text := encoded(t, tok, fixedNonce)
		if len(text) >= 2048 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		if got, err := Decode(text); err != nil || !reflect.DeepEqual(got, tok) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A rollout must not become impossible to resume by having many steps.
func TestEveryScheduleThatTheInputsAllowCanBeResumed(t *testing.T) {
	t.Parallel()
	var plans []plan.Stage // as many as the input plans may list; 100 % follows by itself
	for i := range 1000 {
		plans = append(plans, plan.Stage{Weight: release.Weight(i + 1), Interval: time.Duration(i+1) * time.Minute})
	}
	for name, shape := range map[string]plan.Shape{
		"10 %":       {Strategy: plan.LinearStep, Weight: 10_00, Interval: time.Minute},
		"0.5 %":      {Strategy: plan.LinearStep, Weight: 50, Interval: time.Minute},
		"0.05 %":     {Strategy: plan.LinearStep, Weight: 5, Interval: time.Minute},
		"0.01 %":     {Strategy: plan.LinearStep, Weight: 1, Interval: time.Minute},
		"1000 plans": {Strategy: plan.CanaryPlans, Plans: plans},
	} {
		s, err := shape.Schedule()
		if err != nil {
			t.Fatal(err)
		}
		want := token(func(t *Token) { t.Schedule = s })
		if got, err := Decode(encoded(t, want, fixedNonce)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s, %d weights: %v", name, len(s), err)
		}
	}
}

// inBase64 are the three texts of which one occurs in any base64 of something that holds the name.
func inBase64(name string) (parts []string) {
	for before := range 3 {
		text := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + name))
		parts = append(parts, text[(before*8+5)/6:(before+len(name))*8/6])
	}
	return parts
}

// CI systems mask secrets, and names that somebody declared secret, also in base64: a masked output is not handed over.
func TestTokensHoldNoNameThatMayBeMasked(t *testing.T) {
	t.Parallel()
	const account = "1234567890123456"
	tok := token(func(t *Token) {
		t.Target = release.Target{Service: "checkout-service", Functions: []string{"create-order"}, Alias: "production"}
	})
	body, err := json.Marshal(tok.wire())
	if err != nil {
		t.Fatal(err)
	}
	bare := base64.RawURLEncoding.EncodeToString(body)
	names := []string{"checkout-service", "create-order", "production", "cn-hangzhou", account}
	for _, name := range names {
		parts := append(inBase64(name), name, base64.StdEncoding.EncodeToString([]byte(name)))
		// The account is not even inside; the others would be found if nothing was scrambled.
		if inside := strings.Contains(string(body), name); inside == (name == account) {
			t.Fatalf("%s in %s: %v", name, body, inside)
		}
		if found := strings.Contains(bare, parts[0]) || strings.Contains(bare, parts[1]) || strings.Contains(bare, parts[2]); found == (name == account) {
			t.Fatalf("%s in %s: %v", name, bare, found)
		}
		for i := range 200 {
			text := encoded(t, tok, [nonceSize]byte{byte(i), 0, byte(i * 7), 255})
			for _, part := range parts {
				if strings.Contains(text, part) {
					t.Errorf("%s of %s is in %s", part, name, text)
				}
			}
		}
	}
}

// When one text happens to hold something that is masked, the next does not.
func TestAnotherNonceGivesAnotherText(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 256 {
		text := encoded(t, waiting(), [nonceSize]byte{0, 0, 0, byte(i)})
		if body := text[len(text)-60:]; seen[body] {
			t.Fatalf("nonce %d gives the same text as another", i)
		} else {
			seen[body] = true
		}
		if got, err := Decode(text); err != nil || !reflect.DeepEqual(got, waiting()) {
			t.Fatalf("nonce %d: %+v, %v", i, got, err)
		}
	}
	if a, b := encoded(t, waiting(), fixedNonce), encoded(t, waiting(), fixedNonce); a != b {
		t.Errorf("one nonce, two texts:\n%s\n%s", a, b)
	}
}

func TestAccountsAreComparedByADigest(t *testing.T) {
	t.Parallel()
	if got := AccountDigest(""); got != "" {
		t.Errorf("no account: %q", got)
	}
	seen := map[string]string{}
	for i := range 100 {
		account := fmt.Sprintf("12345678901234%02d", i)
		digest := AccountDigest(account)
		if digest == "" || strings.Contains(digest, account) || seen[digest] != "" || digest != AccountDigest(account) {
			t.Errorf("%s: %q, as of %q", account, digest, seen[digest])
		}
		seen[digest] = account
	}
}
