package fcsim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
)

// send makes a plain HTTP request and decodes the answer's object, if it is one.
func send(t *testing.T, req *http.Request) (int, map[string]any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	check(t, err)
	var doc map[string]any
	if len(data) > 0 {
		check(t, json.Unmarshal(data, &doc))
	}
	return resp.StatusCode, doc
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	check(t, err)
	return req
}

func TestSDKSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{Keys: map[string]fcsim.Key{
		"id": {Secret: "secret"}, "session": {Secret: "secret", Token: "token"},
	}})
	tests := map[string]struct {
		id, secret, token string
		status            int
		code              string
	}{
		"good":               {"id", "secret", "", 0, ""},
		"good with token":    {"session", "secret", "token", 0, ""},
		"wrong token":        {"session", "secret", "other", 403, "AccessDenied"},
		"missing token":      {"session", "secret", "", 403, "AccessDenied"},
		"wrong secret":       {"id", "other", "", 403, "SignatureNotMatch"},
		"unknown key":        {"who", "secret", "", 403, "InvalidAccessKeyID"},
		"default key is out": {fcsim.DefaultAccessKeyID, fcsim.DefaultAccessKeySecret, "", 403, "InvalidAccessKeyID"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := w.client(tt.id, tt.secret, tt.token)
			// a body, a query and characters that need escapes take part in the signature
			_, err := client.ListServices(&fc.ListServicesRequest{Prefix: tea.String("a b*~+é/"), Limit: tea.Int32(5)})
			if tt.status != 0 {
				wantRefused(t, err, tt.status, tt.code)
				return
			}
			check(t, err)
			_, err = client.TagResource(&fc.TagResourceRequest{ResourceArn: tea.String("x"), Tags: map[string]*string{"ä": tea.String("&")}})
			wantRefused(t, err, 400, "InvalidArgument")
			_, err = client.GetService(tea.String("a b*~é"), &fc.GetServiceRequest{})
			wantRefused(t, err, 404, "ServiceNotFound")
		})
	}
}

func TestUnsigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	tests := map[string]struct {
		authorization string
		status        int
		code          string
	}{
		"none":            {"", 403, "AccessDenied"},
		"other scheme":    {"Bearer x", 403, "SignatureNotMatch"},
		"nothing signed":  {"ACS3-HMAC-SHA256 Credential=example-key-id,SignedHeaders=host,Signature=0", 400, "MissingRequiredHeader"},
		"no key":          {"ACS3-HMAC-SHA256 nonsense", 403, "InvalidAccessKeyID"},
		"older, no date":  {"FC example-key-id:xx", 400, "MissingRequiredHeader"},
		"older, who":      {"FC who:xx", 403, "InvalidAccessKeyID"},
		"older, no colon": {"FC", 403, "InvalidAccessKeyID"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, "GET", w.url+"/2021-04-06/services", "")
			if tt.authorization != "" {
				req.Header.Set("Authorization", tt.authorization)
			}
			status, doc := send(t, req)
			if status != tt.status || doc["errorCode"] != tt.code {
				t.Errorf("got %d %v, want %d %s", status, doc, tt.status, tt.code)
			}
		})
	}
}

func TestBodyIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	req := request(t, "POST", w.url+"/2021-04-06/services", `{"serviceName":"other"}`)
	req.Header.Set("X-Acs-Content-Sha256", strings.Repeat("0", 64))
	req.Header.Set("Authorization",
		"ACS3-HMAC-SHA256 Credential=example-key-id,SignedHeaders=host;x-acs-content-sha256;x-acs-date,Signature=0")
	status, doc := send(t, req)
	equal(t, "status", status, 403)
	equal(t, "code", doc["errorCode"], any("SignatureNotMatch"))
}

func TestNoAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{NoAuth: true})
	status, _ := send(t, request(t, "GET", w.url+"/2021-04-06/services", ""))
	equal(t, "status", status, 200)
}

func TestOlderSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fcsim.Options{})
	w.seed(0)
	sign := func(secret string) *http.Request {
		req := request(t, "GET", w.url+"/2016-08-15/services/svc?qualifier=LATEST", "")
		req.Header.Set("Date", "Sun, 22 Nov 2026 05:59:22 GMT")
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Fc-Trace-Id", "t")
		req.Header.Set("X-Fc-Account-Id", "a")
		h := hmac.New(sha256.New, []byte(secret))
		_, _ = io.WriteString(h, "GET\n\napplication/json\nSun, 22 Nov 2026 05:59:22 GMT\n"+
			"x-fc-account-id:a\nx-fc-trace-id:t\n/2016-08-15/services/svc")
		req.Header.Set("Authorization", "FC example-key-id:"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
		return req
	}
	status, _ := send(t, sign(fcsim.DefaultAccessKeySecret))
	equal(t, "good", status, 200)
	status, doc := send(t, sign("other"))
	equal(t, "bad", status, 403)
	equal(t, "bad", doc["ErrorCode"], any("SignatureNotMatch"))
}
