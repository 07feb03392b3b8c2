package fc

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fcopen "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"

	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// Options say where the API is and how patient to be.
type Options struct {
	Scheme string // "https" or "http"
	Host   string // host, with a port where it is not the scheme's
	Region string

	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // with the two above, or the default chain when all are empty

	UserAgent string
	// CallTimeout bounds one call from connecting to the last byte; 10 s when zero.
	CallTimeout time.Duration
	Retry       retry.Policy
	Clock       retry.Clock
	// OnCall hears of every call once it has ended.
	OnCall func(Call)
	// OnRetry hears of each wait before a read is repeated.
	OnRetry func(err error, wait time.Duration)
}

// Call is what one call was, for debugging.
type Call struct {
	Op, Resource, RequestID string
	Status                  int // 0 when no answer was understood
	Took                    time.Duration
	Err                     error
}

// MaxParallel is how many calls a caller should have under way at once, and how many connections are kept.
const MaxParallel = 256

// V2 is a client of the FC 2.0 API.
type V2 struct {
	sdk     fcopen.Client
	http    *http.Client
	timeout time.Duration
	opts    Options
}

// Dial makes a client; it connects to nothing yet, but a default credential chain may ask its sources.
func Dial(opts Options) (*V2, error) {
	cred, err := credential(opts)
	if err != nil {
		return nil, fmt.Errorf("find credentials: %s", withoutBody(err))
	}
	sdk, err := fcopen.NewClient(&openapi.Config{
		Credential: cred,
		Endpoint:   tea.String(opts.Host),
		Protocol:   tea.String(opts.Scheme),
		RegionId:   tea.String(opts.Region),
		UserAgent:  tea.String(opts.UserAgent),
	})
	if err != nil {
		return nil, fmt.Errorf("set up the client: %w", err)
	}
	return &V2{sdk: *sdk, http: httpClient(), timeout: cmp.Or(opts.CallTimeout, 10*time.Second), opts: opts}, nil
}

func credential(opts Options) (credentials.Credential, error) {
	if opts.AccessKeyID == "" && opts.AccessKeySecret == "" {
		cred, err := credentials.NewCredential(nil)
		if err != nil {
			return nil, fmt.Errorf("default chain: %w", err)
		}
		// Asked now, so that a job without credentials fails before anything is called.
		if _, err := cred.GetCredential(); err != nil {
			return nil, fmt.Errorf("default chain: %w", err)
		}
		return cred, nil
	}
	config := &credentials.Config{
		Type:            tea.String("access_key"),
		AccessKeyId:     tea.String(opts.AccessKeyID),
		AccessKeySecret: tea.String(opts.AccessKeySecret),
	}
	if opts.SecurityToken != "" {
		config.Type = tea.String("sts")
		config.SecurityToken = tea.String(opts.SecurityToken)
	}
	return credentials.NewCredential(config)
}

func httpClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			MaxIdleConns:          MaxParallel,
			MaxIdleConnsPerHost:   MaxParallel,
			IdleConnTimeout:       90 * time.Second,
			ExpectContinueTimeout: time.Second,
			ForceAttemptHTTP2:     true,
		},
		// A redirect would carry the security token to a host that nobody named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
