package fcsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const acs3 = "ACS3-HMAC-SHA256"

// authorize checks the request's signature in either form clients use. The time of the request is not looked at.
func (s *Simulator) authorize(r *http.Request, body []byte) *apiError {
	header := r.Header.Get("Authorization")
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case header == "":
		return denied("AccessDenied", "the request is not signed: there is no Authorization header")
	case scheme == acs3:
		return s.authorizeACS3(r, body, rest)
	case scheme == "FC":
		return s.authorizeFC(r, rest)
	}
	return denied("SignatureNotMatch", "the signature method %q is not supported: use %s or FC", scheme, acs3)
}

// key finds a key and checks the security token that belongs to it.
func (s *Simulator) key(id, token string) (Key, *apiError) {
	k, ok := s.keys[id]
	if !ok {
		return k, denied("InvalidAccessKeyID", "the access key id '%s' does not exist", id)
	}
	if k.Token != "" && k.Token != token {
		return k, denied("AccessDenied", "the security token of the access key id '%s' is missing or wrong", id)
	}
	return k, nil
}

func (s *Simulator) authorizeACS3(r *http.Request, body []byte, fields string) *apiError {
	var id, signed, signature string
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			id = value
		case "SignedHeaders":
			signed = value
		case "Signature":
			signature = value
		}
	}
	k, refused := s.key(id, r.Header.Get("X-Acs-Security-Token"))
	if refused != nil {
		return refused
	}
	names := strings.Split(signed, ";")
	for _, must := range []string{"host", "x-acs-content-sha256", "x-acs-date"} {
		if !slices.Contains(names, must) {
			return fail(http.StatusBadRequest, "MissingRequiredHeader", "the header %s must be sent and signed", must)
		}
	}
	hash := r.Header.Get("X-Acs-Content-Sha256")
	if hash != hexHash(body) {
		return denied("SignatureNotMatch", "x-acs-content-sha256 is not the hash of the request body")
	}
	canonical := strings.Join([]string{
		r.Method, canonicalPath(r), canonicalQuery(r.URL.Query()), canonicalHeaders(r, names), signed, hash,
	}, "\n")
	want := hex.EncodeToString(hmacOf(k.Secret, acs3+"\n"+hexHash([]byte(canonical))))
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return denied("SignatureNotMatch", "the signature is not the one of this request and key")
	}
	return nil
}

// acsEscapes are the places where ACS3 differs from the usual form encoding.
var acsEscapes = strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~")

func canonicalPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") { // absolute form, or none because the request never was on a wire
		path = r.URL.EscapedPath()
	}
	return acsEscapes.Replace(path)
}

func canonicalQuery(q url.Values) string {
	var pairs []string
	for k, values := range q {
		for _, v := range values {
			pairs = append(pairs, acsEscapes.Replace(url.QueryEscape(k)+"="+url.QueryEscape(v)))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

func canonicalHeaders(r *http.Request, names []string) string {
	var b strings.Builder
	for _, name := range names {
		value := r.Host
		if name != "host" {
			values := slices.Clone(r.Header.Values(name))
			for i := range values {
				values[i] = strings.TrimSpace(values[i])
			}
			slices.Sort(values)
			value = strings.Join(values, ",")
		}
		b.WriteString(name + ":" + value + "\n")
	}
	return b.String()
}

// authorizeFC checks the product's own older form: FC keyid:base64(hmac-sha256).
func (s *Simulator) authorizeFC(r *http.Request, fields string) *apiError {
	id, signature, _ := strings.Cut(strings.TrimSpace(fields), ":")
	k, refused := s.key(id, r.Header.Get("X-Fc-Security-Token"))
	if refused != nil {
		return refused
	}
	date := r.Header.Get("Date")
	if date == "" && r.Header.Get("X-Fc-Date") == "" {
		return fail(http.StatusBadRequest, "MissingRequiredHeader", "the header Date must be sent")
	}
	signed := strings.Join([]string{
		r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), date, fcHeaders(r.Header) + r.URL.Path,
	}, "\n")
	want := base64.StdEncoding.EncodeToString(hmacOf(k.Secret, signed))
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return denied("SignatureNotMatch", "the signature is not the one of this request and key")
	}
	return nil
}

func fcHeaders(h http.Header) string {
	var lines []string
	for name, values := range h {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-fc-") {
			lines = append(lines, name+":"+strings.Join(values, ",")+"\n")
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func hmacOf(secret, text string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
