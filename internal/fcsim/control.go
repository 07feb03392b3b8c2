package fcsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// controlEndpoints is both the table of the control API and what GET /_fcsim/ tells about it.
func (s *Simulator) controlEndpoints() []endpoint {
	return []endpoint{
		{"GET /_fcsim/{$}", "this text", s.serveIndex},
		{"/_fcsim/api/", "any API path below it, e.g. /_fcsim/api/2021-04-06/services: no signature, faults, latency or log", s.serveDirect},
		{"GET /_fcsim/code/{checksum}", "the archive behind a GetFunctionCode url", s.serveCode},
		{"GET /_fcsim/state", "all resources", s.serveState},
		{"GET /_fcsim/log", "API requests since the start", s.serveLog},
		{"DELETE /_fcsim/log", "forget them", s.command(s.ClearLog)},
		{"GET /_fcsim/faults", "armed faults", s.serveFaults},
		{"POST /_fcsim/faults", `arm one: {"op":"UpdateAlias","kind":"status","status":503,"times":1,"skip":0}; kinds: ` + strings.Join(faultKinds, ", "), s.serveInject},
		{"DELETE /_fcsim/faults", "disarm all", s.command(s.ClearFaults)},
		{"DELETE /_fcsim/faults/{id}", "disarm one", s.serveClearFault},
		{"POST /_fcsim/release", "let blocked requests go on", s.command(s.Release)},
		{"GET /_fcsim/quirks", "quirks in force", s.serveQuirks},
		{"PUT /_fcsim/quirks", `replace all quirks: {"noETag":true}`, s.serveSetQuirks},
		{"POST /_fcsim/fail", `make a version fail: {"service":"S","version":"2","rate":0.5}`, s.serveFail},
		{"GET /_fcsim/invocations", "invocation counters", s.serveInvocations},
		{"DELETE /_fcsim/invocations", "set them to zero", s.command(s.ClearInvocations)},
		{"POST /_fcsim/latency", `wait before each request: {"milliseconds":20}`, s.serveLatency},
	}
}

type endpoint struct {
	pattern, help string
	handle        http.HandlerFunc
}

func (s *Simulator) controlRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, e := range s.controlEndpoints() {
		mux.HandleFunc(e.pattern, e.handle)
	}
	mux.HandleFunc("/_fcsim/", func(w http.ResponseWriter, r *http.Request) {
		writeControl(w, http.StatusNotFound, map[string]string{
			"error": fmt.Sprintf("the simulator has no %s %s: GET /_fcsim/ lists what there is", r.Method, r.URL.Path),
		})
	})
	return mux
}

func writeControl(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // a client that is gone cannot be told
}

const maxControlBody = 1 << 20

// readControl decodes a control request strictly; the error tells what was expected.
func readControl(w http.ResponseWriter, r *http.Request, into any, example string) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControlBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		return true
	}
	refuseControl(w, fmt.Errorf("decode the body: %w; expected JSON such as %s", err, example))
	return false
}

func refuseControl(w http.ResponseWriter, err error) {
	writeControl(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func (s *Simulator) command(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		do()
		writeControl(w, http.StatusOK, map[string]bool{"done": true})
	}
}

func (s *Simulator) serveIndex(w http.ResponseWriter, _ *http.Request) {
	var lines []string
	for _, e := range s.controlEndpoints() {
		lines = append(lines, strings.ReplaceAll(e.pattern, "{$}", "")+"  "+e.help)
	}
	writeControl(w, http.StatusOK, map[string]any{
		"name":        "Function Compute simulator",
		"about":       "everything is in memory and no function code is run",
		"accountId":   s.accountID,
		"region":      s.region,
		"apiVersions": []string{currentVersion, olderVersion},
		"endpoints":   lines,
	})
}

func (s *Simulator) serveDirect(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuseControl(w, fmt.Errorf("read the body, which may have %d bytes: %w", maxBody, err))
		return
	}
	u := *r.URL
	u.Path = strings.TrimPrefix(u.Path, "/_fcsim/api")
	u.RawPath = strings.TrimPrefix(u.RawPath, "/_fcsim/api")
	c := s.direct(r.Method, &u, r.Header, body)
	c.host = r.Host
	reply := c.apply()
	reply.write(w, len(reply.body))
}

func (s *Simulator) serveCode(w http.ResponseWriter, r *http.Request) {
	archive, ok := s.store.download(r.PathValue("checksum"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	_, _ = w.Write(archive) // a client that is gone cannot be told
}

func (s *Simulator) serveState(w http.ResponseWriter, _ *http.Request) {
	writeControl(w, http.StatusOK, s.store.state())
}

func (s *Simulator) serveLog(w http.ResponseWriter, _ *http.Request) {
	entries := s.Log()
	writeControl(w, http.StatusOK, map[string]any{"entries": entries, "depth": Depth(entries), "blocked": s.Blocked()})
}

func (s *Simulator) serveFaults(w http.ResponseWriter, _ *http.Request) {
	writeControl(w, http.StatusOK, map[string]any{"faults": s.Faults()})
}

func (s *Simulator) serveInject(w http.ResponseWriter, r *http.Request) {
	var f Fault
	if !readControl(w, r, &f, `{"op":"UpdateAlias","kind":"status","status":503,"times":1}`) {
		return
	}
	id, err := s.faults.add(f)
	if err != nil {
		refuseControl(w, err)
		return
	}
	writeControl(w, http.StatusOK, map[string]string{"id": id})
}

func (s *Simulator) serveClearFault(w http.ResponseWriter, r *http.Request) {
	if !s.ClearFault(r.PathValue("id")) {
		writeControl(w, http.StatusNotFound, map[string]string{"error": fmt.Sprintf("there is no fault %q", r.PathValue("id"))})
		return
	}
	writeControl(w, http.StatusOK, map[string]bool{"done": true})
}

func (s *Simulator) serveQuirks(w http.ResponseWriter, _ *http.Request) {
	writeControl(w, http.StatusOK, s.Quirks())
}

func (s *Simulator) serveSetQuirks(w http.ResponseWriter, r *http.Request) {
	var q Quirks
	if !readControl(w, r, &q, `{"noETag":true,"forbid":["UpdateAlias"]}`) {
		return
	}
	s.SetQuirks(q)
	writeControl(w, http.StatusOK, q)
}

func (s *Simulator) serveFail(w http.ResponseWriter, r *http.Request) {
	const example = `{"service":"S","version":"2","rate":0.5}`
	var f struct {
		Service string  `json:"service"`
		Version string  `json:"version"`
		Rate    float64 `json:"rate"`
	}
	if !readControl(w, r, &f, example) {
		return
	}
	if f.Service == "" || f.Version == "" || f.Rate < 0 || f.Rate > 1 {
		refuseControl(w, fmt.Errorf("service and version must be given and rate be from 0 to 1, as in %s", example))
		return
	}
	s.FailVersion(f.Service, f.Version, f.Rate)
	writeControl(w, http.StatusOK, f)
}

func (s *Simulator) serveInvocations(w http.ResponseWriter, _ *http.Request) {
	writeControl(w, http.StatusOK, map[string]any{"invocations": s.Invocations()})
}

func (s *Simulator) serveLatency(w http.ResponseWriter, r *http.Request) {
	var l struct {
		Milliseconds float64 `json:"milliseconds"`
	}
	if !readControl(w, r, &l, `{"milliseconds":20}`) {
		return
	}
	if l.Milliseconds < 0 || l.Milliseconds > float64(time.Hour/time.Millisecond) {
		refuseControl(w, fmt.Errorf("milliseconds must be from 0 to an hour, not %v", l.Milliseconds))
		return
	}
	s.SetLatency(time.Duration(l.Milliseconds * float64(time.Millisecond)))
	writeControl(w, http.StatusOK, l)
}
