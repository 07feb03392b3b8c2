package fc

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	fcopen "github.com/alibabacloud-go/fc-open-20210406/v2/client"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// maxAnswer bounds what is read of one answer.
const maxAnswer = 16 << 20

// operation names a call for errors.
type operation struct {
	name     string // the API's operation
	resource string
	write    bool
	raw      bool // the answer's body is not JSON
	// identity is a field without which a read's answer is no answer, such as versionId.
	identity string
}

// exchange is one request and its answer below the SDK. It lives for one call and carries that call's context,
// because the SDK of FC 2.0 has no place for one.
type exchange struct {
	ctx    context.Context
	client *http.Client
	sent   atomic.Bool
	status int
	header http.Header
	body   []byte
	err    error
}

// Call implements the SDK's hook.
func (x *exchange) Call(req *http.Request, _ *http.Transport) (*http.Response, error) {
	if err := x.ctx.Err(); err != nil {
		return nil, err
	}
	x.sent.Store(true)
	resp, err := x.client.Do(req.WithContext(x.ctx))
	if err != nil {
		x.err = err
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	x.status, x.header = resp.StatusCode, resp.Header
	x.body, x.err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if x.err == nil && len(x.body) > maxAnswer {
		x.err = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	}
	if x.err != nil {
		return nil, x.err
	}
	resp.Body = io.NopCloser(bytes.NewReader(x.body))
	return resp, nil
}

// read runs a call that changes nothing and repeats it as the policy allows.
func (c *V2) read(ctx context.Context, op operation, call func(*fcopen.Client) error) (doc release.Document, err error) {
	b := retry.New(c.opts.Clock, c.opts.Retry, c.opts.OnRetry)
	err = retry.Do(ctx, b, release.Retryable, func(ctx context.Context) error {
		doc, err = c.once(ctx, op, call)
		return err
	})
	return doc, err
}

// once runs a call a single time.
func (c *V2) once(ctx context.Context, op operation, call func(*fcopen.Client) error) (release.Document, error) {
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	x := &exchange{ctx: timed, client: c.http}
	sdk := c.sdk
	sdk.HttpClient = x
	began := c.opts.Clock.Now()
	doc, err := x.finish(ctx, timed, op, func() error { return call(&sdk) })
	if c.opts.OnCall != nil {
		c.opts.OnCall(Call{
			Op: op.name, Resource: op.resource, RequestID: x.requestID(), Status: x.status, Took: c.opts.Clock.Now().Sub(began), Err: err,
		})
	}
	return doc, err
}

// finish waits for the call, and no longer than its time when the SDK has not even sent it: it may be asking for
// credentials, which knows no context. What is not sent by then never will be, since the exchange's context has ended.
func (x *exchange) finish(ctx, timed context.Context, op operation, call func() error) (release.Document, error) {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return x.result(ctx, op, err)
	case <-timed.Done():
	}
	if x.sent.Load() {
		return x.result(ctx, op, <-done)
	}
	return release.Document{}, &release.APIError{
		Op: op.name, Resource: op.resource, Retryable: ctx.Err() == nil, Err: errors.New("the call was not sent in time: no credentials came"),
	}
}

// result judges the answer itself: the SDK's own error would lack the status of what it cannot parse.
func (x *exchange) result(ctx context.Context, op operation, sdkErr error) (release.Document, error) {
	fail := &release.APIError{Op: op.name, Resource: op.resource, Status: x.status, RequestID: x.requestID()}
	switch {
	case x.err != nil:
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](x.err)
		fail.Err, fail.Retryable, fail.Unknown = plainCause(ctx, x.err), (ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded)) && !untrusted, op.write && !untrusted
		fail.Late = fail.Unknown
		return release.Document{}, fail
	case x.status == 0:
		// Credentials were found at the start, so what fails now is their renewal.
		fail.Err, fail.Retryable = fmt.Errorf("the call was not sent: %s", withoutBody(sdkErr)), ctx.Err() == nil
		return release.Document{}, fail
	case x.status < 200 || x.status > 299:
		x.explain(fail, op.write)
		return release.Document{}, fail
	case op.raw:
		return release.Document{}, nil
	}
	fields, err := decodeObject(x.body)
	if err == nil && !op.write {
		err = checkWhole(fields, op.identity, x.body)
	}
	if err != nil {
		fail.Err, fail.Retryable, fail.Unknown = err, true, op.write
		return release.Document{}, fail
	}
	answered, _ := http.ParseTime(x.header.Get("Date")) // zero when it is absent or no time
	return release.Document{Fields: fields, ETag: x.header.Get("Etag"), Answered: answered}, nil
}

// withoutBody cuts an answer out of an error of the credential chain: it may hold keys.
func withoutBody(err error) string {
	if err == nil {
		return "no reason given"
	}
	text, _, _ := strings.Cut(err.Error(), "{")
	return clip(text, 300)
}

func (x *exchange) requestID() string { return clip(x.header.Get("X-Fc-Request-Id"), 80) }

// plainCause drops the URL that net/http puts in front, and says "cancelled" instead of a library's words.
func plainCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no complete answer in time: %w", context.DeadlineExceeded)
	}
	type unwrapper interface{ Unwrap() error }
	if u, ok := err.(unwrapper); ok && strings.Contains(err.Error(), "://") {
		return u.Unwrap()
	}
	return err
}

// checkWhole refuses a success that says nothing: acting on it would mean acting on an empty resource.
func checkWhole(fields map[string]any, identity string, body []byte) error {
	switch {
	case len(bytes.TrimSpace(body)) == 0 || fields == nil:
		return errors.New("the answer is empty")
	case identity != "" && str(fields, identity) == "":
		return fmt.Errorf("the answer lacks %s", identity)
	}
	return nil
}

func decodeObject(body []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // numbers go back to the API as they came
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return nil, fmt.Errorf("the answer is not a JSON object: %w", err)
	}
	return fields, nil
}
