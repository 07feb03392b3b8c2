package fcsim

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// The account a simulator has when Options leave it out. They are no secrets: the documentation names them.
const (
	DefaultAccountID       = "1234567890123456"
	DefaultRegion          = "cn-hangzhou"
	DefaultAccessKeyID     = "example-key-id"
	DefaultAccessKeySecret = "example-key-secret"
)

// Key is what the simulator knows about one access key id: requests are signed with Secret, and when
// Token is set they must carry it as the security token too.
type Key struct{ Secret, Token string }

// Options describe a simulator's account and temper; the zero value is a working one with the Default… constants.
type Options struct {
	AccountID string
	Region    string
	Keys      map[string]Key   // by access key id; empty means the one default key
	Seed      uint64           // drives weights, failure rates and generated ids
	Latency   time.Duration    // waited before a request takes effect
	NoAuth    bool             // accept requests without looking at their signature
	Quirks    Quirks           // see Quirks
	Now       func() time.Time // clock of createdTime and lastModifiedTime; nil means time.Now
	FineTimes bool             // give these times with fractions of a second, where the default cuts to whole ones
}

// Simulator is one account in one region, served as an http.Handler. All methods may be called at any time
// from any goroutine.
type Simulator struct {
	accountID, region string
	keys              map[string]Key
	noAuth            bool
	started           time.Time

	store    *store
	runs     *runs
	faults   faultList
	gate     gate
	requests requestLog
	control  *http.ServeMux

	mu            sync.Mutex
	quirks        Quirks
	latency       time.Duration
	before, after func(Entry)
}

// New makes an empty account.
func New(o Options) *Simulator {
	s := &Simulator{
		accountID: orDefault(o.AccountID, DefaultAccountID),
		region:    orDefault(o.Region, DefaultRegion),
		keys:      maps.Clone(o.Keys),
		noAuth:    o.NoAuth,
		started:   time.Now(),
		quirks:    o.Quirks.clone(),
		latency:   o.Latency,
	}
	if len(s.keys) == 0 {
		s.keys = map[string]Key{DefaultAccessKeyID: {Secret: DefaultAccessKeySecret}}
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	s.store = newStore(s.accountID, s.region, o.Seed, now)
	s.store.fineTimes = o.FineTimes
	s.runs = newRuns(rand.New(rand.NewPCG(o.Seed, 0x6663)))
	s.requests.seed = o.Seed
	s.control = s.controlRoutes()
	return s
}

// Quirks returns the quirks in force.
func (s *Simulator) Quirks() Quirks {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quirks.clone()
}

// SetQuirks replaces all quirks for requests that arrive from now on.
func (s *Simulator) SetQuirks(q Quirks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quirks = q.clone()
}

// SetLatency changes the wait before a request takes effect, for requests that arrive from now on.
func (s *Simulator) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// OnRequest calls before ahead of each API request's effect and after once it took effect but ahead of its
// answer, on the request's own goroutine: a hook that blocks holds the request. Either may be nil; a second call
// replaces the first.
func (s *Simulator) OnRequest(before, after func(Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = before, after
}

func (s *Simulator) hooks() (before, after func(Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.before, s.after
}

func (s *Simulator) wait() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latency
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
