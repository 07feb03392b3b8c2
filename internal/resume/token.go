package resume

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/release"
)

// Token is a place in a rollout, for a later job to go on from. It holds no secret.
type Token struct {
	// Account is the digest of the account's id as AccountDigest gives it; Account and Region are empty when unknown.
	Account, Region string
	Target          release.Target
	ID              string
	Base            string
	Canary          string // empty while it is not published
	Schedule        plan.Schedule
	// Stage is the one in force; with 0 nothing was written yet, and Begin says how to begin.
	Stage    int
	ResumeAt time.Time // zero when somebody's decision is waited for
	Created  time.Time
	// Window is the release window as the user wrote it; empty without one.
	Window string
	Begin  *Begin
}

// Begin is what a rollout that has not begun needs besides.
type Begin struct {
	Version, Base     string // as asked for
	Triggers, Domains plan.Selection
	Mention           bool
	Description       string
	// Content is the digest of what LATEST held; empty where a version was asked for.
	Content string
	// Before is what the alias sent traffic to, nil when it did not exist, and Mark the digest of the marker that it had.
	Before *release.Traffic
	Mark   string
}

// The form of a token is
//
//	fcr1.BASE64URL(nonce, scrambled(checksum, JSON))
//
// Scrambling hides nothing from anybody. It keeps names that a CI system masks, plain or in base64, from being found
// inside, because a masked output is not handed over.
const tokenForm = "1"

const (
	nonceSize = 4
	checkSize = 6
	// maxToken bounds what is decoded: a plan with the finest steps, of 0.01 %, stays below.
	maxToken     = 128 << 10
	maxStages    = int(release.Full)
	maxFunctions = 1000
	maxHold      = 60 * 24 * time.Hour
)

// wireToken is the JSON inside. Weights are hundredths of a percent, holds milliseconds (-1: approve) behind each weight
// but the last, of which the last one repeats, times milliseconds since 1970.
type wireToken struct {
	Account   string     `json:"u,omitempty"`
	Region    string     `json:"r,omitempty"`
	Service   string     `json:"s"`
	Functions []string   `json:"f,omitempty"`
	Alias     string     `json:"a"`
	ID        string     `json:"i"`
	Base      string     `json:"b,omitempty"`
	Canary    string     `json:"c,omitempty"`
	Weights   []int      `json:"w"`
	Holds     []int64    `json:"h,omitempty"`
	Stage     int        `json:"n"`
	ResumeAt  int64      `json:"t,omitempty"`
	Created   int64      `json:"o"`
	Window    string     `json:"y,omitempty"`
	Begin     *wireBegin `json:"g,omitempty"`
}

type wireBegin struct {
	Version     string         `json:"v,omitempty"`
	Base        string         `json:"b,omitempty"`
	Triggers    []string       `json:"t,omitempty"` // "*" stands for auto
	Domains     []string       `json:"d,omitempty"`
	Mention     bool           `json:"m,omitempty"`
	Description string         `json:"x,omitempty"`
	Content     string         `json:"k,omitempty"`
	Mark        string         `json:"l,omitempty"`
	Main        string         `json:"p,omitempty"`
	Extra       map[string]int `json:"e,omitempty"`
}

// Encode writes the token. Another nonce gives another text for the same token.
func (t Token) Encode(nonce [nonceSize]byte) (string, error) {
	body, err := json.Marshal(t.wire())
	if err != nil {
		return "", fmt.Errorf("write the token: %w", err)
	}
	sum := sha256.Sum256(body)
	plain := append(sum[:checkSize:checkSize], body...)
	return "fcr" + tokenForm + "." + base64.RawURLEncoding.EncodeToString(append(nonce[:], scrambled(nonce[:], plain)...)), nil
}

// scrambled is its own reverse.
func scrambled(nonce, data []byte) []byte {
	out := make([]byte, len(data))
	var block [sha256.Size]byte
	for i := range data {
		if i%sha256.Size == 0 {
			block = sha256.Sum256(binary.BigEndian.AppendUint32(append([]byte("fc-rollout token "), nonce...), uint32(i/sha256.Size)))
		}
		out[i] = data[i] ^ block[i%sha256.Size]
	}
	return out
}

// Decode reads a token. Its errors say what is wrong and never repeat it.
func Decode(text string) (Token, error) {
	rest, err := checkForm(text)
	if err != nil {
		return Token{}, err
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(raw) < nonceSize+checkSize || strings.ContainsAny(rest, "\r\n") { // which base64 lets pass
		return Token{}, errDamaged
	}
	plain := scrambled(raw[:nonceSize], raw[nonceSize:])
	body := plain[checkSize:]
	if sum := sha256.Sum256(body); string(sum[:checkSize]) != string(plain[:checkSize]) {
		return Token{}, errDamaged
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var w wireToken
	if err := d.Decode(&w); err != nil || !w.valid() {
		return Token{}, errDamaged
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Token{}, errDamaged
	}
	return w.token(), nil
}

// checkForm takes the prefix off.
func checkForm(text string) (rest string, err error) {
	form, rest, _ := strings.Cut(text, ".")
	m := prefix.FindStringSubmatch(form)
	switch {
	case len(text) > maxToken:
		return "", fmt.Errorf("longer than %d KiB, so it is no token of fc-rollout", maxToken>>10)
	case m == nil || rest == "":
		return "", errors.New("malformed: a token begins with fcr1. and is the whole value of the output resume_token")
	case m[1] != tokenForm:
		return "", fmt.Errorf("its format is %s, and this program reads format %s; use the version of fc-rollout that made it", m[1], tokenForm)
	}
	return rest, nil
}

var prefix = regexp.MustCompile(`^fcr([0-9]{1,6})$`)

var errDamaged = errors.New("damaged: the checksum does not fit; was it pasted whole, and is it unchanged?")

func (t Token) wire() wireToken {
	w := wireToken{
		Account: t.Account, Region: t.Region, Service: t.Target.Service, Functions: t.Target.Functions, Alias: t.Target.Alias,
		ID: t.ID, Base: t.Base, Canary: t.Canary, Stage: t.Stage, ResumeAt: millis(t.ResumeAt), Created: millis(t.Created), Window: t.Window,
	}
	for i, st := range t.Schedule {
		w.Weights = append(w.Weights, int(st.Weight))
		if i == len(t.Schedule)-1 {
			break // nothing follows it
		}
		hold := st.Interval.Milliseconds()
		if st.Interval%time.Millisecond > 0 {
			hold++ // never shorter
		}
		if st.Approve {
			hold = -1
		}
		w.Holds = append(w.Holds, hold)
	}
	for n := len(w.Holds); n > 1 && w.Holds[n-1] == w.Holds[n-2]; n = len(w.Holds) {
		w.Holds = w.Holds[:n-1]
	}
	if b := t.Begin; b != nil {
		w.Begin = &wireBegin{
			Version: b.Version, Base: b.Base, Triggers: names(b.Triggers), Domains: names(b.Domains), Mention: b.Mention, Description: b.Description, Content: b.Content, Mark: b.Mark,
		}
		if b.Before != nil {
			w.Begin.Main, w.Begin.Extra = b.Before.Main, map[string]int{}
			for v, share := range b.Before.Extra {
				w.Begin.Extra[v] = int(share)
			}
		}
	}
	return w
}

func names(s plan.Selection) []string {
	if s.Auto {
		return []string{"*"}
	}
	return s.Names
}

func selection(names []string) plan.Selection {
	if len(names) == 1 && names[0] == "*" {
		return plan.Selection{Auto: true}
	}
	return plan.Selection{Names: names}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - time.Nanosecond).UnixMilli() // never earlier
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// valid refuses what no program of ours writes.
func (w wireToken) valid() bool {
	n := len(w.Weights)
	return w.Service != "" && w.Alias != "" && isID(w.ID) && len(w.Functions) <= maxFunctions &&
		n <= maxStages && w.Stage >= 0 && w.Stage < n && w.validBeginning() && w.validSchedule()
}

// validBeginning demands what is needed to begin, or to go on.
func (w wireToken) validBeginning() bool {
	if w.Stage == 0 {
		return w.Begin != nil && len(w.Functions) > 0
	}
	return w.Begin == nil && w.Canary != ""
}

func (w wireToken) validSchedule() bool {
	last := 0
	for _, hundredths := range w.Weights {
		if hundredths <= last || hundredths > int(release.Full) {
			return false
		}
		last = hundredths
	}
	for _, hold := range w.Holds {
		if hold < -1 || hold > maxHold.Milliseconds() {
			return false
		}
	}
	return (len(w.Holds) > 0) == (len(w.Weights) > 1) && len(w.Holds) <= max(len(w.Weights)-1, 0)
}

func (w wireToken) token() Token {
	t := Token{
		Account: w.Account, Region: w.Region, Target: release.Target{Service: w.Service, Functions: w.Functions, Alias: w.Alias},
		ID: w.ID, Base: w.Base, Canary: w.Canary, Stage: w.Stage, ResumeAt: moment(w.ResumeAt), Created: moment(w.Created), Window: w.Window,
	}
	for i, hundredths := range w.Weights {
		st := plan.Stage{Weight: release.Weight(hundredths)}
		if i < len(w.Weights)-1 {
			hold := w.Holds[min(i, len(w.Holds)-1)]
			st.Approve = hold == -1
			st.Interval = time.Duration(max(hold, 0)) * time.Millisecond
		}
		t.Schedule = append(t.Schedule, st)
	}
	if w.Begin != nil {
		t.Begin = w.Begin.begin()
	}
	return t
}

func (b wireBegin) begin() *Begin {
	out := &Begin{
		Version: b.Version, Base: b.Base, Triggers: selection(b.Triggers), Domains: selection(b.Domains), Mention: b.Mention, Description: b.Description, Content: b.Content, Mark: b.Mark,
	}
	if b.Main != "" {
		extra := map[string]release.Weight{}
		for v, share := range b.Extra {
			extra[v] = release.Weight(share)
		}
		before := release.NewTraffic(b.Main, extra)
		out.Before = &before
	}
	return out
}

// isID tells whether the text has the form of a rollout's id.
func isID(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789abcdef") == "" }

// AccountDigest stands for an account id in a token; empty for none.
func AccountDigest(account string) string {
	if account == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("fc-rollout account " + account))
	return hex.EncodeToString(sum[:6])
}
